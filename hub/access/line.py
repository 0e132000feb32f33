"""One line of a plan: one field, by one grant, in one form, for some records. Pure."""

from dataclasses import dataclass
from typing import Final

from hub.access.fields import split
from hub.access.masks import mask_of
from hub.access.row import RowScope
from hub.model import AreaId, Grant, Sensitivity


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Records that a grant is for. `areas` empty: everywhere; `exact` and `classes` empty: every category."""

    areas: frozenset[AreaId] = frozenset()
    exact: frozenset[str] = frozenset()
    classes: tuple[str, ...] = ()
    """Beginnings of categories, with the dot: `street_order.`."""

    def holds(self, row: RowScope) -> bool:
        """Whether the record is one of them; one without an area is in no area."""
        if self.areas and self.areas.isdisjoint(row.areas):
            return False
        if not self.exact and not self.classes:
            return True
        return row.category in self.exact or row.category.startswith(self.classes)


EVERYWHERE: Final = RowFilter()


def row_filter(grant: Grant) -> RowFilter:
    """The records that `grant` is for. Category patterns are `*`, `class.*` or a category."""
    areas = frozenset(grant.areas)
    if "*" in grant.categories:
        return RowFilter(areas)
    classes = tuple(sorted(each[:-1] for each in grant.categories if each.endswith(".*")))
    return RowFilter(areas, frozenset(each for each in grant.categories if not each.endswith(".*")), classes)


@dataclass(frozen=True, slots=True)
class Line:
    """One field, given by one grant, in one form, for some records."""

    field: str
    mask: str
    rows: RowFilter
    grant_id: str
    grant_version: int
    sensitivity: Sensitivity
    max_rows_day: int | None = None
    """How many rows the grant gives a day; None: no limit."""


def line_of(grant: Grant) -> Line:
    """The line that `grant` gives while it holds. Raises FixSettings A106 for a mask that does not exist."""
    mask_of(grant.mask, split(grant.field)[1])
    return Line(
        grant.field,
        grant.mask,
        row_filter(grant),
        grant.id,
        grant.version,
        grant.sensitivity,
        grant.max_rows_day,
    )
