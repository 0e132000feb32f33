"""The petition office's system and the adapter, joined over a real socket on 127.0.0.1."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from gridplus_petition.adapter import Petition, PetitionConfig
from gridplus_petition.simulator import PetitionSystem

from hub.clock import FixedClock
from hub.errors import TryLater
from hub.model import Arrival, Draft, Person, RequestType
from hub.plugin import Admitted, Body, SimulatorSetup, Tools, Utterance

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
ROW: Mapping[str, str] = {
    "XFJBH": "XF3299012026031000001",
    "XFMD": "求决",
    "GKLB": "信访事项",
    "NRFL": "XF0101",
    "SXGY": "反映青石路片区拆迁安置",
    "WTFSD": "青石路片区",
}


@dataclass
class Reading:
    """The hub's side: what was read, and what troubled it on the way."""

    adapter: Petition
    system: PetitionSystem
    clock: FixedClock
    troubles: list[str] = field(default_factory=list)

    def all_read(self) -> list[Body]:
        """Everything that the system has, page by page; what is to be tried later is tried again."""
        assert self.system.wait_for(lambda: self.system.spoken() == len(self.system.setup.utterances))
        bodies: list[Body] = []
        cursor = ""
        while True:
            try:
                page = self.adapter.read(cursor)
            except TryLater as error:
                self.troubles.append(error.code)
                continue
            bodies += page.bodies
            cursor = page.cursor
            if not page.more:
                return bodies

    def admitted(self) -> list[Admitted]:
        """What of it may be held."""
        return [self.adapter.admit(body) for body in self.all_read()]

    def drafts(self) -> list[Draft]:
        """What the hub makes of it: filtered, then read."""
        held = [Body(one.content, "petition") for one in self.admitted() if one.content is not None]
        found = [self.adapter.normalise(body, Arrival(NOON, "petition")) for body in held]
        return [draft for drafts in found for draft in drafts if isinstance(draft, Draft)]


def _tools(clock: FixedClock) -> Tools:
    return Tools(
        source="petition",
        clock=clock,
        http=partial(httpx.Client, timeout=2.0, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)),
        nonce=lambda: "0" * 32,
    )


@pytest.fixture
def say() -> Callable[..., Utterance]:
    """Makes a matter that an invented petitioner brought: its number, and changes to Utterance's own fields."""

    def utterance(number: int = 1, **changes: Any) -> Utterance:
        told: dict[str, Any] = {
            "at": datetime(2026, 3, 10, 1, 12, tzinfo=UTC),
            "ref": f"XF32990120260310{number:05d}",
            "code": "XF0101",
            "code_table": "xf-2026",
            "occurred_at": datetime(2026, 3, 9, 0, 0, tzinfo=UTC),
            "reported_at": datetime(2026, 3, 9, 7, 20, tzinfo=UTC),
            "title": "反映青石路片区拆迁安置",
            "content": "多年未安置，请求尽快解决",
            "address": "青石路片区",
            "area_code": "329901001",
            "requester": Person("测试乙", "13800000002"),
            "request_type": RequestType.HELP,
        }
        return Utterance(**(told | changes))

    return utterance


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Reading]]:
    """Starts the system with utterances and failures, and an adapter that reads it."""
    closing: list[Callable[[], None]] = []

    def begin(*utterances: Utterance, failures: tuple[str, ...] = (), **settings: Any) -> Reading:
        clock = FixedClock(NOON)
        setup = SimulatorSetup(clock=clock, utterances=utterances, place=tmp_path, seed=7, failures=failures)
        system = PetitionSystem(setup)
        config = PetitionConfig.model_validate({**system.start(), **settings})
        adapter = Petition(config, _tools(clock))
        closing.extend([system.stop, adapter.close])
        return Reading(adapter, system, clock)

    yield begin
    for close in closing:
        close()


@pytest.fixture
def adapter() -> Iterator[Petition]:
    """An adapter with no system behind, for what it makes of bytes."""
    settings = {"url": "http://127.0.0.1:9", "user": "u", "password": "x"}
    made = Petition(PetitionConfig.model_validate(settings), _tools(FixedClock(NOON)))
    yield made
    made.close()


@pytest.fixture
def admit(adapter: Petition) -> Callable[..., Admitted]:
    """A matter's fields → what of it may be held."""

    def of(**fields: str) -> Admitted:
        inside = "".join(f"<{name}><![CDATA[{words}]]></{name}>" for name, words in {**ROW, **fields}.items())
        return adapter.admit(Body(f"<XFSX>{inside}</XFSX>".encode(), "petition"))

    return of
