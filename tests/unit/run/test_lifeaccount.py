"""The account of lives says who was answered: only whose newest word told of the end."""

import pytest
from sqlalchemy import update

from hub.model import Actor, Move
from hub.run.lifeaccount import lifecycle
from hub.store.tables import answer
from tests.instruments import HubInHand
from tests.unit.run.lives import decide
from tests.unit.run.matters import report
from tests.unit.run.sources import pipe
from tests.unit.run.test_moving_on import tell


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
