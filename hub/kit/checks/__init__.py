"""All checks, one subject a file."""

from collections.abc import Mapping
from typing import Final

from hub.kit.checks import (
    declared,
    door,
    files,
    hygiene,
    identity,
    lists,
    offer,
    pages,
    places,
    resources,
    sessions,
    spoilt,
    states,
    tables,
    telling,
    text,
    times,
    traps,
    wires,
)
from hub.kit.outcome import CHECKS, Check

_MODULES: Final = (
    offer,
    identity,
    pages,
    text,
    spoilt,
    traps,
    places,
    times,
    states,
    wires,
    sessions,
    door,
    telling,
    lists,
    tables,
    files,
    declared,
    hygiene,
    resources,
)
"""In the order in which they are run."""

ALL: Final[Mapping[str, Check]] = {
    name: one for module in _MODULES for name, one in CHECKS.items() if one.run.__module__ == module.__name__
}
"""Every check by name."""
