"""What a masked value looks like, as JSON Schema: how a message shows that its masks were applied. Pure.

`text_scan` is a search, no form: its shape says only what must not stand in it any more.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from hub.access.masks import HIDDEN

_HIDDEN: Final = HIDDEN.replace("*", r"\*")
_BAND: Final = "[0-9]{1,2}-[0-9]{2}岁|80岁以上"


def _text(pattern: str) -> dict[str, Any]:
    """Nothing, the stars that hide all, or `pattern`."""
    return {"type": ["string", "null"], "pattern": f"^(?:|{_HIDDEN}|{pattern})$"}


_PHONE: Final = r"[0-9]{3}\*{4}[0-9]{4}"
_LON: Final = {"type": ["number", "null"], "multipleOf": 0.00125}
_LAT: Final = {"type": ["number", "null"], "multipleOf": 0.001}
_NUMBER: Final = {"type": ["number", "null"]}
_NO_NUMBER: Final = "1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx]"
"""Mobiles and ids in plain digits; other forms are for `mask_text` and its own tests."""

_SHAPES: Final[Mapping[str, dict[str, Any]]] = MappingProxyType(
    {
        "text_scan": {"type": ["string", "null"], "not": {"type": "string", "pattern": _NO_NUMBER}},
        # a number right behind 小区, 路 … is the house; 栋, 单元 and 室 are inside it
        "addr_quarter": {
            "type": ["string", "null"],
            "not": {"type": "string", "pattern": "[0-9](?:幢|栋|室|单元|号楼)"},
        },
        "addr_community": {"type": ["string", "null"], "not": {"type": "string", "pattern": "[0-9]号"}},
        "plate_mid": _text(r"[一-龥][A-Z]·[A-Z0-9]\*{3,4}[A-Z0-9挂学警港澳]"),
        "name_1": _text(r".*[*].*"),
        "phone_3_4": _text(f"{_PHONE}(?:,{_PHONE})*"),
        "id_6_4": _text(r"[0-9]{6}(?:\*{8}[0-9]{3}[0-9X]|\*{6}[0-9]{3})|[0-9A-Z*]\*{4,}[0-9A-Z*]"),
        "id_1_1": _text(r"[0-9A-Z*]\*{4,}[0-9A-Z*]"),
        "id_age_sex": _text(f"(?:{_BAND})[男女]?"),
        "img_blur": {"type": "null"},
        "minor": _text(_BAND),
    }
)
_BY_AXIS: Final[Mapping[tuple[str, str], dict[str, Any]]] = MappingProxyType(
    {
        ("geo_100m", "lon"): _LON,
        ("geo_100m", "lat"): _LAT,
        ("geo_grid", "lon"): _NUMBER,
        ("geo_grid", "lat"): _NUMBER,
    }
)


def shape_of(mask: str, leaf: str) -> dict[str, Any]:
    """JSON Schema of what `mask` leaves of the field `leaf`; null and "" pass every mask.

    A pair of coordinates has no field of its own, so `geo_*` has a shape only where it knows its axis.
    """
    return dict(_BY_AXIS.get((mask, leaf)) or _SHAPES.get(mask, {"type": "null"}))
