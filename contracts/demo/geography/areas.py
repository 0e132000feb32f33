"""Codes and names of areas: 1 district, 16 subdistricts, 96 communities. No shapes."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from hub.model import Area, AreaId, AreaLevel

from . import names
from .dice import Dice
from .division import Community
from .lattice import off_centre

FOUNDED_ON: Final = date(2020, 7, 1)
"""Two counties became one district: every code is new from that day, and the old ones live on (N51)."""

_FIRST_VILLAGE: Final = 201
"""Last three digits of a community code: 001-199 residential, 200-399 village."""
_RURAL: Final = 0.78
"""From this far off the centre a community is a village (`off_centre`)."""


def describe(seed: int, communities: Sequence[Community]) -> tuple[tuple[Area, ...], tuple[AreaId, ...]]:
    """All areas, from the district down, and the code of each of `communities`, in their order."""
    district = AreaId(names.DISTRICT_CODE)
    old_districts = tuple(AreaId(code) for code in names.OLD_DISTRICT_CODES)
    areas = [
        Area(district, names.DISTRICT, AreaLevel.DISTRICT, None, valid_from=FOUNDED_ON, old_ids=old_districts)
    ]
    for index, name in enumerate(names.SUBDISTRICTS):
        areas.append(
            Area(
                _subdistrict(index),
                f"{name}街道",
                AreaLevel.SUBDISTRICT,
                district,
                "street",
                FOUNDED_ON,
                old_ids=(_old(index),),
            )
        )
    codes = []
    stems = names.communities(seed)
    for number, community in enumerate(communities):
        before = [other for other in communities[:number] if other.subdistrict == community.subdistrict]
        area = _community(seed, community, before, next(stems))
        areas.append(area)
        codes.append(area.id)
    return tuple(areas), tuple(codes)


def is_village(community: Community) -> bool:
    """Whether a community lies in the country."""
    return sum(map(off_centre, community.blocks)) / len(community.blocks) > _RURAL


def _community(seed: int, community: Community, before: Sequence[Community], stem: str) -> Area:
    village = is_village(community)
    place = sum(is_village(other) == village for other in before)
    tail = (_FIRST_VILLAGE if village else 1) + place
    code = f"{_subdistrict(community.subdistrict)}{tail:03d}"
    # the old county counted its communities anew: the old code is no simple rewrite of the new one
    old = f"{_old(community.subdistrict)}{Dice(seed, 'old code', code).whole(1, 9)}{len(before):02d}"
    return Area(
        AreaId(code),
        f"{stem}村" if village else f"{stem}社区",
        AreaLevel.COMMUNITY,
        _subdistrict(community.subdistrict),
        "village" if village else "residential",
        FOUNDED_ON,
        old_ids=(AreaId(old),),
    )


def _subdistrict(index: int) -> AreaId:
    return AreaId(f"{names.DISTRICT_CODE}{index + 1:03d}")


def _old(index: int) -> AreaId:
    """Even subdistricts came from the first county, odd ones from the second, in reverse order there."""
    county = names.OLD_DISTRICT_CODES[index % 2]
    return AreaId(f"{county}{(len(names.SUBDISTRICTS) - index + 1) // 2:03d}")
