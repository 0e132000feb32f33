"""The district's standard address table, asked with the dirty text of a report.

Pure. Text in, candidates out, each with a score that means what it says: of answers with 0.8, eight in ten
are the place that was meant. Choosing one, or none, is `locate`'s.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hub.model import Address, Area, AreaId, AreaLevel, Reason
from hub.place.address import AddressParts, parse
from hub.place.coords import metres_between
from hub.place.match import similarity
from hub.place.register import Named, Register
from hub.place.rings import METRES_PER_DEG
from hub.place.wording import normalise


@dataclass(frozen=True, slots=True)
class Match:
    """One place that a text may mean: an entry of the table, or a point beside one."""

    address: Address
    score: float
    """How likely this is the place, 0–1; the candidates of one text share what is certain."""
    lon: float
    lat: float
    """The entry's point, moved where the text says how far beside it (西侧50米)."""
    error_m: float
    reasons: tuple[Reason, ...]


DOOR_ERROR_M: Final = 20.0
"""A door or a building is a thing of some size."""
_SAME_SPOT_M: Final = 80.0
"""Entries this near to each other are one place: the units of a building, a gate and its shops."""

# What is certain of a candidate by how it was found, before candidates share it; measured on dirty spellings
# of a table's own entries (tests/unit/place/test_gazetteer.py shows that they hold).
_BY_NUMBER: Final = 0.97
_BY_NAME: Final = 0.9
_BETWEEN_DOORS: Final = 0.8
_NUMBER_UNKNOWN: Final = 0.6
_OTHER_AREA: Final = 0.4
"""Factor where the text names another subdistrict or community than the entry's."""
_LEAST_LIKE: Final = 0.6
_LEAST_SCORE: Final = 0.05


class Gazetteer:
    """The table, indexed."""

    def __init__(
        self,
        addresses: Iterable[Address],
        areas: Iterable[Area] = (),
        *,
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        """`renamed`: former names of roads and estates → today's. 60,000 addresses take about a second."""
        self._register: Final = Register(addresses, renamed or {})
        self._areas: Final = _areas_by_name(areas)
