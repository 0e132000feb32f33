"""The app server and the adapter, joined over real sockets on 127.0.0.1."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from gridplus_grid_app.adapter import GridApp, GridAppConfig
from gridplus_grid_app.simulator import GridAppServer

from hub.clock import FixedClock
from hub.model import Arrival, Draft, Person
from hub.plugin import Body, SimulatorSetup, Tools, Utterance
from hub.plugin.door import Door

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
WHEN = datetime(2026, 3, 10, 1, 8, tzinfo=UTC)
SETTINGS = {
    "app_id": "wgt",
    "push_secret": "x",
    "feedback_url": "http://127.0.0.1:9",
    "feedback_secret": "y",
}


@dataclass
class Desk:
    """The hub's side: an adapter, and the door through which pushes come."""

    adapter: GridApp
    server: GridAppServer
    clock: FixedClock
    door: Door

    def all_said(self) -> list[Body]:
        """What has come in, once the telephones have uploaded everything; an hour passes each time they have not."""
        said = len(self.server.setup.utterances)
        assert self.server.wait_for(lambda: self.server.spoken() == said)
        while not self.server.done():
            self.clock.pause(3600)
            self.server.let_out()
        return self.door.bodies

    def drafts(self) -> list[Draft]:
        """Of all that was said, what the hub would make of it: filtered, then read."""
        found = []
        for body in self.all_said():
            held = self.adapter.admit(body).content
            if held is not None:
                found += self.adapter.normalise(Body(held, body.kind), Arrival(self.clock.now(), body.kind))
        return [draft for draft in found if isinstance(draft, Draft)]


def _tools(clock: FixedClock) -> Tools:
    numbers = count(1)
    return Tools(
        source="grid_app",
        clock=clock,
        http=partial(httpx.Client, timeout=2.0, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)),
        nonce=lambda: f"{next(numbers):032x}",
    )


@pytest.fixture
def say() -> Callable[..., Utterance]:
    """Makes a matter of an invented worker: its number, and changes to Utterance's own fields."""

    def utterance(number: int = 1, **changes: Any) -> Utterance:
        told: dict[str, Any] = {
            "at": WHEN,
            "ref": f"WG20260310{number:04d}",
            "code": "QW0301",
            "code_table": "qw-2026",
            "occurred_at": datetime(2026, 3, 10, 1, 5, tzinfo=UTC),
            "reported_at": datetime(2026, 3, 10, 1, 7, tzinfo=UTC),
            "title": "井盖破损",
            "content": "青石路18号门前污水井盖破损",
            "lon": 120.8512,
            "lat": 32.0013,
            "address": "青石路18号",
            "area_code": "329901001",
            "requester": Person("测试甲", "13800000000", callback=True),
        }
        return Utterance(**(told | changes))

    return utterance


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Starts the app server with utterances and failures, and an adapter that it reaches."""
    closing: list[Callable[[], None]] = []

    def begin(*utterances: Utterance, failures: tuple[str, ...] = (), failing: int = 0) -> Desk:
        clock = FixedClock(WHEN)
        setup = SimulatorSetup(clock=clock, utterances=utterances, place=tmp_path, seed=7, failures=failures)
        server = GridAppServer(setup)
        adapter = GridApp(GridAppConfig.model_validate(server.start()), _tools(clock))
        door = Door(adapter, failing=failing)
        closing.extend([server.stop, adapter.close, door.close])
        server.push_to(door.url)
        return Desk(adapter, server, clock, door)

    yield begin
    for close in closing:
        close()


@pytest.fixture
def adapter() -> Iterator[GridApp]:
    """An adapter with no app behind, for what it makes of bytes."""
    made = GridApp(GridAppConfig.model_validate(SETTINGS), _tools(FixedClock(NOON)))
    yield made
    made.close()


@pytest.fixture
def read(adapter: GridApp) -> Callable[..., Draft]:
    """A matter's fields → its draft, as the hub makes it: filtered, then read."""

    def of(**fields: object) -> Draft:
        held = adapter.admit(Body(orjson.dumps({"sjbh": "WG1", **fields}), "event")).content or b""
        (draft,) = adapter.normalise(Body(held, "event"), Arrival(NOON, "event"))
        assert isinstance(draft, Draft)
        return draft

    return of
