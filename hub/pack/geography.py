"""All places of a pack in one value: what a generator returns and what files of a pack are read into.

Plain values. Reading files stands in `geography_files`, the generator's cache in `cache`.
"""

from dataclasses import dataclass, field
from datetime import date

from hub.model import Address, Area, Grid, GridKind
from hub.pack.landscape import Landmark, Outline, Road, Water


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """All grids of one kind in one validity period; the last day is included."""

    kind: GridKind
    version: str
    """Names this map in decisions, for instance `comprehensive-2026-03-01`."""
    valid_from: date
    valid_to: date | None = None
    grids: tuple[Grid, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """What is drawn and never decided upon."""

    roads: tuple[Road, ...] = ()
    waters: tuple[Water, ...] = ()
    places: tuple[Landmark, ...] = ()
    outlines: tuple[Outline, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Geography:
    """Areas, maps, addresses and landscape of one pack."""

    areas: tuple[Area, ...]
    divisions: tuple[Division, ...]
    addresses: tuple[Address, ...] = ()
    landscape: Landscape = field(default_factory=Landscape)
