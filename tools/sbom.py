"""What the hub is made of, as CycloneDX 1.6 JSON: `python -m tools.sbom [OUT]`.

From `requirements.lock` (names, versions, who needs whom) and, where a package is installed, its licence; and from
`hub/web/vendor/vendor.toml`, what browsers are served.
The same lock gives the same file, byte for byte: no moment stands in it.
"""

import json
import re
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any, Final

from tools.vendor import LIST, Package, listed

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = ROOT / "requirements.lock"
OUT: Final = ROOT / "build" / "sbom.cdx.json"
HUB: Final = "gridplus-hub"
_PINNED: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+)")
_NEEDED_BY: Final = re.compile(r"^    #(?: via)?\s+([a-z][A-Za-z0-9._-]*)$")


@dataclass(frozen=True, slots=True)
class Pinned:
    """One line of the lock, and the packages that need it."""

    name: str
    version: str
    needed_by: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL, which is its reference too."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read_lock(text: str) -> tuple[Pinned, ...]:
    """Every pinned package, in the lock's order."""
    found: list[Pinned] = []
    for line in text.splitlines():
        if pinned := _PINNED.match(line):
            found.append(Pinned(pinned[1], pinned[2], ()))
        elif found and (needing := _NEEDED_BY.match(line)):
            last = found[-1]
            found[-1] = Pinned(last.name, last.version, (*last.needed_by, needing[1]))
    return tuple(found)


def bill(lock: str, version: str, vendored: Sequence[Package] = ()) -> dict[str, Any]:
    """The bill of materials of the hub in `version` with the packages of `lock` and what browsers are served."""
    pinned = read_lock(lock)
    hub = {"type": "application", "name": HUB, "version": version, "bom-ref": HUB}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, version + lock)}",
        "version": 1,
        "metadata": {"component": hub},
        "components": [*map(_component, pinned), *map(_served, vendored)],
        "dependencies": _needs(pinned, [one.purl for one in vendored]),
    }


def _component(one: Pinned) -> dict[str, Any]:
    licence = _licence(one.name)
    return _library(one) | ({"licenses": [{"license": {"name": licence}}]} if licence else {})


def _served(one: Package) -> dict[str, Any]:
    return _library(one) | {"licenses": [{"expression": one.licence}]}


def _library(one: Pinned | Package) -> dict[str, Any]:
    return {
        "type": "library",
        "name": one.name,
        "version": one.version,
        "purl": one.purl,
        "bom-ref": one.purl,
    }


def _licence(name: str) -> str:
    """As the installed package states it; "" where it is not installed or states none in a line."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return ""
    stated = next((one for name in ("License-Expression", "License") for one in told.get_all(name, [])), "")
    listed = [
        one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License ::")
    ]
    return stated if stated and "\n" not in stated else ", ".join(listed)


def _needs(pinned: tuple[Pinned, ...], served: Sequence[str]) -> list[dict[str, Any]]:
    """Who needs whom; what is served, and what is needed by a plugin or by nobody in the lock, is the hub's."""
    refs: Mapping[str, str] = {one.name: one.purl for one in pinned}
    needs: dict[str, set[str]] = {ref: set() for ref in (HUB, *(one.purl for one in pinned), *served)}
    needs[HUB].update(served)
    for one in pinned:
        for needing in one.needed_by or (HUB,):
            needs[refs.get(needing, HUB)].add(one.purl)
    return [{"ref": ref, "dependsOn": sorted(these)} for ref, these in needs.items()]


def main() -> None:
    """Writes it and says where and of how many packages."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    version = re.search(r'^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    served = [one for one in listed(LIST.read_text("utf-8")) if one.into.startswith("hub/")]
    made = bill(LOCK.read_text("utf-8"), version[1] if version else "0", served)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"sbom: {len(made['components'])} packages → {out}")


if __name__ == "__main__":
    main()
