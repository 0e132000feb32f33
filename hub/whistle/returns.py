"""退单: may a department hand this whistle back? Its contract's rules say; nothing is decided elsewhere.

Pure. Whether the *state* allows a return is the lifecycle's table; this is about how often, how late,
for which reason and with what in hand (domain.md 3.3, 3.4).
"""

from collections.abc import Sequence
from datetime import datetime

from hub.errors import Refused
from hub.model import Report, ReturnRules, Whistle
from hub.whistle.calendar import Calendar
from hub.whistle.clocks import deadline
from hub.whistle.follow import is_designated


def check_return(
    report: Report,
    whistle: Whistle,
    rules: ReturnRules,
    calendar: Calendar,
    before: Sequence[Whistle] = (),
) -> None:
    """Returns where `report` may hand `whistle` back. `before`: those by which its department was called for the same
    matter before it, whose returns count.

    Raises Refused: W109 the centre decided that it stays, W105 no return is left, W106 too late, W104 a reason the contract does not know,
    W107 no evidence where it asks for some. The time limit runs from the first call, never from a move.
    """
    if is_designated(whistle):
        raise Refused("W109")
    calls = (whistle, *before)
    if sum(one.returns for one in calls) >= rules.max_returns:
        raise Refused("W105")
    if _is_late(report.reported_at, min(one.blown_at for one in calls), rules, calendar):
        raise Refused("W106")
    if report.reason_code not in rules.reason_codes:
        raise Refused("W104", allowed=", ".join(rules.reason_codes) or "-")
    if rules.needs_evidence and not report.note.strip() and not report.form:
        raise Refused("W107")


def _is_late(reported_at: datetime, called_at: datetime, rules: ReturnRules, calendar: Calendar) -> bool:
    if rules.within is None:
        return False
    until = deadline("return", rules.within, called_at, calendar)
    return not until.provisional and reported_at > until.due_at
