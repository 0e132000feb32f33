"""What a department's good cases are worth, given which cases it had: indirect standardisation.

Pure. In each stratum (category × level) the whole district has a share of good cases; what a department would have
at those shares is what is expected of it. Observed by expected, times the district's share, is its adjusted share.
Few cases are steadied: so many cases of the district's own mean are added as the pack says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.whistle.shares import Share, rounded, wilson

Stratum = tuple[str, str]
"""Category and level."""
Strata = Mapping[Stratum, Share]


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A share as it would be with the district's usual cases, from 0 to 1; `expected` good cases among `n`."""

    n: int
    observed: int
    expected: float
    share: float
    low: float
    high: float

    def told(self) -> dict[str, Any]:
        """Figures for people and machines."""
        return {
            "n": self.n,
            "expected": rounded(self.expected / self.n),
            "share": rounded(self.share),
            "low": rounded(self.low),
            "high": rounded(self.high),
        }


def together(some: Iterable[Strata]) -> dict[Stratum, Share]:
    """The district's strata, from those of all its departments."""
    sums: dict[Stratum, tuple[int, int]] = {}
    for strata in some:
        for stratum, one in strata.items():
            n, hits = sums.get(stratum, (0, 0))
            sums[stratum] = n + one.n, hits + one.hits
    return {stratum: Share(*sums[stratum]) for stratum in sorted(sums)}


def adjusted(own: Strata, district: Strata, steadied_by: int) -> Adjusted | None:
    """A department's adjusted share; None where it had no case. `district` includes its own cases."""
    n = sum(one.n for one in own.values())
    if not n:
        return None
    cases = sum(one.n for one in district.values())
    overall = sum(one.hits for one in district.values()) / cases
    observed = sum(one.hits for one in own.values())
    expected = sum(own[s].n * district[s].hits / district[s].n for s in sorted(own) if own[s].n)
    steady = steadied_by * overall
    ratio = (observed + steady) / (expected + steady) if expected + steady else 1.0
    share = min(1.0, ratio * overall)
    return Adjusted(n, observed, expected, share, *wilson(share, n))
