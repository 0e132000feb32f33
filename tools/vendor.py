"""Takes what others wrote for browsers into the tree, and compares: `python tools/vendor.py [--write]`, by npm.

`hub/web/vendor/vendor.toml` says what is taken: exact versions, the digest of npm's archive, each file with its
SHA-256 as it lies here. Nothing is built, and nothing is changed but one thing: the line that points to a source map
is left out, since a browser would ask for a file that we do not serve. Without `--write` nothing is written, and a
difference ends with 1; with it files and digests are renewed after a version was changed in the list.
"""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
LIST: Final = ROOT / "hub" / "web" / "vendor" / "vendor.toml"
FOLDERS: Final = (LIST.parent, ROOT / "tests" / "browser" / "vendor")
"""Where what is vendored lies, and nothing else: the hub's own, and what only tests use."""
_MAP_LINE: Final = re.compile(rb"^(?://[#@]|/\*[#@]) ?sourceMappingURL=[^\n]*\n?", re.MULTILINE)
_HEAD: Final = """\
# What others wrote for browsers and we serve or test with: exact versions, licences, and each file's SHA-256 as it lies
# here. `make vendor` fetches them again and compares; after a changed version, `make vendor ARGS=--write`.
#
# Of what lies under `maplibre-gl/bundled` the code is in the map's own file, and only its licence is here: for each package
# that maplibre-gl's source map names, in the least version that its package.json asks for.
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """One file: its name here, its path in npm's archive, its SHA-256 here."""

    name: str
    source: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """One package of the list. `into` is a folder of the checkout, `licence` an SPDX expression."""

    name: str
    version: str
    licence: str
    into: str
    integrity: str
    licence_files: tuple[str, ...]
    files: tuple[Taken, ...]

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:npm/{self.name.replace('@', '%40')}@{self.version}"


class Differs(Exception):  # noqa: N818 what is wrong, in words
    """What was fetched is not what the list says."""


def listed(text: str) -> tuple[Package, ...]:
    """The packages of a list, in its order."""
    return tuple(_package(one) for one in tomllib.loads(text)["package"])


def _package(raw: Mapping[str, Any]) -> Package:
    files = tuple(Taken(one["name"], one["from"], one["sha256"]) for one in raw["files"])
    simple = {name: raw[name] for name in ("name", "version", "licence", "into", "integrity")}
    return Package(**simple, licence_files=tuple(raw["licence_files"]), files=files)


def written(packages: tuple[Package, ...]) -> str:
    """The list as a file."""
    return _HEAD + "".join(map(_entry, packages))


def _entry(one: Package) -> str:
    names = ("name", "version", "licence", "into", "integrity")
    simple = "".join(f'{name} = "{getattr(one, name)}"\n' for name in names)
    licences = ", ".join(f'"{name}"' for name in one.licence_files)
    files = "".join(
        f'  {{ name = "{f.name}", from = "{f.source}", sha256 = "{f.sha256}" }},\n' for f in one.files
    )
    return f"\n[[package]]\n{simple}licence_files = [{licences}]\nfiles = [\n{files}]\n"


def without_map(raw: bytes) -> bytes:
    """The file without its line that points to a source map."""
    return _MAP_LINE.sub(b"", raw)


def digest(raw: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(raw).hexdigest()


def faults(packages: tuple[Package, ...]) -> Iterator[str]:
    """What lies in the checkout and is not as the list says; nothing where all is as it says."""
    known = {ROOT / package.into / one.name for package in packages for one in package.files} | {LIST}
    for package in packages:
        yield from _without_licence(package)
        yield from _changed(package)
    for place in sorted(place for folder in FOLDERS for place in folder.rglob("*")):
        if place.is_file() and place not in known:
            yield f"{place.relative_to(ROOT)}: not in {LIST.relative_to(ROOT)}"


def _without_licence(package: Package) -> Iterator[str]:
    if not package.licence_files:
        yield f"{package.into}: no licence file"
    for licence in package.licence_files:
        if licence not in {one.name for one in package.files}:
            yield f"{package.into}: its licence file {licence} is not among its files"


def _changed(package: Package) -> Iterator[str]:
    for one in package.files:
        place = ROOT / package.into / one.name
        if not place.is_file():
            yield f"{package.into}/{one.name}: not there"
        elif digest(place.read_bytes()) != one.sha256:
            yield f"{package.into}/{one.name}: not the file that was vendored"


def fetched(package: Package, place: Path) -> tuple[str, dict[str, bytes]]:
    """(integrity, file → bytes as they are to lie here) of what the registry gives for this exact version."""
    command = ["npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Differs(f"{package.purl}: npm pack gives nothing: {done.stderr.strip()[-200:]}")
    archive = place / done.stdout.split()[-1]
    digest_ = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    with tarfile.open(archive) as opened:
        return f"sha512-{digest_}", {
            one.name: without_map(_member(opened, f"package/{one.source}")) for one in package.files
        }


def _member(opened: tarfile.TarFile, name: str) -> bytes:
    found = opened.extractfile(name)
    if found is None:
        raise Differs(f"{name}: no file")
    return found.read()


def compared(package: Package, integrity: str, contents: Mapping[str, bytes]) -> Iterator[str]:
    """What the registry gives otherwise than the list says."""
    if integrity != package.integrity:
        yield f"{package.purl}: another archive: {integrity}"
    for one in package.files:
        if digest(contents[one.name]) != one.sha256:
            yield f"{package.purl}: {one.source} differs from {package.into}/{one.name}"


def renewed(package: Package, place: Path) -> Package:
    """The package as it is now, with its files put in their place."""
    integrity, contents = fetched(package, place)
    into = ROOT / package.into
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    for name, raw in contents.items():
        (into / name).write_bytes(raw)
    files = tuple(replace(one, sha256=digest(contents[one.name])) for one in package.files)
    return replace(package, integrity=integrity, files=files)


def main() -> None:
    """Compares, or renews; says which, and ends with 1 where something differs."""
    if shutil.which("npm") is None:
        sys.exit("vendor: npm is needed to fetch packages; install it (Debian: npm), then run this again")
    packages = listed(LIST.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as place:
        if sys.argv[1:] == ["--write"]:
            packages = tuple(renewed(one, Path(place)) for one in packages)
            LIST.write_text(written(packages), "utf-8")
            differences: list[str] = []
        else:
            differences = [told for one in packages for told in compared(one, *fetched(one, Path(place)))]
    differences += faults(packages)
    for one in differences:
        print(f"vendor: {one}")
    print(f"vendor: {len(packages)} packages, {sum(len(one.files) for one in packages)} files")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
