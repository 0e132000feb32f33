"""Everything that is wrong with a pack, at once: its small files, its places, its contracts' examples."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path

from hub.contract.check import check as check_contracts
from hub.contract.finding import Finding
from hub.errors import FixSettings
from hub.model import Address, Area, AreaId
from hub.pack.geography_files import read_geography
from hub.pack.load import read_pack
from hub.pack.locate_pack import MANIFEST, locate_pack
from hub.pack.pack import Pack
from hub.pack.reading import PackFiles
from hub.pack.renamed import lost_names
from hub.place.atlas import DatedMap


def check(path: Path | None = None, cache_root: Path | None = None) -> tuple[Finding, ...]:
    """All findings of the pack at `path`, of the demo pack without one; empty: the pack is right.

    What can only be looked at when something else is right (maps when areas are) is looked at then.
    Raises FixSettings K102 where there is no pack.
    """
    root = locate_pack(path)
    read = read_pack(root, cache_root)
    if not isinstance(read, Pack):
        return read
    texts = {contract.file: (root / contract.file).read_text("utf-8") for contract in read.contracts}
    examples = check_contracts(read.contracts, read.areas, texts).findings
    return (*examples, *_places(read))


def _places(pack: Pack) -> Iterator[Finding]:
    setup = pack.manifest.geography
    if not setup.generator:
        files = PackFiles(pack.root)
        read_geography(files, setup, pack.areas)
        if files.found:
            yield from files.found
            return
    try:
        stored = pack.geography
        maps, addresses = stored.maps, stored.addresses
    except FixSettings as error:
        facts = {key: value for key, value in error.facts.items() if isinstance(value, str | int)}
        yield Finding(setup.generator or MANIFEST, 0, error.code, facts)
        return
    yield from _periods(maps)
    yield from _lineage(maps)
    yield from _homes(addresses, pack, maps)
    yield from lost_names(pack.renamed, addresses)


def _periods(maps: Iterable[DatedMap]) -> Iterator[Finding]:
    """Two maps of one kind on one day: nobody could say which grid holds."""
    for one, other in combinations(maps, 2):
        if one.map.kind is other.map.kind and _overlap(one, other):
            yield Finding(MANIFEST, 0, "K190", {"one": one.map.version, "other": other.map.version})


def _lineage(maps: Iterable[DatedMap]) -> Iterator[Finding]:
    """Predecessors exist (N50), and every grid lies in an area of the pack."""
    known = {grid.id for dated in maps for grid in dated.map.grids()}
    for dated in maps:
        for grid in dated.map.grids():
            for before in grid.predecessors:
                if before not in known:
                    yield Finding(MANIFEST, 0, "K194", {"name": grid.id, "before": before})


def _homes(addresses: Iterable[Address], pack: Pack, maps: Iterable[DatedMap]) -> Iterator[Finding]:
    """An address lies inside the map, in a community of its subdistrict. Counted, not listed: they are many."""
    boxes = [dated.map.bounds for dated in maps]
    west, south = (
        min((box[0] for box in boxes), default=-180.0),
        min((box[1] for box in boxes), default=-90.0),
    )
    east, north = max((box[2] for box in boxes), default=180.0), max((box[3] for box in boxes), default=90.0)
    strange, outside = 0, 0
    for address in addresses:
        strange += not _belongs(address, pack.areas)
        outside += not (west <= address.lon <= east and south <= address.lat <= north)
    if strange:
        yield Finding(MANIFEST, 0, "K188", {"count": strange})
    if outside:
        yield Finding(MANIFEST, 0, "K189", {"count": outside})


def _belongs(address: Address, areas: Mapping[AreaId, Area]) -> bool:
    """A pack may know of an address no more than its subdistrict, or nothing."""
    if not address.community_id:
        return not address.subdistrict_id or address.subdistrict_id in areas
    community = areas.get(address.community_id)
    return community is not None and community.parent == address.subdistrict_id


def _overlap(one: DatedMap, other: DatedMap) -> bool:
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)
