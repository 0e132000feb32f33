"""Marks: by persons, and by requesters through their source; who is not content opens a matter again, once."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.errors import Refused
from hub.model import Actor, Draft, Move, Satisfaction
from hub.store import evaluations
from hub.whistle.evaluation import Aspect, Mark
from tests.instruments import MORNING, HubInHand
from tests.unit.run.lives import decide, whistle_of
from tests.unit.run.matters import is_sound, report
from tests.unit.run.sources import pipe
from tests.unit.run.test_answering import heard
from tests.unit.run.test_moving_on import tell

SATISFIED, DISSATISFIED = Satisfaction.SATISFIED, Satisfaction.DISSATISFIED


@pytest.fixture
def done(hub: HubInHand) -> HubInHand:
    """A hub whose one matter, a burst pipe, was handled by zilai."""
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign", "result")
    return hub


def says(hub: HubInHand, word: Satisfaction | None, *, hours: int, ref: str = "A1") -> Draft:
    """The report of that number as its source has it, so many hours after the morning."""
    return replace(pipe(hub, ref), satisfaction=word, version=(MORNING + timedelta(hours=hours)).isoformat())


def give(hub: HubInHand, by: Actor = Actor.CENTRE, **marks: int) -> str:
    """The centre, or who is told, marks zilai's whistle; gives back its state."""
    hub.clock.pause(60)
    aspects = {Aspect(name): value for name, value in marks.items()}
    one = Mark(by=by, account="zhongxin01", aspects=aspects, at=hub.clock.now())
    with hub.hub.store.write() as conn:
        return hub.hub.evaluating.mark(conn, whistle_of(hub, "zilai"), one).state


def stand(hub: HubInHand, department: str = "zilai") -> tuple[str, int]:
    """(state, round) of the department's whistle."""
    bodies = dict(hub.rows("SELECT department, body FROM whistle"))
    body = orjson.loads(bodies[department])
    return body["state"], body["round"]


def given(hub: HubInHand) -> list[tuple[str, int, dict[str, int]]]:
    """(by, round, marks) of zilai's whistle."""
    id_ = whistle_of(hub, "zilai")
    with hub.hub.store.read() as conn:
        some = evaluations.of_whistles(conn, [id_]).get(id_, [])
    return [(one.by, one.round, {each.value: n for each, n in one.aspects.items()}) for one in some]


def test_a_mark_is_a_move_of_its_whistle_and_stands_in_its_history(done: HubInHand) -> None:
    assert "evaluated" == give(done, response=90, resolve=80)
    assert "evaluated" == give(done, Actor.BLOWER, satisfy=70)
    assert [("centre", 0, {"response": 90, "resolve": 80}), ("blower", 0, {"satisfy": 70})] == given(done)
    assert [("evaluate", "centre", "zhongxin01"), ("evaluate", "blower", "zhongxin01")] == [
        tuple(row)
        for row in done.rows("SELECT move, actor, \"by\" FROM step WHERE move = 'evaluate' ORDER BY version")
    ]


def test_what_is_not_done_is_not_marked_and_neither_is_what_was_done_long_ago(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    with pytest.raises(Refused, match="W101"):
        give(hub, resolve=50)
    report(hub, "zilai", "sign", "result")
    hub.clock.pause(30 * 86_400)
    with pytest.raises(Refused, match="W122"):
        give(hub, resolve=50)
    assert [] == given(hub)


@pytest.mark.parametrize(
    ("by", "mark", "code"), [(Actor.CENTRE, 101, "W121"), (Actor.DEPARTMENT, 50, "W101")]
)
def test_a_mark_that_is_none_changes_nothing(done: HubInHand, by: Actor, mark: int, code: str) -> None:
    with pytest.raises(Refused) as refused:
        give(done, by, resolve=mark)
    assert code == refused.value.code
    assert (("result", 0), []) == (stand(done), given(done))


def test_a_content_requester_marks_through_the_source(done: HubInHand) -> None:
    tell(done, says(done, SATISFIED, hours=5))
    assert [("requester", 0, {"satisfy": 100})] == given(done)
    assert ("evaluated", 0) == stand(done)
    assert "signed" != stand(done, "jiedao_12")[0]  # who has not finished is not marked
    assert [(1,)] == done.rows("SELECT count(*) FROM evaluation")


@pytest.mark.nasty("N81")
def test_who_is_not_content_opens_the_whistle_again_once(done: HubInHand) -> None:
    tell(done, says(done, DISSATISFIED, hours=5))
    assert [("requester", 0, {"satisfy": 0})] == given(done)
    assert ("reopened", 1) == stand(done)
    report(done, "zilai", "result")
    tell(done, says(done, SATISFIED, hours=9))
    tell(done, says(done, DISSATISFIED, hours=11))  # the pack allows one reopening
    assert ("evaluated", 1) == stand(done)
    assert [(0, 0), (1, 100), (1, 0)] == [(round_, marks["satisfy"]) for _, round_, marks in given(done)]


@pytest.mark.nasty("N81")
def test_a_word_counts_once_however_often_the_source_repeats_it(done: HubInHand) -> None:
    tell(done, says(done, DISSATISFIED, hours=5))
    report(done, "zilai", "result")
    tell(done, replace(says(done, DISSATISFIED, hours=9), content="门口水管爆了，已修好。"))
    tell(done, says(done, None, hours=10))  # says nothing: what stood before stands
    tell(done, says(done, DISSATISFIED, hours=12))
    assert ("result", 1) == stand(done)
    assert 1 == len(given(done))


def test_a_part_is_done_again_with_its_lead_and_never_without(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "shizheng", "sign", "result")
    report(hub, "zilai", "sign", "result")
    with pytest.raises(Refused, match="W159"):
        decide(hub, "shizheng", Move.REWORK, "NOT_FIXED")
    assert (("result", 0), [("closed",)]) == (
        stand(hub, "shizheng"),
        hub.rows("SELECT state FROM incident"),
    )
    decide(hub, "zilai", Move.REWORK, "NOT_FIXED")
    decide(hub, "shizheng", Move.REWORK, "NOT_FIXED")
    assert (("reopened", 1), ("reopened", 1)) == (stand(hub), stand(hub, "shizheng"))
    assert ["accepted", "done_by_dept", "reopened", "in_progress"] == heard(hub, "A1")


@pytest.mark.nasty("N81")
def test_who_is_not_content_opens_no_part_whose_lead_may_not_be_opened_once_more(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "shizheng", "sign", "result")
    report(hub, "zilai", "sign", "result")
    decide(hub, "zilai", Move.REWORK, "NOT_FIXED")
    report(hub, "zilai", "result")
    tell(hub, says(hub, DISSATISFIED, hours=5))
    assert (("evaluated", 1), ("evaluated", 0)) == (stand(hub), stand(hub, "shizheng"))
    assert ([("closed",)], True) == (hub.rows("SELECT state FROM incident"), is_sound(hub))


@pytest.mark.nasty("N81", "N82")
def test_who_is_not_content_opens_the_lead_and_who_assisted_again(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "shizheng", "sign", "result")
    report(hub, "zilai", "sign", "result")
    tell(hub, says(hub, DISSATISFIED, hours=5))
    assert (("reopened", 1), ("reopened", 1)) == (stand(hub), stand(hub, "shizheng"))
    assert ["accepted", "done_by_dept", "reopened", "in_progress"] == heard(hub, "A1")


@pytest.mark.nasty("N81")
def test_after_the_packs_time_nothing_is_opened_again_and_within_it_an_archived_one_is(
    done: HubInHand,
) -> None:
    done.clock.pause(40 * 86_400)
    tell(done, says(done, DISSATISFIED, hours=24 * 40))
    assert (("result", 0), []) == (stand(done), given(done))


def test_a_word_before_there_is_a_result_marks_nothing(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    tell(hub, says(hub, DISSATISFIED, hours=5))
    assert (("blown", 0), []) == (stand(hub), given(hub))
    report(hub, "zilai", "sign", "result")
    tell(hub, says(hub, SATISFIED, hours=9))
    assert [("requester", 0, {"satisfy": 100})] == given(hub)


def test_each_of_several_requesters_has_a_voice(done: HubInHand) -> None:
    tell(done, pipe(done, "A2"))
    tell(done, says(done, SATISFIED, hours=5), says(done, DISSATISFIED, hours=6, ref="A2"))
    assert [(0, 100), (0, 0)] == [(round_, marks["satisfy"]) for _, round_, marks in given(done)]
    assert ("reopened", 1) == stand(done)


def test_by_command_a_whistle_is_marked_and_its_score_told(done: HubInHand) -> None:
    whistle = whistle_of(done, "zilai")
    where = ["--store", done.hub.settings.store_url]
    env = {"GRIDPLUS_HOME": str(done.hub.settings.home), "GRIDPLUS_CLOCK_START": done.clock.now().isoformat()}
    marks = ["--response", "90", "--resolve", "80", "--satisfy", "100"]
    run = CliRunner()
    gave = run.invoke(
        main, ["mark", "give", whistle, "--as", "blower", "--by", "wangge01", *marks, *where], env=env
    )
    assert (0, "evaluated") == (gave.exit_code, orjson.loads(gave.stdout)["state"])
    told = orjson.loads(run.invoke(main, ["mark", "list", whistle, *where], env=env).stdout)
    ((one,),) = ((round_ for round_ in told["rounds"]),)
    assert (89.0, "scored") == (one["score"], one["why"][-1]["rule"])
    wrong = run.invoke(
        main, ["mark", "give", whistle, "--as", "centre", "--by", "z", "--resolve", "999", *where], env=env
    )
    assert 1 == wrong.exit_code
    assert "W121" in wrong.stderr
    (flag,) = orjson.loads(run.invoke(main, ["mark", "flags", *where], env=env).stdout)["flags"]
    assert (whistle, "no_evidence") == (flag["whistle_id"], flag["kind"])
    doubt = ["mark", "withdraw", whistle, "--by", "zhongxin01", "--reason", "SEEN", *where]
    assert {"withdrawn": 1} == orjson.loads(run.invoke(main, doubt, env=env).stdout)
    again = run.invoke(main, doubt, env=env)
    assert (1, True) == (again.exit_code, "W142" in again.stderr)
    (flag,) = orjson.loads(run.invoke(main, ["mark", "flags", *where], env=env).stdout)["flags"]
    assert ("zhongxin01", "SEEN") == (flag["withdrawn_by"], flag["reason_code"])
