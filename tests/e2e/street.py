"""One street and its hub, stepped by a test: three systems that speak their own protocols, and two departments that are
called and answer by their own channels. Nobody here calls the hub's functions to tell it something.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from gridplus_client import Hub, Message, moves
from gridplus_client.kafka import KafkaReports
from gridplus_client.messages import read
from gridplus_hotline_12345.simulator import HotlineSystem
from gridplus_police_grid.simulator import PoliceExport
from gridplus_urban_management.simulator import UrbanPlatform

from hub.bus.topics import department_of, whistles
from hub.demo.phrases import PHRASES
from hub.plugin import PeerReply, PeerRequest, Simulator, SimulatorSetup, Utterance
from hub.plugin.simulator_http import Hangup
from hub.run.assembly import Assembly
from hub.store import outbox, principals
from tests.connected.patience import until
from tests.e2e.listeners import SECRET, Timeless, listening
from tests.e2e.served import key_for, served
from tests.instruments import MORNING, HubInHand, demo_pack, person

HOTLINE, URBAN, POLICE = "hotline_12345", "urban_management", "police_grid"
LEAD, ASSIST, QUARTER = "zilai", "shizheng", "jiedao_12"
"""The water company listens at an address of its own, the other two read their topics."""
ASSISTING: Final = (ASSIST, QUARTER)
BURST: Final = "sudden_incident.water_pipe_burst"
FORM: Final = {"outcome": "done", "measure": "已更换管段"}
ASSISTED: Final[tuple[Mapping[str, Any], ...]] = (
    {"move": moves.SIGN},
    {"move": moves.RESULT, "form": FORM},
)
_TABLE: Final = {HOTLINE: "hl-2024", URBAN: "cg-2023", POLICE: "jg-2025"}
_STEP_S: Final = 1.0
_SPOT: Final = demo_pack().geography.addresses[1000]


class Hotline(HotlineSystem):
    """The platform, which may be away: whole (`open/`), or only where it is told something (`/replies`)."""

    away = ""

    def answer(self, request: PeerRequest) -> PeerReply:
        """Hangs up where it is away."""
        if self.away and self.away in request.path:
            raise Hangup
        return super().answer(request)


class WaterWorks(Timeless):
    """Keeps what it is called for; what it does then is the test's to say, and so is what time it is."""

    def __init__(self, place: Path, url: str, key: str) -> None:
        super().__init__(place, url, key)
        self.came: list[Message] = []

    def whistle(self, one: Message) -> None:
        """Keeps it."""
        self.came.append(one)


def neighbour(source: str, number: int, *, way: str = "") -> Utterance:
    """One neighbour's call about the burst pipe, in words of their own and a few metres away."""
    title, content = PHRASES[BURST][number % len(PHRASES[BURST])]
    return Utterance(
        at=MORNING + timedelta(seconds=10 * number),
        ref=f"{source[:2].upper()}20260310{number:04d}",
        code=demo_pack().codes.code_for(_TABLE[source], BURST) or "",
        code_table=_TABLE[source],
        occurred_at=MORNING,
        reported_at=MORNING + timedelta(seconds=10 * number),
        title=title,
        content=content.format(place=f"{_SPOT.road}{_SPOT.number}号"),
        lon=_SPOT.lon + 1e-5 * (number % 5),
        lat=_SPOT.lat,
        requester=person(number) if source == HOTLINE else None,
        extra={"way": way} if way else {},
    )


def twenty() -> dict[str, tuple[Utterance, ...]]:
    """Fourteen call the hotline, which pushes half of them; three go to the street's inspector, three to the police."""
    return {
        HOTLINE: tuple(neighbour(HOTLINE, n, way="pull" if n % 2 else "push") for n in range(14)),
        URBAN: tuple(neighbour(URBAN, n, way="service") for n in range(14, 17)),
        POLICE: tuple(neighbour(POLICE, n) for n in range(17, 20)),
    }


class Street:
    """`hub` with its systems and departments, over sockets and files."""

    def __init__(self, hub: HubInHand, place: Path, said: Mapping[str, Sequence[Utterance]]) -> None:
        self.hub, self._stack, self._door = hub, ExitStack(), ExitStack()
        self.hotline = Hotline(self._setup(place, HOTLINE, said))
        self.urban = UrbanPlatform(self._setup(place, URBAN, said))
        self.police = PoliceExport(self._setup(place, POLICE, said))
        self.systems: Mapping[str, Simulator] = {
            HOTLINE: self.hotline,
            URBAN: self.urban,
            POLICE: self.police,
        }
        self.keys = {one: key_for(hub, one) for one in (LEAD, ASSIST, QUARTER)}
        address, self._reach = self._stack.enter_context(listening(self._opened, place))
        hub.hub.settings.webhooks[LEAD] = {"url": address, "secret": SECRET}
        for name, system in self.systems.items():
            self._stack.callback(system.stop)
            hub.hub.settings.sources[name] = dict(system.start())
        self.begin()

    def _setup(self, place: Path, source: str, said: Mapping[str, Sequence[Utterance]]) -> SimulatorSetup:
        (place / source).mkdir()
        return SimulatorSetup(
            clock=self.hub.clock, utterances=tuple(said.get(source, ())), place=place / source
        )

    def _opened(self, place: Path, url: str, key: str) -> WaterWorks:
        self.office = WaterWorks(place, url, key)
        return self.office

    # -- the hub ---------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The hub's workers and doors are there from now on."""
        hub = self.hub.hub
        self._sources = {one: hub.intake(one) for one in self.systems}
        self._casework, self._relay = hub.plain_casework(), hub.plain_relay()
        self._webhooks, self._reports = hub.webhooks(LEAD), hub.reports()
        self._door.callback(self._casework.close)
        self.url = self._door.enter_context(served(self.hub))
        self._reach(self.url, self.keys[LEAD])
        self.hotline.push_to(f"{self.url}/in/{HOTLINE}")
        topics = [whistles(one) for one in ASSISTING]
        self._consumer = hub.bus.consumer("street-departments", topics, lambda _: {})
        self._door.callback(self._consumer.close)

    def restart(self) -> None:
        """The hub ends, and another one begins on the same store and bus."""
        settings = self.hub.hub.settings
        self._door.close()
        for one in (*self._sources.values(), self._reports):
            one._close()
        self.hub.hub.close()
        self.hub.hub = Assembly(settings, clock=self.hub.clock, pack=demo_pack())
        self.begin()

    def work(self) -> None:
        """Every worker steps until there is nothing left to do that is due."""
        idle = 0
        while idle < 3:  # adapters are checked before they are read, and what a worker did is another's work
            idle = 0 if self._once() else idle + 1

    def _once(self) -> int:
        self.hub.clock.pause(_STEP_S)
        done = self._sources_step() + self._webhooks._step() + self._relay.step()
        if self.hub.hub.embedded:  # nobody writes reports there, and what lies there is seen at once
            done += self._casework.step(0.0)
        else:
            done += self._reports._step() + self._casework.step(0.1)
        with self.hub.hub.store.read() as conn:
            return done + outbox.waiting(conn)

    def _sources_step(self) -> int:
        return sum(one._step() for one in self._sources.values())

    def hear(self, reports: int) -> None:
        """Works until so many reports have come and have their fate."""

        def is_there() -> bool:
            self.work()
            rows = self.hub.rows("SELECT fate FROM record")
            return len(rows) == reports and all(one.fate for one in rows)

        until(is_there, f"{reports} reports")

    def pass_(self, time: timedelta) -> None:
        """So much time passes, in which the workers of the sources look now and then."""
        ends = self.hub.clock.now() + time
        while self.hub.clock.now() < ends:
            self.hub.clock.pause(300.0)
            self._sources_step()

    # -- the departments -------------------------------------------------------------------------------

    def whistle(self, department: str) -> str:
        """The only whistle of `department`."""
        (row,) = self.hub.rows(
            f"SELECT id FROM whistle WHERE department = '{department}'"  # noqa: S608 our own name
        )
        return str(row.id)

    def lead(self, move: str, whistle: str = "", **said: Any) -> None:
        """The water company reports over HTTP."""
        self._post(LEAD, whistle or self.whistle(LEAD), move=move, **said)

    def _post(self, department: str, whistle: str, **said: Any) -> None:
        with Hub(self.url, self.keys[department]) as client:
            client.report(whistle, **said)
        self.work()

    def assist(self) -> None:
        """Those who assist sign and hand in their results, one after the other."""
        for said in ASSISTED:
            self._write(**said)
        for said in ASSISTED:
            self._post(QUARTER, self.whistle(QUARTER), **said)

    def _write(self, **said: Any) -> None:
        """The municipal office reports on its topic; on the embedded bus, where nobody writes from outside, over HTTP."""
        whistle, settings, move = self.whistle(ASSIST), self.hub.hub.settings, said["move"]
        if self.hub.hub.embedded:
            self._post(ASSIST, whistle, **said)
            return
        servers = settings.bus.partition("://")[2]
        with KafkaReports(ASSIST, servers, prefix=settings.kafka_prefix) as channel:
            channel.report(whistle, **said)
        taken = f"SELECT 1 FROM report WHERE whistle_id = '{whistle}' AND move = '{move}'"  # noqa: S608 our own

        def is_taken() -> bool:
            self.work()
            return bool(self.hub.rows(taken))

        until(is_taken, f"{move} on the topic")

    def called(self) -> list[str]:
        """Whose whistles the water company was called for."""
        return [one.whistle_id for one in self.office.came]

    def read(self) -> dict[str, list[str]]:
        """Department → the whistles that it finds on its topic and has not read."""
        found: dict[str, list[str]] = {}

        def is_read() -> bool:
            for one in self._consumer.poll(50, 0.2):
                found.setdefault(department_of(one.topic), []).append(read(one.value).whistle_id)
            return len(found) == len(ASSISTING)

        until(is_read, "both topics")
        return found

    def decide(self, move: str, department: str) -> None:
        """Somebody at the centre decides over HTTP."""
        with self.hub.hub.store.write() as conn:
            principals.register(
                conn, principals.Principal("centre", "zhongxin01"), "c" * 64, self.hub.clock.now()
            )
        answer = httpx.post(
            f"{self.url}/centre/whistles/{self.whistle(department)}/decisions",
            json={"move": move},
            headers={"authorization": "Bearer " + "c" * 64},
        )
        assert 200 == answer.status_code, answer.text
        self.work()

    def finish(self) -> None:
        """Both departments go their whole way."""
        for move in (moves.SIGN, moves.CONTACT, moves.ARRIVE):
            self.lead(move)
        self.assist()
        self.lead(moves.RESULT, form=FORM)

    # -- what came back --------------------------------------------------------------------------------

    def heard(self, source: str) -> dict[str, list[tuple[str, str]]]:
        """Number → (stage in the source's words, department), in the order in which it stands in that system's book."""
        book: dict[str, list[tuple[str, str]]] = {}
        for one in self.systems[source].heard():
            book.setdefault(one["ref"], []).append((one["stage"], one["dept"]))
        return book

    def answers(self, source: str) -> list[Any]:
        """What the hub has noted of its answers to `source`, in order."""
        return self.hub.rows(
            f"SELECT id, state, receipt, attempts FROM answer WHERE source = '{source}' ORDER BY seq"  # noqa: S608
        )

    def close(self) -> None:
        """Stops everything but the hub in hand."""
        self._door.close()
        for one in (*self._sources.values(), self._reports):
            one._close()
        self._stack.close()
