"""The demo district, from a seed: areas, grids of four kinds, addresses, roads, waters, places.

The hub loads this file by its path and calls `generate`; large parts are never committed. Run as
`python -m contracts.demo.generate` it writes `areas.csv`, the one part that people read, again.
"""

import csv
import io
import sys
from pathlib import Path
from typing import Final

from hub.model import Area, GridKind
from hub.pack.geography import Division, Geography, Landscape
from hub.pack.landscape import Landmark, Outline

from .geography import grids, overlays, parcels, streets, waters
from .geography.addresses import addresses
from .geography.ground import Ground, lay

SEED: Final = 329901
_LANDMARKS: Final = {"school", "kindergarten", "hospital", "clinic", "market", "square", "park"}


def generate(seed: int) -> Geography:
    """All places of the demo district; the same seed always gives the same value."""
    ground = lay(seed)
    plan = parcels.plan(ground)
    rivers = waters.rivers(ground)
    roads = streets.streets(ground, rivers)
    return Geography(
        areas=ground.areas,
        divisions=_divisions(ground, plan),
        addresses=addresses(ground, plan.sites, streets.doors(ground, roads)),
        landscape=Landscape(
            roads=streets.drawn(ground, roads),
            waters=waters.drawn(ground, rivers, plan.lakes),
            places=tuple(
                Landmark(
                    site.name,
                    site.kind,
                    *site.parcel.spot(0.5, 0.5),
                    ground.community_of(site.parcel.block),
                )
                for site in plan.sites
                if site.kind in _LANDMARKS
            ),
            outlines=tuple(_outline(ground, area) for area in ground.areas),
        ),
    )


def _divisions(ground: Ground, plan: parcels.Plan) -> tuple[Division, ...]:
    first, second = grids.comprehensive(ground)
    before, since = grids.FIRST_FROM, grids.SECOND_FROM
    return (
        Division(
            kind=GridKind.COMPREHENSIVE,
            version="comprehensive-2025-01-01",
            valid_from=before,
            valid_to=grids.FIRST_TO,
            grids=first,
        ),
        Division(
            kind=GridKind.COMPREHENSIVE, version="comprehensive-2026-03-01", valid_from=since, grids=second
        ),
        Division(
            kind=GridKind.POLICE, version="police-2025-01-01", valid_from=before, grids=grids.police(ground)
        ),
        Division(
            kind=GridKind.UNIT, version="unit-2025-01-01", valid_from=before, grids=overlays.units(ground)
        ),
        Division(
            kind=GridKind.EXCLUSIVE,
            version="exclusive-2025-01-01",
            valid_from=before,
            grids=overlays.exclusive(ground, plan.sites),
        ),
    )


def _outline(ground: Ground, area: Area) -> Outline:
    """A name is written in the middle of the area's blocks, or on the block nearest to it."""
    blocks = [block for block, owner in ground.owner.items() if ground.codes[owner].startswith(area.id)]
    centres = [ground.lattice.centre(block) for block in blocks]
    x, y = (sum(centre[axis] for centre in centres) / len(centres) for axis in (0, 1))
    lon, lat = min(centres, key=lambda centre: (centre[0] - x) ** 2 + (centre[1] - y) ** 2)
    return Outline(area.id, ground.rings(blocks), round(lon) / 1e6, round(lat) / 1e6)


def areas_csv(areas: tuple[Area, ...]) -> str:
    """The text of `areas.csv`; several old codes stand behind each other, with `;`."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(("id", "name", "level", "parent", "kind", "valid_from", "valid_to", "old_ids"))
    for area in sorted(areas, key=lambda area: (len(area.id), area.id)):
        days = (area.valid_from or "", area.valid_to or "")
        writer.writerow(
            (area.id, area.name, area.level, area.parent or "", area.kind, *days, ";".join(area.old_ids))
        )
    return sheet.getvalue()


if __name__ == "__main__":
    target = Path(__file__).with_name("areas.csv")
    target.write_text(areas_csv(lay(SEED).areas), encoding="utf-8")
    sys.stdout.write(f"{target}\n")
