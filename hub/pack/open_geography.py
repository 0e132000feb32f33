"""From a pack's set-up to its stored maps and addresses, made at first use and kept in the cache."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import hub.place
from hub.errors import FixSettings
from hub.ids import digest_of
from hub.model import Area, AreaId
from hub.pack.cache import default_root, folder_of
from hub.pack.generator import run_generator, sources_of
from hub.pack.geography import Geography
from hub.pack.geography_files import read_geography
from hub.pack.manifest import GeographySetup, Manifest
from hub.pack.reading import PackFiles
from hub.pack.stored import StoredGeography, store

_KEY_LENGTH: Final = 24


def open_geography(
    root: Path, manifest: Manifest, areas: Mapping[AreaId, Area], cache_root: Path | None
) -> StoredGeography:
    """Maps, addresses and landscape of the pack at `root`; the first time takes seconds.

    Raises FixSettings: K198 a generator that fails, K199 one that makes other areas than `areas.csv`
    tells, K101 files with faults.
    """
    key = f"{manifest.id}-{_digest(root, manifest)[:_KEY_LENGTH]}"
    make = partial(_make, root, manifest.geography, areas)
    return StoredGeography(folder_of(key, make, cache_root or default_root()))


def _make(root: Path, setup: GeographySetup, areas: Mapping[AreaId, Area], folder: Path) -> None:
    store(_generated(root, setup, areas) if setup.generator else _filed(root, setup, areas), folder)


def _generated(root: Path, setup: GeographySetup, areas: Mapping[AreaId, Area]) -> Geography:
    geography = run_generator(root, setup.generator, setup.seed)
    if {area.id: area for area in geography.areas} != dict(areas):
        raise FixSettings("K199", name=setup.generator)
    return geography


def _filed(root: Path, setup: GeographySetup, areas: Mapping[AreaId, Area]) -> Geography:
    files = PackFiles(root)
    geography = read_geography(files, setup, areas)
    if files.found:
        first = files.found[0]
        raise FixSettings("K101", pointer=first.where, count=len(files.found), first=first.told().cause)
    return geography


def _digest(root: Path, manifest: Manifest) -> str:
    """Changes with everything that the stored form depends on: the pack, what makes it, what stores it."""
    setup = manifest.geography
    return digest_of(manifest.id, manifest.version, str(setup.seed), *_inputs(root, setup), *_form())


def _inputs(root: Path, setup: GeographySetup) -> Iterator[bytes]:
    if setup.generator:
        yield from sources_of(root)
        return
    yield repr(setup).encode()
    for file in (*(each.file for each in setup.grids), setup.addresses, "areas.csv"):
        if (root / file).is_file():
            yield (root / file).read_bytes()


def _form() -> Iterator[bytes]:
    """The code that writes and reads what is stored: who changes it must not read yesterday's files."""
    for folder in (Path(__file__).parent, *(Path(place) for place in hub.place.__path__)):
        for path in sorted(folder.glob("*.py")):
            yield path.read_bytes()
