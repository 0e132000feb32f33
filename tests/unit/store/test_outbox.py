"""What waits for the relay lies in parcels: each is read whole, in order, and nothing beside them is read again."""

from collections.abc import Callable

from sqlalchemy import insert, select, update

from hub.bus.message import Message
from hub.store import outbox
from hub.store.engine import Store
from hub.store.outbox import MOST, PARCEL, Outbox
from hub.store.tables import message, parcel
from tests.instruments import MORNING, before

TO_KAFKA = Outbox({"t": 4}, is_log=False)


def numbered(first: int, behind: int) -> list[Message]:
    """Messages that say their numbers."""
    return [Message("t", f"k{n}", str(n)) for n in range(first, behind)]


def say(store: Store, first: int, behind: int, box: Outbox = TO_KAFKA) -> None:
    """Those of one transaction."""
    with store.write() as conn:
        box.append(conn, numbered(first, behind), MORNING)


def read(store: Store, limit: int) -> list[int]:
    """What one look of the relay takes."""
    return [int(one.value) for _, _, one in outbox.unsent(store, limit)]


def carry(store: Store, limit: int) -> list[int]:
    """What one look takes, and it is carried."""
    portion = outbox.unsent(store, limit)
    with store.write() as conn:
        outbox.mark_sent(conn, [seq for seq, _, _ in portion])
    return [int(one.value) for _, _, one in portion]


def parcels(store: Store) -> list[int]:
    """How many messages each holds, in order."""
    with store.read() as conn:
        return list(conn.execute(select(parcel.c.number).order_by(parcel.c.id)).scalars())


def test_what_waits_for_the_relay_comes_oldest_first_and_goes_once_it_is_marked(store: Store) -> None:
    box = Outbox({"t": 4}, is_log=False)
    said = [Message("t", f"k{n}", f"v{n}") for n in range(601)]
    with store.write() as conn:
        box.append(conn, said[:400], MORNING)
        box.append(conn, said[400:600], MORNING)
    with store.write() as conn:
        box.append(conn, said[600:], MORNING)
    portion = outbox.unsent(store, 401)  # what one transaction said is carried whole
    assert said[:600] == [one for _, _, one in portion]
    with store.write() as conn:
        outbox.mark_sent(conn, [seq for seq, _, _ in portion])
        assert 1 == outbox.waiting(conn)
    assert said[600:] == [one for _, _, one in outbox.unsent(store, 600)]


def test_what_is_on_the_embedded_bus_waits_for_nobody(store: Store) -> None:
    with store.write() as conn:
        Outbox({}, is_log=True).append(conn, [Message("t", "k", "v")], MORNING)
        Outbox({}, is_log=True).append(conn, [], MORNING)
        assert 0 == outbox.waiting(conn)
        assert [("t", 0, "k", "v")] == conn.execute(
            select(message.c.topic, message.c.part, message.c.key, message.c.value)
        ).all()


def test_a_look_takes_parcels_until_its_limit_is_reached_and_one_in_any_case(store: Store) -> None:
    for first in range(0, 30, 10):
        say(store, first, first + 10)
    assert [10, 10, 20, 30] == [len(read(store, limit)) for limit in (1, 10, 11, 100)]
    assert list(range(30)) == read(store, 100)


def test_what_was_carried_between_two_parcels_is_not_read_again(store: Store) -> None:
    for first in (0, 3, 6):
        say(store, first, first + 3)
    with store.write() as conn:
        ids = list(conn.execute(select(parcel.c.id).order_by(parcel.c.id)).scalars())
        outbox.mark_sent(conn, [ids[1] * PARCEL])
    assert [0, 1, 2, 6, 7, 8] == read(store, 100)


def test_of_a_parcel_what_lies_on_another_bus_already_is_not_read(store: Store) -> None:
    say(store, 0, 3)
    with store.write() as conn:
        conn.execute(update(message).where(message.c.value == "1").values(sent=1))
    assert [0, 2] == read(store, 100)


def test_a_parcel_that_comes_between_the_two_looks_waits_for_the_next(store: Store, other: Store) -> None:
    """Its number was given out before that of another, which was committed first: it lies between two that are known."""
    with store.write() as conn:
        for number in (1, 3):
            _put(conn.execute, number)

    def comes() -> None:
        with other.write() as conn:
            _put(conn.execute, 2)

    before(store, "SELECT m.seq", comes)
    assert [1, 3] == read(store, 100)
    assert [1, 2, 3] == read(store, 100)


def _put(execute: Callable[..., object], number: int) -> None:
    row = {"topic": "t", "part": 0, "key": "k", "value": str(number), "made_us": 0, "sent": 0}
    execute(insert(message).values(seq=number * PARCEL, **row))
    execute(insert(parcel).values(id=number, number=1))


def test_what_a_transaction_says_beyond_a_parcel_lies_in_the_next_ones_in_order(store: Store) -> None:
    say(store, 0, 2 * MOST + 5)
    say(store, 2 * MOST + 5, 2 * MOST + 6)
    assert [MOST, MOST, 5, 1] == parcels(store)
    assert list(range(2 * MOST + 6)) == read(store, 3 * MOST)


def test_what_is_sent_again_lies_in_parcels_as_large_as_any_and_in_order(store: Store) -> None:
    for first in range(0, 5_000, 500):
        say(store, first, first + 500, Outbox({}, is_log=True))
    with store.write() as conn:
        outbox.send_again(conn, is_log=False)
        assert 5_000 == outbox.waiting(conn)
    assert [MOST, MOST, 1_000] == parcels(store)
    say(store, 5_000, 5_001)
    carried = [carry(store, 1) for _ in range(5)]
    assert [MOST, MOST, 1_000, 1, 0] == [len(one) for one in carried]
    assert list(range(5_001)) == [n for one in carried for n in one]


def test_what_a_relay_had_carried_is_sent_again_with_what_waited(store: Store) -> None:
    for first in (0, 3, 6):
        say(store, first, first + 3)
    assert [0, 1, 2] == carry(store, 1)
    with store.write() as conn:
        outbox.send_again(conn, is_log=False)
    say(store, 9, 10)
    assert list(range(10)) == carry(store, 100)
    assert [] == parcels(store)


def test_on_another_log_everything_lies_there_and_waits_for_nobody(store: Store) -> None:
    say(store, 0, 3)
    with store.write() as conn:
        outbox.send_again(conn, is_log=True)
        assert 0 == outbox.waiting(conn)
        assert {1} == set(conn.execute(select(message.c.sent)).scalars())
