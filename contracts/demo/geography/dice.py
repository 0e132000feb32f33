"""Seeded chance for the demo district. Every draw of the generator comes from here.

A stream is named by the seed and a key, so what is drawn for one edge or one estate does not move when
another part of the generator draws more or less.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """One named stream. Only `Random.random()` is used: the one method whose values Python keeps stable."""

    def __init__(self, seed: int, *key: str | int) -> None:
        name = "/".join(str(part) for part in (seed, *key))
        self._draw = random.Random(name).random  # noqa: S311 - an invented map, not a secret

    def between(self, low: float, high: float) -> float:
        """A number of [low, high)."""
        return low + (high - low) * self._draw()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int((high - low + 1) * self._draw())

    def falls(self, chance: float) -> bool:
        """True in `chance` (0-1) of the draws."""
        return self._draw() < chance

    def pick(self, items: Sequence[Item]) -> Item:
        """One of `items`."""
        return items[int(len(items) * self._draw())]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """`items` in a drawn order; `items` itself stays as it was."""
        rest = list(items)
        for last in range(len(rest) - 1, 0, -1):
            other = int((last + 1) * self._draw())
            rest[last], rest[other] = rest[other], rest[last]
        return rest
