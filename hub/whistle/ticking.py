"""What time alone does to a whistle: which steps are late by now, which move is the hub's to make, when to look again.

Pure; `hub.run.matters.ticks` reads, makes and stores it. A provisional deadline does nothing until the calendar that it waits
for is loaded: nobody is late by a guess.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from hub.clock import day_of
from hub.model import Actor, Deadline, Duration, Move, Role, Whistle
from hub.whistle.calendar import Calendar
from hub.whistle.carrying import taken_over
from hub.whistle.clocks import with_waits
from hub.whistle.counting import Wait
from hub.whistle.lifecycle import Step, open_moves
from hub.whistle.reached import REVIEW, done_at, is_done, level_since, of_round
from hub.whistle.rules import Rules
from hub.whistle.timetable import waits_of

EXTENDED: Final = "extended"
"""Why a late step does not count: it may be done until later."""
CARRIED: Final = "carried"
"""Why a late step does not count: it was late by a whistle of the same department that ended, and counts there."""
REVIEWER: Final = "reviewer"
"""Why a late review does not count: it was a post's to make, before the department was called."""
RulesOn = Callable[[date], Rules]


@dataclass(frozen=True, slots=True)
class Late:
    """A step that was not reached when it was due, by the rules; `excused` says why it does not count, "" where it
    does."""

    step: str
    due_at: datetime
    excused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What there is to do with one whistle at one moment."""

    late: tuple[Late, ...]
    """Of the present round, as its history tells of it now."""
    in_time: tuple[tuple[str, datetime], ...]
    """Steps of the present round that were reached when they were due at the latest, and when."""
    move: Move | None
    """What the hub does now."""
    look_at: datetime | None
    """When to look again if nothing is done with it before; None for never."""


def tick(
    whistle: Whistle, steps: Sequence[Step], rules_on: RulesOn, calendar: Calendar, now: datetime
) -> Tick:
    """What `whistle`, whose moves are `steps`, asks for at `now`. A moment has passed once it is over: what is done at
    the very moment at which it is due is in time."""
    late: list[Late] = []
    in_time: list[tuple[str, datetime]] = []
    ahead: list[datetime] = []
    before = taken_over(whistle)
    for one in whistle.deadlines:
        done = done_at(steps, one.step, whistle.round)
        if done is None and is_done(whistle, steps, one.step):
            continue
        if found := lateness(one, done or now):
            was_late = one.step in before and before[one.step].is_over
            late.append(replace(found, excused=CARRIED) if was_late else found)
        elif done is not None:
            in_time.append((one.step, done))
        if done is None and not one.provisional:
            ahead += [at for at in (one.due_at, one.counts_at) if at >= now]
    coming = dict(_moves(whistle, steps, rules_on, calendar))
    due = [move for move, at in coming.items() if at < now]
    ahead += coming.values()  # one that is due keeps its moment: whoever makes it not, finds it again
    return Tick(
        late=tuple(late),
        in_time=tuple(in_time),
        move=due[0] if due else None,
        look_at=min(ahead, default=None),
    )


def lateness(one: Deadline, until: datetime) -> Late | None:
    """That this step was not reached until then, where that is late; None where it is not, or nobody can say."""
    if one.provisional or one.due_at >= until:
        return None
    if one.step == REVIEW:
        return Late(one.step, one.due_at, REVIEWER)
    return Late(one.step, one.due_at, EXTENDED if until <= one.counts_at else "")


def _moves(
    whistle: Whistle, steps: Sequence[Step], rules_on: RulesOn, calendar: Calendar
) -> Iterator[tuple[Move, datetime]]:
    """The moves that the hub makes by the clock, each with its moment; the earlier in this order goes first."""
    open_ = open_moves(whistle, Actor.HUB)
    if Move.RESUME in open_ and whistle.paused_until is not None:
        yield Move.RESUME, whistle.paused_until
    # The matter rises with whoever leads it; who helps does not raise it.
    if (
        whistle.role is Role.LEAD
        and Move.UPGRADE in open_
        and (raised := _raised(whistle, steps, rules_on, calendar))
    ):
        yield Move.UPGRADE, raised
    if Move.ARCHIVE in open_ and (archived := _archived(steps, rules_on, calendar)):
        yield Move.ARCHIVE, archived


def _raised(
    whistle: Whistle, steps: Sequence[Step], rules_on: RulesOn, calendar: Calendar
) -> datetime | None:
    """哨声升级: a time after it was blown, reopened, or raised to its present level. It waits where the whistle does."""
    mine = of_round(steps, whistle.round)
    since = level_since(whistle, steps)
    level = rules_on(day_of(since)).levels.get(whistle.level)
    after = level.upgrade_after if level else None
    return _moment(after, since, tuple(waits_of(mine)), calendar) if after else None


def _archived(steps: Sequence[Step], rules_on: RulesOn, calendar: Calendar) -> datetime | None:
    """归档: a time after its result, its last mark or check; None where its history does not say when that was."""
    if not steps:
        return None
    since = steps[-1].at
    return _moment(rules_on(day_of(since)).archive_after, since, (), calendar)


def _moment(limit: Duration, since: datetime, waits: Sequence[Wait], calendar: Calendar) -> datetime | None:
    """None where the calendar does not reach that far."""
    found, _ = with_waits("", limit, since, [one for one in waits if one.until > since], calendar)
    return None if found.provisional else found.due_at
