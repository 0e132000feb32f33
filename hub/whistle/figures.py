"""Figures of departments: shares with intervals, times, what the case mix makes of them, and who may be ranked.

Pure. What is few is not told (`small_cells`), and one whose few cases went well is not first: ranks are by the
lower end of the adjusted share's interval, and begin at the pack's least number of cases.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from math import ceil
from statistics import median
from typing import Any, Final

from hub.whistle.case_mix import Adjusted, adjusted, together
from hub.whistle.evaluation import Aspect, EvaluationRules
from hub.whistle.lives import STEPS, Life
from hub.whistle.shares import SMALL, Hidden, Share, rounded
from hub.whistle.small_cells import Telling, telling, telling_words
from hub.whistle.tally import DepartmentTally, Tally
from hub.whistle.whistle_rate import WhistleRate, whistle_rates


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRules:
    """What figures need, to be told and to be fair."""

    least: int
    """Marked whistles from which on a department is ranked."""
    hidden_below: int
    """Fewer cases than that are not told."""
    steadied_by: int
    """So many cases of the district's mean are added to a department's own before it is compared."""
    healthy: tuple[int, int]
    """吹哨率: from and to, in per cent of a subdistrict's matters."""


USUAL_FIGURES: Final = FigureRules(least=30, hidden_below=5, steadied_by=20, healthy=(20, 80))
"""What holds where a pack says nothing."""
TOO_FEW: Final = "too_few"
"""Why somebody is not ranked."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long a step took since the whistle was blown, in whole seconds: half of the cases at most the one, nine of
    ten at most the other."""

    median: int
    p90: int

    def told(self) -> dict[str, Any]:
        """Figures for people and machines."""
        return {"median_s": self.median, "p90_s": self.p90}


Cell = Share | Times | Adjusted | Hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentFigures:
    """One department, or the whole district. A mapping by step has the steps that were called for at all; what is hidden
    does not say whether there was any."""

    whistles: int | Hidden
    on_time: Mapping[str, Cell]
    times: Mapping[str, Cell]
    returned: Cell
    reopened: Cell
    flagged: Cell
    joint: Cell
    """联动处置率."""
    response: Cell
    """响应率."""
    resolve: Cell
    """解决率."""
    satisfy: Cell
    """满意率."""
    score: float | Hidden | None
    adjusted: Cell | None
    rank: int | None = None
    """From 1; None where it is not told, or there are too few cases."""

    def told(self) -> dict[str, Any]:
        """Figures for people and machines."""
        said: dict[str, Any] = {one.name: _told(getattr(self, one.name)) for one in fields(self)}
        if self.rank is None:
            said["rank"] = {"value": None, "reason": TOO_FEW}
        return said


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them. `district` is everyone together."""

    departments: Mapping[str, DepartmentFigures]
    district: DepartmentFigures
    subdistricts: Mapping[str, WhistleRate]


def figures(
    matters: Iterable[Sequence[Life]],
    marking: EvaluationRules,
    rules: FigureRules,
    now: datetime,
    departments: Collection[str] = (),
) -> Figures:
    """The figures of `matters`: of each the whistles. `departments`: all there are, those without a whistle too."""
    counted = Tally(marking, now)
    for matter in matters:
        counted.take(matter)
    return figures_of(counted, rules, departments)


def figures_of(counted: Tally, rules: FigureRules, departments: Collection[str] = ()) -> Figures:
    """The figures of what was counted."""
    tallies = {name: counted.departments[name] for name in sorted({*departments, *counted.departments})}
    whole = DepartmentTally()
    for one in tallies.values():
        whole.add(one)
    whole.joint, whole.joint_met = counted.joint, counted.joint_met
    cells = _Cells(tallies, whole, rules)
    return Figures(
        _ranked({name: cells.of(name) for name in tallies}, rules.least),
        cells.of(_DISTRICT),
        whistle_rates(counted.calls, hidden_below=rules.hidden_below, healthy=rules.healthy),
    )


_DISTRICT: Final = ""


class _Cells:
    """Every cell of the table, or that it is hidden. Each kind of figure has its own number of cases to hide by; residents'
    words are in the score too, and what they hide hides it."""

    def __init__(
        self, tallies: Mapping[str, DepartmentTally], whole: DepartmentTally, rules: FigureRules
    ) -> None:
        self._tallies, self._whole, self._rules = tallies, whole, rules
        least = rules.hidden_below
        whistles = {name: one.whistles for name, one in tallies.items()}
        by_whistles = telling(whistles, least)
        gone = by_whistles.hidden
        within = {name: n for name, n in whistles.items() if name not in gone}

        def by(counts: Mapping[str, int], also: Collection[str] = ()) -> Telling:
            return telling(counts, least, {*gone, *also}, within)

        self._by_whistles = by_whistles
        self._by_joint = by({name: one.joint for name, one in tallies.items()})
        self._by_aspect = {
            aspect: by({name: one.marked[aspect] for name, one in tallies.items()})
            for aspect in (Aspect.RESPONSE, Aspect.RESOLVE)
        }
        satisfied = {name: _rate(one, Aspect.SATISFY) for name, one in tallies.items()}
        self._by_aspect[Aspect.SATISFY] = heard = telling_words(satisfied, least, gone, within)
        by_score = by({name: one.scored for name, one in tallies.items()}, heard.hidden)
        self._by_score = replace(by_score, is_sum_told=by_score.is_sum_told and heard.is_sum_told)
        self._by_judged = {
            step: by({name: one.judged[step] for name, one in tallies.items()})
            for step in STEPS
            if whole.judged[step]
        }
        self._by_done = {
            step: by({name: len(one.seconds[step]) for name, one in tallies.items()})
            for step in STEPS
            if whole.seconds[step]
        }
        self._strata = together(
            one.strata for name, one in tallies.items() if name not in self._by_score.hidden
        )

    def of(self, name: str) -> DepartmentFigures:
        """The row of one department, or of the district."""
        tally = self._tallies[name] if name else self._whole
        n = tally.whistles
        whistles, scores = (self._is_told(each, name) for each in (self._by_whistles, self._by_score))

        def share(hits: int) -> Cell:
            return Share(n, hits) if whistles else SMALL

        def rate(aspect: Aspect) -> Cell:
            return _rate(tally, aspect) if self._is_told(self._by_aspect[aspect], name) else SMALL

        # A matter of several departments is one of each: their sum is not the district's number.
        is_few = 0 < tally.joint < self._rules.hidden_below
        joint = Share(tally.joint, tally.joint_met)
        return DepartmentFigures(
            whistles=n if whistles else SMALL,
            on_time=self._by_steps(name, self._by_judged, lambda step: _on_time(tally, step)),
            times=self._by_steps(name, self._by_done, lambda step: _times(tally, step)),
            returned=share(tally.returned),
            reopened=share(tally.reopened),
            flagged=share(tally.flagged),
            joint=joint if self._is_told(self._by_joint, name) and not is_few else SMALL,
            response=rate(Aspect.RESPONSE),
            resolve=rate(Aspect.RESOLVE),
            satisfy=rate(Aspect.SATISFY),
            score=tally.mean_score if scores else SMALL,
            adjusted=self._adjusted(name, tally) if scores else SMALL,
        )

    def _by_steps(
        self, name: str, by: Mapping[str, Telling], cell: Callable[[str], Cell | None]
    ) -> Mapping[str, Cell]:
        found = {step: cell(step) if self._is_told(one, name) else SMALL for step, one in by.items()}
        return {step: one for step, one in found.items() if one is not None}

    def _adjusted(self, name: str, tally: DepartmentTally) -> Adjusted | None:
        """Of the district there is none: departments are compared with all those whose score is told."""
        return adjusted(tally.strata, self._strata, self._rules.steadied_by) if name else None

    @staticmethod
    def _is_told(by: Telling, name: str) -> bool:
        return name not in by.hidden if name else by.is_sum_told


def _rate(tally: DepartmentTally, aspect: Aspect) -> Share:
    return Share(tally.marked[aspect], tally.passed[aspect])


def _on_time(tally: DepartmentTally, step: str) -> Share | None:
    judged = tally.judged[step]
    return Share(judged, tally.on_time[step]) if judged else None


def _times(tally: DepartmentTally, step: str) -> Times | None:
    seconds: array[int] = tally.seconds[step]
    if not seconds:
        return None
    in_order = sorted(seconds)
    return Times(int(median(in_order)), in_order[ceil(len(in_order) * 0.9) - 1])


def _ranked(found: Mapping[str, DepartmentFigures], least: int) -> dict[str, DepartmentFigures]:
    """Ranks by what is sure: the lower end of the interval. Equal ones share a rank."""
    able = {
        name: (one.adjusted.low, one.adjusted.share)
        for name, one in found.items()
        if isinstance(one.adjusted, Adjusted) and one.adjusted.n >= least
    }
    return {
        name: replace(one, rank=1 + sum(other > able[name] for other in able.values()))
        if name in able
        else one
        for name, one in found.items()
    }


def _told(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _told(one) for name, one in value.items()}
    if isinstance(value, float):
        return rounded(value)
    return value.told() if hasattr(value, "told") else value
