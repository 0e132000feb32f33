"""Coordinates as sources write them → a `Position` as sent, or none.

Pure. Rules: domain.md N43 (missing, zero, `null`, degrees and minutes), N44 (digits after the point are
kept, since two mean about 500 m). Shifted, swapped or implausible points pass as they are: the hub's
`locate` judges them, with the district's map at hand.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Final
from unicodedata import normalize

from hub.model import Crs, Position

_BETWEEN: Final = re.compile(r"[,，;；\s]+")
_SYSTEMS: Final = {
    "gcj02": Crs.GCJ02,
    "高德": Crs.GCJ02,
    "腾讯": Crs.GCJ02,
    "wgs84": Crs.WGS84,
    "bd09": Crs.BD09,
    "百度": Crs.BD09,
    "cgcs2000": Crs.CGCS2000,
    "天地图": Crs.CGCS2000,
}
"""What coordinate systems are called, beside whose maps draw in them."""
_SEXAGESIMAL: Final = re.compile(
    # 120°51'3.2"E and its many spellings; [0-9], not \d: NFKC has run, other scripts have no place here
    r"[NSEW北南东西]?\s*([0-9]{1,3})\s*[°度]\s*([0-9]{1,2}(?:\.[0-9]+)?)\s*['′分]\s*"
    r"(?:([0-9]{1,2}(?:\.[0-9]+)?)\s*(?:[\"″秒]|''))?\s*([NSEW北南东西]?)",
    re.IGNORECASE,
)


def point_of(
    x: str, y: str, crs: Crs, *, central_meridian: float | None = None, error_m: float | None = None
) -> Position | None:
    """The position that the two texts name; None where either is missing, zero or no number (N43).

    `x` is east / longitude. Degrees and minutes are turned into decimal degrees. `decimals` of the
    position is the smaller number of digits after the point, as sent.
    """
    east, north = _degrees(x), _degrees(y)
    if east is None or north is None:
        return None
    return Position(
        float(east[0]),
        float(north[0]),
        crs,
        decimals=min(east[1], north[1]),
        central_meridian=central_meridian,
        error_m=error_m,
    )


def both_of(text: str) -> tuple[str, str] | None:
    """East and north of a text that holds both, east first (`120.85,32.00`); None where it holds something else."""
    found = _BETWEEN.split(text.strip())
    return (found[0], found[1]) if len(found) == 2 else None


def crs_of(named: str, otherwise: Crs) -> Crs:
    """The coordinate system that a record names (`GCJ-02`, `高德`); `otherwise` where it names none that is known (N45)."""
    return _SYSTEMS.get(named.lower().replace("-", "").replace("_", ""), otherwise)


def _degrees(text: str) -> tuple[Decimal, int] | None:
    """Value and digits after the point; 0 is how databases write "none" (0, 0 lies in the Atlantic)."""
    cleaned = (text if text.isascii() else normalize("NFKC", text)).strip()
    try:
        number = Decimal(cleaned)
    except InvalidOperation:
        return _from_sexagesimal(cleaned)
    if not number.is_finite() or number == 0:
        return None
    exponent = number.as_tuple().exponent
    return number, max(0, -exponent) if isinstance(exponent, int) else 0


def _from_sexagesimal(cleaned: str) -> tuple[Decimal, int] | None:
    found = _SEXAGESIMAL.fullmatch(cleaned)
    if found is None:
        return None
    degrees, minutes, seconds, _ = found.groups()
    value = Decimal(degrees) + Decimal(minutes) / 60 + Decimal(seconds or 0) / 3600
    # one second of arc is 31 m: as good as four decimals; minutes alone as three at best
    return value, 4 if seconds else 3
