"""What is stored of files that reports came with, the same on both databases."""

from datetime import timedelta

from hub.model import AttachmentId, AttachmentState, Disclosure, EventId, EventKey, RecordId
from hub.store import attachments
from hub.store.attachments import Got, NewAttachment
from hub.store.engine import Store
from tests.instruments import MORNING

MINUTE = timedelta(minutes=1)
FETCHED = Got(
    state=AttachmentState.FETCHED, kind="jpeg", size=3, digest="d" * 32, sealed=bytes(range(256)) * 4096
)


def new(n: int, **changes: object) -> NewAttachment:
    """One of a report of its own."""
    known = {
        "id": AttachmentId(f"at_{n}"),
        "event_id": EventId(f"ev_{n}"),
        "event_key": EventKey(f"ek_{n}"),
        "record_id": RecordId(f"rc_{n}"),
        "source": "hotline_12345",
        "sealed_ref": bytes([n, 0, 255]),
    }
    return NewAttachment(**(known | changes))  # type: ignore[arg-type]  # its own fields


def put(store: Store, *wanted: NewAttachment) -> None:
    """Notes them, each a minute after the one before."""
    for n, one in enumerate(wanted):
        with store.write() as conn:
            attachments.add(conn, [one], MORNING + n * MINUTE)


def due(store: Store, minutes: int, source: str = "hotline_12345") -> list[str]:
    """Ids of those that are due then."""
    with store.read() as conn:
        return [one.id for one in attachments.due(conn, source, MORNING + minutes * MINUTE, 10)]


def test_what_is_wanted_is_due_at_once_in_order_and_of_its_source_alone(store: Store) -> None:
    put(store, new(1), new(2), new(3, source="police_grid"), new(4, code="F107"))
    assert ["at_1", "at_2"] == due(store, 5)
    assert ["at_3"] == due(store, 5, "police_grid")
    assert ["at_1"] == due(store, 0)
    with store.read() as conn:
        (wanted, _) = attachments.due(conn, "hotline_12345", MORNING + MINUTE, 10)
        refused = attachments.get(conn, "at_4")
    assert (bytes([1, 0, 255]), 0, "rc_1") == (wanted.sealed_ref, wanted.attempts, wanted.record_id)
    assert refused is not None
    assert (AttachmentState.REFUSED, "F107") == (refused.state, refused.code)


def test_a_file_that_is_named_again_stays_as_it_is(store: Store) -> None:
    put(store, new(1))
    with store.write() as conn:
        attachments.settle(conn, AttachmentId("at_1"), FETCHED)
    put(store, new(1, record_id=RecordId("rc_9")))
    with store.read() as conn:
        found = attachments.get(conn, "at_1")
    assert found is not None
    assert (AttachmentState.FETCHED, "rc_1") == (found.state, found.record_id)


def test_bytes_come_back_as_they_went_in_and_nothing_ends_twice(store: Store) -> None:
    put(store, new(1))
    with store.write() as conn:
        attachments.settle(conn, AttachmentId("at_1"), FETCHED)
        attachments.settle(conn, AttachmentId("at_1"), Got(state=AttachmentState.EXPIRED, code="F111"))
    with store.read() as conn:
        found = attachments.get(conn, "at_1")
        assert found is not None
        assert FETCHED.sealed == attachments.body(conn, found.id)
        assert (AttachmentState.FETCHED, "jpeg", 3) == (found.state, found.kind, found.size)
        assert ["at_1"] == [one.id for one in attachments.undecided(conn, 10)]
        assert {"fetched": 1} == attachments.counts(conn)
    assert [] == due(store, 5)


def test_one_that_is_tried_again_waits_until_then(store: Store) -> None:
    put(store, new(1))
    with store.write() as conn:
        attachments.try_again(conn, AttachmentId("at_1"), "F113", MORNING + 3 * MINUTE)
    assert ([], ["at_1"]) == (due(store, 2), due(store, 3))
    with store.read() as conn:
        (wanted,) = attachments.due(conn, "hotline_12345", MORNING + 3 * MINUTE, 10)
    assert 1 == wanted.attempts


def test_what_was_mended_is_wanted_once_more_from_its_beginning(store: Store) -> None:
    put(store, new(1), new(2), new(3, source="police_grid"))
    with store.write() as conn:
        for n, code in ((1, "F102"), (2, "F103"), (3, "F102")):
            got = Got(state=AttachmentState.REFUSED, code=code)
            attachments.settle(conn, AttachmentId(f"at_{n}"), got)
        assert 1 == attachments.again(conn, "hotline_12345", ["F101", "F102"], MORNING + 9 * MINUTE)
    assert ([], ["at_1"]) == (due(store, 8), due(store, 9))


def test_a_decision_holds_until_the_next_and_takes_its_picture_along(store: Store) -> None:
    put(store, new(1))
    id_ = AttachmentId("at_1")
    with store.write() as conn:
        attachments.settle(conn, id_, FETCHED)
        said = {"by": "desk_07", "reason": "faces", "at": MORNING}
        attachments.decide(conn, id_, Disclosure.COVERED, picture=(b"\x00sealed", 7), **said)  # type: ignore[arg-type]
        covered = attachments.get(conn, id_)
        assert b"\x00sealed" == attachments.shown(conn, id_)
        attachments.decide(conn, id_, Disclosure.WITHHELD, picture=None, **said)  # type: ignore[arg-type]
        withheld = attachments.of_reports(conn, ["ek_1"])["ek_1"][0]
        assert None is attachments.shown(conn, id_)
        assert [] == attachments.undecided(conn, 10)
    assert covered is not None
    assert (Disclosure.COVERED, "desk_07", "faces", 7, MORNING) == (
        covered.disclosure,
        covered.decided_by,
        covered.reason,
        covered.shown_size,
        covered.decided_at,
    )
    assert (Disclosure.WITHHELD, 0) == (withheld.disclosure, withheld.shown_size)


def test_files_go_with_their_records(store: Store) -> None:
    put(store, new(1), new(2))
    with store.write() as conn:
        attachments.forget(conn, ["rc_1", "rc_9"])
    assert ["at_2"] == due(store, 5)


def test_what_waits_too_long_is_counted_by_source(store: Store) -> None:
    put(store, new(1), new(2), new(3, source="police_grid"))
    with store.write() as conn:
        for n, code in ((2, "F102"), (3, "F108")):
            got = Got(state=AttachmentState.REFUSED, code=code)
            attachments.settle(conn, AttachmentId(f"at_{n}"), got)
        assert {"hotline_12345": 1} == attachments.unfetched_before(conn, MORNING + 5 * MINUTE)
        assert {} == attachments.unfetched_before(conn, MORNING)
        assert {"hotline_12345": 1} == attachments.unfollowed_since(conn, MORNING)
        assert {} == attachments.unfollowed_since(conn, MORNING + 5 * MINUTE)
        attachments.settle(conn, AttachmentId("at_1"), FETCHED)
        counted = [attachments.undecided_before(conn, MORNING + n * MINUTE) for n in (0, 1)]
    assert [0, 1] == counted


def test_the_queries_of_an_idle_worker_read_no_row(store: Store) -> None:
    """Fetched ones are many and stay: looking for what is due must not pass by them."""
    with store.read() as conn:
        asked = attachments.due_of("x", MORNING, 10).compile(store.engine)
        if store.is_postgresql:
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = conn.exec_driver_sql(f"EXPLAIN {asked}", dict(asked.params)).scalars().all()
        else:
            values = tuple(asked.params[name] for name in asked.positiontup or ())
            plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", values)]
    assert "attachment_waiting" in " ".join(plan)
