"""From a grid's or an area's code to a place: today's codes, yesterday's, and names of areas inside an address.

Pure. A place by code has no point.
"""

from hub.model import Area, AreaLevel, Reason
from hub.place.gazetteer import Gazetteer
from hub.place.ground import SILENT, Found, Ground, Rejected


def by_grid_code(code: str, ground: Ground) -> Found | Rejected:
    """The grid that the code stands for on that day; codes of before a re-division are followed (N50)."""
    if not code:
        return SILENT
    grids = ground.atlas.grids_by_code(code, ground.day)
    if not grids:
        return Rejected("R401", (Reason("grid_code_unknown"),))
    parents = {grid.parent for grid in grids}
    area_id = parents.pop() if len(parents) == 1 else None
    if len(grids) > 1:
        divided = Reason("grid_divided_since", {"into": ",".join(grid.id for grid in grids)})
        return Rejected("R401", (divided,), area_id=area_id)
    grid = grids[0]
    rule = "grid_code_known" if grid.code == code else "grid_code_of_before"
    place = ground.place_in(grid.parent, method="grid_code", grid_id=grid.id)
    return Found(place, (Reason(rule, {"grid": grid.id, "map": ground.version}),))


def by_area(
    area: Area | None, code: str, address: str, ground: Ground, gazetteer: Gazetteer
) -> Found | Rejected:
    """The area that the source states, else the one that its address names; a district is too wide."""
    reasons: list[Reason] = []
    if area is not None and area.level is not AreaLevel.DISTRICT:
        rule = "area_code_known" if code.startswith(area.id) else "area_code_of_before"
        return Found(ground.place_in(area.id, method="area_code"), (Reason(rule, {"area": area.id}),))
    if code:
        reasons.append(Reason("area_too_wide" if area else "area_code_unknown"))
    named = gazetteer.areas_named(address) if address else ()
    if len(named) == 1 and named[0].level is not AreaLevel.DISTRICT:
        found = Reason("area_named_in_address", {"area": named[0].id})
        return Found(ground.place_in(named[0].id, method="area_code"), (*reasons, found))
    return Rejected("R401" if reasons else "", tuple(reasons))
