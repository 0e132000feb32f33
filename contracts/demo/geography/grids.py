"""Comprehensive grids of both validity periods, and the police grids merged from them."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Final

from hub.model import AreaId, Grid, GridId, GridKind

from .division import Change, redivide
from .ground import Ground
from .names import DISTRICT_CODE, numeral

FIRST_FROM: Final = date(2025, 1, 1)
FIRST_TO: Final = date(2026, 2, 28)
SECOND_FROM: Final = date(2026, 3, 1)


def comprehensive(ground: Ground) -> tuple[tuple[Grid, ...], tuple[Grid, ...]]:
    """The grids of the first period and those of the second; what did not change is the same grid in both."""
    changes = redivide(ground.seed, ground.lattice, ground.communities)
    ending = {(change.community, index) for change in changes for index in change.old}
    first = [
        _grid(ground, code, index + 1, blocks, valid_to=FIRST_TO if (number, index) in ending else None)
        for number, (community, code) in enumerate(zip(ground.communities, ground.codes, strict=True))
        for index, blocks in enumerate(community.grids)
    ]
    kept = [grid for grid in first if grid.valid_to is None]
    made = [grid for change in changes for grid in _made(ground, change)]
    return _by_id(first), _by_id([*kept, *made])


def police(ground: Ground) -> tuple[Grid, ...]:
    """The beats; code: `JG`, district, police station (one a subdistrict), running number."""
    beats = []
    running: dict[int, int] = {}
    for community, code in zip(ground.communities, ground.codes, strict=True):
        station = ground.area(code[:9]).name.removesuffix("街道")
        for blocks in community.beats:
            number = running[community.subdistrict] = running.get(community.subdistrict, 0) + 1
            beat = f"JG{DISTRICT_CODE}{community.subdistrict + 1:02d}{number:02d}"
            name = f"{station}派出所第{numeral(number)}警格"
            beats.append(
                Grid(GridId(beat), beat, GridKind.POLICE, name, code, ground.rings(blocks), FIRST_FROM)
            )
    return tuple(beats)


def _made(ground: Ground, change: Change) -> Iterator[Grid]:
    """A moved border keeps both codes, so the id gets a `-2`; after split or merge the numbers go on."""
    community = ground.codes[change.community]
    last = len(ground.communities[change.community].grids)
    for place, (blocks, old) in enumerate(change.new):
        sequence = change.old[place] + 1 if change.keeps_codes else last + place + 1
        predecessors = tuple(GridId(f"{community}{index + 1:02d}") for index in old)
        yield _grid(ground, community, sequence, blocks, predecessors=predecessors)


def _grid(
    ground: Ground,
    community: AreaId,
    sequence: int,
    blocks: Collection[int],
    *,
    valid_to: date | None = None,
    predecessors: tuple[GridId, ...] = (),
) -> Grid:
    code = f"{community}{sequence:02d}"
    return Grid(
        GridId(f"{code}-2" if GridId(code) in predecessors else code),
        code,
        GridKind.COMPREHENSIVE,
        f"{ground.area(community).name}第{numeral(sequence)}网格",
        community,
        ground.rings(blocks),
        SECOND_FROM if predecessors else FIRST_FROM,
        valid_to,
        predecessors,
    )


def _by_id(grids: list[Grid]) -> tuple[Grid, ...]:
    return tuple(sorted(grids, key=lambda grid: grid.id))
