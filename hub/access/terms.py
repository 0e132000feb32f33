"""What every grant must keep to, whoever writes it: the pack or a proposal. Pure; one place for both.

How a fault is told is for the reader (`hub.pack.grants`); whether a grant gives anything on a day is `standing`.
"""

from datetime import date
from typing import Final

from hub.access.fields import is_personal
from hub.model import Sensitivity

YEARS: Final = (2000, 2999)
"""In which a grant's days lie: a day beyond the last year that there is can be reckoned with nowhere."""
_TWO_APPROVE: Final = frozenset((Sensitivity.SENSITIVE, Sensitivity.MINOR, Sensitivity.RESTRICTED))


def first_day_beyond(begins: date) -> date:
    """The first day on which a grant from `begins` may not hold: a year later, 1 March for 29 February (domain.md 5.6)."""
    try:
        return begins.replace(year=begins.year + 1)
    except ValueError:
        return date(begins.year + 1, 3, 1)


def approvals_needed(field: str, sensitivity: Sensitivity) -> int:
    """How many must approve: two for what is sensitive, about minors or restricted, and for a field about a person,
    whatever it is called there."""
    return 2 if sensitivity in _TWO_APPROVE or is_personal(field) else 1
