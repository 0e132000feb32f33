"""Both sides beside each other: what is missing, what waits, what was not told; and what may be repaired alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.bus import Message
from hub.bus.topics import reports
from hub.errors import Refused, TryLater
from hub.model import Code, Draft
from hub.plugin import Adapter, Body, Listed
from hub.reconcile.difference import Difference, Kind
from hub.reconcile.result import SourceSide
from hub.run.care import reconciled
from hub.run.care.mending import Mending
from hub.run.care.sourcesides import SourceSides
from hub.run.reconciling import reconcile, window_of
from hub.store import outbox
from tests.e2e.test_journey import spot
from tests.instruments import HubInHand, at, demo_pack, stated
from tests.unit.run.matters import findings, report
from tests.unit.run.sources import SOURCE, Told, in_json, pipe
from tests.unit.run.test_reports_worker import worker_of
from tests.unit.run.test_source import turns
from tests.unit.run.test_source import worker_of as source_worker_of

V1, V2 = "2026-03-10T01:00:00+00:00", "2026-03-10T02:00:00+00:00"


class Listing(Told):
    """A source that lists what it holds, and gives single reports."""

    def __init__(self, *held: Draft) -> None:
        super().__init__()
        self.held = {one.source_ref: one for one in held}
        self.listed: list[Listed] | None = None
        """What it lists instead of what it holds."""
        self.asked: list[tuple[datetime, datetime]] = []
        self.trouble: list[Exception] = []

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """What is held, or what the test says."""
        self.asked.append((since, until))
        if self.trouble:
            raise self.trouble.pop(0)
        held = [Listed(ref, one.version) for ref, one in self.held.items()]
        yield from held if self.listed is None else self.listed

    def fetch(self, refs: Sequence[str]) -> Iterator[Body]:
        """Those that are held."""
        yield from (Body(in_json(self.held[ref])[0]) for ref in refs if ref in self.held)


def side_of(hub: HubInHand, adapter: Adapter) -> SourceSide:
    """The source as it is compared, an hour later."""
    it = hub.hub
    return SourceSides(store=it.store, pack=it.pack, vault=it.vault, lent=lending(adapter)).side(
        SOURCE, window_of(hub.clock, 2)
    )


def lending(adapter: Adapter) -> Any:
    """Lends this one adapter."""

    @contextmanager
    def lent(source: str) -> Iterator[Adapter]:
        yield adapter

    return lent


def repaired(hub: HubInHand, adapter: Adapter, *found: Difference) -> list[Difference]:
    """Each difference after its repair."""
    it = hub.hub
    mending = Mending(
        store=it.store,
        vault=it.vault,
        lent=lending(adapter),
        contracts=it.contracts,
        pressure=it.pressure,
        clock=hub.clock,
        body_limit=1_000_000,
    )
    return [mending.repair(one) for one in found]


def kinds(found: Sequence[Difference]) -> dict[Kind, tuple[str, ...]]:
    """Kind → the ids it names."""
    return {one.kind: one.ids for one in found}


@pytest.fixture
def later(hub: HubInHand) -> HubInHand:
    """A hub with two of three reports of a source, an hour later."""
    hub.tell(*(replace(pipe(hub, f"A{n}", n), version=V1) for n in range(2)))
    hub.settle()
    hub.clock.pause(3600)
    return hub


def source(hub: HubInHand, *refs: str) -> Listing:
    """A source that holds these."""
    return Listing(*(replace(pipe(hub, ref, int(ref[1:])), version=V1) for ref in refs))


def test_two_sides_that_agree_say_so(later: HubInHand) -> None:
    side = side_of(later, source(later, "A0", "A1"))
    assert (2, 2, 2, ()) == (side.listed, side.both, side.arrived, side.differences)


@pytest.mark.nasty("N68")
def test_a_report_that_never_came_is_named_fetched_once_and_then_there(later: HubInHand) -> None:
    adapter = source(later, "A0", "A1", "A2")
    (missing,) = side_of(later, adapter).differences
    assert (Kind.MISSING_HERE, ("A2",), SOURCE, "hotline_12345") == (
        *(missing.kind, missing.ids, missing.name, missing.owner),
    )
    assert [1, 1] == [one.repaired for one in repaired(later, adapter, missing, missing)]
    assert (3, 1) == (
        len(later.rows("SELECT id FROM record")),
        len(later.rows("SELECT id FROM record WHERE stage = 0")),
    )
    later.settle()
    assert () == side_of(later, adapter).differences
    assert 3 == len(later.rows("SELECT id FROM incident"))


def test_what_had_arrived_after_all_is_a_resend(later: HubInHand) -> None:
    adapter = source(later, "A0")
    one = Difference(kind=Kind.MISSING_HERE, name=SOURCE, owner="", count=1, ids=("A0",))
    repaired(later, adapter, one)
    later.settle()
    assert [("resend",)] == later.rows("SELECT code FROM record ORDER BY received_us DESC LIMIT 1")
    assert 2 == len(later.rows("SELECT id FROM event"))


@pytest.mark.nasty("N68")
def test_a_report_that_was_sent_again_since_its_acknowledgement_was_lost_is_no_difference(
    later: HubInHand,
) -> None:
    later.tell(replace(pipe(later, "A1", 1), version=V1))
    later.settle()
    later.clock.pause(3600)
    side = side_of(later, source(later, "A0", "A1"))
    assert (2, 2, ()) == (side.both, side.arrived, side.differences)


@pytest.mark.nasty("N69")
def test_another_version_is_fetched_and_becomes_a_revision(later: HubInHand) -> None:
    adapter = source(later, "A0", "A1")
    adapter.held["A1"] = replace(adapter.held["A1"], version=V2, content="水更大了。")
    (other,) = side_of(later, adapter).differences
    assert (Kind.OTHER_VERSION, ("A1",)) == (other.kind, other.ids)
    repaired(later, adapter, other)
    later.settle()
    assert () == side_of(later, adapter).differences
    assert 2 == len(later.rows("SELECT id FROM incident"))


def test_a_report_that_waits_at_the_desk_is_not_missing(later: HubInHand) -> None:
    nowhere = stated("A7", version=V1)
    later.tell(nowhere, b"{", b"boom")
    later.settle()
    later.clock.pause(3600)
    adapter = source(later, "A0", "A1")
    adapter.held["A7"] = nowhere
    (waits,) = side_of(later, adapter).differences
    assert (Kind.WAITING_HERE, ("A7",), demo_pack().fallback_owner) == (waits.kind, waits.ids, waits.owner)
    assert [waits] == repaired(later, adapter, waits)


@pytest.mark.nasty("N09")
def test_a_report_that_the_source_lists_no_more_is_its_owners_and_is_taken_away_by_nobody(
    later: HubInHand,
) -> None:
    adapter = source(later, "A0")
    (gone,) = side_of(later, adapter).differences
    assert (Kind.MISSING_THERE, ("A1",), SOURCE) == (gone.kind, gone.ids, gone.owner)
    assert [gone] == repaired(later, adapter, gone)
    assert 2 == len(later.rows("SELECT id FROM incident WHERE state = 'open'"))


def test_what_changed_there_before_the_window_is_asked_for_once_more(later: HubInHand) -> None:
    last_week = later.clock.now() - timedelta(days=5)
    later.tell(replace(pipe(later, "A2", 2), version=V1, reported_at=last_week, occurred_at=last_week))
    later.settle()
    later.clock.pause(3600)
    adapter = source(later, "A0", "A1")
    side_of(later, adapter)
    (first, _), (wider, until) = adapter.asked
    assert timedelta(days=2) == later.clock.now() - first
    assert (True, later.clock.now()) == (wider < last_week, until)


@pytest.mark.nasty("N09")
def test_a_list_that_lacks_most_of_it_is_doubted_as_a_whole(hub: HubInHand) -> None:
    hub.tell(*(pipe(hub, f"A{n}", n) for n in range(12)))
    hub.settle()
    hub.clock.pause(3600)
    adapter = Listing()
    assert [Kind.LIST_DOUBTFUL] == [one.kind for one in side_of(hub, adapter).differences]


@pytest.mark.nasty("N69")
@pytest.mark.parametrize(
    ("trouble", "code"), [(TryLater("S101"), "S101"), (ZeroDivisionError(), "S116")], ids=["away", "broken"]
)
def test_a_source_that_does_not_list_is_told_and_compared_no_further(
    later: HubInHand, trouble: Exception, code: str
) -> None:
    adapter = source(later)
    adapter.trouble = [trouble]
    side = side_of(later, adapter)
    assert (None, code, {Kind.LIST_FAILED: (code,)}) == (side.listed, side.unasked, kinds(side.differences))


def test_a_source_whose_plugin_cannot_list_is_no_difference(later: HubInHand) -> None:
    side = side_of(later, later.adapter)
    assert (None, "cannot", 2, ()) == (side.listed, side.unasked, side.arrived, side.differences)


def test_a_report_that_only_names_another_does_not_stand_for_it(later: HubInHand) -> None:
    later.tell(replace(pipe(later, "A5", 5), version=V1, same_as=("A6",)))
    later.settle()
    later.clock.pause(3600)
    adapter = source(later, "A0", "A1", "A5", "A6")
    assert {Kind.MISSING_HERE: ("A6",)} == kinds(side_of(later, adapter).differences)


# -- answers ------------------------------------------------------------------------------------------


def told_by(hub: HubInHand, adapter: Listing, *moves: str) -> None:
    """The water company makes these moves with its newest whistle, and the source is told, as far as it can be."""
    report(hub, "zilai", *moves)
    turns(hub, source_worker_of(hub, adapter), 3)


def answers(hub: HubInHand) -> list[tuple[str, str]]:
    """(state, receipt) of every answer, in order."""
    return [(r[0], r[1] or "") for r in hub.rows("SELECT state, receipt FROM answer ORDER BY seq")]


@pytest.fixture
def listed(hub: HubInHand) -> Listing:
    """A source with one report that has come, and a second one that was answered with a receipt."""
    adapter = source(hub, "A0", "A1")
    for ref in ("A1", "A0"):
        hub.tell(adapter.held[ref])
        hub.settle()
        hub.clock.pause(60)
        if ref == "A1":
            told_by(hub, adapter, "sign")
    return adapter


def test_an_answer_without_a_receipt_is_told_again_where_the_source_gives_them(
    hub: HubInHand, listed: Listing
) -> None:
    listed.receipt = ""
    told_by(hub, listed, "sign")
    hub.clock.pause(3600)
    (silent,) = side_of(hub, listed).differences
    assert (Kind.ANSWER_WITHOUT_RECEIPT, 1) == (silent.kind, silent.count)
    listed.receipt = "r{number}"
    assert 1 == repaired(hub, listed, silent)[0].repaired
    turns(hub, source_worker_of(hub, listed), 3)
    assert [("told", "r1"), ("told", "r3")] == answers(hub)
    assert listed.heard[1].nonce == listed.heard[2].nonce
    assert () == side_of(hub, listed).differences


def test_a_source_that_never_gives_receipts_is_believed(hub: HubInHand) -> None:
    adapter = source(hub, "A0")
    adapter.receipt = ""
    hub.tell(adapter.held["A0"])
    hub.settle()
    told_by(hub, adapter, "sign")
    hub.clock.pause(3600)
    assert () == side_of(hub, adapter).differences


def test_a_refused_answer_is_a_persons_and_a_failed_one_is_told_again(
    hub: HubInHand, listed: Listing
) -> None:
    listed.tell_trouble = [Refused("S113")]
    told_by(hub, listed, "sign")
    hub.clock.pause(3600)
    (refused,) = side_of(hub, listed).differences
    assert (Kind.ANSWER_REFUSED, SOURCE) == (refused.kind, refused.owner)
    assert [refused] == repaired(hub, listed, refused)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE answer SET receipt = 'S101' WHERE state = 'failed'")
    (failed,) = side_of(hub, listed).differences
    assert Kind.ANSWER_FAILED is failed.kind
    repaired(hub, listed, failed)
    turns(hub, source_worker_of(hub, listed), 3)
    assert ["told", "told"] == [state for state, _ in answers(hub)]


def test_an_older_answer_is_not_told_behind_a_newer_one(hub: HubInHand, listed: Listing) -> None:
    listed.tell_trouble = [Refused("S113")]
    told_by(hub, listed, "sign", "contact", "arrive", "result")
    hub.clock.pause(3600)
    (passed,) = side_of(hub, listed).differences
    assert (Kind.ANSWER_PASSED, 0) == (passed.kind, passed.left)
    assert [passed] == repaired(hub, listed, passed)


def test_reports_whose_source_cannot_be_told_are_a_note_and_not_missing(
    hub: HubInHand, listed: Listing
) -> None:
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE answer SET state = 'cannot', attempts = 0")
    (untold,) = side_of(hub, listed).differences
    assert (Kind.ANSWER_CANNOT, 0) == (untold.kind, untold.left)
    assert {"A1"} == set(untold.ids)
    assert "E116" == untold.as_json()["code"]


def test_an_answer_that_is_being_tried_is_named(hub: HubInHand, listed: Listing) -> None:
    listed.tell_trouble = [TryLater("S101")] * 9
    told_by(hub, listed, "sign")
    assert [Kind.ANSWER_WAITING] == [one.kind for one in side_of(hub, listed).differences]


# -- departments --------------------------------------------------------------------------------------


def departments(hub: HubInHand, *, repair: bool = False) -> dict[str, dict[Kind, int]]:
    """Department → kind → how many, of those with a difference."""
    found = reconcile(hub.hub, days=2, repair=repair)
    return {
        one.department: {each.kind: each.left for each in one.differences}
        for one in found.departments
        if one.differences
    }


def test_a_whistle_without_a_delivery_is_delivered_and_never_twice(later: HubInHand) -> None:
    with later.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM delivery WHERE seq = 1")
    assert {"zilai": {Kind.DELIVERY_MISSING: 1}} == departments(later)
    assert {"zilai": {Kind.DELIVERY_MISSING: 0}} == departments(later, repair=True)
    assert {} == departments(later, repair=True)
    assert 2 == len(later.rows("SELECT message_id FROM delivery"))


def test_a_whistle_that_is_over_needs_no_delivery_any_more(later: HubInHand) -> None:
    report(later, "zilai", "sign", "contact", "arrive", "result")
    with later.hub.store.write() as conn:
        conn.exec_driver_sql(
            "DELETE FROM delivery WHERE whistle_id IN (SELECT id FROM whistle WHERE state = 'result')"
        )
    assert {} == departments(later)


def test_what_a_webhook_refused_is_sent_again(later: HubInHand) -> None:
    with later.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE delivery SET state = 'failed', code = 'S119'")
    assert {"zilai": {Kind.WEBHOOK_REFUSED: 2}} == departments(later)
    departments(later, repair=True)
    assert [("waiting",), ("waiting",)] == later.rows("SELECT state FROM delivery")


def test_a_department_that_takes_nothing_for_hours_is_named(later: HubInHand) -> None:
    later.clock.pause(5 * 3600)
    assert {Kind.NOT_TAKEN: 2} == departments(later, repair=True)["zilai"]
    before = {one.department: one for one in reconcile(later.hub, days=2, repair=False).departments}
    report(later, "zilai", "sign")
    after = {one.department: one for one in reconcile(later.hub, days=2, repair=False).departments}
    assert [(2, 0), (2, 1)] == [(one["zilai"].told, one["zilai"].known) for one in (before, after)]


def test_reports_on_a_topic_that_could_not_be_taken_are_counted_for_the_time(later: HubInHand) -> None:
    worker = worker_of(later)
    with later.hub.store.write() as conn:
        later.hub.outbox.append(conn, [Message(reports("zilai"), "k", "{")] * 3, later.clock.now())
    worker.step(0)
    assert {"zilai": {Kind.REPORTS_REFUSED: 3}} == departments(later)
    later.clock.pause(4 * 86_400)
    assert Kind.REPORTS_REFUSED not in departments(later).get("zilai", {})


def test_a_topic_that_no_group_reads_is_named_until_one_has_read_it(hub: HubInHand) -> None:
    code = demo_pack().codes.code_for("hl-2024", "street_order.occupy_road")
    assert code
    hub.tell(stated("A1", category=Code("hl-2024", code), position=at(*spot(hub))))
    hub.settle()
    topics = {r[0] for r in hub.rows("SELECT DISTINCT topic FROM message WHERE topic LIKE 'grid.whistles.%'")}
    assert topics
    assert {} == departments(hub)
    hub.clock.pause(5 * 3600)
    named = {one.removeprefix("grid.whistles.") for one in topics}
    assert named == {name for name, found in departments(hub).items() if Kind.UNREAD in found}
    end = hub.rows("SELECT max(seq) FROM message")[0][0] + 1
    with hub.hub.store.write() as conn:
        for name in named:
            outbox.advance(conn, f"grid.{name}.office", {(f"grid.whistles.{name}", 0): (0, end)})
    assert not [name for name, found in departments(hub).items() if Kind.UNREAD in found]


# -- the last run -------------------------------------------------------------------------------------


def test_without_repair_nothing_but_the_result_is_written(later: HubInHand) -> None:
    later.clock.pause(5 * 3600)

    def everything() -> dict[str, list[Any]]:
        tables = [r[0] for r in later.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: later.rows(f"SELECT * FROM {name}") for name in tables if name != "fact"}  # noqa: S608 ours

    _ = later.hub.contracts  # versions are kept at the first start of any process
    before = everything()
    departments(later)
    assert before == everything()


def test_the_doctor_names_what_the_last_run_left_and_that_there_was_none_since(later: HubInHand) -> None:
    assert [] == findings(later, "D150") + findings(later, "D154")
    later.clock.pause(5 * 3600)
    departments(later)
    (left,) = findings(later, "D150")
    assert (2 + 4, "not_taken, unread") == (left["count"], left["kinds"])
    assert [] == findings(later, "D154")
    later.clock.pause(37 * 3600)
    assert 1 == len(findings(later, "D154"))


def test_a_run_that_finds_nothing_leaves_nothing_to_name(later: HubInHand) -> None:
    assert {} == departments(later)
    assert [] == findings(later, "D150")
    with later.hub.store.read() as conn:
        fact = conn.exec_driver_sql(f"SELECT value FROM fact WHERE name = '{reconciled.FACT}'").scalar_one()  # noqa: S608 ours
    assert later.clock.now() == reconciled.last_run(fact).at
