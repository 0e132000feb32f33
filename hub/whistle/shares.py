"""A share with how sure one can be of it; and figures that are not told.

Pure. Wilson's interval holds for few cases too: of one good case in one, the share is somewhere from 21 to 100 %.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

_Z: Final = 1.959964
"""95 %: so many standard deviations to either side."""
_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `n` cases."""

    n: int
    hits: int

    @property
    def value(self) -> float | None:
        """From 0 to 1; None where there was no case."""
        return self.hits / self.n if self.n else None

    def told(self) -> dict[str, Any]:
        """n, share, low, high: figures for people and machines."""
        if not self.n:
            return {"n": 0, "share": None}
        low, high = wilson(self.hits / self.n, self.n)
        return {
            "n": self.n,
            "share": rounded(self.hits / self.n),
            "low": rounded(low),
            "high": rounded(high),
        }


@dataclass(frozen=True, slots=True)
class Hidden:
    """A figure that is not told, and why: `small_cell` (few cases could be someone's)."""

    reason: str

    def told(self) -> dict[str, Any]:
        """Null, with the reason."""
        return {"value": None, "reason": self.reason}


SMALL: Final = Hidden("small_cell")


def wilson(share: float, n: int) -> tuple[float, float]:
    """Between which shares the true one lies with 95 %, where `share` was found in `n` cases (n > 0)."""
    square = _Z * _Z / n
    middle = share + square / 2
    half = _Z * sqrt(share * (1 - share) / n + square / (4 * n))
    return max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square))


def rounded(value: float) -> float:
    """As figures are told."""
    return round(value, _DIGITS)
