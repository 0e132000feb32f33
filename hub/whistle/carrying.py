"""Clocks that go on where a whistle ends and another of the same department takes its place: called off and called
again, merged, designated.

Pure. Whoever takes over what was open takes over when it was due; of that and of its own clock the earlier holds, for
what is due and for what counts. A step that was reached, and what a round before this one was about, is not taken
over; neither is the source's own deadline, which follows its keeper.

Time in which the department was not called runs on where its sources had let it go (called elsewhere, withdrawn): what
fell due meanwhile is late by the whistle that takes over. Where people kept it away (a return that was right, a merge, a
report taken out), what fell due meanwhile is nobody's: the heir's own clock holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final

from hub.model import Carried, Deadline, Ending, Stretch, Whistle
from hub.whistle.calendar import Calendar
from hub.whistle.counting import Wait
from hub.whistle.follow import is_brought
from hub.whistle.lifecycle import OVER, Step
from hub.whistle.reached import SOURCE, done_at, level_since, was_blown
from hub.whistle.retiming import Limits, terms_of
from hub.whistle.timetable import left_open

_BY_PEOPLE: Final = frozenset({Ending.REASSIGNED.value, Ending.MERGED.value, Ending.UNLINKED.value})
"""Endings after which a department is kept away by what a person decided."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A whistle that ended or goes elsewhere, with its history, and the limits of its contract."""

    whistle: Whistle
    limits: Limits
    steps: Sequence[Step]

    @property
    def ended_at(self) -> datetime | None:
        """None for one that is still open, but goes to another matter."""
        return self.steps[-1].at if self.steps and self.steps[-1].after in OVER else None

    def asked_until(self, at: datetime) -> datetime:
        """Until when its department was asked: who was relieved, until the return that was right (N41); `at` for one that
        is still open."""
        done = done_at(self.steps, "", self.whistle.round)
        return at if done is None else done

    @property
    def was_kept_away(self) -> bool:
        """Whether people ended it, and not its sources."""
        return self.ended_at is not None and any(one.rule in _BY_PEOPLE for one in self.whistle.reasons[-1:])


def carry(
    heir: Whistle, ended: Sequence[Ended], calendar: Calendar, at: datetime, *, merged: bool = False
) -> Whistle:
    """`heir` with what was open by `ended` when they ended, where that is earlier than what it has; taken over at
    `at`. `merged`: they were called for another matter, which became one with the heir's. Its deadlines are still its own:
    `hub.whistle.retiming` counts them anew."""
    mine, last = {one.step: one for one in heir.deadlines}, _last(ended)
    claims = [one for each in last for one in _left(each, calendar, at)]
    claims.sort(key=lambda one: one.due.step)
    taken = (
        _carried(heir, list(some), at, merged=merged)
        for _, some in groupby(claims, key=lambda one: one.due.step)
    )
    earlier = tuple(one for one in taken if _is_earlier(one, mine.get(one.step)))
    since = [level_since(each.whistle, each.steps) for each in last if each.whistle.level is heir.level]
    mine_since = heir.level_since or heir.blown_at
    return replace(
        heir,
        carried=(*heir.carried, *earlier),
        level_since=min(since) if since and min(since) < mine_since else heir.level_since,
    )


def taken_over(whistle: Whistle) -> Mapping[str, Carried]:
    """Step → what it was taken over with, of those steps that are due by that and not by the whistle's own clock."""
    return {
        due.step: one
        for due in whistle.deadlines
        for one in whistle.carried
        if (one.step, one.round) == (due.step, whistle.round)
        and (one.limit, one.from_at) == (due.limit, due.from_at)
    }


def _last(ended: Sequence[Ended]) -> Sequence[Ended]:
    """Those that no other one went on for: what was left open before and reached then is behind the department. Of one
    that was blown elsewhere, and came by a merge, nobody can say so."""
    ended = [one for one in ended if was_blown(one.steps)]
    own = [one for one in ended if not is_brought(one.whistle)]
    last = [
        one
        for one in ended
        if not any(
            after is not one and one.ended_at is not None and after.whistle.blown_at >= one.ended_at
            for after in own
        )
    ]
    return last or ended  # all at one moment


@dataclass(frozen=True, slots=True)
class _Left:
    """A step that a whistle left open, as it was due by one clock."""

    of: Whistle
    due: Deadline
    waits: tuple[Wait, ...]
    until: datetime
    """Until when what is late by it is that whistle's."""


def _left(one: Ended, calendar: Calendar, at: datetime) -> Iterator[_Left]:
    terms, until = terms_of(one.whistle, one.limits, one.steps), one.asked_until(at)
    for due, waits in left_open(terms, one.steps, calendar):
        if not one.was_kept_away:
            yield _Left(one.whistle, due, waits, until)
        elif not until <= due.counts_at < at:
            yield _Left(one.whistle, due, waits, at)


def _carried(heir: Whistle, claims: Sequence[_Left], at: datetime, *, merged: bool) -> Carried:
    """One step of all that left it open: as it is due first, and as it counts first."""
    first = min(claims, key=lambda one: one.due.due_at)
    soonest = min(claims, key=lambda one: one.due.counts_at)
    counts = soonest.due.counts_at
    return Carried(
        step=first.due.step,
        whistle_id=first.of.id,
        limit=first.due.limit,
        from_at=first.due.from_at,
        waits=tuple(Stretch(w.from_at, min(w.until, at)) for w in first.waits if w.from_at < at),
        at=at,
        due_at=first.due.due_at,
        managed_at=counts if counts > first.due.due_at else None,
        merged=merged,
        round=heir.round,
        ended_at=soonest.until,
    )


def _is_earlier(one: Carried, mine: Deadline | None) -> bool:
    """One that is due at the same moment holds where it is the same duty: more time may have been granted of it."""
    if mine is None:
        return one.step != SOURCE
    counts = max(one.due_at, one.managed_at or one.due_at)
    return (
        one.due_at < mine.due_at or counts < mine.counts_at or (one.due_at == mine.due_at and not one.merged)
    )
