"""The working calendar (工作日历): which days and hours are worked, and up to when that is known.

Pure data with look-ups. The days come from the pack, which takes them from published notices; nothing
here knows a holiday, and nothing is worked out for a year that was not published (domain.md 2.10).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Final

from hub.errors import FixSettings
from hub.model import Reason

WEEKEND: Final = "weekend"
SATURDAY: Final = 5
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One stretch of office hours, Asia/Shanghai; `end` is the moment after the last worked one."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The spans of one season, in order and not overlapping. `valid_to` is its last day; None: open."""

    valid_from: date
    valid_to: date | None
    spans: tuple[Span, ...]

    def hold_on(self, day: date) -> bool:
        """True where `day` lies in this season."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class DaysOff:
    """A run of neighbouring days off with one reason; `first` and `last` included."""

    first: date
    last: date
    why: str
    """The holiday's name, or `weekend`."""

    @property
    def words(self) -> str:
        """`2026-02-15/2026-02-23 春节`."""
        days = f"{self.first}" if self.first == self.last else f"{self.first}/{self.last}"
        return f"{days} {self.why}"


@dataclass(frozen=True, slots=True)
class Passage:
    """The day that counting arrived at, and what was met on the way."""

    day: date
    skipped: tuple[DaysOff, ...]
    made_up: tuple[date, ...]
    """调休: weekend days that counted, because they are worked."""
    days_beyond: int
    """Days counted outside the coverage, each as a worked one, because nobody knows yet."""
    reasons: tuple[Reason, ...]
    """The same in words, with the calendar's version: part of a deadline's derivation."""


class Calendar:
    """Working days between `covers_from` and `covers_to`, both included.

    `holidays` and `local_days_off` map a day to its name; `make_up_days` are weekend days that are
    worked; a local day off (typhoon) beats them. Raises FixSettings K251 without office hours.
    """

    def __init__(
        self,
        *,
        covers_from: date,
        covers_to: date,
        hours: Iterable[OfficeHours],
        holidays: Mapping[date, str],
        make_up_days: Collection[date],
        local_days_off: Mapping[date, str] | None = None,
        version: str = "",
    ) -> None:
        self.covers_from: Final = covers_from
        self.covers_to: Final = covers_to
        self.version: Final = version
        self._hours: Final = tuple(sorted(hours, key=lambda season: season.valid_from))
        if not self._hours or any(not _is_usable(season) for season in self._hours):
            raise FixSettings("K251")
        local = local_days_off or {}
        self._made_up: Final = frozenset(make_up_days)
        free = {**holidays, **dict.fromkeys(self._made_up, ""), **local}
        self._off: Final = dict(_days_off(covers_from, covers_to, free))
        self._worked: Final = [day for day in _days(covers_from, covers_to) if day not in self._off]
        # A day's whistles share few ends: one entry a pair of days.
        self._passages: Final[dict[tuple[date, date], Passage]] = {}

    def covers(self, day: date) -> bool:
        """True where the loaded notices say whether `day` is worked."""
        return self.covers_from <= day <= self.covers_to

    def why_off(self, day: date) -> str:
        """The holiday's name, `weekend`, or "" where the day is worked or not covered."""
        return self._off.get(day, "")

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Office hours of a worked day, in order; empty on a day off.

        Beyond the last season its hours go on; before the first one, the first one's hold.
        """
        if day in self._off:
            return ()
        for season in self._hours:
            if season.hold_on(day):
                return season.spans
        return (self._hours[0] if day < self._hours[0].valid_from else self._hours[-1]).spans

    def add_days(self, start: date, count: int) -> Passage:
        """To the `count`-th (≥ 1) working day after `start`, the first that can count being the next day.

        Outside the coverage every day is taken as worked: the day found there is the earliest possible,
        and loading the missing notice never moves it to an earlier one.
        """
        before = max((self.covers_from - start).days - 1, 0)
        index = bisect_right(self._worked, start) + count - before - 1
        if count <= before:
            day = start + count * ONE_DAY
        elif index < len(self._worked):
            day = self._worked[index]
        else:
            day = max(start, self.covers_to) + (index - len(self._worked) + 1) * ONE_DAY
        return self.passage(start + ONE_DAY, day)

    def passage(self, first: date, day: date) -> Passage:
        """What lies between `first` and the worked `day`, both looked at: days off, 调休, days beyond."""
        found = self._passages.get((first, day))
        if found is None:
            found = self._passages[(first, day)] = self._look(first, day)
        return found

    def _look(self, first: date, day: date) -> Passage:
        until = day - ONE_DAY
        skipped = tuple(self._runs_off(max(first, self.covers_from), min(until, self.covers_to)))
        worked = self._worked[bisect_left(self._worked, first) : bisect_right(self._worked, day)]
        made_up = tuple(each for each in worked if each in self._made_up)
        covered = min(day, self.covers_to) - max(first, self.covers_from) + ONE_DAY
        beyond = (day - first).days + 1 - max(covered.days, 0)
        return Passage(day, skipped, made_up, beyond, tuple(self._told(skipped, made_up, beyond)))

    def _told(self, skipped: tuple[DaysOff, ...], made_up: tuple[date, ...], beyond: int) -> Iterator[Reason]:
        yield Reason("calendar", {"version": self.version})
        if skipped:
            count = sum((run.last - run.first).days + 1 for run in skipped)
            yield Reason("days_skipped", {"count": count, "days": ", ".join(run.words for run in skipped)})
        if made_up:
            yield Reason("weekend_days_worked", {"days": ", ".join(map(date.isoformat, made_up))})
        if beyond:
            facts = {"covers_from": self.covers_from.isoformat(), "covers_to": self.covers_to.isoformat()}
            yield Reason("calendar_ends", {**facts, "days_beyond": beyond})

    def _runs_off(self, first: date, last: date) -> Iterator[DaysOff]:
        run: DaysOff | None = None
        for day in _days(first, last):
            why = self._off.get(day)
            if run and why != run.why:
                yield run
                run = None
            if why is not None:
                run = DaysOff(run.first if run else day, day, why)
        if run:
            yield run


def _is_usable(season: OfficeHours) -> bool:
    """Spans exist, each has a length, and none begins before the one before it has ended."""
    spans = season.spans
    in_order = all(earlier.end <= later.start for earlier, later in pairwise(spans))
    return bool(spans) and in_order and all(span.start < span.end for span in spans)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + offset * ONE_DAY for offset in range((last - first).days + 1))


def _days_off(first: date, last: date, named: Mapping[date, str]) -> Iterator[tuple[date, str]]:
    """Each covered day that is not worked, with why. A named day with "" is a weekend day that is worked."""
    for day in _days(first, last):
        why = named.get(day, WEEKEND if day.weekday() >= SATURDAY else "")
        if why:
            yield day, why
