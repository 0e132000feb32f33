"""A department contacts residents in a test: a matter with requesters, the door, both gateways, and the worker that sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from hub.clock import SHANGHAI
from hub.errors import Refused
from hub.model import Person
from hub.run.ringing.asker import Asker
from hub.run.ringing.contacting import Contacting
from hub.run.ringing.contacts import Made, Wanted
from hub.whistle.contact import Kind
from tests.instruments import HubInHand, person
from tests.unit.run.duty import NAMES, phones
from tests.unit.run.sources import pipe

WATER, ROOM = "zilai", "自来水值班室"
WHO = person(1)
WORDS = "维修人员约一小时后到场。"


class Relay:
    """One hub whose gateways answer, stepped by the test. `sms` and `voice` are the gateways' simulators."""

    def __init__(self, hub: HubInHand, sms: Any, voice: Any) -> None:
        self.hub, self.sms, self.voice = hub, sms, voice
        self._matters = self._told = 0
        self._heard = (0, 0)
        self.senders: dict[str, Contacting] = {name: hub.hub.plain_contacting(name) for name in NAMES}

    def whistle(self, who: Person | None = WHO, **changes: Any) -> str:
        """A matter of its own that `who` told, in the daytime; the id of the water company's whistle. What phones heard
        before is not told any more."""
        if not 9 <= self.hub.clock.now().astimezone(SHANGHAI).hour < 18:
            self.at(9)
        self._matters += 1
        self.again(who, **changes)
        self._heard = len(self.sms.heard()), len(self.voice.heard())
        rows = self.hub.rows("SELECT id, department FROM whistle ORDER BY blown_us, id")
        return str([r[0] for r in rows if r[1] == WATER][-1])

    def again(self, who: Person | None, **changes: Any) -> None:
        """Another report of the last matter, by `who`."""
        self._told += 1
        self._tell(who, **changes)

    def corrected(self, who: Person | None = WHO, **changes: Any) -> None:
        """The last report once more, in a new version."""
        self._tell(who, version=f"{self.hub.clock.now():%Y%m%d%H%M%S}", **changes)

    def _tell(self, who: Person | None, **changes: Any) -> None:
        self.hub.clock.pause(1)
        draft = pipe(self.hub, f"R{self._told}", self._matters)
        self.hub.tell(replace(draft, requester=who, **changes))
        self.hub.settle()

    def at(self, hour: int, minute: int = 0) -> None:
        """That time of this day, or of the next."""
        now = self.hub.clock.now().astimezone(SHANGHAI)
        wanted = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        self.hub.clock.pause((wanted - now).total_seconds() % 86400)

    @contextmanager
    def failing(self, gateway: Any, *modes: str) -> Iterator[None]:
        """So that gateway is ill for a while."""
        well, gateway.setup = gateway.setup, replace(gateway.setup, failures=modes)
        try:
            yield
        finally:
            gateway.setup = well

    def report(self) -> str:
        """The id of the newest report."""
        return str(self.hub.rows("SELECT id FROM event ORDER BY received_us DESC LIMIT 1")[0][0])

    def ask(self, whistle: str, department: str = WATER, account: str = "", **said: Any) -> Made:
        """The department asks; a message by template unless it says otherwise."""
        usual = {"nonce": "1", "report": self.report(), "kind": Kind.MESSAGE}
        if not {"template", "text", "extension"} & said.keys():
            said["template"] = "on_the_way"
        asker, now = Asker(department, account), self.hub.clock.now()
        return self.hub.hub.contacts.ask(asker, whistle, Wanted(**{**usual, **said}), now)

    def refused(self, whistle: str, department: str = WATER, **said: Any) -> str:
        """The code of the refusal."""
        try:
            self.ask(whistle, department, **said)
        except Refused as refused:
            return refused.code
        return ""

    def report_in(self, whistle: str, move: str, **said: Any) -> None:
        """The department does what it did."""
        message = {"nonce": move, "move": move, **said}
        self.hub.hub.reporting.take(WATER, whistle, message, self.hub.clock.now())

    def work(self, seconds: float = 0) -> None:
        """So much later everything is sent and asked about that is due."""
        self.hub.clock.pause(seconds)
        while sum(one.step() for one in self.senders.values()):
            pass

    def stands(self, whistle: str) -> list[tuple[str, str]]:
        """(state, code) of its contacts, the newest first."""
        return [(one.state.value, one.code) for one in self.hub.hub.contacts.list(WATER, whistle)]

    def wrote(self) -> list[tuple[str, str]]:
        """(number, words) of every message that went out."""
        return [(one["ref"], one["text"]) for one in self.sms.heard()[self._heard[0] :]]

    def connected(self) -> list[tuple[str, str]]:
        """(department's telephone, resident's) of every call that was made."""
        return [(one["text"], one["ref"]) for one in self.voice.heard()[self._heard[1] :]]


@contextmanager
def relay(hub: HubInHand, place: Path) -> Iterator[Relay]:
    """Gateways, and a department that contacts residents through them."""
    with phones(hub, place) as duty:
        yield Relay(hub, duty.sms, duty.voice)
