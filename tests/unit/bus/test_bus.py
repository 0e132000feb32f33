"""What every bus promises: order within a key, at least once, positions from the database, nothing skipped."""

import pytest

from hub.bus import Message
from hub.bus.message import Partition
from hub.bus.topics import partition_of
from tests.unit.bus.exchange import TOPICS, Exchange, collect, numbered, values


def test_messages_of_one_key_keep_their_order_and_their_partition(exchange: Exchange) -> None:
    exchange.say(*numbered(range(40), keys=6))
    exchange.say(*numbered(range(40, 60), keys=6))
    consumer = exchange.consumer()
    got = collect(consumer, 60)
    consumer.close()
    for key in range(6):
        mine = [one for one in got if one.key == f"key{key}"]
        assert list(range(key, 60, 6)) == [int(one.value) for one in mine]
        assert {partition_of(f"key{key}", TOPICS["grid.events"])} == {one.part for one in mine}
    offsets: dict[int, list[int]] = {}
    for one in got:
        offsets.setdefault(one.part, []).append(one.offset)
    assert all(sorted(set(one)) == one for one in offsets.values())


def test_at_most_the_asked_number_comes_at_once_and_the_rest_follows(exchange: Exchange) -> None:
    exchange.say(*numbered(range(7)))
    consumer = exchange.consumer()
    for expected in (["0", "1", "2"], ["3", "4", "5"], ["6"]):
        got = collect(consumer, len(expected), limit=3)
        assert expected == values(got)
        exchange.handle(got)
    consumer.close()


def test_only_the_topics_asked_for_come(exchange: Exchange) -> None:
    exchange.say(*numbered(range(3), topic="grid.reports.zilai"), *numbered(range(3, 6)))
    consumer = exchange.consumer()
    assert ["3", "4", "5"] == values(collect(consumer, 3))
    assert [] == list(consumer.poll(10, 0.1))
    consumer.close()


def test_what_was_rolled_back_comes_again_and_what_was_stored_does_not(exchange: Exchange) -> None:
    exchange.say(*numbered(range(9)))
    consumer = exchange.consumer()
    exchange.handle(collect(consumer, 3))
    assert ["3", "4", "5", "6"] == values(collect(consumer, 4))
    consumer.rewind()
    assert ["3", "4", "5", "6", "7", "8"] == values(collect(consumer, 6))
    consumer.close()


def test_a_worker_that_died_is_followed_from_the_stored_position(exchange: Exchange) -> None:
    exchange.say(*numbered(range(9), keys=5))
    first = exchange.consumer()
    handled = collect(first, 4)
    exchange.handle(handled)
    collect(first, 5)
    first.close()
    second = exchange.consumer()
    rest = collect(second, 5)
    second.close()
    assert sorted(values(handled) + values(rest)) == [str(n) for n in range(9)]


def test_a_new_group_starts_at_the_beginning(exchange: Exchange) -> None:
    exchange.say(*numbered(range(5)))
    first = exchange.consumer()
    exchange.handle(collect(first, 5))
    first.close()
    second = exchange.consumer(group="audit")
    assert ["0", "1", "2", "3", "4"] == values(collect(second, 5))
    second.close()


def test_a_topic_that_joins_a_group_later_is_read_from_its_beginning(exchange: Exchange) -> None:
    exchange.say(*numbered([1, 2], topic="grid.reports.zilai"))
    exchange.say(*numbered([3, 4]))
    first = exchange.consumer()
    exchange.handle(collect(first, 2))
    first.close()
    second = exchange.consumer("grid.events", "grid.reports.zilai")
    assert ["1", "2"] == values(collect(second, 2))
    assert [] == list(second.poll(10, 0.1))
    second.close()


def test_a_message_is_there_exactly_if_its_transaction_holds(exchange: Exchange) -> None:
    def rolled_back() -> None:
        with exchange.store.write() as conn:
            exchange.outbox.append(conn, [Message("grid.events", "k", "never")], exchange.clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rolled_back()
    exchange.carry()
    exchange.say(Message("grid.events", "k", "held"))
    consumer = exchange.consumer()
    assert ["held"] == values(collect(consumer, 1))
    assert [] == list(consumer.poll(10, 0.1))
    consumer.close()


def test_the_relay_publishes_once_and_marks_what_it_sent(exchange: Exchange) -> None:
    exchange.say(*numbered(range(3)))
    assert 0 == exchange.waiting()
    exchange.carry()
    consumer = exchange.consumer()
    assert ["0", "1", "2"] == values(collect(consumer, 3))
    assert [] == list(consumer.poll(10, 0.1))
    consumer.close()


def test_a_roll_back_while_the_store_is_away_passes_nothing_over(exchange: Exchange) -> None:
    """The store that failed the effects fails the question for the positions too."""
    away = [False]

    def positions(group: str) -> dict[Partition, int]:
        if away[0]:
            raise ConnectionError
        return dict(exchange.positions(group))

    exchange.say(*numbered(range(4)))
    consumer = exchange.bus.consumer("casework", ["grid.events"], positions)
    assert ["0", "1"] == values(collect(consumer, 2))
    away[0] = True
    consumer.rewind()
    with pytest.raises(ConnectionError):
        consumer.poll(2, 0.1)
    away[0] = False
    assert ["0", "1", "2", "3"] == values(collect(consumer, 4))
    consumer.close()


def test_other_peoples_characters_arrive_as_they_were_sent(exchange: Exchange) -> None:
    exchange.say(Message("grid.events", "键", '{"文": "𠮷 é \\u0000"}'))
    consumer = exchange.consumer()
    (got,) = collect(consumer, 1)
    consumer.close()
    assert ("键", '{"文": "𠮷 é \\u0000"}') == (got.key, got.value)


def test_making_the_topics_again_changes_nothing(exchange: Exchange) -> None:
    exchange.say(*numbered([1]))
    exchange.bus.ensure(TOPICS, retention_s=86_400)
    consumer = exchange.consumer()
    assert ["1"] == values(collect(consumer, 1))
    consumer.close()


def test_what_is_unread_is_counted_from_each_position(exchange: Exchange) -> None:
    exchange.say(*numbered(range(12), keys=6))
    consumer = exchange.consumer()
    got = collect(consumer, 12)
    consumer.close()
    for part in {one.part for one in got}:
        mine = [one.offset for one in got if one.part == part]
        place: Partition = ("grid.events", part)
        counted = [
            exchange.bus.unread({place: position})[place] for position in (0, mine[0] + 1, mine[-1] + 1)
        ]
        assert [len(mine), len(mine) - 1, 0] == counted
