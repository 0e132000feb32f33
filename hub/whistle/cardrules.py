"""When a card is due, and what follows from cards: data of the pack, a section of its rules of whistles.

Pure. `hub.pack.cards` reads it; `hub.whistle.cards` applies it. Red and yellow cards for two steps (红黄牌督办), and
blue before yellow before red, are two lists of such rules and no code.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hub.model import Duration, Level, Unit

ANY_STEP: Final = "any"
"""The step of a rule that speaks of every step with a deadline."""
_FIVE_DAYS: Final = Duration(5, Unit.WORK_DAY)


class Card(StrEnum):
    """督办牌: what a department is shown."""

    BLUE = "blue"
    """蓝牌: near due."""
    YELLOW = "yellow"
    """黄牌: behind."""
    RED = "red"
    """红牌: overdue for good."""


class Measure(StrEnum):
    """What supervision asks a department to answer for."""

    ORDER = "order"
    """督办单: about one whistle, opened by a person."""
    LETTER = "letter"
    """督办函: so many cards within a time."""
    INTERVIEW = "interview"
    """约谈: of those who lead the department."""


class Timing(StrEnum):
    """From where a rule counts."""

    BEFORE_DUE = "before_due"
    AFTER_DUE = "after_due"
    SHARE = "share"
    """Per cent of the time between a clock's start and what counts as due; 100 is the deadline itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRule:
    """One rule: this card for this step, at this moment of its clock. `name` stands on every card by it."""

    name: str
    card: Card
    step: str
    timing: Timing
    span: Duration | None = None
    """How long before or after; None for a share."""
    share: int = 0
    levels: tuple[Level, ...] = ()
    """Levels of whistle that it speaks of; empty: all."""

    def speaks_of(self, step: str, level: Level) -> bool:
        """Whether it is a rule for this step of a whistle of this level."""
        return self.step in (ANY_STEP, step) and (not self.levels or level in self.levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """So many cards of one colour within a time lead to a measure (two yellow ones → a letter)."""

    card: Card
    count: int
    within: Duration
    then: Measure
    answer_within: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRules:
    """All of it. Without rules there are no cards."""

    rules: tuple[CardRule, ...] = ()
    follows: tuple[Follow, ...] = ()
    appeal_within: Duration = _FIVE_DAYS
    """申诉期限: how long after it was issued a card may be appealed."""


NO_CARDS: Final = CardRules()
"""What holds where a pack says nothing."""
