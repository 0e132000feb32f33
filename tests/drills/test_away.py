"""A department is down for a day: its whistles wait, others hear theirs at once, and it hears all, in order, once."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import orjson
import pytest

from hub.model import Channel, Code
from hub.run.care.doctor import FETCHED_WITHIN, Doctor
from hub.run.exits.webhooks import Hook, Webhooks, saying
from tests.drills.lines import spots
from tests.drills.rehearsal import KILLS, SEED, Where
from tests.drills.toll import Found, Toll, toll_of
from tests.instruments import HubInHand, at, demo_pack, stated

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68")]

DOWN: Final = "zilai"
UP: Final = "gongdian"
PIPE, POWER = Code("hl-2024", "010401"), Code("hl-2024", "010201")
HOURS: Final = 24
AN_HOUR: Final = max(1, KILLS // 4)
"""Matters of each of the two that are told in one hour."""
STEP: Final = timedelta(minutes=10)
MOST_TRIES: Final = HOURS * 6 + 12
"""One every ten minutes, and those before the rests are that long."""


@dataclass
class Department:
    """A department's own server; down, it answers nobody."""

    heard: list[str] = field(default_factory=list)
    is_down: bool = False
    asked: int = 0

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.hook = Hook(f"http://127.0.0.1:{self._server.server_port}/", "between-us")
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        department = self

        class Handler(BaseHTTPRequestHandler):
            """Takes what comes, or fails."""

            def do_POST(self) -> None:
                """One call."""
                department.asked += 1
                said = self.rfile.read(int(self.headers["content-length"]))
                if not department.is_down:
                    department.heard.append(str(orjson.loads(said)["id"]))
                self.send_response(503 if department.is_down else 204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's
                """Silent."""

        return Handler

    def close(self) -> None:
        """Listens no longer."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def hub(tmp_path: Path, where: Where) -> Iterator[HubInHand]:
    """A hub on one of the two stacks, stepped by the drill, on a clock that the drill moves."""
    made = HubInHand(tmp_path, store=where.store, bus=where.bus, prefix=where.prefix)
    yield made
    made.close()


@pytest.fixture
def departments() -> Iterator[dict[str, Department]]:
    """Both of them."""
    made = {DOWN: Department(), UP: Department()}
    yield made
    for one in made.values():
        one.close()


def test_a_department_that_is_down_for_a_day_hears_everything_afterwards_in_order_and_once(
    hub: HubInHand, where: Where, departments: dict[str, Department], tolls: list[Toll]
) -> None:
    callers = {name: caller(hub, name, one.hook) for name, one in departments.items()}
    places = iter(spots(demo_pack(), 2 * HOURS * AN_HOUR, SEED))
    down, up = departments[DOWN], departments[UP]
    down.is_down = True
    for hour in range(HOURS):
        for n in range(AN_HOUR):
            for what in (PIPE, POWER):
                hub.tell(stated(f"{what.value}-{hour:02d}-{n}", category=what, position=at(*next(places))))
        hub.settle()
        for _ in range(6):
            work(callers)
            hub.clock.pause(STEP.total_seconds())
        assert due(hub, UP) == up.heard  # nobody waits for the one that is down
    assert ([], MOST_TRIES >= down.asked > HOURS) == (down.heard, True)
    assert [DOWN] == told(hub)
    down.is_down = False
    work(callers)
    assert [] == told(hub)
    tolls.append(toll_of("away", where.name, SEED, 1, hub.account(), found(hub, departments)))
    assert (due(hub, DOWN), due(hub, UP)) == (down.heard, up.heard)


def caller(hub: HubInHand, department: str, hook: Hook) -> Webhooks:
    """The worker that calls it."""
    it = hub.hub
    assert any(Channel.WEBHOOK in c.channels for c in it.pack.contracts if c.department == department)
    return Webhooks(
        department,
        hook,
        say=saying(it.store, it.telling, it.ledgers.mine()),
        store=it.store,
        http=it.http,
        clock=hub.clock,
        worker="caller",
        lease_s=15.0,
    )


def work(callers: dict[str, Webhooks]) -> None:
    """Every call that is due now."""
    for one in callers.values():
        while one.step():
            pass


def due(hub: HubInHand, department: str) -> list[str]:
    """Ids of all whistles that it must hear of, in the order in which they were blown."""
    rows = hub.rows("SELECT department, message_id FROM delivery WHERE channel = 'webhook' ORDER BY seq")
    return [str(r[1]) for r in rows if r[0] == department]


def told(hub: HubInHand) -> list[object]:
    """Departments of which the doctor says that they do not take their whistles."""
    assert hub.clock.now() - FETCHED_WITHIN > hub.clock.now() - timedelta(hours=HOURS)
    with hub.hub.store.read() as conn:
        findings = Doctor(hub.hub.pack, (), hub.clock.now()).findings(conn)
    webhooks = (DOWN, UP)
    return [f.facts["department"] for f in findings if f.code == "D108" and f.facts["department"] in webhooks]


def found(hub: HubInHand, departments: dict[str, Department]) -> Found:
    """What was not heard, and what was heard twice."""
    missing: list[str] = []
    double: list[str] = []
    for name, one in departments.items():
        there = Counter(one.heard)
        missing += [f"whistle {id_}" for id_ in due(hub, name) if id_ not in there]
        double += [f"whistle {id_}" for id_, number in there.items() if number > 1]
    return Found(missing, double, repeats=0)
