"""Clocks that go on where a whistle ends and another of the same department takes its place: called off and called
again, merged, designated.

Pure. Whoever takes over what was open takes over when it was due; of that and of its own clock the earlier holds, for
what is due and for what counts. A step that was reached, and what a round before this one was about, is not taken
over; neither is the source's own deadline, which follows its keeper.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from hub.model import Carried, Deadline, Stretch, Whistle
from hub.whistle.calendar import Calendar
from hub.whistle.counting import Wait
from hub.whistle.follow import is_brought
from hub.whistle.lifecycle import OVER, Step
from hub.whistle.reached import SOURCE, level_since
from hub.whistle.retiming import Limits, terms_of
from hub.whistle.timetable import left_open


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


def carry(
    heir: Whistle, ended: Sequence[Ended], calendar: Calendar, at: datetime, *, merged: bool = False
) -> Whistle:
    """`heir` with what was open by `ended` when they ended, where that is earlier than what it has; taken over at
    `at`. `merged`: they were called for another matter, which became one with the heir's. Its deadlines are still its own: `hub.whistle.retiming` counts them anew."""
    mine = {one.step: one for one in heir.deadlines}
    claims = [one for each in _last(ended) for one in _left(each, calendar)]
    claims.sort(key=lambda one: one.due.step)
    taken = (
        _carried(heir, list(some), at, merged=merged)
        for _, some in groupby(claims, key=lambda one: one.due.step)
    )
    earlier = tuple(one for one in taken if _is_earlier(one, mine.get(one.step)))
    since = [
        level_since(each.whistle, each.steps) for each in _last(ended) if each.whistle.level is heir.level
    ]
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


def _left(one: Ended, calendar: Calendar) -> Iterator[_Left]:
    terms = terms_of(one.whistle, one.limits, one.steps)
    return (_Left(one.whistle, due, waits) for due, waits in left_open(terms, one.steps, calendar))


def _carried(heir: Whistle, claims: Sequence[_Left], at: datetime, *, merged: bool) -> Carried:
    """One step of all that left it open: as it is due first, and as it counts first."""
    first = min(claims, key=lambda one: one.due.due_at)
    counts = min(one.due.counts_at for one in claims)
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
    )


def _is_earlier(one: Carried, mine: Deadline | None) -> bool:
    """One that is due at the same moment holds where it is the same duty: more time may have been granted of it."""
    if mine is None:
        return one.step != SOURCE
    counts = max(one.due_at, one.managed_at or one.due_at)
    return (
        one.due_at < mine.due_at or counts < mine.counts_at or (one.due_at == mine.due_at and not one.merged)
    )
