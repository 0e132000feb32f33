"""What one utterance comes to: the pushes of the platform or its gateway, in their order. For the simulator.

Defects that are more, or other, than one alarm said badly live here, by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, Final

import orjson

from gridplus_xueliang_video.simulator.wording import (
    DEFECTS,
    Alarm,
    alarm_of,
    notification,
    people,
    wrapped,
    xml28181,
)
from hub.plugin import Utterance

NOTIFY: Final = "/VIID/SubscribeNotifications"
ALARM: Final = "/alarm28181"
_GATEWAY_CODES: Final = frozenset({"901", "902", "903", "904", "905"})


@dataclass(frozen=True, slots=True)
class Push:
    """One request; `records` is how many records the hub makes of it."""

    path: str
    body: bytes
    records: int = 1


def pushes_of(said: Utterance, dice: Random) -> list[Push]:
    """What to push for `said`; sensor alarms go through the gateway, all else is a notification."""
    alarm = alarm_of(said, dice)
    spoil = DEFECTS.get(said.defect)
    if spoil is not None:
        spoil(alarm)
    only_gateway, only_viid = (
        said.defect in _XML.keys() - _JSON.keys(),
        said.defect in _JSON.keys() - _XML.keys(),
    )
    by_gateway = said.code in _GATEWAY_CODES and not only_viid and said.defect not in _NEEDS_VIID
    if by_gateway or only_gateway:
        return [Push(ALARM, body) for body in _XML.get(said.defect, _once_xml)(said, alarm)]
    return [Push(NOTIFY, body, records) for body, records in _JSON.get(said.defect, _once_json)(said, alarm)]


# --- through the gateway, as XML

_Xml = Callable[[Utterance, Alarm], list[bytes]]


def _once_xml(_: Utterance, alarm: Alarm) -> list[bytes]:
    return [xml28181(alarm).encode()]


def _with_entity(alarm: Alarm) -> bytes:
    dtd = '<!DOCTYPE Notify [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n<Notify>'
    return xml28181(alarm).replace("<Notify>", dtd, 1).replace("</SN>", "&x;</SN>", 1).encode()


_XML: Final[Mapping[str, _Xml]] = {
    "resend": lambda _, alarm: [xml28181(alarm).encode()] * 2,
    "flapping": lambda said, alarm: [xml28181(one).encode() for one in _flaps(said, alarm)],
    "unreadable": lambda _, alarm: [xml28181(alarm).encode()[:200]],
    "gbk_bytes": lambda _, alarm: [xml28181(alarm).encode("gb18030")],
    "xxe": lambda _, alarm: [_with_entity(alarm)],
}

# --- as notifications, each with the number of records it comes to

_Json = Callable[[Utterance, Alarm], list[tuple[bytes, int]]]


def _once_json(_: Utterance, alarm: Alarm) -> list[tuple[bytes, int]]:
    return [(_dumped(notification(alarm)), 1)]


def _in_turn(*alarms: Alarm) -> list[tuple[bytes, int]]:
    return [(_dumped(notification(one)), 1) for one in alarms]


def _faces(_: Utterance, alarm: Alarm) -> list[tuple[bytes, int]]:
    return [(_dumped(_without_objects(alarm) | people(alarm)), 1)]


def _field_added(_: Utterance, alarm: Alarm) -> list[tuple[bytes, int]]:
    new = '"VendorRemark":"测试丁在画面左侧","DeviceID"'.encode()
    return [(_dumped(notification(alarm)).replace(b'"DeviceID"', new, 1), 1)]


def _device_offline(_: Utterance, alarm: Alarm) -> list[tuple[bytes, int]]:
    """The device list says that one camera went off line, and that another is well."""
    one = {
        "ApeID": alarm["device"],
        "Name": "青石路云桥路口球机",
        "Longitude": alarm["lon"],
        "Latitude": alarm["lat"],
        "Place": alarm["place"],
        "IPAddr": "10.0.0.9",
        "UserId": "admin",
        "Password": "invented",
        "IsOnline": "2",
    }
    well = {**one, "ApeID": f"{alarm['device'][:-1]}9", "IsOnline": 1}
    return [(_dumped(_without_objects(alarm) | {"DeviceList": {"APEObject": [one, well]}}), 1)]


def _several(said: Utterance, alarm: Alarm) -> list[tuple[bytes, int]]:
    flaps = _flaps(said, alarm)
    return [(_dumped(*(notification(one) for one in flaps)), len(flaps))]


_JSON: Final[Mapping[str, _Json]] = {
    "resend": lambda _, alarm: _in_turn(alarm, alarm),
    "same_time_changed": lambda _, alarm: _in_turn(alarm, alarm | {"confidence": 0.97, "level": 1}),
    "recovered": lambda _, alarm: _in_turn(alarm, _after(alarm, 10, recovered=True)),
    "recovered_first": lambda _, alarm: _in_turn(_after(alarm, 10, recovered=True), alarm),
    "backwards_state": lambda _, alarm: _in_turn(
        alarm, _after(alarm, 10, recovered=True), _after(alarm, 20, recovered=False)
    ),
    "flapping": lambda said, alarm: _in_turn(*_flaps(said, alarm)),
    "several_in_one": _several,
    "faces": _faces,
    "faces_beside": lambda _, alarm: [(_dumped(notification(alarm, more=people(alarm))), 2)],
    "unreadable": lambda _, alarm: [(_dumped(notification(alarm))[:200], 1)],
    "device_offline": _device_offline,
    "field_added": _field_added,
}
_NEEDS_VIID: Final = frozenset({"low_confidence", "test_data"})
"""28181 has no field for it."""

SEVERAL: Final = frozenset(_XML.keys() | _JSON.keys())
"""Names of the defects that live here."""


def _after(alarm: Alarm, minutes: int, *, recovered: bool) -> Alarm:
    """The same alarm, told again later."""
    later = alarm["reported_at"] + timedelta(minutes=minutes)
    return alarm | {"recovered": recovered, "reported_at": later}


def _flaps(said: Utterance, alarm: Alarm) -> list[Alarm]:
    """One sensor that alarms again and again, `extra["repeats"]` times (6), twenty seconds apart (N75)."""
    return [
        alarm
        | {
            "id": f"{alarm['id']}{number:04d}" if number else alarm["id"],
            "occurred_at": alarm["occurred_at"] + timedelta(seconds=20 * number),
            "reported_at": alarm["reported_at"] + timedelta(seconds=20 * number),
        }
        for number in range(int(said.extra.get("repeats", "6")))
    ]


def _without_objects(alarm: Alarm) -> dict[str, Any]:
    return {name: value for name, value in notification(alarm).items() if "ObjectList" not in name}


def _dumped(*notifications: Mapping[str, Any]) -> bytes:
    return orjson.dumps(wrapped(*notifications))
