"""How the video platform says an alarm: utterance → GA/T 1400 notification or GB/T 28181 XML. For the simulator.

Careful writing first; the nasty ways are in `DEFECTS`, by name. All people, plates and pictures in here
are invented; they are what must never get past the adapter.
"""

import re
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any, Final

from hub import Stage, Urgency
from hub.plugin import Utterance

Alarm = dict[str, Any]
"""One alarm in neutral terms, before it is written as one protocol or the other."""

_LOCAL: Final = timezone(timedelta(hours=8))
_LEVEL: Final = {Urgency.CRITICAL: 1, Urgency.URGENT: 2, Urgency.ROUTINE: 4}
_DEVICE: Final = re.compile(r"[0-9]{20}")
PICTURE: Final = b64encode(b"\xff\xd8\xff\xe0 invented picture " * 40).decode()


def alarm_of(said: Utterance, dice: Random) -> Alarm:
    """The alarm as a platform in good order has it."""
    return {
        "id": said.ref,
        "device": _device(said.device_ref),
        "code": said.code,
        "occurred_at": said.occurred_at,
        "reported_at": said.reported_at,
        "confidence": float(said.extra.get("confidence", "0.93")),
        "lon": None if said.lon is None else f"{said.lon:.6f}",
        "lat": None if said.lat is None else f"{said.lat:.6f}",
        "place": said.address,
        "level": _LEVEL[said.urgency],
        "recovered": said.stage is Stage.CLOSED,
        "as_thing": dice.random() < 0.5,
        "as_text": dice.random() < 0.5,
    }


def _device(ref: str) -> str:
    """A GB/T 28181 number: `ref` itself where it is one, else always the same one for the same `ref`."""
    return ref if _DEVICE.fullmatch(ref) else f"32990100001320{zlib.crc32(ref.encode()) % 10**6:06d}"


def compact(moment: datetime) -> str:
    """As GA/T 1400 writes times: local, and no word about it (N33)."""
    return moment.astimezone(_LOCAL).strftime("%Y%m%d%H%M%S")


def notification(alarm: Alarm, *, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One `SubscribeNotificationObject`; a thing carries its pictures, as real ones do."""
    shown = _as_thing(alarm) if alarm["as_thing"] else _as_alarm(alarm)
    number = "".join(one for one in alarm["id"] if one.isdigit())[-12:]
    return {
        "NotificationID": f"{alarm['device']}04{number:0>11}"[:33],
        "SubscribeID": f"{alarm['device']}0300000000001",
        "Title": "告警",
        "TriggerTime": alarm.get("trigger_time") or compact(alarm["reported_at"]),
        "InfoIDs": alarm["id"],
        "ExecuteOperation": 1,
        **shown,
        **(more or {}),
    }


def wrapped(*notifications: Mapping[str, Any]) -> dict[str, Any]:
    """A push of these notifications."""
    return {"SubscribeNotificationListObject": {"SubscribeNotificationObject": list(notifications)}}


def xml28181(alarm: Alarm) -> str:
    """The alarm as the gateway forwards it: MANSCDP of GB/T 28181, zone-less time (N33)."""
    local = alarm["occurred_at"].astimezone(_LOCAL).strftime("%Y-%m-%dT%H:%M:%S")
    fields = {
        "SN": "".join(one for one in alarm["id"] if one.isdigit())[-6:].lstrip("0") or "0",
        "DeviceID": alarm["device"],
        "AlarmPriority": alarm["level"],
        "AlarmMethod": alarm.get("method", 2),
        "AlarmTime": alarm.get("time") or local,
        "AlarmDescription": "传感器告警，联系人测试乙13900000000",
        "Longitude": alarm["lon"] or "0",
        "Latitude": alarm["lat"] or "0",
    }
    inner = "".join(f"<{name}>{text}</{name}>\n" for name, text in fields.items())
    return (
        '<?xml version="1.0" encoding="GB2312"?>\n<Notify>\n<CmdType>Alarm</CmdType>\n'
        f"{inner}<Info><AlarmType>{alarm['code']}</AlarmType><AlarmID>{alarm['id']}</AlarmID></Info>\n</Notify>"
    )


def _as_alarm(alarm: Alarm) -> dict[str, Any]:
    status = ("2" if alarm["as_text"] else 2) if alarm["recovered"] else 1
    made = {
        "AlarmID": alarm["id"],
        "DeviceID": alarm["device"],
        "AlarmType": _coded(alarm),
        "AlarmTime": alarm.get("time") or compact(alarm["occurred_at"]),
        "AlarmStatus": status,
        "AlarmLevel": alarm["level"],
        "Confidence": alarm["confidence"],
        "Place": alarm["place"],
        "AlarmDescription": "机器识别，画面中有行人",
        **_point(alarm, "Longitude", "Latitude"),
        **({"IsTest": 1} if alarm.get("is_test") else {}),
    }
    if alarm["recovered"]:
        made["RecoverTime"] = compact(alarm["reported_at"])
    return {"AlarmObjectList": {"AlarmObject": [made]}}


def _as_thing(alarm: Alarm) -> dict[str, Any]:
    made = {
        "ThingID": alarm["id"],
        "InfoKind": 1,
        "SourceID": f"{alarm['device']}02{compact(alarm['occurred_at'])}00001",
        "DeviceID": alarm["device"],
        "AlarmType": _coded(alarm),
        "AppearTime": alarm.get("time") or compact(alarm["occurred_at"]),
        "AlarmPriority": alarm["level"],
        "Confidence": round(alarm["confidence"] * 100),
        "ShotPlaceFullAdress": alarm["place"],
        **_point(alarm, "ShotPlaceLongitude", "ShoPlacetLatitude"),
        "SubImageList": {"SubImageInfoObject": [{"ImageID": alarm["id"], "Data": PICTURE, "Type": "14"}]},
        **({"RecoverTime": compact(alarm["reported_at"])} if alarm["recovered"] else {}),
        **({"IsTest": "1"} if alarm.get("is_test") else {}),
    }
    return {"ThingObjectList": {"ThingObject": [made]}}


def _point(alarm: Alarm, lon: str, lat: str) -> dict[str, Any]:
    if alarm["lon"] is None:
        return {lon: 0, lat: 0}
    number: Callable[[str], Any] = str if alarm["as_text"] else float
    return {lon: number(alarm["lon"]), lat: number(alarm["lat"])}


def _coded(alarm: Alarm) -> Any:
    code = str(alarm["code"])
    return code if alarm["as_text"] or not code.isdigit() else int(code)


def people(alarm: Alarm) -> dict[str, Any]:
    """Everything that a platform of this kind also sends, misspelt names and nested pictures included."""
    face = {
        "FaceID": alarm["id"] + "0600001",
        "InfoKind": 1,
        "DeviceID": alarm["device"],
        "Name": "测试丙",
        "IDNumber": "329901199001010013",
        "EthicCode": "01",
        "IsSuspectedTerrorist": 0,
        "FaceAppearTime": compact(alarm["occurred_at"]),
        "FaceDisAppearTime": compact(alarm["occurred_at"]),
        "SubImageList": {
            "SubImageInfoObject": [{"Data": PICTURE, "StoragePath": "http://10.0.0.8/face.jpg"}]
        },
    }
    vehicle = {
        "MotorVehicleID": alarm["id"] + "0200001",
        "DeviceID": alarm["device"],
        "PlateNo": "苏F·12345",
        "PlateClass": "02",
        "StorageUrl1": "http://10.0.0.8/car.jpg",
    }
    return {
        "FaceObjectList": {"FaceObject": [face]},
        "PersonObjectList": {"PersonObject": [{**face, "PersionID": alarm["id"], "BodySpeciallMark": "痣"}]},
        "MotorVehicleObjectList": {"MotorVehicleObject": [vehicle]},
        "NonMotorVehicleObjectList": {"NonMotorVehicleObject": [{**vehicle, "PlateNo": "南通A1234"}]},
    }


def _unknown_code(alarm: Alarm) -> None:
    alarm["code"] = "7777"


def _code_as_hex(alarm: Alarm) -> None:
    alarm["code"] = f"0x{int(alarm['code']):08X}"


def _code_with_fraction(alarm: Alarm) -> None:
    alarm["code"] = f"{alarm['code']}.0"


def _two_decimals(alarm: Alarm) -> None:
    if alarm["lon"] is not None:
        alarm["lon"], alarm["lat"] = f"{float(alarm['lon']):.2f}", f"{float(alarm['lat']):.2f}"
        alarm["as_text"] = True  # a number would lose its last zero


def _swapped_axes(alarm: Alarm) -> None:
    alarm["lon"], alarm["lat"] = alarm["lat"], alarm["lon"]


def _impossible_longitude(alarm: Alarm) -> None:
    alarm["lon"], alarm["lat"] = "171.3", alarm["lat"] or "34.2"


def _no_point(alarm: Alarm) -> None:
    alarm["lon"] = alarm["lat"] = None


def _clock_1970(alarm: Alarm) -> None:
    alarm["occurred_at"] = datetime(1970, 1, 1, 0, 3, 12, tzinfo=_LOCAL)


def _clock_fast(alarm: Alarm) -> None:
    alarm["occurred_at"] += timedelta(hours=2)


def _bad_time(alarm: Alarm) -> None:
    alarm["time"] = "20261345250000"


def _low_confidence(alarm: Alarm) -> None:
    alarm["confidence"] = 0.31


def _test_data(alarm: Alarm) -> None:
    alarm["is_test"] = True


DEFECTS: Final[Mapping[str, Callable[[Alarm], None]]] = {
    "unknown_code": _unknown_code,
    "code_as_hex": _code_as_hex,
    "code_with_fraction": _code_with_fraction,
    "two_decimals": _two_decimals,
    "swapped_axes": _swapped_axes,
    "impossible_longitude": _impossible_longitude,
    "no_point": _no_point,
    "clock_1970": _clock_1970,
    "clock_fast": _clock_fast,
    "bad_time": _bad_time,
    "low_confidence": _low_confidence,
    "test_data": _test_data,
}
"""Nasty ways of saying one alarm; ways that need several pushes, or other bytes, are the simulator's own."""
