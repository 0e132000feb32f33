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
from hub.whistle.lifecycle import (
    ACTIVE,
    DONE,
    OVER,
    RELIEVED,
    TABLE,
    UNBLOWN,
    UNSETTLED,
    Step,
    advance,
    is_above,
    open_moves,
)
from hub.whistle.returns import check_return

BLOWN_AT = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
SIGN = Deadline(
    step="sign",
    due_at=BLOWN_AT + timedelta(hours=1),
    limit=Duration(1, Unit.URGENT_HOUR),
    from_at=BLOWN_AT,
    provisional=False,
)
UNTIL = BLOWN_AT + timedelta(days=2)
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


MAIN_ROAD = [
    (Move.SUBMIT, Actor.BLOWER, WhistleState.SUBMITTED),
    (Move.APPROVE, Actor.REVIEWER, WhistleState.REVIEWED),
    (Move.BLOW, Actor.HUB, WhistleState.BLOWN),
    (Move.SIGN, Actor.DEPARTMENT, WhistleState.SIGNED),
    (Move.CONTACT, Actor.DEPARTMENT, WhistleState.CONTACTED),
    (Move.ARRIVE, Actor.DEPARTMENT, WhistleState.REPORTED_IN),
    (Move.HANDLE, Actor.DEPARTMENT, WhistleState.HANDLING),
    (Move.RESULT, Actor.DEPARTMENT, WhistleState.RESULT),
    (Move.EVALUATE, Actor.BLOWER, WhistleState.EVALUATED),
    (Move.CHECK, Actor.CENTRE, WhistleState.CHECKED),
    (Move.ARCHIVE, Actor.HUB, WhistleState.ARCHIVED),
]


def test_the_main_road_leads_from_a_draft_to_the_archive() -> None:
    whistle = replace(WHISTLE, state=WhistleState.DRAFT)
    for move, actor, state in MAIN_ROAD:
        whistle, step = advance(whistle, move, BLOWN_AT, actor=actor)
        assert (state, state) == (whistle.state, step.after)
    assert WHISTLE.version + len(MAIN_ROAD) == whistle.version


def beside(state: WhistleState, *, paused: bool, asked: bool, level: Level = Level.ROUTINE) -> Whistle:
    """A whistle in `state`, with what may stand beside it."""
    return replace(
        WHISTLE,
        state=state,
        level=level,
        paused_until=UNTIL if paused else None,
        asked_until=UNTIL if asked else None,
    )


FITS = {
    Move.PAUSE: lambda w: w.paused_until is None,
    Move.RESUME: lambda w: w.paused_until is not None,
    Move.ASK: lambda w: w.asked_until is None,
    Move.GRANT: lambda w: w.asked_until is not None,
    Move.DENY: lambda w: w.asked_until is not None,
    Move.UPGRADE: lambda w: w.level is not Level.EMERGENCY,
}
UP = {Move.UPGRADE: Level.EMERGENCY}
EVERY_WHISTLE = [
    beside(state, paused=paused, asked=asked, level=level)
    for state in WhistleState
    for paused in (False, True)
    for asked in (False, True)
    for level in Level
]


@pytest.mark.parametrize("actor", Actor)
@pytest.mark.parametrize("move", Move)
def test_every_move_follows_the_table_or_is_refused_with_the_open_ones(move: Move, actor: Actor) -> None:
    for whistle in EVERY_WHISTLE:
        way = TABLE.get((whistle.state, move))
        if way is not None and actor in way.by and FITS.get(move, lambda _: True)(whistle):
            moved, step = advance(whistle, move, BLOWN_AT, actor=actor, until=UNTIL, level=UP.get(move))
            assert (way.after, WHISTLE.version + 1) == (moved.state, moved.version)
            assert (WHISTLE.id, move, actor, BLOWN_AT) == (step.whistle_id, step.move, step.actor, step.at)
            assert (whistle.state, way.after, moved.version) == (step.before, step.after, step.version)
            assert move in open_moves(whistle, actor)
        else:
            with pytest.raises(Refused) as refusal:
                advance(whistle, move, BLOWN_AT, actor=actor, until=UNTIL, level=UP.get(move))
            assert refusal.value.code == "W101"
            assert (", ".join(open_moves(whistle, actor)) or "-") == refusal.value.facts["allowed"]
            assert move not in open_moves(whistle, actor)


def test_a_pause_ends_by_resuming_or_by_working_and_goes_on_beside_a_wish_for_more_time() -> None:
    waiting, step = advance(
        beside(WhistleState.SIGNED, paused=False, asked=False),
        Move.PAUSE,
        BLOWN_AT,
        actor=Actor.DEPARTMENT,
        until=UNTIL,
    )
    assert (UNTIL, UNTIL) == (waiting.paused_until, step.until)
    asking, _ = advance(waiting, Move.ASK, BLOWN_AT, actor=Actor.DEPARTMENT, until=UNTIL)
    granted, answer = advance(asking, Move.GRANT, BLOWN_AT, actor=Actor.CENTRE)
    assert (UNTIL, None, UNTIL) == (granted.paused_until, granted.asked_until, answer.until)
    for move in (Move.RESUME, Move.CONTACT, Move.ARRIVE, Move.HANDLE, Move.RETURN, Move.RESULT):
        assert advance(granted, move, BLOWN_AT, actor=Actor.DEPARTMENT)[0].paused_until is None


def test_who_is_asked_no_more_waits_for_no_answer() -> None:
    asking = beside(WhistleState.SIGNED, paused=False, asked=True)
    assert UNTIL == advance(asking, Move.CONTACT, BLOWN_AT, actor=Actor.DEPARTMENT)[0].asked_until
    for move, actor in (
        (Move.RESULT, Actor.DEPARTMENT),
        (Move.RETURN, Actor.DEPARTMENT),
        (Move.CANCEL, Actor.HUB),
    ):
        assert advance(asking, move, BLOWN_AT, actor=actor)[0].asked_until is None
    assert advance(asking, Move.DENY, BLOWN_AT, actor=Actor.CENTRE)[0].asked_until is None


def test_an_upgrade_climbs_the_ladder_and_leaves_the_state() -> None:
    low = beside(WhistleState.SIGNED, paused=False, asked=False)
    key, step = advance(low, Move.UPGRADE, BLOWN_AT, actor=Actor.HUB)
    hard, _ = advance(key, Move.UPGRADE, BLOWN_AT, actor=Actor.BLOWER)
    assert (Level.KEY, Level.KEY, Level.HARD) == (key.level, step.level, hard.level)
    with pytest.raises(Refused, match="W155"):
        advance(hard, Move.UPGRADE, BLOWN_AT, actor=Actor.HUB)
    emergency, _ = advance(low, Move.UPGRADE, BLOWN_AT, actor=Actor.CENTRE, level=Level.EMERGENCY)
    assert Level.EMERGENCY is emergency.level
    assert Move.UPGRADE not in open_moves(emergency, Actor.HUB)


@pytest.mark.parametrize(
    ("level", "than"),
    [(Level.KEY, Level.ROUTINE), (Level.HARD, Level.ROUTINE), (Level.HARD, Level.KEY)]
    + [(Level.EMERGENCY, level) for level in (Level.ROUTINE, Level.KEY, Level.HARD)],
)
def test_a_level_is_above_another_in_one_direction_only(level: Level, than: Level) -> None:
    assert (True, False, False) == (is_above(level, than), is_above(than, level), is_above(level, level))


def test_a_new_round_begins_with_each_reopening_and_with_nothing_else() -> None:
    for (state, move), way in TABLE.items():
        for whistle in (w for w in EVERY_WHISTLE if w.state is state and FITS.get(move, lambda _: True)(w)):
            moved, _ = advance(whistle, move, BLOWN_AT, actor=min(way.by), until=UNTIL, level=UP.get(move))
            assert (move in (Move.REOPEN, Move.REWORK)) == (moved.round == whistle.round + 1)


def test_returns_are_counted_and_nothing_else_is() -> None:
    twice = replace(WHISTLE, returns=2)
    returned, _ = advance(twice, Move.RETURN, BLOWN_AT, actor=Actor.DEPARTMENT)
    signed, _ = advance(twice, Move.SIGN, BLOWN_AT, actor=Actor.DEPARTMENT)
    assert (3, 2) == (returned.returns, signed.returns)


def test_done_relieved_and_the_states_before_them_are_all_there_are() -> None:
    assert set(WhistleState) == ACTIVE | UNSETTLED | UNBLOWN | DONE | RELIEVED
    assert len(WhistleState) == sum(map(len, (ACTIVE, UNSETTLED, UNBLOWN, DONE, RELIEVED)))
    assert OVER == DONE | RELIEVED
    assert set(WhistleState) - {state for state, _ in TABLE} == RELIEVED


def test_no_one_decides_about_their_own_wish() -> None:
    asked = {Move.SUBMIT, Move.RETURN, Move.ASK, Move.RESULT}
    decided = {
        Move.APPROVE,
        Move.REFUSE,
        Move.UPHOLD,
        Move.DISMISS,
        Move.REFER,
        Move.GRANT,
        Move.DENY,
        Move.CHECK,
    }
    for (_, move), way in TABLE.items():
        if move in decided:
            assert way.by <= {Actor.CENTRE, Actor.REVIEWER}
        if move in asked:
            assert way.by <= {Actor.DEPARTMENT, Actor.BLOWER}
        if Actor.DEPARTMENT in way.by:
            assert way.by <= {Actor.DEPARTMENT, Actor.CENTRE} | (
                {Actor.HUB} if move is Move.RESUME else set()
            )


def test_an_end_can_be_reached_from_every_state() -> None:
    reaching = set(OVER)
    for _ in WhistleState:
        reaching |= {state for (state, _), way in TABLE.items() if way.after in reaching}
    assert set(WhistleState) == reaching


@pytest.mark.nasty("N11")
def test_a_whistle_can_be_cancelled_from_every_state_that_is_not_an_end() -> None:
    cancellable = {state for state, move in TABLE if move is Move.CANCEL}
    assert set(WhistleState) - OVER == cancellable


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


@pytest.mark.nasty("N40")
@pytest.mark.parametrize(
    ("first", "code"),
    [
        pytest.param(replace(WHISTLE, returns=1), "W105", id="handed back by an earlier whistle"),
        pytest.param(
            replace(WHISTLE, blown_at=BLOWN_AT - timedelta(days=1)), "W106", id="called a day before"
        ),
    ],
)
def test_returns_and_their_time_count_from_the_first_call_of_the_department(
    first: Whistle, code: str, calendar: Calendar
) -> None:
    with pytest.raises(Refused) as refusal:
        check_return(RETURN, WHISTLE, RULES, calendar, [first])
    assert code == refusal.value.code


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
