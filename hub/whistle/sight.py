"""How much of its matter a department may still see, by the state of its whistle: one table.

Pure. Every door to the words of a matter asks it: an opened whistle, its files, its dossier on the way out. What a
whole message may say of a whistle that is over is `hub.run.exits.telling`'s, by the same states.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from hub.model import WhistleState
from hub.whistle.lifecycle import DONE, RELIEVED, UNBLOWN, Step


class Sight(StrEnum):
    """What is open to the department, before any grant is asked."""

    ALL = "all"
    """It is its matter, returned or not, until the centre has decided."""
    UNTIL_DONE = "until_done"
    """What had come when it handed in its result: a later report, and a later word on an old one, is not its business."""
    WHICH = "which"
    """Which whistle it was. Whoever was relieved may be the accused by now (domain.md 2.5)."""
    NONE = "none"
    """It was never called: the whistle looks as if it was not there."""


def _sight(state: WhistleState) -> Sight:
    if state in UNBLOWN or state is WhistleState.REFUSED:
        return Sight.NONE
    if state in RELIEVED:
        return Sight.WHICH
    return Sight.UNTIL_DONE if state in DONE else Sight.ALL


SIGHT: Final[Mapping[WhistleState, Sight]] = {state: _sight(state) for state in WhistleState}
"""State → what is open to its department."""
OF_THE_MATTER: Final = frozenset((Sight.ALL, Sight.UNTIL_DONE))
"""In these more is open than which whistle it is."""


def last_done_at(history: Iterable[Step]) -> datetime | None:
    """When the department was last done with the matter, by its moves, oldest first; None where it never was."""
    return max((one.at for one in history if one.before not in DONE and one.after in DONE), default=None)
