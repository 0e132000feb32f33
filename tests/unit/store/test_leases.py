"""A lease is taken, prolonged, taken over and given back; who lost it commits nothing more."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from hub.bus.message import Fenced
from hub.store import leases
from hub.store.engine import Store, insert
from hub.store.leases import Holding, Lease
from hub.store.tables import data_key
from tests.instruments import MORNING

LENGTH = timedelta(seconds=15)
LATER = MORNING + timedelta(seconds=16)


def take(store: Store, holder: str, at: timedelta = timedelta()) -> Lease | None:
    """The lease of the relay, `at` after the morning began."""
    return leases.take(store, "relay", holder, MORNING + at, LENGTH)


def test_the_first_who_comes_has_it_and_the_second_has_not(store: Store) -> None:
    assert Lease("relay", "a", 1) == take(store, "a")
    assert None is take(store, "b")


def test_leases_of_other_names_are_free(store: Store) -> None:
    take(store, "a")
    assert Lease("intake:x", "b", 1) == leases.take(store, "intake:x", "b", MORNING, LENGTH)


def test_its_holder_prolongs_it_and_stays_the_same(store: Store) -> None:
    take(store, "a")
    assert Lease("relay", "a", 1) == take(store, "a", timedelta(seconds=10))
    assert None is take(store, "b", timedelta(seconds=20))


def test_after_its_end_another_takes_it_over_under_a_new_epoch(store: Store) -> None:
    take(store, "a")
    assert Lease("relay", "b", 2) == take(store, "b", timedelta(seconds=16))
    assert None is take(store, "a", timedelta(seconds=17))
    assert Lease("relay", "a", 3) == take(store, "a", timedelta(seconds=33))


def test_a_holder_whom_nobody_followed_goes_on_after_its_end(store: Store) -> None:
    held = take(store, "a")
    assert held is not None
    assert held == take(store, "a", timedelta(hours=1))
    with store.write() as conn:
        leases.hold(conn, held)


def test_who_was_followed_is_fenced_and_what_it_did_is_rolled_back(store: Store, other: Store) -> None:
    stale = take(store, "a")
    assert stale is not None
    take(other, "b", timedelta(seconds=16))
    with pytest.raises(Fenced):
        _work(store, stale)
    with store.read() as conn:
        assert [] == conn.execute(select(data_key)).all()


def _work(store: Store, held: Lease) -> None:
    """An effect, and only then the proof that it was allowed."""
    with store.write() as conn:
        insert(conn, data_key, [{"subject": "zombie", "wrapped": b"", "salt": b""}])
        leases.hold(conn, held)


def test_the_same_worker_of_an_earlier_epoch_is_fenced_too(store: Store) -> None:
    stale = take(store, "a")
    assert stale is not None
    take(store, "b", timedelta(seconds=16))
    take(store, "a", timedelta(seconds=32))
    with pytest.raises(Fenced), store.write() as conn:
        leases.hold(conn, stale)


def test_given_back_it_is_free_at_once(store: Store) -> None:
    held = take(store, "a")
    assert held is not None
    leases.give_back(store, held)
    assert Lease("relay", "b", 2) == take(store, "b")
    with pytest.raises(Fenced), store.write() as conn:
        leases.hold(conn, held)


def test_who_was_followed_cannot_give_it_back_for_its_successor(store: Store) -> None:
    stale = take(store, "a")
    assert stale is not None
    take(store, "b", timedelta(seconds=16))
    leases.give_back(store, stale)
    assert None is take(store, "c", timedelta(seconds=17))


def test_who_was_counted_past_commits_nothing_until_it_took_the_lease_anew(store: Store) -> None:
    stale = leases.take(store, "intake:a", "a", MORNING, LENGTH)
    assert stale is not None
    untouched = take(store, "a")
    assert untouched is not None
    with store.write() as conn:
        assert 1 == leases.count_up(conn, "intake:")
    with pytest.raises(Fenced):
        _work(store, stale)
    assert Lease("intake:a", "a", 2) == leases.take(store, "intake:a", "a", MORNING, LENGTH)
    assert None is leases.take(store, "intake:a", "b", MORNING, LENGTH)  # it is its holder's still
    with store.write() as conn:
        leases.hold(conn, untouched)


def writes(store: Store) -> list[str]:
    """Statements that write, from now on."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "BEGIN IMMEDIATE")):
            seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    return seen


def test_who_holds_it_writes_nothing_until_half_its_life_is_over(store: Store, other: Store) -> None:
    holding = Holding(store, "relay", "a", LENGTH)
    assert Lease("relay", "a", 1) == holding.at(MORNING)
    seen = writes(store)
    assert Lease("relay", "a", 1) == holding.at(MORNING + timedelta(seconds=7))
    assert [] == seen
    assert Lease("relay", "a", 1) == holding.at(MORNING + timedelta(seconds=8))
    assert [] != seen
    assert None is take(other, "b", timedelta(seconds=22))  # prolonged in time
    assert Lease("relay", "b", 2) == take(other, "b", timedelta(seconds=24))


def test_who_waits_for_it_writes_nothing(store: Store, other: Store) -> None:
    take(store, "a")
    waiting = Holding(other, "relay", "b", LENGTH)
    seen = writes(other)
    assert [None, None] == [waiting.at(MORNING), waiting.at(MORNING + timedelta(seconds=5))]
    assert [] == seen
    assert Lease("relay", "b", 2) == waiting.at(MORNING + timedelta(seconds=16))


def test_what_is_believed_of_a_lost_lease_commits_nothing_and_ends(store: Store, other: Store) -> None:
    holding = Holding(store, "relay", "a", LENGTH)
    holding.at(MORNING)
    leases.give_back(other, Lease("relay", "a", 1))
    assert Lease("relay", "b", 2) == take(other, "b", timedelta(seconds=1))
    stale = holding.at(MORNING + timedelta(seconds=2))
    assert stale is not None
    with pytest.raises(Fenced):
        _work(store, stale)
    assert None is holding.at(MORNING + timedelta(seconds=8))


def test_given_back_by_its_holder_it_is_free_and_taken_anew_by_it(store: Store, other: Store) -> None:
    holding = Holding(store, "relay", "a", LENGTH)
    holding.give_back()  # nothing yet
    holding.at(MORNING)
    holding.give_back()
    assert Lease("relay", "b", 2) == take(other, "b")
    assert None is holding.at(MORNING)


def test_of_many_who_come_at_once_one_has_it(store: Store, other: Store) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        got = list(pool.map(lambda n: take((store, other)[n % 2], f"w{n}"), range(8)))
    assert 1 == sum(one is not None for one in got)


def test_nobody_takes_it_over_between_the_proof_and_the_commit(store: Store, other: Store) -> None:
    held = take(store, "a")
    assert held is not None
    with ThreadPoolExecutor() as pool:
        with store.write() as conn:
            leases.hold(conn, held)
            successor = pool.submit(_take_and_look, other)  # waits for this transaction
            insert(conn, data_key, [{"subject": "mine", "wrapped": b"", "salt": b""}])
        assert (2, ["mine"]) == successor.result(timeout=20)


def _take_and_look(store: Store) -> tuple[int, list[str]]:
    """The epoch of a lease that was over, and what its earlier holder had left by then."""
    got = leases.take(store, "relay", "b", LATER, LENGTH)
    with store.read() as conn:
        return got.epoch if got else 0, list(conn.execute(select(data_key.c.subject)).scalars())


def test_a_lease_that_a_clock_of_an_hour_ahead_gave_is_followed_at_once(store: Store) -> None:
    """Its holder is gone, and the clock was put right: nobody waits for the hour."""
    gone = leases.take(store, "relay", "a", MORNING + timedelta(hours=1), LENGTH)
    assert gone is not None
    assert Lease("relay", "b", 2) == take(store, "b")
    with pytest.raises(Fenced), store.write() as conn:
        leases.hold(conn, gone)


@pytest.mark.nasty("N89")
def test_clocks_a_few_minutes_apart_take_no_lease_from_each_other(store: Store) -> None:
    assert take(store, "a", timedelta(minutes=5)) is not None
    assert None is take(store, "b")


def test_a_holder_whose_clock_was_put_back_prolongs_by_the_new_time(store: Store) -> None:
    holding = Holding(store, "relay", "a", LENGTH)
    held = holding.at(MORNING + timedelta(hours=1))
    assert held == holding.at(MORNING)
    assert None is take(store, "b", timedelta(seconds=14))
    assert Lease("relay", "b", 2) == take(store, "b", timedelta(seconds=16))
