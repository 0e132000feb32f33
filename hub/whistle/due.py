"""What a department's whistle is due for next: of its deadlines the first that is not behind it.

Pure. The history says which steps are behind a whistle (`hub.whistle.reached`); mostly its state says the same.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from hub.model import Deadline, Whistle, WhistleState
from hub.whistle.lifecycle import OVER, UNBLOWN, Step
from hub.whistle.reached import REVIEW, is_done

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for the next deadline of a whistle that is open and has none."""


def next_deadline(whistle: Whistle, steps: Iterable[Step] = ()) -> Deadline | None:
    """The open deadline that counts first; None where none is open. `steps`: its history, oldest first."""
    made = tuple(steps)
    open_ = (one for one in whistle.deadlines if one.step != REVIEW and not is_done(whistle, made, one.step))
    return min(open_, key=lambda one: one.counts_at, default=None)


def next_due_at(whistle: Whistle, steps: Iterable[Step] = ()) -> datetime | None:
    """When its department is due next; NEVER where it is open without a deadline, None where nothing is asked."""
    if whistle.state in OVER | UNBLOWN:
        return None
    first = next_deadline(whistle, steps)
    return first.counts_at if first else NEVER


def needs_history(whistle: Whistle) -> bool:
    """Whether its state does not say which steps are behind it: it was returned once, or is handled after somebody
    may have come to the place."""
    if whistle.state in OVER | UNBLOWN:
        return False
    handled = whistle.state is WhistleState.HANDLING and any(d.step == "arrive" for d in whistle.deadlines)
    return handled or whistle.returns > 0
