"""`areas.csv`: the district, its subdistricts and communities, with the codes they once had."""

from collections.abc import Iterator, Mapping
from typing import Final

from hub.model import Area, AreaId, AreaLevel
from hub.pack.reading import PackFiles, Row

FILE: Final = "areas.csv"
COLUMNS: Final = ("id", "name", "level", "parent", "kind", "valid_from", "valid_to", "old_ids")
_LENGTH: Final = {AreaLevel.DISTRICT: 6, AreaLevel.SUBDISTRICT: 9, AreaLevel.COMMUNITY: 12}
"""Digits of a code, cumulative (GB/T 2260, GB/T 10114, domain.md 1.2)."""
_KINDS: Final = {
    AreaLevel.DISTRICT: ("",),
    AreaLevel.SUBDISTRICT: ("", "street", "town", "township"),
    AreaLevel.COMMUNITY: ("", "residential", "village"),
}


def read_areas(files: PackFiles, district: str) -> Mapping[AreaId, Area]:
    """All areas by code, in the file's order; `district` is the one that the pack is for."""
    areas: dict[AreaId, Area] = {}
    lines: dict[AreaId, Row] = {}
    for row in files.rows(FILE, COLUMNS):
        area = _area(row)
        if area is None:
            continue
        if area.id in areas:
            row.fault("K112", name=area.id, first=lines[area.id].line)
            continue
        areas[area.id], lines[area.id] = area, row
    _check_parents(areas, lines)
    _check_old_codes(areas, lines)
    if (
        district
        and areas
        and [area.id for area in areas.values() if area.level is AreaLevel.DISTRICT] != [district]
    ):
        files.fault(FILE, 2, "K127", district=district)
    return areas


def _area(row: Row) -> Area | None:
    try:
        level = AreaLevel(row["level"])
    except ValueError:
        row.fault("K208", name=row["level"], allowed=", ".join(AreaLevel))
        return None
    if not (row["id"].isascii() and row["id"].isdigit() and len(row["id"]) == _LENGTH[level]):
        row.fault("K125", level=level.value, digits=_LENGTH[level])
        return None
    if row["kind"] not in _KINDS[level]:
        row.fault("K208", name=row["kind"], allowed=", ".join(kind or "-" for kind in _KINDS[level]))
    if not row["name"]:
        row.fault("K204", name="name")
    begins, ends = row.day("valid_from"), row.day("valid_to")
    if begins and ends and ends < begins:
        row.fault("K111")
    old = tuple(AreaId(code) for code in row["old_ids"].split(";") if code)
    parent = AreaId(row["parent"]) if row["parent"] else None
    return Area(AreaId(row["id"]), row["name"], level, parent, row["kind"], begins, ends, old)


def _check_parents(areas: Mapping[AreaId, Area], lines: Mapping[AreaId, Row]) -> None:
    """The parent is one level up, and its code begins the area's own."""
    for area in areas.values():
        if area.level is AreaLevel.DISTRICT:
            fits = area.parent is None
        else:
            fits = area.parent in areas and area.parent == area.id[:-3]
        if not fits:
            lines[area.id].fault("K126", name=area.parent or "-")


def _check_old_codes(areas: Mapping[AreaId, Area], lines: Mapping[AreaId, Row]) -> None:
    """An old code leads to one area, or nobody knows to which (N51)."""
    known: dict[AreaId, int] = {area.id: lines[area.id].line for area in areas.values()}
    for area, code in _old_codes(areas):
        if code in known:
            lines[area.id].fault("K128", name=code, first=known[code])
        known.setdefault(code, lines[area.id].line)


def _old_codes(areas: Mapping[AreaId, Area]) -> Iterator[tuple[Area, AreaId]]:
    return ((area, code) for area in areas.values() for code in area.old_ids)
