"""The adapter of the hub's own pages: nobody is called and nobody calls. What a record says is in `report.py`.

It takes no requests of its own (`Receives`): a page hands in what somebody signed in has sent, so nobody comes past the
sign-in. It is told answers like every source; the page shows its reader what was told.
"""

from collections.abc import Sequence
from typing import Final

from gridplus_grid_pages.config import GridPagesConfig
from gridplus_grid_pages.report import draft_of
from hub import Arrival, Draft, GridDraft
from hub.plugin import Answer, Body, Receipt, Tools


class GridPages:
    """Reports (`report`) of grid workers and entries (`entry`) of offices, one matter a record."""

    def __init__(self, config: GridPagesConfig, tools: Tools) -> None:  # noqa: ARG002 the interface's
        self._config: Final = config

    def check(self) -> None:
        """Always there: the pages are the hub's own."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The one matter of a record; see `report.draft_of`."""
        return (draft_of(body.content, arrival, self._config),)

    def tell(self, answer: Answer) -> Receipt:
        """Nothing goes out: from now on the page shows `answer` to whoever reported."""
        return Receipt(answer.nonce)

    def close(self) -> None:
        """Nothing is open."""
