"""吹哨率 of each subdistrict: of its matters, how many called a department, and how many its own office handled.

Pure. A rate may be too low (matters that would need a department are kept back) or too high (what the subdistrict
could do is passed on): the pack says between which shares it is healthy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.whistle.shares import SMALL, Hidden, Share
from hub.whistle.small_cells import telling


class Band(StrEnum):
    """Where a rate lies."""

    TOO_LOW = "too_low"
    HEALTHY = "healthy"
    TOO_HIGH = "too_high"


@dataclass(frozen=True, slots=True)
class Calls:
    """Matters of one subdistrict: all, those that called a department, those that its own office alone handled.

    What waited at the desk and called nobody is in none but the first.
    """

    matters: int
    whistled: int
    own: int


@dataclass(frozen=True, slots=True)
class WhistleRate:
    """One subdistrict's figures; `band` None where they are not told, or there was nothing."""

    whistled: Share | Hidden
    own: Share | Hidden
    band: Band | None

    def told(self) -> dict[str, Any]:
        """Figures for people and machines."""
        return {
            "whistle_rate": self.whistled.told(),
            "self_handled": self.own.told(),
            "band": self.band,
        }


def whistle_rates(
    by_subdistrict: Mapping[str, Calls], *, hidden_below: int, healthy: tuple[int, int]
) -> dict[str, WhistleRate]:
    """Subdistrict → its rates, by id; "" is the whole district. `healthy`: from and to, in per cent.

    A subdistrict whose whole interval lies within the band, or reaches into it, is healthy: chance is not a fault.
    """
    names = sorted(by_subdistrict)
    told = telling({name: by_subdistrict[name].matters for name in names}, hidden_below)
    found = {
        name: _hidden() if name in told.hidden else _rate(by_subdistrict[name], healthy) for name in names
    }
    calls = by_subdistrict.values()
    whole = Calls(sum(c.matters for c in calls), sum(c.whistled for c in calls), sum(c.own for c in calls))
    return {"": _rate(whole, healthy) if told.is_sum_told else _hidden(), **found}


def _hidden() -> WhistleRate:
    return WhistleRate(SMALL, SMALL, None)


def _rate(calls: Calls, healthy: tuple[int, int]) -> WhistleRate:
    whistled = Share(calls.matters, calls.whistled)
    return WhistleRate(whistled, Share(calls.matters, calls.own), _band(whistled, healthy))


def _band(rate: Share, healthy: tuple[int, int]) -> Band | None:
    if not rate.n:
        return None
    figures = rate.told()
    least, most = (each / 100 for each in healthy)
    if figures["high"] < least:
        return Band.TOO_LOW
    return Band.TOO_HIGH if figures["low"] > most else Band.HEALTHY
