"""The police ferry as the hub's adapter: non-police matters and police grids in, nothing ever out."""

from collections.abc import Sequence

from gridplus_police_grid.config import PoliceGridConfig
from gridplus_police_grid.ingress import admit
from gridplus_police_grid.row import drafts_of
from hub import Arrival, Draft, GridDraft
from hub.plugin import Admitted, Body
from hub.plugin.transport.ferry_pull import FerryPull


class PoliceGrid(FerryPull[PoliceGridConfig]):
    """Non-police matters and police grids, one JSON object a line."""

    def admit(self, body: Body) -> Admitted:
        """What of a row the hub may hold (invariant 5)."""
        return admit(body)

    def drafts(self, row: bytes, charset: str, arrival: Arrival) -> Sequence[Draft | GridDraft]:  # noqa: ARG002
        """A matter or grids."""
        return drafts_of(row, charset, self.config)
