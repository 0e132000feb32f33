"""The allow-list: every field that may be held of a message from the video platform, and its shape.

A field passes by its name *and* by what stands in it: a plate in a code, a face in a number, a picture in
a place do not have the shape. What is not listed does not exist. Basis: domain.md 2.8, PIPL 26 and 28.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from hub.plugin.text import is_mojibake

Shape = Callable[[str], object]
"""Says yes where a text may stand in a field of this kind."""

# [0-9], not \d throughout: \d also accepts full-width digits
_DEVICE: Final = re.compile(r"[0-9]{20}")
_REF: Final = re.compile(
    r"[0-9A-Fa-f-]{8,64}|[A-Za-z]{2,6}(?:-[0-9-]{3,40}|[0-9]{7,40})"
)  # a plate is shorter
_IDENTITY: Final = re.compile(r"[0-9]{17}[0-9Xx]|[0-9]{15}|1[3-9][0-9]{9}")
"""An identity number or a mobile phone alone."""
_CODE: Final = re.compile(r"0x[0-9A-Fa-f]{1,8}|[0-9]{1,8}(?:\.0)?|[a-z]{2,20}(?:_[a-z0-9]{1,20}){0,3}")
_SHORT: Final = 8
_OF_PEOPLE: Final = re.compile(
    r"face|person|people|human|pedestrian|plate|vehicle|black_?list|white_?list|watch|dispos|track|gait|match"
)
_STATUS_WORDS: Final = frozenset({"报警", "告警", "恢复", "已恢复", "解除", "已解除", "消除"})
_TIME: Final = re.compile(
    r"(?:19|20)[0-9]{6}(?:[0-9]{4}(?:[0-9]{2}(?:[0-9]{3})?)?)?|[0-9]{10}|[0-9]{13}"
    r"|[0-9]{4}[-/年][0-9]{1,2}[-/月][0-9]{1,2}日?[T ]{0,2}"
    r"(?:[0-9]{1,2}[:时][0-9]{1,2}(?:[:分][0-9]{1,2}秒?(?:\.[0-9]{1,9})?)?)?\s?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_NUMBER: Final = re.compile(r"-?[0-9]{1,8}(?:\.[0-9]{1,15})?")
_DIGITS: Final = re.compile(r"[0-9]{1,2}(?:\.0)?")
_PLACE_WORD: Final = re.compile(
    r"大道|小区|广场|社区|街道|大厦|市场|路|街|巷|弄|道|桥|村|园|站|镇|乡|楼|河|港|校|院|口"
)
_NUMBERED: Final = r"(?:[0-9]{1,5}(?:-[0-9]{1,4})?(?:号|幢|栋|米)?)?"
_NAME_OF_PLACE: Final = re.compile(_NUMBERED + r"[\u4e00-\u9fff]{0,8}")
_BEHIND_PLACE: Final = re.compile(_NUMBERED + r"[东西南北内外旁侧门前后边附近交叉中段至与号]{0,6}")
_NO_PLACE: Final = re.compile(r"先生|女士|某|男|女|嫌疑|人员")
_BRACKETS: Final = str.maketrans("", "", "（）() ")
_LONGEST_PLACE: Final = 60
_MARKS: Final = str.maketrans("", "", " \t\r\n_-")


def _ref(text: str) -> bool:
    return bool(_REF.fullmatch(text)) and not _IDENTITY.fullmatch(text)


def _code(text: str) -> bool:
    if len(text) <= _SHORT and text.isascii() and text.isdigit():
        return True  # as nearly all are
    return bool(_CODE.fullmatch(text)) and not _OF_PEOPLE.search(text)


def _status(text: str) -> bool:
    return text in _STATUS_WORDS or _code(text)


def _place(text: str) -> bool:
    """Words of a place: names that end in a word for one (路, 桥, 小区 …), numbers and directions behind.

    Nothing else has this shape: no sentence, no plate, no phone, no address of a picture. That a road
    bears somebody's name cannot be told from the words.
    """
    *names, behind = _PLACE_WORD.split(text.translate(_BRACKETS)) if len(text) <= _LONGEST_PLACE else ("",)
    shaped = names and all(map(_NAME_OF_PLACE.fullmatch, names)) and _BEHIND_PLACE.fullmatch(behind)
    return bool(shaped) and not _NO_PLACE.search(text) and not is_mojibake(text)


def _of(pattern: re.Pattern[str]) -> Shape:
    return pattern.fullmatch


@dataclass(frozen=True, slots=True)
class Allowed:
    """One field that may be held: its name in the protocol's own spelling, and its shape."""

    name: str
    shape: Shape


def _table(shapes: Mapping[str, Shape], aliases: Mapping[str, str] | None = None) -> Mapping[str, Allowed]:
    table = {folded(name): Allowed(name, shape) for name, shape in shapes.items()}
    return table | {folded(other): table[folded(name)] for other, name in (aliases or {}).items()}


@lru_cache(maxsize=1024)
def folded(name: str) -> str:
    """A field's name as it is compared: vendors change case, `_` and `-` (N32)."""
    return name.translate(_MARKS).lower()


HEAD: Final = _table(
    {"NotificationID": _ref, "SubscribeID": _ref, "TriggerTime": _of(_TIME)},
)
"""Fields of one notification beside its lists of objects."""

OBJECT: Final = _table(
    {
        "AlarmID": _ref,
        "ThingID": _ref,
        "ApeID": _of(_DEVICE),
        "DeviceID": _of(_DEVICE),
        "AlarmType": _code,
        "AlarmTime": _of(_TIME),
        "AppearTime": _of(_TIME),
        "RecoverTime": _of(_TIME),
        "AlarmStatus": _status,
        "AlarmLevel": _of(_DIGITS),
        "AlarmDescription": _code,  # only where it is a code: free text may hold anything
        "Confidence": _of(_NUMBER),
        "Longitude": _of(_NUMBER),
        "Latitude": _of(_NUMBER),
        "Place": _place,
        "IsOnline": _of(_DIGITS),
        "IsTest": _of(_DIGITS),
    },
    {
        "AlarmCode": "AlarmType",
        "EventType": "AlarmType",
        "AlarmPriority": "AlarmLevel",
        "ThingAppearTime": "AppearTime",
        "LocationMarkTime": "AppearTime",
        "ShotPlaceLongitude": "Longitude",
        "ShotPlaceLatitude": "Latitude",
        # as some stacks write them (N32)
        "ShotPlaceLongtitude": "Longitude",
        "ShoPlacetLongitude": "Longitude",
        "ShoPlacetLatitude": "Latitude",
        "ShotPlaceFullAdress": "Place",
        "Similarity": "Confidence",
        "Similaritydegree": "Confidence",
    },
)
"""Fields of one object in `LISTS`."""

LISTS: Final[Mapping[str, tuple[str, str]]] = {
    "alarmobjectlist": ("AlarmObjectList", "AlarmObject"),
    "alarmlist": ("AlarmObjectList", "AlarmObject"),
    "thingobjectlist": ("ThingObjectList", "ThingObject"),
    "thinglist": ("ThingObjectList", "ThingObject"),
    "devicelist": ("DeviceList", "APEObject"),
    "apeobjectlist": ("DeviceList", "APEObject"),
    "apelist": ("DeviceList", "APEObject"),
}
"""Lists whose objects may be held, under the names that vendors give them."""

KINDS: Final = ("AlarmType", "IsOnline")
"""An object that says neither is no alarm, whatever list it stands in: a face among the things, for one."""

NOTIFY: Final = _table(
    {
        "SN": _of(_NUMBER),
        "DeviceID": _of(_DEVICE),
        "AlarmPriority": _of(_DIGITS),
        "AlarmMethod": _of(_DIGITS),
        "AlarmTime": _of(_TIME),
        "AlarmDescription": _code,
        "Longitude": _of(_NUMBER),
        "Latitude": _of(_NUMBER),
    }
)
"""Children of `<Notify>` in a GB/T 28181 alarm."""

INFO: Final = _table({"AlarmType": _code, "Code": _code, "AlarmID": _ref})
"""Below its `<Info>`: `<AlarmType>`, the `<Code>` of the 2022 edition, and the number some vendors add."""

NAMED: Final = frozenset(
    {
        "FaceObjectList", "FaceList", "PersonObjectList", "PersonList", "MotorVehicleObjectList",
        "MotorVehicleList", "NonMotorVehicleObjectList", "NonMotorVehicleList", "TollgateObjectList",
        "LaneObjectList", "SceneObjectList", "ImageList", "SubImageList", "VideoSliceObjectList",
        "FileObjectList", "FeatureList", "DispositionNotificationList", "FaceID", "PersonID", "IDNumber",
        "Name", "PlateNo", "PlateColor", "GenderCode", "EthicCode", "IDType", "SourceID", "StoragePath",
        "ImageData", "Data", "URL", "ImageUrl", "PicUrl", "Title", "InfoIDs", "IPAddr", "UserId", "Password",
    }
)  # fmt: skip
"""Names of the standard that are dropped by name. Any other name is only counted as `unlisted`: a name
that a source makes up may itself be a value.
"""

DECLARES: Final[Mapping[str, str]] = {
    **{one.name: "internal" for table in (HEAD, OBJECT, NOTIFY, INFO) for one in table.values()},
    **dict.fromkeys(("IDNumber", "Name", "PlateNo", "FaceID", "PersonID", "ImageData"), "sensitive"),
}
"""Field → class of its data; what is sensitive never gets in."""
