"""Positions move with the effects, compared and swapped: who slept through a rebalance commits nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from hub.bus.message import Fenced
from hub.store import outbox
from hub.store.engine import Store, insert
from hub.store.tables import data_key

PART = ("grid.events", 0)


def work(store: Store, first: int, following: int, effect: str) -> None:
    """A batch: an effect, and the position after it, in one transaction."""
    with store.write() as conn:
        insert(conn, data_key, [{"subject": effect, "wrapped": b"", "salt": b""}])
        outbox.advance(conn, "casework", {PART: (first, following)})


def effects(store: Store) -> list[str]:
    """What batches have left behind."""
    with store.read() as conn:
        return list(conn.execute(select(data_key.c.subject).order_by(data_key.c.subject)).scalars())


def test_a_position_moves_from_batch_to_batch(store: Store) -> None:
    work(store, 0, 500, "one")
    work(store, 500, 512, "two")
    assert {PART: 512} == outbox.positions(store, "casework")


def test_offsets_may_have_gaps(store: Store) -> None:
    work(store, 3, 500, "one")
    work(store, 777, 800, "two")
    assert {PART: 800} == outbox.positions(store, "casework")


@pytest.mark.parametrize(
    ("first", "following"),
    [
        pytest.param(0, 10, id="the same batch"),
        pytest.param(0, 3, id="a part of it"),
        pytest.param(9, 30, id="its last message and newer ones"),
    ],
)
def test_a_worker_that_slept_past_a_rebalance_is_fenced_and_its_effects_are_gone(
    store: Store, other: Store, first: int, following: int
) -> None:
    work(store, 0, 10, "successor")
    with pytest.raises(Fenced):
        work(other, first, following, "zombie")
    assert (["successor"], {PART: 10}) == (effects(store), outbox.positions(store, "casework"))


def test_of_two_workers_at_the_same_batch_at_once_one_holds_and_one_is_fenced(
    store: Store, other: Store
) -> None:
    def late() -> str:
        try:
            work(other, 0, 10, "late")
        except Fenced:
            return "fenced"
        return "held"

    with ThreadPoolExecutor() as pool:
        with store.write() as conn:
            outbox.advance(conn, "casework", {PART: (0, 10)})
            outcome = pool.submit(late)  # waits for this transaction, whenever it gets there
        assert "fenced" == outcome.result(timeout=20)
    assert [] == effects(store)


def test_one_fenced_partition_undoes_the_whole_batch(store: Store) -> None:
    work(store, 0, 10, "successor")
    with pytest.raises(Fenced), store.write() as conn:
        outbox.advance(conn, "casework", {("grid.events", 1): (0, 5), PART: (4, 9)})
    assert {PART: 10} == outbox.positions(store, "casework")


def test_groups_and_partitions_move_on_their_own(store: Store) -> None:
    with store.write() as conn:
        outbox.advance(conn, "casework", {PART: (0, 10), ("grid.events", 1): (0, 7)})
        outbox.advance(conn, "audit", {PART: (0, 2)})
    assert {PART: 10, ("grid.events", 1): 7} == outbox.positions(store, "casework")
    assert {PART: 2} == outbox.positions(store, "audit")
    assert {} == outbox.positions(store, "new")
