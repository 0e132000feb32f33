"""What time alone does to whistles: late steps are noted with their round, and the hub makes its moves by the clock."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from hub.clock import SHANGHAI
from hub.model import (
    Actor,
    Deadline,
    Draft,
    Duration,
    Level,
    Mode,
    Move,
    SourceClock,
    Stage,
    Unit,
    Whistle,
    WhistleState,
)
from hub.run.matters.ticks import Ticks
from hub.store import due, lateness, steps, whistles
from hub.store.lateness import Fact
from hub.store.moments import to_us
from hub.store.steps import Made
from hub.whistle.clocks import deadline
from hub.whistle.lifecycle import TABLE, advance
from hub.whistle.reached import SOURCE
from hub.whistle.retiming import retimed
from tests.instruments import MORNING, HubInHand
from tests.unit.run.matters import incidents
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import whistle_of
from tests.unit.run.test_moving_on import tell
from tests.unit.whistle.conftest import read_calendar

ZILAI = "zilai"
"""Signs within half an hour, contacts within two, arrives within four, finishes within two days: all without a break."""


@pytest.fixture
def called(hub: HubInHand) -> HubInHand:
    """A hub whose one matter has called its departments at six past nine."""
    tell(hub, pipe(hub, "A1"))
    return hub


def one(hub: HubInHand, department: str = ZILAI) -> Whistle:
    """The department's whistle as it stands."""
    id_ = whistle_of(hub, department)
    with hub.hub.store.read() as conn:
        return whistles.load(conn, [id_])[id_]


def go(hub: HubInHand, move: Move, at: datetime, until: datetime | None = None) -> Whistle:
    """The first who may makes this move with zilai's whistle, whose deadlines are counted anew."""
    whistle = one(hub)
    moved, step = advance(whistle, move, at, actor=min(TABLE[whistle.state, move].by), until=until)
    with hub.hub.store.write() as conn:
        steps.add(conn, [Made(step, "")])
        history = tuple(made.step for made in steps.of_whistles(conn, [whistle.id])[whistle.id])
        limits = hub.hub.contracts.of(conn, whistle.contract_id).limits_at
        timed = retimed(moved, limits, history, hub.hub.pack.calendar)
        whistles.change(conn, [(timed, whistle.version)], at)
    return timed


def tick_at(hub: HubInHand, moment: datetime) -> int:
    """Clockwork looks at this moment, until there is nothing left to do."""
    hub.clock.pause((moment - hub.clock.now()).total_seconds())
    clockwork, done = hub.hub.plain_clockwork(), 0
    while more := clockwork.step():
        done += more
    return done


def noted(hub: HubInHand, department: str = ZILAI) -> dict[tuple[str, int], str]:
    """(step, round) → why it does not count, of the department's whistle."""
    with hub.hub.store.read() as conn:
        found = lateness.of_whistles(conn, [whistle_of(hub, department)])
    return {key[1:]: fact.excused for key, fact in found.items()}


def looks_at(hub: HubInHand) -> int | None:
    """When clockwork looks at zilai's whistle next."""
    id_ = whistle_of(hub, ZILAI)
    moments: dict[str, int | None] = dict(hub.rows("SELECT id, due_us FROM whistle"))
    return moments[id_]


def due_of(whistle: Whistle, step: str) -> datetime:
    """When this step is due."""
    return next(each.due_at for each in whistle.deadlines if each.step == step)


def at(hour: int, minute: int = 0, day: int = 10) -> datetime:
    """A moment in March 2026."""
    return MORNING.replace(day=day, hour=hour, minute=minute)


# -- what is late -------------------------------------------------------------------------------------


def test_what_is_done_at_the_very_moment_at_which_it_is_due_is_in_time(called: HubInHand) -> None:
    sign = due_of(one(called), "sign")
    tick_at(called, sign)
    assert {} == noted(called)
    go(called, Move.SIGN, sign)
    tick_at(called, sign + timedelta(minutes=1))
    assert {} == noted(called)


def test_a_step_is_late_a_moment_after_it_is_due(called: HubInHand) -> None:
    tick_at(called, due_of(one(called), "sign") + timedelta(microseconds=1))
    assert {("sign", 0): ""} == noted(called)


def test_what_was_done_late_is_noted_though_clockwork_looks_only_afterwards(called: HubInHand) -> None:
    go(called, Move.SIGN, at(11))
    tick_at(called, at(11, 5))
    assert {("sign", 0): ""} == noted(called)


def test_what_was_done_in_time_is_not_though_clockwork_looks_only_afterwards(called: HubInHand) -> None:
    go(called, Move.SIGN, at(9, 20))
    go(called, Move.RESULT, at(9, 30))
    tick_at(called, at(11, 5, day=20))
    assert {} == noted(called)


@pytest.mark.nasty("N41")
def test_word_of_what_was_done_in_time_takes_back_what_was_noted_meanwhile(called: HubInHand) -> None:
    sign = due_of(one(called), "sign")
    tick_at(called, at(9, 50))
    assert {("sign", 0): ""} == noted(called)
    go(called, Move.SIGN, sign)
    tick_at(called, at(9, 55))
    assert {} == noted(called)


@pytest.mark.nasty("N41")
def test_what_is_noted_stays_whatever_is_done_later(called: HubInHand) -> None:
    tick_at(called, at(9, 50))
    for move, minute in ((Move.SIGN, 51), (Move.CONTACT, 52), (Move.RESULT, 53)):
        go(called, move, at(9, minute))
        tick_at(called, at(9, minute, day=30))
        assert "" == noted(called)["sign", 0]


def test_a_new_round_is_late_by_itself_beside_the_one_before(called: HubInHand) -> None:
    go(called, Move.SIGN, at(9, 10))
    go(called, Move.RESULT, at(12))
    go(called, Move.REOPEN, at(13))
    tick_at(called, at(18))
    # That zilai was late before the reopening is noted too, though nobody looked in between.
    assert {("contact", 0): "", ("contact", 1): "", ("arrive", 1): ""} == noted(called)


# -- what was granted, and what came late ---------------------------------------------------------------


@pytest.mark.nasty("N84")
def test_more_time_excuses_until_it_is_over_and_the_legal_fact_stays(called: HubInHand) -> None:
    go(called, Move.SIGN, at(9, 10))
    go(called, Move.ARRIVE, at(9, 20))
    legal = due_of(one(called), "finish")
    go(called, Move.ASK, at(10), until=at(18, day=16))
    go(called, Move.GRANT, at(11))
    tick_at(called, at(10, day=13))
    assert {("finish", 0): "extended"} == noted(called)
    assert [(to_us(legal),)] == called.rows("SELECT due_us FROM overdue WHERE step = 'finish'")[:1]
    assert to_us(at(18, day=16)) == looks_at(called)
    tick_at(called, at(18, 1, day=16))
    assert {("finish", 0): ""} == noted(called)
    go(called, Move.RESULT, at(19, day=16))
    tick_at(called, at(20, day=16))
    assert {("finish", 0): ""} == noted(called)


@pytest.mark.nasty("N84")
def test_what_is_finished_in_granted_time_stays_excused(called: HubInHand) -> None:
    go(called, Move.SIGN, at(9, 10))
    go(called, Move.ARRIVE, at(9, 20))
    go(called, Move.ASK, at(10), until=at(18, day=16))
    tick_at(called, at(10, day=13))
    assert {("finish", 0): ""} == noted(called)
    go(called, Move.GRANT, at(11, day=13))
    go(called, Move.RESULT, at(12, day=14))
    tick_at(called, at(9, day=17))
    assert {("finish", 0): "extended"} == noted(called)


def test_what_others_excused_stays_as_they_said(called: HubInHand) -> None:
    tick_at(called, at(9, 50))
    with called.hub.store.write() as conn:
        lateness.excuse(conn, (whistle_of(called, ZILAI), "sign", 0), "", "appeal")
    tick_at(called, at(11))
    assert "appeal" == noted(called)["sign", 0]


@pytest.mark.nasty("N79")
@pytest.mark.parametrize(
    ("days_late", "due_at", "excused"),
    [
        pytest.param(3, at(9, day=8), "late_received", id="over before it came"),
        pytest.param(3, at(12), "", id="not over when it came"),
        pytest.param(0, at(9, day=8), "", id="it came in time"),
    ],
)
def test_a_sources_deadline_that_was_over_when_the_hub_heard_of_it_does_not_count(
    hub: HubInHand, days_late: int, due_at: datetime, excused: str
) -> None:
    tell(hub, kept_since(hub, "A1", days_late, due_at))
    tick_at(hub, at(9, 8))
    tick_at(hub, at(13))
    assert {("sign", 0): "", ("contact", 0): "", (SOURCE, 0): excused}.items() <= noted(hub).items()


def kept_since(hub: HubInHand, ref: str, days_late: int, due_at: datetime) -> Draft:
    """A report that came so late, and until when its source has time."""
    reported = MORNING - timedelta(days=days_late)
    clock = SourceClock("city", due_at, reported)
    same = () if ref == "A1" else ("A1",)
    return replace(pipe(hub, ref), reported_at=reported, occurred_at=reported, clocks=(clock,), same_as=same)


@pytest.mark.nasty("N79")
@pytest.mark.parametrize(
    ("second", "again", "excused"),
    [
        pytest.param(2, False, "late_received", id="it was over before the one that keeps it came"),
        pytest.param(0, False, "", id="the one that keeps it came in time"),
        pytest.param(2, True, "late_received", id="nobody heard of it before, whatever is said again"),
    ],
)
def test_a_deadline_that_another_report_brings_is_judged_by_that_report(
    called: HubInHand, second: int, again: bool, excused: str
) -> None:
    late = kept_since(called, "A2", second, at(9, day=8))
    for version in range(1 + again):
        tell(called, replace(late, version=str(version)))
    assert 1 == len(incidents(called))
    tick_at(called, at(9, 20))
    assert excused == noted(called)[SOURCE, 0]


@pytest.mark.nasty("N79")
def test_a_deadline_that_was_heard_of_in_time_counts_however_late_it_is_said_again(hub: HubInHand) -> None:
    clock = SourceClock("city", at(9, 30), MORNING)
    tell(hub, replace(pipe(hub, "A1"), version="1", clocks=(clock,)))
    hub.clock.pause(4 * 86_400)
    tell(hub, replace(pipe(hub, "A1"), version="2", clocks=(clock,), content="门口水管爆了，水还在流。"))
    tick_at(hub, at(9, day=14))
    assert "" == noted(hub)[SOURCE, 0]


@pytest.mark.nasty("N78")
@pytest.mark.parametrize(
    ("stage", "mode"),
    [(Stage.CLOSED, Mode.BACKFILL), (Stage.IN_PROGRESS, Mode.BACKFILL), (Stage.CLOSED, Mode.LIVE)],
)
def test_what_its_source_is_through_with_and_what_is_history_brings_no_clock(
    called: HubInHand, stage: Stage, mode: Mode
) -> None:
    before = one(called)
    tell(called, replace(kept_since(called, "A2", 2, at(9, day=8)), stage=stage), mode=mode)
    assert 1 == len(incidents(called))
    assert before == one(called)
    tick_at(called, at(9, 20))
    assert {} == noted(called)


# -- moves of the hub's ---------------------------------------------------------------------------------


def test_a_pause_that_nobody_ends_is_ended_by_the_hub(called: HubInHand) -> None:
    go(called, Move.SIGN, at(9, 10))
    go(called, Move.PAUSE, at(9, 20), until=at(10, 20))
    tick_at(called, at(10, 20))
    assert at(10, 20) == one(called).paused_until
    tick_at(called, at(10, 21))
    after = one(called)
    assert (None, WhistleState.SIGNED) == (after.paused_until, after.state)
    assert timedelta(hours=3) == due_of(after, "contact") - min(d.from_at for d in after.deadlines)
    with called.hub.store.read() as conn:
        last = steps.of_whistles(conn, [after.id])[after.id][-1].step
    assert (Move.RESUME, Actor.HUB) == (last.move, last.actor)


def test_a_whistle_that_lies_too_long_at_its_level_is_raised_each_time_counted_anew(
    called: HubInHand,
) -> None:
    go(called, Move.SIGN, at(9, 10))
    tick_at(called, at(18, day=17))  # five working days end at closing time
    assert Level.ROUTINE is one(called).level
    tick_at(called, at(18, 1, day=17))
    assert Level.KEY is one(called).level
    tick_at(called, at(18, day=31))  # ten more
    assert Level.KEY is one(called).level
    tick_at(called, at(18, 1, day=31))
    assert Level.HARD is one(called).level
    tick_at(called, at(9, day=31) + timedelta(days=60))
    assert Level.HARD is one(called).level


def test_a_pause_of_a_day_puts_the_raising_off_by_a_day(called: HubInHand) -> None:
    go(called, Move.SIGN, at(9, 10))
    go(called, Move.PAUSE, at(9, 20), until=at(20, day=11))
    tick_at(called, at(18, 1, day=17))
    assert Level.ROUTINE is one(called).level
    tick_at(called, at(18, 1, day=18))
    assert Level.KEY is one(called).level


def test_what_is_done_is_archived_a_time_after_the_last_word_about_it(called: HubInHand) -> None:
    go(called, Move.SIGN, at(9, 10))
    go(called, Move.RESULT, at(12))
    go(called, Move.EVALUATE, at(12, day=13))
    tick_at(called, at(18, day=20))
    assert WhistleState.EVALUATED is one(called).state
    tick_at(called, at(18, 1, day=20))
    assert WhistleState.ARCHIVED is one(called).state
    assert looks_at(called) is None
    assert 0 == tick_at(called, at(9, day=31))


def test_a_move_that_was_seen_and_not_made_is_made_by_whoever_leads_next(called: HubInHand) -> None:
    go(called, Move.SIGN, at(9, 10))
    go(called, Move.PAUSE, at(9, 20), until=at(10, 20))
    with called.hub.store.write() as conn:
        seen = ticks(called).look(conn, at(10, 21), 10)
    assert [(one(called).id, Move.RESUME)] == [(due.whistle, due.move) for due in seen.moves]
    tick_at(called, at(10, 22))
    assert one(called).paused_until is None


def test_a_move_that_cannot_be_made_is_put_off_and_holds_up_no_other(called: HubInHand) -> None:
    go(called, Move.SIGN, at(9, 10))
    go(called, Move.RESULT, at(12))
    with called.hub.store.write() as conn:
        whistles.retime(conn, [replace(one(called), contract_id="zilai-v99")])
    tick_at(called, at(9, day=20))
    assert WhistleState.RESULT is one(called).state
    assert to_us(at(9, 10, day=20)) == looks_at(called)
    with called.hub.store.write() as conn:
        whistles.retime(conn, [replace(one(called), contract_id="zilai-v1")])
    tick_at(called, at(9, 11, day=20))
    assert WhistleState.ARCHIVED is one(called).state


# -- when it looks ------------------------------------------------------------------------------------


def test_it_looks_again_at_the_next_moment_that_matters(called: HubInHand) -> None:
    tick_at(called, at(10, 30))
    whistle = one(called)
    assert to_us(due_of(whistle, "contact")) == looks_at(called)
    go(called, Move.SIGN, at(10, 31))
    go(called, Move.PAUSE, at(10, 32), until=at(10, 40))
    tick_at(called, at(10, 33))
    assert to_us(at(10, 40)) == looks_at(called)


def test_what_somebody_changed_meanwhile_is_looked_at_as_the_change_says(called: HubInHand) -> None:
    before = one(called)
    go(called, Move.SIGN, at(9, 10))
    moment = looks_at(called)
    with called.hub.store.write() as conn:
        due.look_again(conn, [(before, None)])
    assert moment == looks_at(called)


def test_facts_keep_their_moment_and_are_written_once(called: HubInHand) -> None:
    key = (whistle_of(called, ZILAI), "sign", 0)
    with called.hub.store.write() as conn:
        assert 1 == lateness.note(conn, [Fact(key, at(9, 30))], at(9, 31))
        assert 0 == lateness.note(conn, [Fact(key, at(9, 40), "extended")], at(9, 41))
        assert {key: Fact(key, at(9, 30))} == lateness.of_whistles(conn, [key[0]])


# -- beyond the calendar --------------------------------------------------------------------------------

LAST_DAY = date(2026, 3, 12)


def provisional(hub: HubInHand) -> Whistle:
    """Zilai's whistle as a calendar would have timed it that ends on the 12th."""
    short = read_calendar(until=LAST_DAY)
    whistle = one(hub)
    certain = deadline("sign", Duration(1, Unit.URGENT_HOUR), MORNING, short)
    guess = deadline("finish", Duration(5, Unit.WORK_DAY), MORNING, short)
    changed = replace(whistle, deadlines=(certain, guess))
    with hub.hub.store.write() as conn:
        whistles.retime(conn, [changed])
    return changed


def ticks(hub: HubInHand, until: date | None = None) -> Ticks:
    """With the demo's calendar, cut off."""
    return Ticks(
        calendar=read_calendar(until=until), rules_on=hub.hub.pack.rules_on, contracts=hub.hub.contracts
    )


@pytest.mark.nasty("N38")
def test_nobody_is_late_by_a_deadline_that_is_only_provisional(called: HubInHand) -> None:
    guess = provisional(called)
    with called.hub.store.write() as conn:
        ticks(called, LAST_DAY).look(conn, at(9, day=14), 10)
    assert looks_at(called) is None  # when it is raised is not known either
    with called.hub.store.write() as conn:
        due.put_off(conn, guess.id, guess.version, at(9, day=27))
        ticks(called, LAST_DAY).look(conn, at(9, day=28), 10)
    assert guess.deadlines[-1].provisional
    assert {("sign", 0): ""} == noted(called)


@pytest.mark.nasty("N38")
def test_a_calendar_that_reaches_further_makes_provisional_deadlines_certain_and_they_count_then(
    called: HubInHand,
) -> None:
    guess = provisional(called)
    tick_at(called, at(9, day=16))
    after = one(called)
    assert (guess.deadlines[0], guess.version) == (after.deadlines[0], after.version)
    finish = after.deadlines[1]
    contract_says = datetime(2026, 3, 12, 9, 6, tzinfo=SHANGHAI)  # zilai's own two natural days
    assert (False, contract_says.date()) == (finish.provisional, finish.due_at.astimezone(SHANGHAI).date())
    assert [(0,)] == called.rows(f"SELECT provisional FROM whistle WHERE id = '{after.id}'")  # noqa: S608 ours
    tick_at(called, at(9, 1, day=16))
    assert "" == noted(called)["finish", 0]


@pytest.mark.nasty("N38")
def test_the_same_calendar_again_changes_nothing(called: HubInHand) -> None:
    with called.hub.store.write() as conn:
        whistle = one(called, "shizheng")
        limits = called.hub.contracts.of(conn, whistle.contract_id).limits_at
        whistles.retime(conn, [retimed(whistle, limits, (), read_calendar(until=MORNING.date()))])
        assert ("", 0) == ticks(called, MORNING.date()).retime(conn, "", 10)
        assert ("", 1) == ticks(called).retime(conn, "", 10)
        assert ("", 0) == ticks(called).retime(conn, "", 10)


def test_provisional_deadlines_are_counted_again_a_portion_at_a_time(called: HubInHand) -> None:
    with called.hub.store.write() as conn:
        for department in (ZILAI, "shizheng", "jiedao_12"):
            whistle = one(called, department)
            whistles.retime(conn, [replace(whistle, deadlines=(_unknown(whistle),))])
        ids = sorted(r[0] for r in conn.exec_driver_sql("SELECT id FROM whistle").all())
        assert (ids[1], 2) == ticks(called).retime(conn, "", 2)
        assert ("", 1) == ticks(called).retime(conn, ids[1], 2)


def _unknown(whistle: Whistle) -> Deadline:
    return deadline(
        "finish", Duration(5, Unit.WORK_DAY), whistle.blown_at, read_calendar(until=date(2025, 12, 31))
    )


def test_what_was_changed_meanwhile_is_not_written_over_by_a_newer_calendar(called: HubInHand) -> None:
    stale = one(called)
    signed = go(called, Move.SIGN, at(9, 10))
    with called.hub.store.write() as conn:
        assert 0 == whistles.retime(conn, [replace(stale, deadlines=())])
    assert signed == one(called)
