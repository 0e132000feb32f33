"""A stored whistle, and the deadlines that its stored history gives it."""

from collections.abc import Sequence

from hub.model import Contract, Whistle
from hub.store.steps import Made
from hub.whistle.calendar import Calendar
from hub.whistle.retiming import retimed


def retimed_by(one: Whistle, contract: Contract, made: Sequence[Made], calendar: Calendar) -> Whistle:
    """`one` with its deadlines counted anew; pauses are told with the codes that were given for them."""
    codes = {each.step.version: each.reason_code for each in made}
    return retimed(one, contract.limits_at, tuple(each.step for each in made), calendar, codes)
