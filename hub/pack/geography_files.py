"""Places of a pack that are files: GeoJSON of grids, a table of addresses. Each fault with its line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

import orjson

from hub.model import Address, Area, AreaId, Grid, GridId
from hub.pack.geography import Division, Geography
from hub.pack.manifest import GeographySetup, GridFile
from hub.pack.reading import PackFiles, Row
from hub.place.faults import Fault, faults_of

ADDRESS_COLUMNS: Final = (
    "id",
    "subdistrict_id",
    "community_id",
    "road",
    "lane",
    "number",
    "estate",
    "building",
    "unit",
    "lon",
    "lat",
)
_FEATURE: Final = re.compile(r'"type"\s*:\s*"Feature"')
_HARMLESS: Final = frozenset({Fault.HOLE_FIRST})
"""The even-odd rule reads rings in any order."""


def read_geography(files: PackFiles, setup: GeographySetup, areas: Mapping[AreaId, Area]) -> Geography:
    """What the files of `setup` hold."""
    return Geography(
        areas=tuple(areas.values()),
        divisions=tuple(_division(files, each, areas) for each in setup.grids),
        addresses=tuple(_addresses(files, setup.addresses, areas)) if setup.addresses else (),
    )


def _division(files: PackFiles, setup: GridFile, areas: Mapping[AreaId, Area]) -> Division:
    """The grids of one GeoJSON FeatureCollection (RFC 7946: degrees, longitude first).

    Features that share code, name and parent are parts of one grid.
    """
    source = _FeatureFile(files, setup.file)
    grids: dict[str, Grid] = {}
    first: dict[str, int] = {}
    for number, feature in enumerate(source.features):
        grid = _grid(setup, feature, areas)
        if grid is None:
            source.fault(number, "K192", feature=number + 1)
            continue
        known = grids.get(grid.code)
        if known is None:
            grids[grid.code], first[grid.code] = grid, number
        elif (known.name, known.parent) == (grid.name, grid.parent):
            grids[grid.code] = replace(known, rings=(*known.rings, *grid.rings))
        else:
            source.fault(number, "K195", name=grid.code, first=source.line(first[grid.code]))
    for grid in grids.values():
        _check(source, first[grid.code], grid, areas)
    return Division(
        kind=setup.kind,
        version=setup.version,
        valid_from=setup.valid_from,
        valid_to=setup.valid_to,
        grids=tuple(grids.values()),
    )


class _FeatureFile:
    """The features of a GeoJSON file, and the lines that they stand on."""

    def __init__(self, files: PackFiles, file: str) -> None:
        self._files: Final = files
        self._file: Final = file
        self._text: Final = files.text(file) or "{}"
        self.features: Final[Sequence[Any]] = self._read()

    def _read(self) -> Sequence[Any]:
        try:
            features = orjson.loads(self._text)["features"]
        except (ValueError, KeyError, TypeError):
            features = None
        if isinstance(features, list):
            return features
        self._files.fault(self._file, 1, "K191")
        return ()

    @cached_property
    def _starts(self) -> list[int]:
        return [match.start() for match in _FEATURE.finditer(self._text)]

    def line(self, number: int) -> int:
        """Where the feature with this number stands; 0 where the text does not tell."""
        if number >= len(self._starts):
            return 0
        return self._text.count("\n", 0, self._starts[number]) + 1

    def fault(self, number: int, code: str, /, **facts: str | int) -> None:
        """A fault of one feature."""
        self._files.fault(self._file, self.line(number), code, **facts)


def _grid(setup: GridFile, feature: Any, areas: Mapping[AreaId, Area]) -> Grid | None:
    """None where the feature has no polygon or no code."""
    try:
        properties, geometry = feature["properties"], feature["geometry"]
        parts = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}
        # several parts need no order: the even-odd rule reads all rings at once
        rings = tuple(
            tuple((float(vertex[0]), float(vertex[1])) for vertex in ring)
            for part in parts[geometry["type"]]
            for ring in part
        )
        code = str(properties[setup.code])
        old = properties.get(setup.predecessors, []) if setup.predecessors else []
    except (KeyError, TypeError, ValueError, IndexError):
        return None
    parent = properties.get(setup.parent) if setup.parent else next(iter(areas), "")
    return Grid(
        GridId(code),
        code,
        setup.kind,
        str(properties.get(setup.name) or code),
        AreaId(str(parent)),
        rings,
        setup.valid_from,
        setup.valid_to,
        tuple(GridId(str(each)) for each in (old.split(";") if isinstance(old, str) else old) if each),
    )


def _check(source: _FeatureFile, number: int, grid: Grid, areas: Mapping[AreaId, Area]) -> None:
    if grid.parent not in areas:
        source.fault(number, "K196", name=grid.code, parent=grid.parent)
    for kind in sorted({fault.fault for fault in faults_of(grid)} - _HARMLESS):
        source.fault(number, "K193", name=grid.code, fault=kind.value)


def _addresses(files: PackFiles, file: str, areas: Mapping[AreaId, Area]) -> Iterator[Address]:
    first_on: dict[str, int] = {}
    for row in files.rows(file, ADDRESS_COLUMNS):
        if row["id"] in first_on:
            row.fault("K112", name=row["id"], first=first_on[row["id"]])
        first_on.setdefault(row["id"], row.line)
        for column in ("subdistrict_id", "community_id"):
            if row[column] and row[column] not in areas:
                row.fault("K197", name=row[column])
        yield Address(
            id=row["id"],
            subdistrict_id=AreaId(row["subdistrict_id"]),
            community_id=AreaId(row["community_id"]),
            road=row["road"],
            lane=row["lane"],
            number=row["number"],
            estate=row["estate"],
            building=row["building"],
            unit=row["unit"],
            lon=_degrees(row, "lon", 180),
            lat=_degrees(row, "lat", 90),
        )


def _degrees(row: Row, column: str, limit: int) -> float:
    try:
        value = float(row[column])
    except ValueError:
        value = float("nan")
    if -limit <= value <= limit:
        return value
    row.fault("K108", name=column)
    return 0.0
