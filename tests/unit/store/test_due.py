"""Whistles are found when their moment is over, and late steps are facts: on both databases."""

from dataclasses import replace
from datetime import timedelta

from hub.model import Deadline, Duration, Unit, Whistle, WhistleId
from hub.store import due, lateness, whistles
from hub.store.engine import Store
from hub.store.lateness import Fact
from tests.instruments import MORNING
from tests.unit.whistle.histories import BLOWN

HOUR = timedelta(hours=1)
KEY = ("wh_1", "sign", 0)


def whistle(n: int, due_in: timedelta, *, provisional: bool = False) -> Whistle:
    """One whose only deadline comes so long after nine."""
    only = Deadline(
        step="finish",
        due_at=MORNING + due_in,
        limit=Duration(1, Unit.WORK_DAY),
        from_at=MORNING,
        provisional=provisional,
    )
    return replace(BLOWN, id=WhistleId(f"wh_{n}"), blown_at=MORNING, deadlines=(only,))


def stored(store: Store, *some: Whistle) -> None:
    """They stand in the store."""
    with store.write() as conn:
        whistles.add(conn, some, MORNING)


def found(store: Store, after: timedelta, most: int = 10) -> list[str]:
    """Ids of those whose moment is over so long after nine."""
    with store.read() as conn:
        return [one.id for one in due.passed(conn, MORNING + after, most)]


def test_a_whistle_is_found_once_its_first_moment_is_over_or_an_hour_after_its_call(store: Store) -> None:
    stored(store, whistle(1, HOUR / 2), whistle(2, 9 * HOUR), whistle(3, HOUR / 4))
    assert [] == found(store, HOUR / 4)
    assert ["wh_3", "wh_1"] == found(store, HOUR)
    assert ["wh_3"] == found(store, HOUR, most=1)
    assert ["wh_3", "wh_1", "wh_2"] == found(store, HOUR + timedelta(microseconds=1))


def test_a_pause_that_ends_sooner_is_a_moment_too(store: Store) -> None:
    stored(store, whistle(1, 9 * HOUR))
    with store.write() as conn:
        waits = replace(whistle(1, 9 * HOUR), paused_until=MORNING + HOUR / 3, version=2)
        whistles.change(conn, [(waits, 1)], MORNING)
    assert ["wh_1"] == found(store, HOUR / 2)


def test_it_is_looked_at_again_when_that_was_said_unless_somebody_changed_it(store: Store) -> None:
    stored(store, *(whistle(n, HOUR / 2) for n in range(3)))
    with store.write() as conn:
        changed = replace(whistle(2, HOUR / 2), version=7)
        due.look_again(
            conn,
            [(whistle(0, HOUR / 2), MORNING + 2 * HOUR), (whistle(1, HOUR / 2), None), (changed, None)],
        )
        due.look_again(conn, [])
    assert ["wh_2"] == found(store, HOUR)
    assert {"wh_0", "wh_2"} == set(found(store, 3 * HOUR))
    with store.write() as conn:
        due.put_off(conn, "wh_2", 1, MORNING + 9 * HOUR)
        due.put_off(conn, "wh_0", 7, MORNING + 9 * HOUR)  # somebody changed it meanwhile
    assert ["wh_0"] == found(store, 3 * HOUR)


def test_provisional_ones_are_found_by_id_and_are_certain_once_they_were_counted_again(store: Store) -> None:
    stored(store, *(whistle(n, 9 * HOUR, provisional=n != 1) for n in range(4)))
    with store.write() as conn:
        assert ["wh_0", "wh_2"] == [one.id for one in due.provisional(conn, "", 2)]
        assert ["wh_3"] == [one.id for one in due.provisional(conn, "wh_2", 2)]
        certain, gone = whistle(0, HOUR / 2), replace(whistle(2, HOUR), version=9)
        assert 1 == whistles.retime(conn, [certain, gone])
        assert ["wh_2", "wh_3"] == [one.id for one in due.provisional(conn, "", 9)]
        assert {"wh_0": certain} == whistles.load(conn, ["wh_0"])
    assert ["wh_0"] == found(store, HOUR)


def test_a_fact_is_written_once_and_only_its_excuse_changes(store: Store) -> None:
    second = Fact(("wh_1", "sign", 1), MORNING, "extended")
    with store.write() as conn:
        assert 2 == lateness.note(conn, [Fact(KEY, MORNING), second], MORNING + HOUR)
        assert 0 == lateness.note(conn, [Fact(KEY, MORNING + HOUR, "extended")], MORNING + HOUR)
        lateness.excuse(conn, KEY, "", "appeal")
        lateness.excuse(conn, second.key, "appeal", "")
        assert {KEY: Fact(KEY, MORNING, "appeal"), second.key: second} == lateness.of_whistles(
            conn, ["wh_1", "wh_2"]
        )
        lateness.take_back(conn, KEY)
        assert [second.key] == list(lateness.of_whistles(conn, ["wh_1"]))
