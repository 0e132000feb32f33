"""A night's comparison with real simulators, on both stacks: a report between list and page, an answer without a receipt,
and what a department has read."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from gridplus_hotline_12345.simulator import HotlineSystem
from gridplus_urban_management.simulator import UrbanPlatform

from hub.bus.rules import groups
from hub.bus.topics import whistles as whistle_topic
from hub.clock import FixedClock
from hub.plugin import SimulatorSetup, Utterance
from hub.plugin.simulator_http import HttpSimulator
from hub.reconcile.difference import Kind
from hub.reconcile.result import Reconciled
from hub.run.assembly import Assembly
from hub.run.reconciling import reconcile
from hub.settings import read
from hub.store import outbox
from tests.connected.patience import until
from tests.instruments import MORNING, demo_pack

HOTLINE, URBAN = "hotline_12345", "urban_management"
CODES = {HOTLINE: ("010401", "hl-2024"), URBAN: ("0501", "cg-2023")}
SYSTEMS = {HOTLINE: HotlineSystem, URBAN: UrbanPlatform}


def said(source: str, number: int) -> Utterance:
    """A report of the morning, to be fetched; each somewhere else."""
    code, table = CODES[source]
    where = demo_pack().geography.addresses[1000 + 997 * number]
    return Utterance(
        at=MORNING + timedelta(seconds=number),
        ref=f"PT2026031000000{number}",
        code=code,
        code_table=table,
        occurred_at=MORNING,
        reported_at=MORNING,
        title="水管爆裂",
        content="门口水管爆了",
        lon=where.lon,
        lat=where.lat,
        extra={"way": "pull" if source == HOTLINE else "service"},
    )


class Night:
    """A hub with one source's system, an hour after its reports."""

    def __init__(self, place: Path, source: str, failures: tuple[str, ...], stack: dict[str, Any]) -> None:
        self.clock = FixedClock(MORNING + timedelta(minutes=5))
        (place / "system").mkdir()
        told = tuple(said(source, number) for number in range(3))
        self.system: HttpSimulator = SYSTEMS[source](
            SimulatorSetup(clock=self.clock, utterances=told, place=place / "system", failures=failures)
        )
        self.source = source
        settings = read(home=place, sources={source: dict(self.system.start())}, **stack)
        self.hub = Assembly(settings, clock=self.clock, pack=demo_pack())
        self.worker = self.hub.intake(source)
        assert self.system.wait_for(lambda: self.system.spoken() >= len(told))

    def read(self) -> None:
        """Intake reads and tells, casework calls, until nothing is left to do."""
        casework, relay = self.hub.plain_casework(), self.hub.plain_relay()

        def is_done() -> bool:
            self.clock.pause(self.hub.settings.poll_s)
            done = self.worker._step()
            relay.step()
            casework.step(0.2)
            with self.hub.store.read() as conn:
                return (
                    not done
                    and not outbox.waiting(conn)
                    and not self.rows("SELECT 1 FROM record WHERE fate IS NULL")
                )

        for _ in range(2):  # adapters are checked before they are read
            until(is_done, "the hub has done all there is")
        casework.close()

    def rows(self, query: str) -> list[Any]:
        """Rows of a query."""
        with self.hub.store.read() as conn:
            return list(conn.exec_driver_sql(query).all())

    def compared(self, *, repair: bool = False) -> Reconciled:
        """One night's run."""
        self.clock.pause(3600)
        return reconcile(self.hub, days=2, repair=repair)

    def close(self) -> None:
        """Stops both."""
        self.hub.close()
        self.system.stop()


@pytest.fixture(params=["embedded", pytest.param("connected", marks=pytest.mark.connected)])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """Settings of an empty store and bus."""
    if request.param == "embedded":
        return {"store": f"sqlite:///{tmp_path}/hub.db", "bus": "embedded"}
    store, bus, prefix = request.getfixturevalue("real_servers").fresh()
    return {"store": store, "bus": bus, "kafka_prefix": prefix, "kafka_session_timeout_s": 6.0}


Begin = Callable[..., Night]


@pytest.fixture
def begin(tmp_path: Path, stack: dict[str, Any]) -> Iterator[Begin]:
    """Begins a night with a source and its failures."""
    begun: list[Night] = []

    def night(source: str, *failures: str) -> Night:
        begun.append(Night(tmp_path, source, failures, stack))
        return begun[-1]

    yield night
    for one in begun:
        one.close()


def of_the_source(found: Reconciled) -> dict[Kind, tuple[int, int]]:
    """Kind → (how many, how many repaired), of the only source."""
    (side,) = found.sources
    return {one.kind: (one.count, one.repaired) for one in side.differences}


@pytest.mark.nasty("N68")
@pytest.mark.parametrize(
    "failing",
    [
        pytest.param((HOTLINE, "order_left_out"), id="hotline"),
        pytest.param((URBAN, "case_left_out", "no_view"), id="urban"),
    ],
)
def test_a_report_between_list_and_page_is_found_and_fetched_through_the_door(
    begin: Begin, failing: tuple[str, ...]
) -> None:
    night = begin(*failing)
    night.read()
    assert 2 == len(night.rows("SELECT id FROM record"))
    first = night.compared()
    assert {Kind.MISSING_HERE: (1, 0)} == of_the_source(first)
    assert (3, 2) == (first.sources[0].listed, first.sources[0].both)
    assert 2 == len(night.rows("SELECT id FROM record"))
    assert {Kind.MISSING_HERE: (1, 1)} == of_the_source(night.compared(repair=True))
    night.read()
    for repair in (True, False):
        assert {} == of_the_source(night.compared(repair=repair))
    assert (3, 3) == (len(night.rows("SELECT id FROM record")), len(night.rows("SELECT id FROM incident")))


@pytest.mark.nasty("N68")
def test_an_answer_whose_receipt_was_lost_is_told_again_and_heard_once(begin: Begin) -> None:
    night = begin(HOTLINE, "reply_forgotten")
    night.read()
    for department, whistle in night.rows(
        "SELECT department, id FROM whistle WHERE role = 'lead' ORDER BY id"
    ):
        night.hub.reporting.take(
            department, whistle, {"nonce": whistle[:9], "move": "sign"}, night.clock.now()
        )
    night.read()
    assert (3, 2) == (
        len(night.rows("SELECT id FROM answer WHERE state = 'told'")),
        len(night.system.heard()),
    )
    assert {Kind.ANSWER_WITHOUT_RECEIPT: (1, 1)} == of_the_source(night.compared(repair=True))
    night.read()
    assert {} == of_the_source(night.compared())
    heard = [one["nonce"] for one in night.system.heard()]
    assert (3, 3) == (len(heard), len(set(heard)))


def test_what_a_department_has_not_read_is_counted_until_its_group_has(begin: Begin) -> None:
    night = begin(HOTLINE)
    night.read()
    night.clock.pause(5 * 3600)
    unread = {one.name: one.count for one in night.compared().differences if one.kind is Kind.UNREAD}
    assert unread
    for department, number in unread.items():
        read_by(night, department, number)
    assert [] == [one for one in night.compared().differences if one.kind is Kind.UNREAD]


def read_by(night: Night, department: str, number: int) -> None:
    """The department's own consumer reads its topic, and tells the bus so."""
    topic, group = whistle_topic(department), f"{groups(department)}office"
    if night.hub.embedded:
        end = night.rows("SELECT max(seq) FROM message")[0][0] + 1
        with night.hub.store.write() as conn:
            outbox.advance(conn, group, {(topic, 0): (0, end)})
        return
    from kafka import KafkaConsumer

    settings = night.hub.settings
    consumer = KafkaConsumer(
        settings.kafka_prefix + topic,
        bootstrap_servers=settings.bus.partition("://")[2],
        group_id=settings.kafka_prefix + group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    got: list[Any] = []

    def all_came() -> bool:
        got.extend(one for batch in consumer.poll(timeout_ms=500).values() for one in batch)
        return len(got) >= number

    until(all_came, "its messages come")
    consumer.commit()
    consumer.close()
