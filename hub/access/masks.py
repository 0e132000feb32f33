"""The masks of domain.md 5.5: pure functions by name, and which of several is the strictest.

A mask gets one value and a `Scene`. What it does not understand it hides, so a wrong mask on a field
shows less, never more. Every mask is idempotent. Which field gets which mask is for grants to say, and
what masks give away together for `hub.access.combos`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, TypeAlias, cast

from hub.access.addresses import cut
from hub.access.identifiers import age_on, citizen_of
from hub.access.known import Known
from hub.access.names import DOTS, TITLES, split_name, without_title
from hub.access.phones import numbers_in
from hub.access.textscan import mask_text
from hub.errors import Bug, FixSettings

HIDDEN: Final = "***"
"""Stands for a value of which nothing may be shown."""

FULL: Final = ""
"""The mask name of a value shown in full."""

_PER_DEG_LON: Final = 800.0
_PER_DEG_LAT: Final = 1000.0
"""The lattice of `geo_100m`: 0.00125° east-west (118 m at 32° N), 0.001° north-south (111 m)."""

_PLAIN_NAME: Final = re.compile("[一-龥]{2,4}" + "".join(f"(?<!{title})" for title in TITLES))
_PERSONS: Final = re.compile(r"[,，、;；/|]+")
_DOT: Final = re.compile(f"[{DOTS}]")
_PLATE: Final = re.compile(r"([一-龥][A-Z])[·.\- ]?([A-Z0-9])([A-Z0-9*]{3,4})([A-Z0-9挂学警港澳])")
_HALF_PHONES: Final = re.compile(r"[0-9]{3}\*{4}[0-9]{4}(?:,[0-9]{3}\*{4}[0-9]{4})*")
_HALF_ID: Final = re.compile(r"[0-9]{6}(?:\*{8}[0-9]{3}[0-9X]|\*{6}[0-9]{3})")
_ID_OF_ANY_KIND: Final = re.compile(r"[0-9A-Z*]{6,}")
_AGE_BAND: Final = re.compile(r"([0-9]{1,2}-[0-9]{2}岁|80岁以上)[男女]?")


@dataclass(frozen=True, slots=True)
class Scene:
    """What masks may need beside the value: the day, the centre (lon, lat, degrees) of the record's grid,
    and what gets the personal values of the record and those linked to it, should a text need them."""

    on: date
    grid_centre: tuple[float, float] | None = None
    known: Callable[[], Known] | None = None


Mask: TypeAlias = Callable[[object, Scene], object]


def _clean(value: object) -> str:
    return unicodedata.normalize("NFKC", str(value)).strip()


def phone_3_4(value: object, _scene: Scene) -> str:
    """`138****1234`, of a land line too; each of several numbers in one field, without the words beside them."""
    if isinstance(value, str) and len(value) == 11 and value.isascii() and value.isdigit():
        return f"{value[:3]}****{value[7:]}"
    text = _clean(value)
    if _HALF_PHONES.fullmatch(text):
        return text
    shown = [f"{number[:3]}****{number[-4:]}" for number in numbers_in(text)]
    return ",".join(shown) if shown else HIDDEN


def id_6_4(value: object, scene: Scene) -> str:
    """`320613********1234`: hides the birth date and nothing else, so never beside a full birth date."""
    number = _clean(value).upper()
    if _HALF_ID.fullmatch(number):
        return number
    if len(number) == 18 and number.isascii() and number[:17].isdigit():
        return f"{number[:6]}********{number[14:]}"
    if len(number) == 15 and number.isascii() and number.isdigit():
        return f"{number[:6]}******{number[12:]}"
    return id_1_1(number, scene)


def id_1_1(value: object, _scene: Scene) -> str:
    """First and last character of an id of any kind; shorter than six characters nothing."""
    number = _clean(value).upper()
    if not _ID_OF_ANY_KIND.fullmatch(number):
        return HIDDEN
    return f"{number[0]}{'*' * (len(number) - 2)}{number[-1]}"


def _age_band(born_on: date, on: date) -> str:
    age = age_on(born_on, on)
    if age < 0:
        return HIDDEN
    if age < 14:
        return "0-13岁"
    if age < 18:
        return "14-17岁"
    return "80岁以上" if age >= 80 else f"{max(18, age // 10 * 10)}-{age // 10 * 10 + 9}岁"


def id_age_sex(value: object, scene: Scene) -> str:
    """`30-39岁男` of a valid citizen id; of anything else nothing, since nothing is guessed (N54)."""
    text = _clean(value)
    if _AGE_BAND.fullmatch(text):
        return text
    citizen = citizen_of(text)
    band = _age_band(citizen.born_on, scene.on) if citizen else HIDDEN
    return band + citizen.sex if citizen and band != HIDDEN else HIDDEN


def minor(value: object, scene: Scene) -> str:
    """The age band where the value tells a birth date, else nothing: no name, no school, no class (PIPL 31)."""
    if isinstance(value, date):
        return _age_band(value, scene.on)
    text = _clean(value)
    if band := _AGE_BAND.fullmatch(text):
        return band[1]
    citizen = citizen_of(text)
    return _age_band(citizen.born_on, scene.on) if citizen else HIDDEN


def name_1(value: object, _scene: Scene) -> str:
    """`张*`, `张*明`, `欧阳*`; of a name with `·` the first part; each of several names."""
    if isinstance(value, str) and _PLAIN_NAME.fullmatch(value):
        return _hide_given(value)
    names = _PERSONS.split("".join(_clean(value).split()))
    return "、".join(_hide_name(name) for name in names if name)


def _hide_name(name: str) -> str:
    person = without_title(name)
    first, *rest = _DOT.split(person)
    if rest and first:
        return f"{first}·*"
    if person[0] < "㐀":  # not Han: nothing is known of how the name is built
        return f"{person[0]}***" if person[0].isalpha() else HIDDEN
    if len(person) == 1:
        return HIDDEN if person == name else f"{person}*"
    return _hide_given(person)


def _hide_given(person: str) -> str:
    """A name in Han characters: the last character shows where another one is hidden before it."""
    surname, given = split_name(person)
    last = given[-1] if 2 <= len(given) <= 3 and given[-1] >= "㐀" else "*"
    return surname + "*" * (min(len(given), 3) - 1) + last


def addr_community(value: object, _scene: Scene) -> str:
    """The address down to its community, or as far above as it says."""
    parts = cut(str(value))
    return parts.area + parts.community or HIDDEN


def addr_quarter(value: object, _scene: Scene) -> str:
    """The address down to its 小区, or to its road without the house number; never 楼栋 or below."""
    return cut(str(value)).quarter or HIDDEN


def plate_mid(value: object, _scene: Scene) -> str:
    """`苏F·1***5`; of a new-energy plate four stars."""
    plate = _PLATE.fullmatch(_clean(value).upper())
    return f"{plate[1]}·{plate[2]}{'*' * len(plate[3])}{plate[4]}" if plate else HIDDEN


def img_blur(_value: object, _scene: Scene) -> None:
    """No picture: one is shown only after a person covered parts of it, and then it is another file."""
    return


def _snapped(value: object, per_deg: float) -> float | None:
    if value.__class__ is not float and value.__class__ is not int:
        return None
    return round(cast(float, value) * per_deg) / per_deg


def geo_100m_lon(value: object, _scene: Scene) -> float | None:
    """A longitude, degrees, on a lattice of about 100 m."""
    return _snapped(value, _PER_DEG_LON)


def geo_100m_lat(value: object, _scene: Scene) -> float | None:
    """A latitude, degrees, on a lattice of about 100 m."""
    return _snapped(value, _PER_DEG_LAT)


def geo_100m(value: object, _scene: Scene) -> tuple[float | None, float | None] | None:
    """A (lon, lat) pair, degrees, on a lattice of about 100 m; None for anything else."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        return None
    return _snapped(value[0], _PER_DEG_LON), _snapped(value[1], _PER_DEG_LAT)


def geo_grid_lon(_value: object, scene: Scene) -> float | None:
    """The longitude of the centre of the record's grid, degrees; None where no grid is known."""
    return scene.grid_centre[0] if scene.grid_centre else None


def geo_grid_lat(_value: object, scene: Scene) -> float | None:
    """The latitude of the centre of the record's grid, degrees; None where no grid is known."""
    return scene.grid_centre[1] if scene.grid_centre else None


def geo_grid(_value: object, scene: Scene) -> tuple[float, float] | None:
    """The centre (lon, lat) of the record's grid, degrees; None where no grid is known."""
    return scene.grid_centre


def text_scan(value: object, scene: Scene) -> str:
    """Free text without phones, ids, cards, plates, mail, and without the known names and addresses.

    Raises Bug A107 where nobody said which personal values are known, be it none.
    """
    if scene.known is None:
        raise Bug("A107")
    return mask_text(str(value), scene.known())


MASKS: Final[Mapping[str, Mask]] = MappingProxyType(
    {
        "text_scan": text_scan,
        "geo_100m": geo_100m,
        "geo_grid": geo_grid,
        "plate_mid": plate_mid,
        "addr_quarter": addr_quarter,
        "addr_community": addr_community,
        "name_1": name_1,
        "phone_3_4": phone_3_4,
        "id_6_4": id_6_4,
        "id_1_1": id_1_1,
        "id_age_sex": id_age_sex,
        "img_blur": img_blur,
        "minor": minor,
    }
)
"""Every mask by its name in grants and contracts, from the loosest to the strictest."""

NEED_THE_RECORD: Final = frozenset(("text_scan", "geo_grid"))
"""Masks whose `Scene` holds more than the day."""

_BY_AXIS: Final[Mapping[tuple[str, str], Mask]] = {
    ("geo_100m", "lon"): geo_100m_lon,
    ("geo_100m", "lat"): geo_100m_lat,
    ("geo_grid", "lon"): geo_grid_lon,
    ("geo_grid", "lat"): geo_grid_lat,
}
_RANK: Final = {name: rank for rank, name in enumerate((FULL, *MASKS))}


def mask_of(name: str, leaf: str) -> Mask | None:
    """What applies the mask `name` to the field `leaf` (a coordinate's half knows its axis); None for FULL.

    Raises FixSettings A106 for a name that is no mask.
    """
    if name == FULL:
        return None
    if name not in MASKS:
        raise FixSettings("A106", pointer=f"/{leaf}", names=" ".join(MASKS))
    return _BY_AXIS.get((name, leaf), MASKS[name])


def strictness(name: str) -> int:
    """Where `name` stands between FULL (0) and the strictest mask; an unknown name is stricter than all."""
    return _RANK.get(name, len(_RANK))


def strictest(masks: Iterable[str]) -> str:
    """The mask that wins when several grants give one field (domain.md 5.6); FULL only if all are FULL."""
    return max(masks, key=strictness)
