"""Intake: stored before the cursor moves, the same ids when a page is read again, one fate for every record."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import orjson
import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from hub import ids
from hub.bus.message import Fenced
from hub.model import AttachmentRef, Code, Crs, Draft, GridDraft, GridKind
from hub.plugin import Adapter
from hub.run.ground.sealing import open_link
from hub.run.sources.intake import Intake
from hub.store import keys, leases, records
from hub.store.leases import Lease
from tests.instruments import HubInHand, Stated, at
from tests.unit.run.sources import SOURCE, Feed, Meaning, follow, in_json, pipe
from tests.unit.run.stops import stopped_at


def leased(hub: HubInHand, adapter: Adapter) -> tuple[Intake, Lease]:
    """An intake worker that holds its source."""
    intake = hub.hub.plain_intake(SOURCE, adapter)
    held = intake.lease()
    assert held is not None
    return intake, held


def cursor(hub: HubInHand) -> list[tuple[str, int]]:
    """The stored place in the source."""
    return [tuple(r) for r in hub.rows("SELECT cursor, pages FROM source_cursor")]


# -- storing a page --------------------------------------------------------------------------------------


def test_a_page_and_the_place_behind_it_are_stored_together(hub: HubInHand) -> None:
    intake, held = leased(hub, Feed(in_json(pipe(hub, "A1"), pipe(hub, "A2")), in_json(pipe(hub, "A3"))))
    assert (2, True) == intake.read(held)
    assert [("1", 1)] == cursor(hub)
    assert (1, False) == intake.read(held)
    assert (0, False) == intake.read(held)
    assert [("2", 2)] == cursor(hub)
    assert 3 == hub.account()["records"]


@pytest.mark.parametrize("broken_off_at", ["INSERT ON record", "INSERT ON body", "INSERT ON source_cursor"])
def test_broken_off_between_storing_and_moving_on_neither_has_happened(
    hub: HubInHand, broken_off_at: str
) -> None:
    intake, held = leased(hub, Feed(in_json(pipe(hub, "A1"), pipe(hub, "A2"))))
    with stopped_at(hub, broken_off_at), pytest.raises(DBAPIError):
        intake.read(held)
    assert (0, []) == (hub.account()["records"], cursor(hub))
    assert [] == hub.rows("SELECT subject FROM data_key")


@pytest.mark.nasty("N68")
def test_a_page_that_is_read_again_after_a_crash_gives_the_same_records(hub: HubInHand) -> None:
    feed = Feed(in_json(pipe(hub, "A1"), pipe(hub, "A2")))
    intake, held = leased(hub, feed)
    with stopped_at(hub, "INSERT ON source_cursor"), pytest.raises(DBAPIError):
        intake.read(held)
    again, held = leased(hub, feed)
    assert (2, False) == again.read(held)
    expected = sorted(ids.record_id(SOURCE, "page:0", index) for index in range(2))
    assert expected == [r[0] for r in hub.rows("SELECT id FROM record ORDER BY id")]


def test_a_page_without_records_still_moves_on(hub: HubInHand) -> None:
    intake, held = leased(hub, Feed([], in_json(pipe(hub, "A1"))))
    assert [(0, True), (1, False)] == [intake.read(held), intake.read(held)]


def test_a_worker_that_was_followed_stores_nothing_and_moves_nothing(
    hub: HubInHand, other: HubInHand
) -> None:
    feed = Feed(in_json(pipe(hub, "A1")))
    asleep, stale = leased(hub, feed)
    leased(other, feed)
    with pytest.raises(Fenced):
        asleep.read(stale)
    assert (0, []) == (hub.account()["records"], cursor(hub))


def test_a_worker_that_was_followed_while_it_made_events_changes_nothing(
    hub: HubInHand, other: HubInHand
) -> None:
    hub.tell(pipe(hub, "A1"))
    asleep, stale = leased(hub, Stated())
    successor, held = leased(other, Stated())
    with pytest.raises(Fenced):
        asleep.digest(stale)
    assert (0, 1) == (hub.account()["events"], len(hub.rows("SELECT id FROM record WHERE fate IS NULL")))
    assert 1 == successor.digest(held)
    assert 1 == hub.account()["events"]


def test_who_lost_its_lease_believes_no_more_in_it_and_takes_it_again_when_it_is_free(
    hub: HubInHand,
) -> None:
    asleep, stale = leased(hub, Stated())
    held = follow(hub)
    assert stale == asleep.lease()  # it has not looked since
    asleep.lost()
    assert None is asleep.lease()
    leases.give_back(hub.hub.store, held)
    asleep.lost()
    anew = asleep.lease()
    assert anew is not None
    assert stale.epoch < held.epoch < anew.epoch


# -- one record ------------------------------------------------------------------------------------------

OPENS, JOINS, WAITS, UNREADABLE = "opens", "joins", "waits", "unreadable"


@pytest.mark.nasty("N13", "N14")
@pytest.mark.parametrize(
    ("holds", "fate", "events"),
    [
        pytest.param((OPENS,), "published", 2, id="one matter"),
        pytest.param((OPENS, OPENS), "published", 3, id="two matters"),
        pytest.param((JOINS,), "linked", 2, id="a known matter"),
        pytest.param((JOINS, OPENS), "published", 3, id="a known matter and a new one"),
        pytest.param((OPENS, UNREADABLE), "dead", 2, id="a new matter and something unreadable"),
        pytest.param((JOINS, UNREADABLE), "dead", 2, id="a known matter and something unreadable"),
        pytest.param((OPENS, WAITS), "held", 2, id="a new matter and one that waits"),
        pytest.param((UNREADABLE, WAITS), "held", 1, id="one that waits and something unreadable"),
        pytest.param((WAITS, UNREADABLE, OPENS, JOINS), "held", 3, id="all of them"),
    ],
)
def test_a_record_with_several_matters_takes_the_first_of_held_dead_published_linked(
    hub: HubInHand, holds: Sequence[str], fate: str, events: int
) -> None:
    known = pipe(hub, "KNOWN")
    hub.tell(known)
    hub.settle()
    hub.adapter = Meaning({b"letter": [_matter(hub, kind, n) for n, kind in enumerate(holds)]})
    hub.tell(b"letter")
    hub.settle()
    assert [(fate,)] == hub.rows("SELECT fate FROM record ORDER BY received_us DESC LIMIT 1")
    assert events == hub.account()["events"]


def _matter(hub: HubInHand, kind: str, n: int) -> Draft:
    """The `n`-th matter of a letter; it has a part of its own."""
    draft = replace(pipe(hub, "LETTER", 0 if kind == JOINS else n + 1), part=f"p{n}")
    if kind == WAITS:
        return replace(draft, title="测试工单，请勿派")
    return replace(draft, source_ref="") if kind == UNREADABLE else draft


def test_what_a_record_says_of_grids_is_kept_with_its_validity(hub: HubInHand) -> None:
    grid = GridDraft(
        source_ref="JW01",
        kind=GridKind.POLICE,
        code="JW01",
        name="青澜一警格",
        rings=(((120.8, 32.0), (120.81, 32.0), (120.81, 32.01), (120.8, 32.0)),),
        crs=Crs.CGCS2000,
        valid_from=date(2026, 3, 1),
        contact={"duty": "0513-00000000"},
    )
    hub.adapter = Meaning({b"grids": [grid], b"later": [replace(grid, valid_to=date(2026, 9, 1))]})
    hub.tell(b"grids", b"grids")
    hub.settle()
    assert [("police", "JW01", "2026-03-01", None)] == hub.rows(
        "SELECT kind, code, valid_from, valid_to FROM grid_version"
    )
    assert {"published": 0, "linked": 2, "held": 0, "dead": 0} == hub.account()["fates"]
    (body,) = hub.rows("SELECT body FROM grid_version")
    assert {"duty": "0513-00000000"} == orjson.loads(body[0])["contact"]


def test_a_record_of_nothing_is_dead_with_a_letter_that_holds_no_word_of_it(hub: HubInHand) -> None:
    hub.adapter = Meaning({"测试甲 13800000001".encode(): []})
    hub.tell("测试甲 13800000001".encode())
    hub.settle()
    assert [("dead", "R108")] == hub.rows("SELECT fate, code FROM record")
    (letter,) = hub.rows("SELECT value FROM message WHERE topic = 'grid.deadletters'")
    told = orjson.loads(letter[0])["data"]
    assert ("R108", SOURCE, {"record_id", "source", "code", "pointer"}) == (
        told["code"],
        told["source"],
        set(told),
    )


def test_a_plugin_that_returns_nonsense_holds_its_record_and_its_neighbours_go_on(hub: HubInHand) -> None:
    hub.adapter = Meaning({b"good": [pipe(hub, "A1")], b"bad": [42], b"fine": [pipe(hub, "A2", 1)]})
    hub.tell(b"good", b"bad", b"fine")
    hub.settle()
    assert {"published": 2, "linked": 0, "held": 1, "dead": 0} == hub.account()["fates"]
    assert [("B102", "engineer")] == hub.rows("SELECT code, owner FROM record WHERE fate = 'held'")


def test_a_record_whose_key_was_destroyed_can_no_longer_be_read_and_is_dead(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    with hub.hub.store.write() as conn:
        assert 1 == keys.destroy(conn, [r[0] for r in hub.rows("SELECT id FROM record")])
    hub.settle()
    assert [("dead", "R107")] == hub.rows("SELECT fate, code FROM record")


def test_a_held_record_that_is_read_again_after_mending_goes_its_way(hub: HubInHand) -> None:
    hub.tell(b"boom")
    hub.settle()
    with hub.hub.store.write() as conn:
        assert 1 == records.replay(conn, records.with_code(conn, "R106", SOURCE))
    hub.adapter = Meaning({b"boom": [pipe(hub, "A1")]})  # the mended plugin
    hub.settle()
    assert {"published": 1, "linked": 0, "held": 0, "dead": 0} == hub.account()["fates"]


def test_a_code_of_another_table_is_never_read_by_chance(hub: HubInHand) -> None:
    hub.tell(replace(pipe(hub, "A1"), category=Code("cg-1999", "010401"), position=at(*_spot(hub))))
    hub.settle()
    assert [("unmapped",)] == hub.rows("SELECT category FROM incident")


def _spot(hub: HubInHand) -> tuple[float, float]:
    address = hub.hub.pack.geography.addresses[5000]
    return address.lon, address.lat


# -- files that reports came with --------------------------------------------------------------------------


def test_a_report_without_files_asks_the_store_nothing_about_files(hub: HubInHand) -> None:
    """Millions of them: they must cost nothing more than before there were files."""
    intake, held = leased(hub, Feed(in_json(pipe(hub, "A1"), pipe(hub, "A2")), in_json(with_file(hub, "A3"))))
    intake.read(held)
    with listened(hub) as without:
        intake.digest(held)
    intake.read(held)
    with listened(hub) as with_one:
        intake.digest(held)
    assert ([], 1) == (
        [one for one in without if "attachment (" in one],
        sum("attachment (" in one for one in with_one),
    )
    assert len(without) == len(with_one) - 3  # the insert, and how many rows SQLite says it changed


def with_file(hub: HubInHand, ref: str) -> Draft:
    """The same report, with a file."""
    return replace(pipe(hub, ref), attachments=(AttachmentRef("http://files.example/a.jpg", "a.jpg"),))


@contextmanager
def listened(hub: HubInHand) -> Iterator[list[str]]:
    """Every statement that goes to the store meanwhile."""
    heard: list[str] = []

    def hear(conn: object, cursor: object, statement: str, *rest: object) -> None:
        heard.append(statement)

    event.listen(hub.hub.store.engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(hub.hub.store.engine, "before_cursor_execute", hear)


@pytest.mark.parametrize("broken_off_at", ["INSERT ON attachment", "INSERT ON event"])
def test_a_report_and_what_it_wants_are_stored_together(hub: HubInHand, broken_off_at: str) -> None:
    intake, held = leased(hub, Feed(in_json(with_file(hub, "A1"))))
    intake.read(held)
    with stopped_at(hub, broken_off_at):
        intake.digest(held)
    assert ([], []) == (hub.rows("SELECT id FROM event"), hub.rows("SELECT id FROM attachment"))
    with hub.hub.store.write() as conn:
        assert 1 == records.replay(conn, records.with_code(conn, "B102", SOURCE))
    intake.digest(held)
    assert (1, 1) == (len(hub.rows("SELECT id FROM event")), len(hub.rows("SELECT id FROM attachment")))


@pytest.mark.nasty("N58")
def test_a_files_link_and_name_stand_nowhere_in_the_open(hub: HubInHand) -> None:
    told = AttachmentRef("http://files.example/13912345678.jpg", "测试甲的照片.jpg")
    intake, held = leased(hub, Feed(in_json(replace(pipe(hub, "A1"), attachments=(told,)))))
    intake.read(held)
    intake.digest(held)
    (row,) = hub.rows("SELECT * FROM attachment")
    said = " ".join(str(one) for one in row)
    assert [] == [one for one in ("13912345678", "测试甲", "files.example") if one in said]
    with hub.hub.store.read() as conn:
        key = keys.of(conn, [row.record_id])[row.record_id]
    assert told == open_link(hub.hub.vault, key, row.sealed_ref)
