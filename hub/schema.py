"""Where the unified schema lies, and its files as they stand (`contracts/schema/*.v1.json`).

Reads files, so the pure rooms do not import it: they are given what it returns. Nothing here validates;
that is `hub.intake.validate`, in the hot path, and `jsonschema`, the oracle, in tests and tools.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import orjson

NAMES: Final = (
    "area",
    "grid",
    "place",
    "organisation",
    "resident",
    "event",
    "incident",
    "whistle",
    "report",
    "report_in",
    "contract",
    "grant",
    "envelope",
)
"""The nouns that have a schema, in the order in which they build on each other."""

_PREFIX: Final = "https://gridplus.example/schema/"


def uri(name: str) -> str:
    """The `$id` of one noun's schema; a name, not an address to fetch."""
    return f"{_PREFIX}{name}.v1.json"


def folder() -> Path:
    """Where the schema files are: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    packed = package / "_contracts" / "schema"
    return packed if packed.is_dir() else package.parent / "contracts" / "schema"


@cache
def schemas() -> Mapping[str, Mapping[str, Any]]:
    """All by name, read once a process; shared, so nobody changes them."""
    return MappingProxyType({name: _read(name) for name in NAMES})


def _read(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = orjson.loads((folder() / f"{name}.v1.json").read_bytes())
    return found
