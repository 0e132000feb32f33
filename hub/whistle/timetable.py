"""Every deadline of a whistle, from its history, its contract's limits and the working calendar.

Pure, and the only place that says when something is due once a whistle was blown. The clock starts at the call and
not at the signature (N40). Only a pause, a granted extension and a new round make a deadline later; comments, word
that comes twice and every other move do nothing to it, and an upgrade only makes it earlier:

    pause      what it takes out of each unit stands in `hub.whistle.counting`; not of what is late or done already
    extension  `finish` may be managed until then; what is due stays what the rules say (N84)
    upgrade    the earlier of the old deadline and the new level's, counted from the upgrade, holds
    carried    a step that an earlier whistle of the department left open stays due as it was there; the earlier holds
    new round  all but the signature runs anew; what was due before is a fact of the round before
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from hub.clock import SHANGHAI
from hub.model import (
    Carried,
    Deadline,
    Duration,
    Level,
    Reason,
    SourceClock,
    Unit,
)
from hub.whistle.calendar import Calendar
from hub.whistle.clocks import due_from, with_waits
from hub.whistle.counting import Wait
from hub.whistle.lifecycle import LEAVES_A_PAUSE, OVER, Effect, Step
from hub.whistle.reached import SOURCE, effect_of, reached_at

NO_CODES: Final[Mapping[int, str]] = MappingProxyType({})
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a whistle is timed by: when its department was called, at which level, and the limits of its contract."""

    from_at: datetime
    level: Level
    """At which it was blown; what it was raised to stands in its history."""
    limits: Callable[[Level], Mapping[str, Duration]]
    source_clocks: tuple[SourceClock, ...] = ()
    """Those that the source keeps beside ours; nothing that is granted here moves one (N39)."""
    carried: tuple[Carried, ...] = ()
    """What was open by earlier whistles of the department that ended."""


@dataclass(slots=True)
class _Round:
    """The present round: when it began, at which level, and what was done in it."""

    from_at: datetime
    level: Level
    number: int = 0
    steps: list[Step] = field(default_factory=list)

    def reached_at(self, name: str) -> datetime | None:
        return reached_at(self.steps, name, 0 if self.number == 0 else 1)

    def upgrades(self) -> Iterator[tuple[Step, Level]]:
        return ((one, one.level) for one in self.steps if effect_of(one) is Effect.TIGHTENS and one.level)


def timetable(
    terms: Terms, steps: Sequence[Step], calendar: Calendar, codes: Mapping[int, str] = NO_CODES
) -> tuple[Deadline, ...]:
    """The deadlines of the present round, in the order of the contract's limits, the source's own last.

    `steps`: every move that was made, first to last. `codes`: version after a pause → its reason code, for the
    derivation.
    """
    now = _present(terms, steps)
    waits = tuple(waits_of(now.steps))
    found = [
        _finished(one, terms, now)
        for name in _names(terms, now)
        if (one := _earliest([*_claims(name, terms, now, waits, calendar, codes)])) is not None
    ]
    return (*found, *_source(terms, now))


def left_open(
    terms: Terms, steps: Sequence[Step], calendar: Calendar
) -> Iterator[tuple[Deadline, tuple[Wait, ...]]]:
    """Of a whistle that another one goes on for: each step of its present round that was open until it ended, as it
    was due by its own clock and by each that it had taken over, with what was waited."""
    now = _present(terms, steps)
    waits = tuple(waits_of(now.steps))
    before = replace(now, steps=[one for one in now.steps if one.after not in OVER])
    for name in _names(terms, now):
        if before.reached_at(name) is None:
            for claim in _claims(name, terms, now, waits, calendar, NO_CODES):
                yield claim.due, claim.waits


def source_deadlines(clocks: Sequence[SourceClock], from_at: datetime) -> tuple[Deadline, ...]:
    """The deadline that the source keeps by itself (N39), the earliest where it keeps several; none where it keeps
    none."""
    terms = Terms(from_at, Level.ROUTINE, lambda _: {}, tuple(clocks))
    return tuple(_source(terms, _Round(from_at, Level.ROUTINE)))


def waits_of(steps: Sequence[Step]) -> Iterator[Wait]:
    """The pauses in these moves, each to its end: the moment that was said, or before it the next move that ends one."""
    before: datetime | None = None
    for at, step in enumerate(steps):
        if effect_of(step) is not Effect.PAUSES or step.until is None:
            continue
        ends = next((one.at for one in steps[at + 1 :] if one.move not in LEAVES_A_PAUSE), step.until)
        # A clock that was put back may begin a pause before the one before it has ended: no minute counts twice.
        begins, until = max(step.at, before or step.at), min(ends, step.until)
        if begins < until:
            before = until
            yield Wait(begins, until, step.version)


def _present(terms: Terms, steps: Iterable[Step]) -> _Round:
    now = _Round(terms.from_at, terms.level)
    level = terms.level
    for step in steps:
        effect = effect_of(step)
        if effect is Effect.NEW_ROUND:
            now = _Round(step.at, level, now.number + 1)
        now.steps.append(step)
        if effect is Effect.TIGHTENS and step.level:
            level = step.level
    return now


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one clock says of a step, and what it was stood still for."""

    due: Deadline
    waits: tuple[Wait, ...]


def _names(terms: Terms, now: _Round) -> Iterator[str]:
    names = dict.fromkeys(terms.limits(now.level))
    for _, level in now.upgrades():
        names |= dict.fromkeys(terms.limits(level))
    names |= dict.fromkeys(one.step for one in terms.carried if one.round == now.number)
    return (name for name in names if not (now.number and name == "sign"))


def _claims(
    name: str,
    terms: Terms,
    now: _Round,
    waits: Sequence[Wait],
    calendar: Calendar,
    codes: Mapping[int, str],
) -> Iterator[_Claim]:
    """What the whistle's own clock says, and what it took over before it had reached the step."""
    done = now.reached_at(name)
    while_open = tuple(one for one in waits if done is None or one.from_at < done)
    held = [
        (one, _held(one, now, while_open, calendar, codes))
        for one in terms.carried
        if (one.step, one.round) == (name, now.number) and (done is None or one.at <= done)
    ]
    own = _own(name, terms, now, while_open, done, calendar, codes)
    if own is not None and not any(not one.merged and claim.due.due_at <= own.due_at for one, claim in held):
        yield _Claim(_granted(own, now.steps), while_open)
    yield from (claim for _, claim in held)


def _held(
    one: Carried, now: _Round, waits: Sequence[Wait], calendar: Calendar, codes: Mapping[int, str]
) -> _Claim:
    """What was taken over, with what was waited and granted since."""
    since = (replace(each, from_at=max(each.from_at, one.at)) for each in waits if each.until > one.at)
    stood = (*(Wait(each.from_at, each.until) for each in one.waits), *since)
    run = _run(one.step, one.limit, one.from_at, stood, calendar, codes)
    before = {"whistle": str(one.whistle_id), "clock_began": _words(one.from_at)}
    why = Reason("carried", {**before, "at": _words(one.at)})
    found = replace(_told(run, why), managed_at=one.managed_at)
    return _Claim(_granted(found, [each for each in now.steps if each.at >= one.at]), stood)


def _earliest(claims: Sequence[_Claim]) -> Deadline | None:
    """Of what is due the earliest, and of the moments after which it counts as late."""
    if not claims:
        return None
    first = min((one.due for one in claims), key=lambda due: due.due_at)
    counts = min(one.due.counts_at for one in claims)
    if len(claims) == 1 or first.counts_at == counts:
        return first
    return replace(first, managed_at=counts if counts > first.due_at else None)


def _own(
    name: str,
    terms: Terms,
    now: _Round,
    waits: Sequence[Wait],
    done: datetime | None,
    calendar: Calendar,
    codes: Mapping[int, str],
) -> Deadline | None:
    """The earliest of what each level says that the whistle had before the step was reached."""
    limit = terms.limits(now.level).get(name)
    found = _run(name, limit, now.from_at, waits, calendar, codes) if limit else None
    for step, level in now.upgrades():
        limit = terms.limits(level).get(name)
        if limit is None or (done is not None and done <= step.at):
            continue
        raised = _run(name, limit, step.at, waits, calendar, codes)
        if found is None or raised.due_at < found.due_at:
            before = _words(found.due_at) if found else "-"
            facts = {"level": level.value, "due_before": before, "clock_began": _words(now.from_at)}
            found = _told(raised, Reason("upgraded", {"at": _words(step.at), **facts}))
    return found


def _run(
    name: str,
    limit: Duration,
    start: datetime,
    waits: Sequence[Wait],
    calendar: Calendar,
    codes: Mapping[int, str],
) -> Deadline:
    """One limit from one moment, without what was waited after it."""
    after = [one for one in waits if one.until > start]
    if not after:
        return due_from(start, calendar)(name, limit)
    found, counted = with_waits(name, limit, start, after, calendar)
    paused = (
        Reason(
            "paused",
            {
                "from_at": _words(one.wait.from_at),
                "until": _words(one.wait.until),
                "counted": one.counted,
                "unit": one.unit,
                "code": codes.get(one.wait.version, ""),
            },
        )
        for one in counted.waited
    )
    return _told(found, *paused)


def _granted(found: Deadline, steps: Sequence[Step]) -> Deadline:
    """With what was granted beside what is due, by any of `steps`."""
    granted = [one.until for one in steps if effect_of(one) is Effect.MORE_TIME and one.until is not None]
    if found.step != "finish" or not granted:
        return found
    until = max(granted)
    told = _told(found, Reason("extended", {"until": _words(until)}))
    return replace(told, managed_at=max(until, found.counts_at))


def _finished(found: Deadline, terms: Terms, now: _Round) -> Deadline:
    """With the round that it is of."""
    if not now.number:
        return found
    facts = {"at": _words(now.from_at), "called_at": _words(terms.from_at)}
    return _told(found, Reason("reopened", {**facts, "round": now.number}))


def _source(terms: Terms, now: _Round) -> Iterator[Deadline]:
    """The earliest of the source's own; one that was over before the round began was of the round before."""
    running = [one for one in terms.source_clocks if not now.number or one.due_at > now.from_at]
    if not running:
        return
    first = min(running, key=lambda one: (one.due_at, one.name))
    from_at = first.from_at or terms.from_at
    given = max((first.due_at - from_at) // _MINUTE, 0)
    yield Deadline(
        step=SOURCE,
        due_at=first.due_at,
        limit=Duration(given, Unit.URGENT_MINUTE),
        from_at=from_at,
        provisional=False,
        derivation=tuple(
            Reason("source_clock", {"name": one.name, "due_at": _words(one.due_at)}) for one in running
        ),
    )


def _told(found: Deadline, *more: Reason) -> Deadline:
    return replace(found, derivation=(*found.derivation, *more))


def _words(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat()
