"""The whistle's table, walked over every state and every move."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Refused
from hub.model import (
    Actor,
    Deadline,
    DepartmentId,
    Duration,
    IncidentId,
    Level,
    Move,
    Reason,
    Report,
    ReportId,
    ReturnRules,
    Role,
    Unit,
    Whistle,
    WhistleId,
    WhistleState,
)
from hub.whistle.calendar import Calendar
from hub.whistle.lifecycle import ENDS, TABLE, Step, advance, open_moves
from hub.whistle.returns import check_return

BLOWN_AT = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
SIGN = Deadline(
    step="sign",
    due_at=BLOWN_AT + timedelta(hours=1),
    limit=Duration(1, Unit.URGENT_HOUR),
    from_at=BLOWN_AT,
    provisional=False,
)
WHISTLE = Whistle(
    id=WhistleId("wh_1"),
    incident_id=IncidentId("in_1"),
    department=DepartmentId("chengguan"),
    role=Role.LEAD,
    level=Level.ROUTINE,
    contract_id="chengguan-v1",
    clause="CG-1",
    state=WhistleState.BLOWN,
    blown_at=BLOWN_AT,
    deadlines=(SIGN,),
    reasons=(),
    returns=0,
    version=3,
)
RULES = ReturnRules(
    max_returns=1,
    within=Duration(4, Unit.WORK_HOUR),
    reason_codes=("NOT_MY_AREA", "NOT_MY_DUTY"),
    needs_evidence=True,
)
RETURN = Report(
    id=ReportId("rp_1"),
    whistle_id=WhistleId("wh_1"),
    department=DepartmentId("chengguan"),
    move=Move.RETURN,
    reported_at=BLOWN_AT + timedelta(hours=1),
    reason_code="NOT_MY_AREA",
    note="权属在邻区，附红线图",
)


def test_the_main_road_leads_from_blown_to_result() -> None:
    whistle = WHISTLE
    for move in (Move.SIGN, Move.CONTACT, Move.ARRIVE, Move.RESULT):
        whistle, _ = advance(whistle, move, BLOWN_AT, actor=Actor.DEPARTMENT)
    assert WhistleState.RESULT is whistle.state
    assert WHISTLE.version + 4 == whistle.version


@pytest.mark.parametrize("actor", Actor)
@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", WhistleState)
def test_every_move_follows_the_table_or_is_refused_with_the_open_ones(
    state: WhistleState, move: Move, actor: Actor
) -> None:
    whistle = replace(WHISTLE, state=state)
    way = TABLE.get((state, move))
    if way is not None and actor in way.by:
        moved, step = advance(whistle, move, BLOWN_AT, actor=actor)
        assert way.after is moved.state
        assert (
            Step(
                whistle_id=WHISTLE.id,
                move=move,
                actor=actor,
                at=BLOWN_AT,
                before=state,
                after=moved.state,
                version=WHISTLE.version + 1,
            )
            == step
        )
    else:
        with pytest.raises(Refused) as refusal:
            advance(whistle, move, BLOWN_AT, actor=actor)
        assert refusal.value.code == "W101"
        assert (", ".join(open_moves(state, actor)) or "-") == refusal.value.facts["allowed"]


@pytest.mark.parametrize("actor", Actor)
@pytest.mark.parametrize("state", WhistleState)
def test_open_moves_are_exactly_those_of_the_table(state: WhistleState, actor: Actor) -> None:
    theirs = {move for (at, move), way in TABLE.items() if at is state and actor in way.by}
    assert theirs == set(open_moves(state, actor))


def test_returns_are_counted_and_nothing_else_is() -> None:
    twice = replace(WHISTLE, returns=2)
    returned, _ = advance(twice, Move.RETURN, BLOWN_AT, actor=Actor.DEPARTMENT)
    signed, _ = advance(twice, Move.SIGN, BLOWN_AT, actor=Actor.DEPARTMENT)
    assert (3, 2) == (returned.returns, signed.returns)


def test_nothing_leads_on_from_a_result_a_relief_and_a_cancelled_whistle() -> None:
    assert {WhistleState.RESULT, WhistleState.REASSIGNED, WhistleState.CANCELLED} == ENDS


def test_a_department_cannot_decide_about_its_own_return_nor_the_centre_report_for_it() -> None:
    decisions = {Move.REFER, Move.UPHOLD, Move.DISMISS}
    for (_, move), way in TABLE.items():
        assert (move in decisions) == (way.by == {Actor.CENTRE})
        assert Actor.DEPARTMENT not in way.by or way.by == {Actor.DEPARTMENT}


def test_an_end_can_be_reached_from_every_state() -> None:
    reaching = set(ENDS)
    for _ in WhistleState:
        reaching |= {state for (state, _), way in TABLE.items() if way.after in reaching}
    assert set(WhistleState) == reaching


@pytest.mark.nasty("N11")
def test_a_whistle_can_be_cancelled_from_every_state_that_is_not_an_end() -> None:
    cancellable = {state for state, move in TABLE if move is Move.CANCEL}
    assert set(WhistleState) - ENDS == cancellable


@given(st.lists(st.tuples(st.sampled_from(Move), st.sampled_from(Actor)), max_size=16))
def test_no_sequence_of_moves_touches_a_deadline_or_loses_a_version(moves: list[tuple[Move, Actor]]) -> None:
    whistle = WHISTLE
    steps: list[Step] = []
    for move, actor in moves:
        try:
            at = BLOWN_AT + timedelta(minutes=len(steps))
            whistle, step = advance(whistle, move, at, actor=actor)
        except Refused:
            continue
        steps.append(step)
    assert WHISTLE.deadlines == whistle.deadlines
    assert WHISTLE.blown_at == whistle.blown_at
    assert [WHISTLE.version + 1 + index for index in range(len(steps))] == [step.version for step in steps]
    assert sum(step.move is Move.RETURN for step in steps) == whistle.returns


def test_a_return_with_a_known_reason_evidence_and_in_time_is_taken(calendar: Calendar) -> None:
    check_return(RETURN, WHISTLE, RULES, calendar)


@pytest.mark.parametrize(
    ("report", "whistle", "code"),
    [
        pytest.param(
            RETURN, replace(WHISTLE, reasons=(Reason("designated"),)), "W109", id="the centre decided"
        ),
        pytest.param(RETURN, replace(WHISTLE, returns=1), "W105", id="none left"),
        pytest.param(
            replace(RETURN, reported_at=BLOWN_AT + timedelta(hours=5)),
            WHISTLE,
            "W106",
            id="after noon: too late",
        ),
        pytest.param(replace(RETURN, reason_code="TOO_BUSY"), WHISTLE, "W104", id="no such reason"),
        pytest.param(replace(RETURN, reason_code=""), WHISTLE, "W104", id="no reason"),
        pytest.param(replace(RETURN, note="  "), WHISTLE, "W107", id="no evidence"),
    ],
)
def test_a_return_outside_the_contract_is_refused(
    report: Report, whistle: Whistle, code: str, calendar: Calendar
) -> None:
    with pytest.raises(Refused) as refusal:
        check_return(report, whistle, RULES, calendar)
    assert code == refusal.value.code
    assert ({"allowed": "NOT_MY_AREA, NOT_MY_DUTY"} if code == "W104" else {}) == refusal.value.facts


def test_a_contract_that_knows_no_reason_for_a_return_says_so(calendar: Calendar) -> None:
    with pytest.raises(Refused) as refusal:
        check_return(RETURN, WHISTLE, replace(RULES, reason_codes=()), calendar)
    assert {"allowed": "-"} == refusal.value.facts


def test_without_a_time_limit_no_return_is_too_late(calendar: Calendar) -> None:
    late = replace(RETURN, reported_at=BLOWN_AT + timedelta(days=300))
    check_return(late, WHISTLE, replace(RULES, within=None), calendar)


def test_a_filled_form_is_evidence_too(calendar: Calendar) -> None:
    check_return(replace(RETURN, note="", form={"reason": "权属在邻区"}), WHISTLE, RULES, calendar)
    check_return(replace(RETURN, note=""), WHISTLE, replace(RULES, needs_evidence=False), calendar)


def test_the_time_for_a_return_runs_in_office_hours_from_the_blowing(calendar: Calendar) -> None:
    at_noon = replace(RETURN, reported_at=BLOWN_AT + timedelta(hours=4))
    check_return(at_noon, WHISTLE, RULES, calendar)


@pytest.mark.nasty("N38")
def test_a_return_is_never_too_late_by_a_deadline_that_is_only_provisional(calendar: Calendar) -> None:
    new_years_eve = datetime(2026, 12, 31, 9, 0, tzinfo=UTC)  # 17:00 in Shanghai, the calendar's last day
    whistle = replace(WHISTLE, blown_at=new_years_eve)
    check_return(replace(RETURN, reported_at=new_years_eve + timedelta(days=4)), whistle, RULES, calendar)
