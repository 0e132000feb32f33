"""How long what failed rests before it is tried again."""

from datetime import datetime, timedelta
from typing import Final

from hub.clock import is_due
from hub.store.moments import from_us

LONGEST_REST: Final = timedelta(minutes=10)
"""No try of a delivery or an answer is put off for longer."""


def is_due_again(next_us: int, now: datetime) -> bool:
    """Whether a try that was put off to `next_us` is due; a clock that was put back delays none for longer than a rest."""
    return is_due(from_us(next_us), now, within=LONGEST_REST)
