"""The clocks of a whistle that is stored: counted again after a move, or by a calendar that reaches further.

Pure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hub.model import Deadline, Duration, Level, SourceClock, Whistle
from hub.whistle.calendar import Calendar
from hub.whistle.lifecycle import Effect, Step
from hub.whistle.reached import SOURCE, effect_of
from hub.whistle.timetable import NO_CODES, Terms, timetable

Limits = Callable[[Level], Mapping[str, Duration]]


def retimed(
    whistle: Whistle,
    limits: Limits,
    steps: Sequence[Step],
    calendar: Calendar,
    codes: Mapping[int, str] = NO_CODES,
) -> Whistle:
    """`whistle` with the deadlines that its history gives it; for after each move. `codes` as in `timetable`."""
    return replace(whistle, deadlines=timetable(terms_of(whistle, limits, steps), steps, calendar, codes))


def known_now(before: Whistle, after: Whistle) -> Whistle:
    """`before` with those deadlines of `after` that were provisional; what was certain is not counted again."""
    now = {one.step: one for one in after.deadlines}
    return replace(
        before,
        deadlines=tuple(now.get(one.step, one) if one.provisional else one for one in before.deadlines),
    )


def terms_of(
    whistle: Whistle, limits: Callable[[Level], Mapping[str, Duration]], steps: Iterable[Step]
) -> Terms:
    """The terms of a stored whistle, for who changes its clocks and has no event at hand."""
    before = next((one.raised_from for one in steps if effect_of(one) is Effect.TIGHTENS), None)
    return Terms(
        from_at=clock_of(whistle),
        level=before or whistle.level,
        limits=limits,
        source_clocks=source_clocks_of(whistle),
        carried=whistle.carried,
    )


def clock_of(whistle: Whistle) -> datetime:
    """When its own clock began."""
    return whistle.clock_at or _called_at(whistle)


def source_clocks_of(whistle: Whistle) -> tuple[SourceClock, ...]:
    """What the sources keep beside it."""
    return whistle.source_clocks if whistle.clock_at else tuple(_clocks(whistle))


def _called_at(whistle: Whistle) -> datetime:
    """The same of one that was blown before that was kept: a deadline that began later remembers it."""
    ours = [one for one in whistle.deadlines if one.step != SOURCE]
    facts = [(why.rule, why.facts) for one in ours for why in one.derivation]
    if calls := [told["called_at"] for rule, told in facts if rule == "reopened"]:
        return datetime.fromisoformat(str(calls[0]))
    began = [datetime.fromisoformat(str(told["clock_began"])) for rule, told in facts if rule == "upgraded"]
    return min((*began, *(one.from_at for one in ours)), default=whistle.blown_at)


def rounds_before(
    whistle: Whistle, limits: Limits, steps: Sequence[Step], calendar: Calendar
) -> Iterator[tuple[int, tuple[Deadline, ...]]]:
    """Each round that is over, with the deadlines that it had; but for the source's own, which are the present one's."""
    terms = replace(terms_of(whistle, limits, steps), source_clocks=())
    begins = [at for at, step in enumerate(steps) if effect_of(step) is Effect.NEW_ROUND]
    for number, at in enumerate(begins):
        yield number, timetable(terms, steps[:at], calendar)


def _clocks(whistle: Whistle) -> Iterator[SourceClock]:
    for one in whistle.deadlines:
        if one.step != SOURCE:
            continue
        for why in one.derivation:
            due_at = datetime.fromisoformat(str(why.facts["due_at"]))
            yield SourceClock(str(why.facts["name"]), due_at, one.from_at if due_at == one.due_at else None)
