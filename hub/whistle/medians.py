"""The middle of what is told of many: beside it, one sees how one stands, and nobody else. Pure."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final

from hub.whistle.shares import rounded

_LEAST: Final = 3
"""Of two, the middle tells each what the other has."""
_TELLING: Final = frozenset({"share", "score", "median_s", "p90_s"})
"""Figures that are comparable; numbers of cases are not."""


def medians(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Name → the median of what `rows` tell under it, by the same names inside; left out where fewer than three do."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row[name] for row in rows if name in row]
        inside = [one for one in values if isinstance(one, Mapping)]
        if name in _TELLING:
            numbers = [one for one in values if isinstance(one, int | float)]
            if len(numbers) >= _LEAST:
                found[name] = rounded(median(numbers))
        elif inside and (below := medians(inside)):
            found[name] = below
    return found
