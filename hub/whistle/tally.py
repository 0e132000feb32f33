"""Counting of lives, one department after the other, in whole numbers: order changes nothing.

Pure. Holds no life: a million whistles are counted in the room of a few durations each.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from hub.whistle.case_mix import Stratum
from hub.whistle.evaluation import Aspect, EvaluationRules
from hub.whistle.lives import STEPS, Life
from hub.whistle.shares import Share
from hub.whistle.whistle_rate import Calls

_SECOND: Final = timedelta(seconds=1)
_HUNDREDTHS: Final = 100


class DepartmentTally:
    """What is counted of one department, or of all together."""

    def __init__(self) -> None:
        self.whistles = self.returned = self.reopened = self.flagged = 0
        self.joint = self.joint_met = 0
        self.on_time: Final[Counter[str]] = Counter()
        self.judged: Final[Counter[str]] = Counter()
        self.seconds: Final[dict[str, array[int]]] = {step: array("q") for step in STEPS}
        self.marked: Final[Counter[Aspect]] = Counter()
        self.passed: Final[Counter[Aspect]] = Counter()
        self.scored = self.score_sum = 0
        """Scores in hundredths of a mark."""
        self._good: Final[dict[Stratum, list[int]]] = defaultdict(lambda: [0, 0])

    def take(self, life: Life, rules: EvaluationRules, now: datetime) -> None:
        """Counts one whistle of the department."""
        self.whistles += 1
        self.returned += life.returns > 0
        self.reopened += life.rounds > 0
        self.flagged += life.is_flagged
        for step in STEPS:
            in_time = life.was_on_time(step, now)
            if in_time is not None:
                self.judged[step] += 1
                self.on_time[step] += in_time
        for step in life.due:
            if step in self.seconds and (at := life.reached.get(step)) is not None:
                self.seconds[step].append((at - life.blown_at) // _SECOND)
        self._mark(life, rules)

    def _mark(self, life: Life, rules: EvaluationRules) -> None:
        for aspect in life.score.aspects:
            self.marked[aspect] += 1
            self.passed[aspect] += bool(life.score.passes(aspect, rules))
        if life.score.value is not None:
            self.scored += 1
            self.score_sum += round(life.score.value * _HUNDREDTHS)
            stratum = self._good[life.category, life.level.value]
            stratum[0] += 1
            stratum[1] += life.score.value >= rules.passing

    @property
    def strata(self) -> dict[Stratum, Share]:
        """Stratum → of the whistles that were marked, those whose score passes."""
        return {stratum: Share(n, hits) for stratum, (n, hits) in self._good.items()}

    @property
    def mean_score(self) -> float | None:
        """From 0 to the pack's best; None where nothing was marked."""
        return self.score_sum / self.scored / _HUNDREDTHS if self.scored else None

    def add(self, other: "DepartmentTally") -> None:
        """Counts all of `other` here too. Strata stay where they are: `case_mix.together` joins them."""
        for name in ("whistles", "returned", "reopened", "flagged", "scored", "score_sum"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, more in (
            (self.on_time, other.on_time),
            (self.judged, other.judged),
            (self.marked, other.marked),
            (self.passed, other.passed),
        ):
            mine.update(more)  # type: ignore[arg-type]  # the same pair of counters each time
        for step, seconds in other.seconds.items():
            self.seconds[step].extend(seconds)


class Tally:
    """Every department and every subdistrict; one matter after the other."""

    def __init__(self, rules: EvaluationRules, now: datetime) -> None:
        self._rules, self._now = rules, now
        self.departments: Final[dict[str, DepartmentTally]] = defaultdict(DepartmentTally)
        self.joint = self.joint_met = 0
        """Matters at which several departments were, and those at which all of them reported in."""
        self._calls: Final[dict[str, list[int]]] = defaultdict(lambda: [0, 0, 0])

    def take(self, matter: Sequence[Life]) -> None:
        """Counts all whistles of one matter, which came together."""
        called = [life for life in matter if not life.is_called_off]
        for life in called:
            self.departments[life.department].take(life, self._rules, self._now)
        self._take_together([life for life in called if not life.is_relieved])
        if called:
            outside = any(not life.is_own for life in called)
            self.add_matters(called[0].subdistrict, 1, whistled=outside, own=not outside)

    def add_matters(
        self, subdistrict: str, number: int, *, whistled: bool = False, own: bool = False
    ) -> None:
        """Counts matters of a subdistrict; neither `whistled` nor `own`: they called nobody."""
        if subdistrict:
            for at, more in enumerate((True, whistled, own)):
                self._calls[subdistrict][at] += number * more

    def _take_together(self, called: Sequence[Life]) -> None:
        """联动处置: of matters with several departments, those at which all of them reported in."""
        departments = {life.department for life in called}
        if len(departments) < 2:
            return
        met = all(life.has_reported_in for life in called)
        if not met and any(life.may_still_report_in(self._now) for life in called):
            return
        self.joint, self.joint_met = self.joint + 1, self.joint_met + met
        for name in departments:
            self.departments[name].joint += 1
            self.departments[name].joint_met += met

    @property
    def calls(self) -> dict[str, Calls]:
        """Subdistrict → its matters."""
        return {name: Calls(*some) for name, some in self._calls.items()}
