"""A company's platform and its office, each joined to its adapter over sockets on 127.0.0.1."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from gridplus_utilities.adapter import Utilities, UtilitiesConfig, UtilitiesTable, UtilitiesTableConfig
from gridplus_utilities.simulator import SupplyOffice, SupplyPlatform

from hub.clock import FixedClock
from hub.model import Arrival, Draft, Person, RequestType
from hub.plugin import Admitted, Body, PeerRequest, SimulatorSetup, Tools, Utterance
from hub.plugin.door import Door

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS; loading certificates for each client would take most of a test's time."""
NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
BEGINS = datetime(2026, 3, 12, 0, 0, tzinfo=UTC)
ENDS = BEGINS + timedelta(hours=8)
Say = Callable[..., Utterance]


@pytest.fixture
def order() -> Say:
    """Makes a repair order of an invented household: its number, and changes to Utterance's own fields."""

    def utterance(number: int = 1, **changes: Any) -> Utterance:
        told: dict[str, Any] = {
            "at": NOON - timedelta(minutes=20),
            "ref": f"SS2026031{number:07d}",
            "code": "S06",
            "code_table": "gy-2026",
            "occurred_at": NOON - timedelta(hours=2),
            "reported_at": NOON - timedelta(hours=1),
            "title": "家中无水",
            "content": "整栋楼从早上起没有水",
            "lon": 120.8512,
            "lat": 32.0013,
            "address": "青石路18号3幢502室",
            "area_code": "329901001001",
            "requester": Person("测试甲", "13800000000"),
            "request_type": RequestType.HELP,
        }
        return Utterance(**(told | changes))

    return utterance


@pytest.fixture
def notice(order: Say) -> Say:
    """Makes a notice of a planned outage in two communities; keywords beside Utterance's own go into `extra`."""

    def utterance(number: int = 1, **changes: Any) -> Utterance:
        said = {name: changes.pop(name) for name in ("areas", "left", "until", "back") if name in changes}
        told: dict[str, Any] = {
            "ref": f"SG2026030{number:07d}",
            "code": "S01",
            "occurred_at": BEGINS,
            "title": "青石路管网改造停水",
            "content": "阀门更换，请提前储水",
            "request_type": RequestType.OTHER,
            "extra": {"areas": "329901001001、329901001002", **said},
        }
        return order(number, **(told | changes))

    return utterance


@dataclass
class Desk:
    """The hub's side of a platform: an adapter, and how far it has read."""

    adapter: Utilities
    system: SupplyPlatform
    clock: FixedClock
    cursor: str = ""

    def read(self) -> list[Body]:
        """What is new, as sent."""
        self.system.let_out()
        bodies: list[Body] = []
        more = True
        while more:
            page = self.adapter.read(self.cursor)
            self.cursor, more = page.cursor, page.more
            bodies += page.bodies
        return bodies

    def drafts(self) -> list[Draft]:
        """What the adapter makes of what is new, behind its own filter."""
        made: list[Draft] = []
        for body in self.read():
            content = self.adapter.admit(body).content
            assert content is not None
            found = self.adapter.normalise(Body(content, body.kind), Arrival(self.clock.now(), body.kind))
            made += [draft for draft in found if isinstance(draft, Draft)]
        return made


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Starts the platform with utterances, and an adapter that reaches it."""
    closing: list[Callable[[], None]] = []

    def begin(*utterances: Utterance) -> Desk:
        clock = FixedClock(NOON)
        system = SupplyPlatform(SimulatorSetup(clock=clock, utterances=utterances, place=tmp_path))
        config = UtilitiesConfig.model_validate(system.start())
        adapter = Utilities(config, _tools(clock))
        closing.extend([system.stop, adapter.close])
        return Desk(adapter, system, clock)

    yield begin
    for close in closing:
        close()


@pytest.fixture
def send(tmp_path: Path) -> Iterator[Callable[..., list[Draft]]]:
    """Has the office send its table; what the adapter makes of it."""
    closing: list[Callable[[], None]] = []

    def begin(*utterances: Utterance) -> list[Draft]:
        clock = FixedClock(NOON)
        office = SupplyOffice(SimulatorSetup(clock=clock, utterances=utterances, place=tmp_path))
        adapter = UtilitiesTable(UtilitiesTableConfig.model_validate(office.config()), _tools(clock))
        door = Door(adapter)
        closing.extend([office.stop, adapter.close, door.close])
        office.push_to(door.url)
        office.start()
        assert office.wait_for(office.done)
        found = [one for body in door.bodies for one in adapter.normalise(body, Arrival(NOON, body.kind))]
        return [draft for draft in found if isinstance(draft, Draft)]

    yield begin
    for close in closing:
        close()


def _tools(clock: FixedClock) -> Tools:
    return Tools(
        source="utilities_water",
        clock=clock,
        http=partial(httpx.Client, timeout=2.0, verify=PLAIN),
        nonce=lambda: "0" * 32,
    )


@pytest.fixture
def upload() -> Callable[[bytes], list[Admitted]]:
    """What may be stored of a file that somebody uploads."""

    def made(file: bytes) -> list[Admitted]:
        config = UtilitiesTableConfig.model_validate({"utility": "water", "upload_key": "k"})
        adapter = UtilitiesTable(config, _tools(FixedClock(NOON)))
        request = PeerRequest("POST", "/upload", "", {"x-upload-key": "k"}, file, "127.0.0.1")
        return [adapter.admit(body) for body in adapter.receive(request).bodies]

    return made
