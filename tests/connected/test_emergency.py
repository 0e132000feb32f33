"""The command platform's topic on a real Kafka: minutes count, so nothing waits behind what nobody can read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from gridplus_emergency.adapter import Emergency, EmergencyConfig
from gridplus_emergency.plugin import grid_adapters
from gridplus_emergency.simulator import CommandPlatform

from hub.clock import FixedClock
from hub.errors import BadRecord
from hub.kit import check_names, checked
from hub.model import Arrival, Draft, Handling, Stage
from hub.plugin import Body, SimulatorSetup, Tools, Utterance
from tests.conftest import Servers

pytestmark = pytest.mark.connected
NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
(ENTRY,) = grid_adapters()


def said(number: int, **changes: object) -> Utterance:
    told: dict[str, object] = {
        "at": NOON,
        "ref": f"YJ20260310{number:06d}",
        "code": "0101",
        "code_table": "yj-2026",
        "occurred_at": NOON,
        "reported_at": NOON,
        "title": "青石路18号起火",
        "content": "二层起火",
    }
    return Utterance(**(told | changes))  # type: ignore[arg-type]  # a test names what differs


@dataclass
class Joined:
    """The platform and the adapter, with a broker between them."""

    platform: CommandPlatform
    adapter: Emergency

    def outcomes(self) -> list[Draft | str]:
        """What came of each message, in the order in which they were read; a code for what is none."""
        found: list[Draft | str] = []
        cursor, more = "", True
        while more:
            page = self.adapter.read(cursor)
            found += [self._outcome(one) for one in page.bodies]
            cursor, more = page.cursor, page.more
        return found

    def _outcome(self, body: Body) -> Draft | str:
        try:
            held = Body(self.adapter.admit(body).content or b"", body.kind)
            (draft,) = self.adapter.normalise(held, Arrival(NOON, body.kind))
        except BadRecord as bad:
            return bad.code
        assert isinstance(draft, Draft)
        return draft


@pytest.fixture
def joined(real_servers: Servers, tmp_path: Path) -> Iterator["Join"]:
    made = Join(real_servers.kafka, tmp_path)
    yield made
    for one in made.made:
        one.adapter.close()
        one.platform.stop()


@dataclass
class Join:
    """Makes a platform that has said everything, and an adapter on it."""

    servers: str
    place: Path

    def __post_init__(self) -> None:
        self.made: list[Joined] = []

    def __call__(self, utterances: Sequence[Utterance], *failures: str) -> Joined:
        clock = FixedClock(NOON + timedelta(hours=1))
        setup = SimulatorSetup(
            clock=clock,
            utterances=utterances,
            place=self.place,
            failures=failures,
            bus_url=f"kafka://{self.servers}",
        )
        platform = CommandPlatform(setup)
        config = EmergencyConfig.model_validate(platform.start())
        platform.let_out()
        tools = Tools(source="emergency", clock=clock, http=httpx.Client, nonce=lambda: "")
        self.made.append(Joined(platform, Emergency(config, tools)))
        return self.made[-1]


def test_nothing_waits_behind_a_message_that_nobody_can_read(joined: Join) -> None:
    found = joined([said(number) for number in range(1, 21)], "poison").outcomes()
    assert ["R102"] * 20 == [one for one in found if isinstance(one, str)]
    refs = {one.source_ref for one in found if isinstance(one, Draft)}
    assert {f"YJ20260310{number:06d}" for number in range(1, 21)} == refs


def test_the_versions_of_one_emergency_arrive_in_their_order(joined: Join) -> None:
    at = [NOON + timedelta(minutes=minute) for minute in range(4)]
    story = [
        said(1, at=at[0], extra={"drill": "text"}),
        *(said(number) for number in range(2, 9)),
        said(1, at=at[1], revision=1, extra={"drill": "turned_real"}),
        said(1, at=at[2], revision=2, stage=Stage.IN_PROGRESS),
        said(1, at=at[3], revision=3, stage=Stage.CLOSED),
    ]
    found = [one for one in joined(story).outcomes() if isinstance(one, Draft)]
    first = [one for one in found if one.source_ref == said(1).ref]
    assert [Handling.DRILL, Handling.CALL, Handling.CALL, Handling.CALL] == [one.handling for one in first]
    assert [one.isoformat() for one in at] == [one.version for one in first]
    assert first[-1].stage is Stage.CLOSED
    assert len(found) == 11


def test_what_was_taken_back_calls_nobody(joined: Join) -> None:
    assert len(joined([said(1), said(2)], "taken_back").outcomes()) == 2


def test_what_is_deleted_is_called_off(joined: Join) -> None:
    stages = [one.stage for one in joined([said(1)], "tombstones").outcomes() if isinstance(one, Draft)]
    assert [Stage.RECEIVED, Stage.CANCELLED] == stages


@pytest.mark.drill
@pytest.mark.parametrize("name", check_names())
def test_it_passes_the_check(name: str, real_servers: Servers, tmp_path: Path) -> None:
    result = checked(ENTRY, name, tmp_path, bus_url=f"kafka://{real_servers.kafka}")
    assert result.passed, result.line
