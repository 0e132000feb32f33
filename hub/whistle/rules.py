"""What differs from district to district in the life of a whistle: data of the pack, with validity.

Pure. `hub.pack.whistles` reads it from `whistles.yaml`; `USUAL` holds where a pack says nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from hub.model import Duration, Level, Unit
from hub.whistle.cardrules import NO_CARDS, CardRules


class Post(StrEnum):
    """岗位: who may blow a whistle, or look at one that is submitted; beside the contracts, which always may."""

    GRID_WORKER = "grid_worker"
    COMMUNITY = "community"
    SUBDISTRICT = "subdistrict"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRules:
    """One level of whistle, by the district's own name for it."""

    title: Mapping[str, str]
    """By language: `zh`, `en`."""
    blown_by: tuple[Post, ...] = ()
    """Who may blow at this level; nobody: contracts alone."""
    reviewed_by: Post | None = None
    """Who looks at what is submitted before it is blown (审核); None: nobody."""
    upgrade_after: Duration | None = None
    """哨声升级 by clock: how long after it was blown, or raised to this level, it is raised; None: by persons alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenRules:
    """重办: within what time of its result a requester's 不满意 opens a whistle again, and how often."""

    within: Duration
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One version of the rules. Levels that stand in no rule are blown by contract alone."""

    valid_from: date
    valid_to: date | None = None
    levels: Mapping[Level, LevelRules]
    review_within: Duration
    archive_after: Duration
    """归档: this long after its result, or its last mark or check, a whistle that is done is archived."""
    reopen: ReopenRules
    most_returns: int
    """退单 of one matter by whichever departments; this many raise it to the district (N40)."""
    late_after: timedelta
    """A report that reached the hub this long after it was made is late_received (N79)."""
    cards: CardRules = NO_CARDS
    """督办牌: when a department is warned, and what follows."""

    def holds_on(self, day: date) -> bool:
        """Whether these rules are in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


USUAL: Final = Rules(
    valid_from=date.min,
    levels={
        Level.ROUTINE: LevelRules(title={"zh": "常规哨", "en": "routine"}),
        Level.KEY: LevelRules(title={"zh": "重点哨", "en": "key"}),
        Level.HARD: LevelRules(title={"zh": "疑难哨", "en": "hard"}),
        Level.EMERGENCY: LevelRules(title={"zh": "应急哨", "en": "emergency"}),
    },
    review_within=Duration(1, Unit.WORK_DAY),
    archive_after=Duration(5, Unit.WORK_DAY),
    reopen=ReopenRules(within=Duration(5, Unit.WORK_DAY), most=1),
    most_returns=3,
    late_after=timedelta(hours=24),
)
"""What holds on a day for which the pack has no rules."""


def rules_on(day: date, versions: Iterable[Rules]) -> Rules:
    """The rules in force on `day`: of several the one that began last; `USUAL` where there are none."""
    holding = [one for one in versions if one.holds_on(day)]
    return max(holding, key=lambda one: one.valid_from, default=USUAL)
