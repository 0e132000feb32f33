"""What grants gave, for templates: a field that none gives reads as None there, and a data set as one without fields."""

from collections.abc import Mapping, Sequence
from typing import Any


class Given(dict[str, Any]):
    """One data set's leaves."""

    def __missing__(self, leaf: str) -> None:
        return None


def given(told: Mapping[str, Any], *datasets: str) -> Given:
    """`told`, data set → leaf → value, with each of `datasets` in it; further values as they are."""
    return Given({**told, **{name: Given(told.get(name, {})) for name in datasets}})


def given_all(some: Sequence[Mapping[str, Any]], *datasets: str) -> list[Given]:
    """The same of each."""
    return [given(one, *datasets) for one in some]
