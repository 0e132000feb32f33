"""Rules of cards as two districts have them, and the course of a whistle, for tests."""

from datetime import datetime, timedelta

from hub.clock import SHANGHAI
from hub.model import (
    Deadline,
    DepartmentId,
    Duration,
    IncidentId,
    Level,
    Role,
    Unit,
    Whistle,
    WhistleId,
    WhistleState,
)
from hub.whistle.calendar import Calendar
from hub.whistle.cardrules import ANY_STEP, Card, CardRule, CardRules, Follow, Measure, Timing
from hub.whistle.clocks import deadline

CALLED_AT = datetime(2026, 3, 10, 9, 0, tzinfo=SHANGHAI)
"""A working Tuesday."""
LIMITS = {"sign": Duration(1, Unit.URGENT_DAY), "finish": Duration(5, Unit.URGENT_DAY)}
"""路桥: accept within a day, close within five."""


def rule(
    name: str, card: Card, step: str, timing: Timing, *, span: Duration | None = None, share: int = 0
) -> CardRule:
    """One rule of every level."""
    return CardRule(name=name, card=card, step=step, timing=timing, span=span, share=share)


LUQIAO = CardRules(
    rules=(
        rule("accept", Card.YELLOW, "sign", Timing.SHARE, share=100),
        rule("accept_over", Card.RED, "sign", Timing.AFTER_DUE, span=Duration(1, Unit.URGENT_DAY)),
        rule("close", Card.YELLOW, "finish", Timing.SHARE, share=100),
        rule("close_over", Card.RED, "finish", Timing.AFTER_DUE, span=Duration(1, Unit.WORK_DAY)),
    )
)
"""Red and yellow cards for two steps (红黄牌督办)."""
THREE = CardRules(
    rules=(
        rule("near", Card.BLUE, ANY_STEP, Timing.BEFORE_DUE, span=Duration(4, Unit.WORK_HOUR)),
        rule("behind", Card.YELLOW, ANY_STEP, Timing.SHARE, share=100),
        rule("overdue", Card.RED, ANY_STEP, Timing.SHARE, share=150),
    ),
    follows=(
        Follow(
            card=Card.YELLOW,
            count=2,
            within=Duration(30, Unit.URGENT_DAY),
            then=Measure.LETTER,
            answer_within=Duration(3, Unit.WORK_DAY),
        ),
        Follow(
            card=Card.RED,
            count=1,
            within=Duration(30, Unit.URGENT_DAY),
            then=Measure.INTERVIEW,
            answer_within=Duration(5, Unit.WORK_DAY),
        ),
    ),
)
"""Blue near due, yellow behind, red overdue; two yellow ones → a letter, a red one → an interview."""


def deadlines(calendar: Calendar) -> tuple[Deadline, ...]:
    """Those of `LIMITS` from the call."""
    return tuple(deadline(step, limit, CALLED_AT, calendar) for step, limit in LIMITS.items())


def called(calendar: Calendar, state: WhistleState = WhistleState.BLOWN) -> Whistle:
    """A whistle that was blown at `CALLED_AT`."""
    return Whistle(
        id=WhistleId("wh_1"),
        incident_id=IncidentId("in_1"),
        department=DepartmentId("zhujian"),
        role=Role.LEAD,
        level=Level.ROUTINE,
        contract_id="zhujian-v1",
        clause="ZJ-1",
        state=state,
        blown_at=CALLED_AT,
        deadlines=deadlines(calendar),
        reasons=(),
        returns=0,
        version=1,
    )


def after(**span: float) -> datetime:
    """So long after the call."""
    return CALLED_AT + timedelta(**span)
