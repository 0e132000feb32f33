"""Which matters an account may see at all, before any grant is asked: rows first, fields after. Pure."""

from dataclasses import dataclass
from typing import Final

from hub.model import AreaLevel
from hub.model.account import Account, Role


@dataclass(frozen=True, slots=True)
class Territory:
    """Matters in `area` ("" for the whole district), or those on which `department` is called.

    One of the two kinds, or neither: `NOTHING`. Lists, counts, filters, sorts, exports, search, map and streams all
    narrow by this one value (N60).
    """

    area: str | None = None
    department: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no matter lies in it."""
        return self.area is None and self.department is None


NOTHING: Final = Territory()
LEVELS: Final = {
    Role.GRID_WORKER: AreaLevel.COMMUNITY,
    Role.COMMUNITY: AreaLevel.COMMUNITY,
    Role.SUBDISTRICT: AreaLevel.SUBDISTRICT,
}
"""Roles that work in an area → of which level it is."""
"""Roles that work in one area."""


def territory_of(account: Account) -> Territory:
    """Where `account` works. An account of an area that names none has no territory, rather than all of it."""
    if account.role is Role.DISTRICT:
        return Territory(area="")
    if account.role in LEVELS and account.area:
        return Territory(area=account.area)
    if account.role is Role.OPERATOR and account.organisation:
        return Territory(department=account.organisation)
    return NOTHING
