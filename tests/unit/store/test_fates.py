"""A record that holds several events ends in the fate that ranks first: held, dead, published, linked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub.access.vault import DataKey
from hub.model import Fate, Mode, RecordId
from hub.store import keys, records
from hub.store.engine import Store
from hub.store.records import End, NewRecord
from hub.store.tables import body
from tests.instruments import MORNING

ID = RecordId("rc_1")
IN_CASEWORK = None


def new(id_: RecordId = ID, sealed: bytes | None = b"sealed", size: int = 6) -> NewRecord:
    """A record, as it comes in."""
    return NewRecord(
        id=id_,
        source="hotline_12345",
        received_at=MORNING,
        kind="order",
        mode=Mode.LIVE,
        size=size,
        digest="d",
        dropped=("face",),
        sealed=sealed,
    )


def received(store: Store, sealed: bytes | None = b"sealed") -> None:
    """One record has come in, and nothing of it comes in again."""
    one = new(sealed=sealed)
    with store.write() as conn:
        if sealed is not None:
            keys.add(conn, [DataKey(ID, b"wrapped", b"salt")])
        assert 1 == records.add(conn, [one])
        assert 0 == records.add(conn, [one])


def fate(store: Store) -> str | None:
    """Where the record stands; None while it is open."""
    with store.read() as conn:
        (one,) = records.account(conn).values()
        return next((f.value for f in Fate if one[f.value]), None)


@pytest.mark.parametrize(
    ("from_intake", "from_casework", "end"),
    [
        pytest.param([IN_CASEWORK], [], None, id="open while casework has it"),
        pytest.param([IN_CASEWORK], [Fate.PUBLISHED], "published", id="one event, opened"),
        pytest.param([IN_CASEWORK], [Fate.LINKED, Fate.PUBLISHED], "published", id="linked, then opened"),
        pytest.param([IN_CASEWORK], [Fate.PUBLISHED, Fate.LINKED], "published", id="opened, then linked"),
        pytest.param([Fate.LINKED, IN_CASEWORK], [Fate.PUBLISHED], "published", id="a resend and a new one"),
        pytest.param(
            [Fate.PUBLISHED, IN_CASEWORK], [Fate.LINKED], "published", id="opened before, then linked"
        ),
        pytest.param(
            [Fate.PUBLISHED, IN_CASEWORK], [], "published", id="opened before, the rest in casework"
        ),
        pytest.param([Fate.LINKED, IN_CASEWORK], [], None, id="a resend while another is in casework"),
        pytest.param([Fate.DEAD, IN_CASEWORK], [Fate.PUBLISHED], "dead", id="unreadable beside opened"),
        pytest.param([IN_CASEWORK, Fate.HELD], [Fate.PUBLISHED], "held", id="held beside opened"),
        pytest.param([Fate.DEAD, Fate.HELD], [], "held", id="held beside unreadable"),
        pytest.param([Fate.LINKED, Fate.DEAD], [], "dead", id="unreadable beside a resend"),
    ],
)
def test_of_several_fates_the_first_in_rank_is_the_records(
    store: Store, from_intake: list[Fate | None], from_casework: list[Fate], end: str | None
) -> None:
    received(store)
    with store.write() as conn:
        records.settle(conn, [End(id=ID, fate=one) for one in from_intake], MORNING)
        for one in from_casework:
            records.settle_from_casework(conn, {ID: one}, MORNING)
    assert end == fate(store)


def test_every_record_is_counted_once_whatever_became_of_it(store: Store) -> None:
    ended = {RecordId(f"rc_{fate.value}"): fate for fate in Fate}
    with store.write() as conn:
        records.add(conn, [new(id_) for id_ in (*ended, RecordId("rc_open"))])
        records.settle(conn, [End(id=id_, fate=fate) for id_, fate in ended.items()], MORNING)
        account = records.account(conn)
    assert {
        "hotline_12345": {"records": 5, "published": 1, "linked": 1, "held": 1, "dead": 1, "open": 1}
    } == account


def test_what_ingress_refused_is_dead_at_once_and_cannot_be_read_again(store: Store) -> None:
    received(store, sealed=None)
    with store.write() as conn:
        assert 0 == records.replay(conn, [ID])
        assert [ID] == records.with_code(conn, "R105", "hotline_12345")
    assert "dead" == fate(store)


def test_a_held_record_that_is_put_back_waits_as_if_it_had_just_come(store: Store) -> None:
    received(store)
    with store.write() as conn:
        assert [ID] == [one.id for one in records.waiting(conn, "hotline_12345", 10)]
        records.settle(conn, [End(id=ID, fate=Fate.HELD, code="R401", owner="zhongxin")], MORNING)
        assert [] == records.waiting(conn, "hotline_12345", 10)
        assert 1 == records.replay(conn, records.with_code(conn, "R401", None))
        assert [ID] == [one.id for one in records.waiting(conn, "hotline_12345", 10)]
        assert [ID] == records.unsettled_before(conn, MORNING + timedelta(seconds=1))
    assert None is fate(store)


def test_a_record_that_comes_again_later_keeps_what_came_first(store: Store) -> None:
    received(store, b"first")
    again = replace(new(sealed=b"again"), received_at=MORNING + timedelta(minutes=1))
    with store.write() as conn:
        assert 1 == records.add(conn, [again, new(RecordId("rc_2"), b"other")])
        found = records.waiting(conn, "hotline_12345", 10)
        assert [(ID, b"first"), ("rc_2", b"other")] == [(one.id, one.sealed) for one in found]
        assert 2 == conn.execute(select(func.count()).select_from(body)).scalar_one()


def test_a_pointer_longer_than_its_column_is_cut_and_its_record_ends(store: Store) -> None:
    received(store)
    with store.write() as conn:
        records.settle(conn, [End(id=ID, fate=Fate.DEAD, code="R201", pointer="/x" * 500)], MORNING)
    assert "dead" == fate(store)


@pytest.mark.parametrize(
    ("sizes", "taken"),
    [
        pytest.param([4, 4, 4], 2, id="as many as fit"),
        pytest.param([4, 6, 1], 2, id="exactly full"),
        pytest.param([11, 1], 1, id="a large one alone"),
        pytest.param([4, 11, 1], 1, id="a large one ends the batch, and nothing overtakes it"),
        pytest.param([1] * 9, 5, id="no more than the limit of records"),
    ],
)
def test_one_look_takes_the_oldest_records_up_to_a_number_of_bytes_and_at_least_one(
    store: Store, sizes: list[int], taken: int
) -> None:
    expected = [RecordId(f"rc_{n}") for n in range(len(sizes))]
    with store.write() as conn:
        records.add(conn, [new(id_, size=size) for id_, size in zip(expected, sizes, strict=True)])
        found = records.waiting(conn, "hotline_12345", 5, limit_bytes=10)
    assert expected[:taken] == [one.id for one in found]
