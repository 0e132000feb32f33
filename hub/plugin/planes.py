"""Coordinates of a system that declares once how it keeps them: planes in metres, map tiles in metres, degrees.

Pure. What is declared holds; only numbers that cannot be metres are taken for degrees. Whether a point is
plausible here is judged by the hub, with the district's map at hand.
"""

from dataclasses import replace
from math import atan, degrees, exp, pi
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from hub.model import Crs, Position
from hub.plugin.points import point_of

_EARTH_M: Final = 6378137.0
"""Radius of the sphere of web mercator (EPSG:3857)."""
_DEGREES_END: Final = 180.0


class PlaceSettings(BaseModel):
    """Which coordinates a system keeps (domain.md 6.1: mostly CGCS2000 planes)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: Literal["gauss_kruger", "web_mercator", "cgcs2000", "wgs84", "gcj02", "bd09"] = "gauss_kruger"
    """The first two are metres, the others degrees."""
    central_meridian: float = 120.0
    """Degrees; of `gauss_kruger`."""
    x_is: Literal["east", "north"] = "east"
    """Surveyors write north into x, map clients east."""


def position_of(x: str, y: str, place: PlaceSettings) -> Position | None:
    """The position that two texts name; None where they name none (`0.0` is none, N43).

    Digits after the point are kept for degrees only: in metres two of them are centimetres (N44).
    """
    east, north = (x, y) if place.x_is == "east" else (y, x)
    sent = point_of(east, north, Crs.CGCS2000)
    if sent is None:
        return None
    if place.kind == "web_mercator":
        return _from_mercator(sent)
    if place.kind != "gauss_kruger":
        return replace(sent, crs=Crs(place.kind))
    if max(abs(sent.x), abs(sent.y)) <= _DEGREES_END:
        return sent
    return replace(sent, crs=Crs.CGCS2000_GK, decimals=None, central_meridian=place.central_meridian)


def _from_mercator(sent: Position) -> Position:
    """Degrees of WGS-84, which is what web maps project."""
    lat = degrees(2 * atan(exp(sent.y / _EARTH_M)) - pi / 2)
    return Position(degrees(sent.x / _EARTH_M), lat, Crs.WGS84)
