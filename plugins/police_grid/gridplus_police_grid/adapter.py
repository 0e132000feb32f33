"""The ferry as the hub's adapter: pages of rows in, nothing ever out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gridplus_police_grid.config import PoliceGridConfig
from gridplus_police_grid.ingress import admit
from gridplus_police_grid.row import drafts_of
from hub import Arrival, Draft, GridDraft
from hub.plugin import Admitted, Body, Page, Tools
from hub.plugin.transport.ferry import Ferry, charset_of
from hub.plugin.transport.unpack import Limits


class PoliceGrid:
    """Non-police matters and police grids from numbered files, one JSON object a line.

    A missing number is waited for, not skipped: over this border nothing is sent twice (N70).
    """

    def __init__(self, config: PoliceGridConfig, tools: Tools) -> None:
        self._config: Final = config
        self._ferry: Final = Ferry(
            Path(config.inbox),
            config.prefix,
            first=config.first,
            state=tools.place,
            limits=Limits(packed_bytes=config.packed_bytes, unpacked_bytes=config.unpacked_bytes),
            page_rows=config.page_rows,
        )

    def check(self) -> None:
        """Returns where the inbox can be listed; raises TryLater S101."""
        self._ferry.check()

    def read(self, cursor: str) -> Page:
        """The next rows as sent; raises TryLater S108 (gap), S109 (digest), S111, S115: all are waited for."""
        return self._ferry.page(cursor)

    def admit(self, body: Body) -> Admitted:
        """What of a row the hub may hold (invariant 5)."""
        return admit(body)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """A matter or grids; raises BadRecord with the ferry's code for a file that was refused."""
        return drafts_of(body.content, charset_of(body.kind or arrival.kind), self._config)

    def close(self) -> None:
        """Nothing is kept open."""
