"""Versions of plugins that lie beside the installed ones: wheels that were unpacked into folders of their own.

    <home>/plugins/<distribution>/<version>/     what the wheel holds, and nothing of anybody else

Nothing is imported here. What lies on the shelf runs in a process of its own, with its folder in front of the path
(`hub.plugin.apart`), so that two versions of one plugin may run side by side. Only what is pure Python can lie here;
what it needs beside the hub must be installed with the hub.
"""

import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath
from typing import Final

from hub.errors import FixSettings
from hub.plugin.hookspecs import PROJECT

_MOST_BYTES: Final = 64 * 1024 * 1024
"""Of what a wheel holds, unpacked: a plugin is code and samples."""
_MOST_FILES: Final = 5_000
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,99}")
"""Of a distribution and of a version: each becomes a folder here."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a distribution on the shelf."""

    distribution: str
    version: str
    path: Path
    """Its folder, to be put in front of Python's path."""
    points: Mapping[str, str]
    """Name of each entry point → the module that it names."""


class Shelf:
    """The folder `plugins` of one installation."""

    def __init__(self, home: Path) -> None:
        self._place: Final = home.resolve() / "plugins"  # a process of its own stands elsewhere

    def put(self, wheel: Path, check: Callable[[Kept], object] = lambda _: None) -> Kept:
        """The version that `wheel` holds, on the shelf from now on, unless `check` raises. Raises FixSettings C122 for what
        is no plugin's wheel, or is another than what lies there under its version already."""
        draft = self._place / f".{wheel.stem}.part"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            _unpack(wheel, draft)
            found = _one_in(draft, wheel.name)
            check(found)
            return self._placed(found, draft, wheel.name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def versions(self, distribution: str) -> list[Kept]:
        """All versions of it that lie here, by their names."""
        folders = sorted(one for one in (self._place / _folder(distribution)).glob("*") if one.is_dir())
        return [kept for one in folders for kept in _kept_in(one)]

    def distributions(self) -> list[str]:
        """Names of all that have a version here."""
        return sorted(one.name for one in self._place.glob("[!.]*") if one.is_dir())

    def find(self, distribution: str, version: str) -> Kept:
        """The version; raises FixSettings C121 where it does not lie here."""
        for one in self.versions(distribution):
            if one.version == version:
                return one
        raise FixSettings("C121", name=distribution, version=version)

    def _placed(self, found: Kept, draft: Path, wheel: str) -> Kept:
        place = self._place / _folder(found.distribution) / found.version
        if place.exists():
            if _content(place) != _content(draft):
                raise FixSettings("C122", name=wheel, why="another wheel of this version lies here")
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            draft.rename(place)
        return self.find(found.distribution, found.version)


def _unpack(wheel: Path, into: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as packed:
            members = packed.infolist()
            if len(members) > _MOST_FILES or sum(one.file_size for one in members) > _MOST_BYTES:
                raise FixSettings("C122", name=wheel.name, why="too large")
            for one in members:
                path = PurePosixPath(one.filename)
                if path.is_absolute() or ".." in path.parts:
                    raise FixSettings("C122", name=wheel.name, why="a path leads out of it")
                if path.suffix in (".so", ".pyd") or any(part.endswith(".data") for part in path.parts[:1]):
                    raise FixSettings("C122", name=wheel.name, why="not pure Python")
            packed.extractall(into)
    except (
        OSError,
        EOFError,
        RuntimeError,
        zlib.error,
        zipfile.BadZipFile,
    ):  # sealed or packed as no wheel is, too
        raise FixSettings("C122", name=wheel.name, why="not a wheel") from None


def _one_in(folder: Path, wheel: str) -> Kept:
    found = list(_kept_in(folder))
    said = [text for one in found for text in (one.distribution, one.version)]
    if not all(isinstance(text, str) and _NAME.fullmatch(text) for text in said):
        raise FixSettings("C122", name=wheel, why="its name or its version is none")
    if len(found) != 1 or not found[0].points:
        raise FixSettings("C122", name=wheel, why=f"no entry point of the group {PROJECT}")
    return found[0]


def _kept_in(folder: Path) -> Iterator[Kept]:
    for one in distributions(path=[str(folder)]):
        yield Kept(one.name, one.version, folder, _points(one))


def _points(one: Distribution) -> dict[str, str]:
    return {point.name: point.value for point in one.entry_points if point.group == PROJECT}


def _content(folder: Path) -> dict[str, bytes]:
    files = (one for one in folder.rglob("*") if one.is_file() and one.suffix != ".pyc")
    return {str(one.relative_to(folder)): one.read_bytes() for one in files}


def _folder(distribution: str) -> str:
    """One name for all spellings of a distribution's: builders write `gridplus_lamps` or `gridplus-lamps`."""
    return re.sub(r"[-_.]+", "-", distribution).lower()
