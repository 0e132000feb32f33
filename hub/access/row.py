"""The record that is asked about, as far as grants and masks look at it. Holds no personal value itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from hub.model import AreaId


class Care(StrEnum):
    """Why a record's personal fields need more than an ordinary grant (N58)."""

    SECRET = "secret"  # noqa: S105 - a kind of report, not a password
    """举报人保密: personal fields only by a grant of sensitivity `restricted`."""
    MINOR = "minor"
    """The person is under 14 (PIPL 31): age band only, but for a grant of sensitivity `minor` or above."""


@dataclass(frozen=True, slots=True)
class RowScope:
    """Where the record is and what it is about.

    `areas`: ids of the areas that hold it, district to community. `known` gives the personal values of the
    record and of all linked to it; it is called only where a text is masked, and it must be given there,
    be it empty. `grid_centre`: (lon, lat), degrees.
    """

    areas: frozenset[AreaId]
    category: str
    known: Callable[[], Iterable[str]] | None = None
    grid_centre: tuple[float, float] | None = None
    care: frozenset[Care] = frozenset()
    spent: frozenset[str] = frozenset()
    """Ids of grants whose rows of this day are used up, this record not being one of them."""


@lru_cache(maxsize=4096)
def areas_of(finest: AreaId | None) -> frozenset[AreaId]:
    """The area and those that hold it: codes are cumulative, 6, 9 and 12 digits. Empty for None."""
    if finest is None:
        return frozenset()
    return frozenset(AreaId(finest[:length]) for length in (6, 9, 12) if length <= len(finest))
