"""The account of whistles' lives: each figure counts what it says, once, and nothing beside it."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from hub.errors import Refused
from hub.model import Actor, Mode, Move, Stage
from hub.run.matters.lifeaccount import lifecycle
from hub.store.tables import answer
from tests.instruments import HubInHand, person
from tests.unit.run.lives import decide, upgrade
from tests.unit.run.matters import matter, report
from tests.unit.run.sources import SOURCE, ReadAndTold, pipe
from tests.unit.run.test_moving_on import tell
from tests.unit.run.test_source import turns, worker_of
from tests.unit.run.test_supervising import look

POLICE = "police_grid"
"""A source over a one-way border: nothing can be told to it."""
EMPTY: dict[str, Any] = {
    "signed": 0,
    "reported_in": 0,
    "returned": 0,
    "arbitrated": 0,
    "upgraded": 0,
    "closed": 0,
    "cards": {"blue": 0, "yellow": 0, "red": 0},
    "answered_sources": 0,
    "cannot_be_told": 0,
    "unanswered": 0,
}


@pytest.fixture
def called(hub: HubInHand) -> HubInHand:
    """A hub whose one matter, a burst pipe, was told by two sources, of which one cannot be told anything."""
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    hub.tell(replace(pipe(hub, "P1"), requester=person(1)), source=POLICE)
    hub.settle(SOURCE, POLICE)
    assert matter(hub, "A1") == matter(hub, "P1")
    return hub


def account(hub: HubInHand) -> dict[str, Any]:
    """What differs from an account of nothing."""
    with hub.hub.store.read() as conn:
        found = lifecycle(conn)
    assert EMPTY.keys() == found.keys()
    return {name: figure for name, figure in found.items() if figure != EMPTY[name]}


def test_before_anybody_acts_there_is_nothing_to_count(called: HubInHand) -> None:
    assert {} == account(called)


def test_moves_of_a_department_count_its_whistle_once_however_often_they_come(called: HubInHand) -> None:
    report(called, "zilai", "sign", "return")
    called.clock.pause(60)
    report(called, "zilai", "sign", "arrive")
    report(called, "shizheng", "sign")
    with pytest.raises(Refused, match="W101"):
        report(called, "jiedao_12", "arrive")
    assert {"signed": 2, "reported_in": 1, "returned": 1} == account(called)


def test_what_was_decided_counts_the_whistle_and_what_was_raised_the_matter(called: HubInHand) -> None:
    report(called, "zilai", "return")
    decide(called, "zilai", Move.REFER)
    assert {"returned": 1} == account(called)
    decide(called, "zilai", Move.DISMISS)
    upgrade(called)
    upgrade(called)  # twice, with three whistles
    report(called, "shizheng", "return")
    decide(called, "shizheng", Move.UPHOLD)
    assert {"returned": 2, "arbitrated": 2, "upgraded": 1} == account(called)


def test_cards_are_counted_by_colour(called: HubInHand) -> None:
    look(called, days=20)
    issued = dict(called.rows("SELECT card, count(*) FROM card GROUP BY card"))
    assert {"blue", "yellow", "red"} >= issued.keys() != set()
    assert issued == {colour: n for colour, n in account(called)["cards"].items() if n}


def test_of_a_matter_that_ended_every_report_is_answered_or_cannot_be_or_waits_for_its_answer(
    called: HubInHand,
) -> None:
    report(called, "zilai", "sign")
    assert {"signed": 1} == account(called)  # of what goes on, nobody asks
    report(called, "zilai", "result")
    ended = {"signed": 1, "closed": 1, "cannot_be_told": 1}
    assert ended | {"unanswered": 1} == account(called)
    turns(called, worker_of(called, ReadAndTold()), 4)
    assert ended | {"answered_sources": 1} == account(called)


def test_who_heard_the_beginning_and_not_the_end_is_not_answered(called: HubInHand) -> None:
    hotline = ReadAndTold()
    worker = worker_of(called, hotline)
    report(called, "zilai", "sign")
    turns(called, worker, 4)
    assert [Stage.ACCEPTED] == [one.stage for one in hotline.heard]
    hotline.tell_trouble = [Refused("R201")]
    report(called, "zilai", "result")
    assert 1 == account(called)["unanswered"]
    turns(called, worker, 4)
    assert [("failed",), ("told",)] == called.rows(
        f"SELECT state FROM answer WHERE source = '{SOURCE}' ORDER BY state"  # noqa: S608 a test's own word
    )
    assert (1, None) == (account(called)["unanswered"], account(called).get("answered_sources"))


def test_history_that_was_loaded_is_answered_by_nobody_and_counted_by_nobody(called: HubInHand) -> None:
    called.tell(replace(pipe(called, "OLD"), requester=person(2)), mode=Mode.BACKFILL)
    called.settle()
    assert matter(called, "A1") == matter(called, "OLD")
    report(called, "zilai", "sign", "result")
    turns(called, worker_of(called, ReadAndTold()), 6)
    found = account(called)
    assert (1, 1, None) == (
        found["answered_sources"],
        found["cannot_be_told"],
        found.get("unanswered"),
    )


def test_a_matter_that_was_checked_and_one_that_was_opened_again_are_over_and_not(called: HubInHand) -> None:
    report(called, "zilai", "sign", "result")
    decide(called, "zilai", Move.CHECK)
    assert 1 == account(called)["closed"]
    decide(called, "zilai", Move.REOPEN)
    assert {"signed": 1} == account(called)


@pytest.fixture
def done(hub: HubInHand) -> HubInHand:
    """A hub whose one matter has ended; of its end nobody was told yet."""
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign")
    settle(hub, "waiting", "told")
    report(hub, "zilai", "result")
    hub.settle()
    return hub


def settle(hub: HubInHand, before: str, after: str) -> None:
    """All answers that stand so stand otherwise."""
    with hub.hub.store.write() as conn:
        conn.execute(update(answer).where(answer.c.state == before).values(state=after))


def answered(hub: HubInHand) -> tuple[int, int, int]:
    """Of reports of matters that have ended: told, cannot be told, neither."""
    with hub.hub.store.read() as conn:
        told = lifecycle(conn)
    return told["answered_sources"], told["cannot_be_told"], told["unanswered"]


@pytest.mark.parametrize(
    ("state", "counted"),
    [("waiting", (0, 0, 1)), ("failed", (0, 0, 1)), ("told", (1, 0, 0)), ("cannot", (0, 1, 0))],
)
def test_who_heard_that_it_was_signed_has_not_heard_that_it_is_done(
    done: HubInHand, state: str, counted: tuple[int, int, int]
) -> None:
    settle(done, "waiting", state)
    assert counted == answered(done)


def test_an_end_that_was_told_and_did_not_last_is_no_answer(done: HubInHand) -> None:
    settle(done, "waiting", "told")
    decide(done, "zilai", Move.REWORK, "NOT_FIXED")
    report(done, "zilai", "result")
    assert (0, 0, 1) == answered(done)
    settle(done, "waiting", "told")
    decide(done, "zilai", Move.CHECK)
    decide(done, "zilai", Move.ARCHIVE, actor=Actor.HUB)
    assert (0, 0, 1) == answered(done)
    settle(done, "waiting", "told")
    assert (1, 0, 0) == answered(done)


def test_a_newest_word_that_is_not_of_the_end_is_no_answer(done: HubInHand) -> None:
    with done.hub.store.write() as conn:
        conn.execute(answer.delete().where(answer.c.state == "waiting"))
    assert (0, 0, 1) == answered(done)
    with done.hub.store.write() as conn:
        conn.execute(answer.delete())
    assert (0, 0, 1) == answered(done)
