"""When it happened and when it was told: zones, clocks that are wrong, dates that mean nothing. Rules: domain.md N33–N37."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from hub.clock import SHANGHAI, FixedClock
from hub.kit.outcome import Level, NotApplicable, check
from hub.kit.story import Story
from hub.kit.subject import NOON, Subject, demand
from hub.model import Arrival, Draft

_NO_TIMES: Final = "its system says no times"
_SUMMER: Final = datetime(2026, 7, 1, 2, 30, tzinfo=SHANGHAI)
_WINTER: Final = datetime(2026, 1, 15, 23, 59, tzinfo=SHANGHAI)
_SLACK: Final = timedelta(seconds=61)
"""Some systems write minutes only."""
_MARKED: Final = frozenset({"clock_suspect", "times_disordered"})
_AHEAD: Final = timedelta(hours=2)
_MEANT_AS_NONE: Final = (
    datetime(1900, 1, 1, tzinfo=SHANGHAI),
    datetime(1970, 1, 1, 8, 0, tzinfo=SHANGHAI),
    datetime(9999, 12, 31, tzinfo=SHANGHAI),
)


@check("zone", Level.SILVER, "times arrive as the moments that were meant, in summer and in winter")
def zone(subject: Subject) -> None:
    for moment in (_SUMMER, _WINTER):
        told = subject.says(
            at=moment, occurred_at=moment - timedelta(minutes=30), reported_at=moment - timedelta(minutes=10)
        )
        story = subject.story(told, clock=FixedClock(moment + timedelta(minutes=10)))
        said = (told.at, told.occurred_at, told.reported_at)
        for found in _moments(story):
            demand(
                any(abs(found - one) <= _SLACK for one in said),
                "shifted",
                "a time is another moment than was meant",
            )


@check("any-machine", Level.SILVER, "the zone of the machine changes nothing")
def any_machine(subject: Subject) -> None:
    with subject.at_desk(subject.says()) as desk:
        told = [one for one in desk.run().told if one.drafts]
        for one in told:
            with _machine_in("America/New_York"):
                other = tuple(desk.adapter.normalise(one.body, Arrival(desk.clock.now(), one.body.kind)))
            demand(
                other == one.drafts,
                "local",
                "in another zone of the machine the same record says something else",
            )


@check("clock-ahead", Level.SILVER, "a time that has not come yet stays as it was sent, for the hub to judge")
def clock_ahead(subject: Subject) -> None:
    ahead = NOON + _AHEAD
    story = subject.story(subject.says(occurred_at=ahead, reported_at=ahead))
    demand(bool(story.told), "lost", "a report whose clock is ahead is thrown away")
    for draft in story.drafts:
        kept = not _of(draft) or any(one > NOON + timedelta(minutes=30) for one in _of(draft))
        demand(
            kept or bool(_MARKED & {*draft.flags}),
            "moved",
            "a time that has not come yet is put right unsaid",
        )


@check("no-date", Level.SILVER, "a date that stands for none is none")
def no_date(subject: Subject) -> None:
    if not any(_of(draft) for draft in subject.story(subject.says()).drafts):
        raise NotApplicable(_NO_TIMES)
    for meant in _MEANT_AS_NONE:
        story = subject.story(subject.says(occurred_at=meant))
        demand(bool(story.told), "lost", "a report with a date that stands for none is thrown away")
        for draft in story.drafts:
            taken = [one for one in _of(draft) if abs(one - meant.astimezone(UTC)) < timedelta(days=1)]
            demand(not taken, "believed", f"{meant:%Y-%m-%d} is taken for a date")


@check(
    "times-in-disorder",
    Level.SILVER,
    "told before it happened: both times stay as they were sent, for the hub to judge",
)
def times_in_disorder(subject: Subject) -> None:
    happened, told = NOON - timedelta(minutes=30), NOON - timedelta(hours=30)
    story = subject.story(subject.says(occurred_at=happened, reported_at=told))
    demand(bool(story.told), "lost", "a report whose times are in disorder is thrown away")
    for draft in story.drafts:
        moved = draft.occurred_at == told or draft.reported_at == happened
        demand(
            not moved or bool(_MARKED & {*draft.flags}), "moved", "times in disorder are put in order unsaid"
        )


def _moments(story: Story) -> list[datetime]:
    """All times that came; raises NotApplicable where none did."""
    found = [moment for draft in story.drafts for moment in _of(draft)]
    if not found:
        raise NotApplicable(_NO_TIMES)
    return found


def _of(draft: Draft) -> list[datetime]:
    return [one for one in (draft.occurred_at, draft.reported_at) if one is not None]


@contextmanager
def _machine_in(zone_name: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone_name
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()
