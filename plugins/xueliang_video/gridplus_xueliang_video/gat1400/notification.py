"""GA/T 1400 notifications: cut into one alarm each, and read as drafts.

Pure. Reads only fields that `allowed` lists; an alarm has no words of its own, its class says what it is.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from gridplus_xueliang_video.config import XueliangConfig
from gridplus_xueliang_video.gat1400.allowed import HEAD, LISTS, folded
from gridplus_xueliang_video.gat1400.ingress import notifications, objects_in, wrapped
from hub import Code, Draft, HeldRecord, Stage, Urgency
from hub.plugin.fields import Fields, whole
from hub.plugin.points import point_of
from hub.plugin.times import time_flags, zone_of

_KINDS_OF_LISTS: Final = tuple(dict.fromkeys(LISTS.values()))
_OFFLINE: Final = "2"
_RECOVERED: Final = frozenset(
    {"2", "recovered", "recover", "restored", "恢复", "已恢复", "解除", "已解除", "消除"}
)
_LEVELS: Final[Mapping[str, Urgency]] = {"1": Urgency.CRITICAL, "2": Urgency.URGENT}
"""AlarmPriority of GB/T 28181, 1 the gravest of 4; other levels are routine."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification as it came, cut: `parts` are notifications again, each with one alarm.

    What is no alarm stands together in the last part: it will be refused by name.
    """

    id: str
    parts: tuple[bytes, ...]


def cut(document: object) -> Iterator[Notification]:
    """The notifications of a push, so that one bad alarm ends alone (invariant 11)."""
    for found in notifications(document):
        head = {name: value for name, value in found.items() if not _holds_objects(value)}
        made: list[dict[str, Any]] = []
        rest: dict[str, Any] = {}
        for name, value in found.items():
            if folded(name) in LISTS:
                outer, inner = LISTS[folded(name)]
                objects = (one for one in objects_in(value) if not _is_well(one))
                made += [head | {outer: {inner: [one]}} for one in objects]
            elif _holds_objects(value):
                rest[name] = value
        made += [head | rest] if rest else []
        number = next((value for name, value in found.items() if folded(name) == "notificationid"), "")
        yield Notification(_safe_id(number), tuple(_written(wrapped([one])) for one in made))


def _written(found: Mapping[str, Any]) -> bytes:
    """Not by orjson: it refuses half a character and numbers of more than 64 bits, and the push with them."""
    return json.dumps(found, separators=(",", ":")).encode()


def drafts_of(kept: object, config: XueliangConfig, received_at: datetime) -> tuple[Draft, ...]:
    """The drafts of a notification that has passed ingress.

    Raises HeldRecord R201 (neither number nor device), R203 (a time), R305 (a machine that is not sure).
    """
    made: list[Draft] = []
    for at, found in enumerate(notifications(kept)):
        head = Fields(found, f"/SubscribeNotificationListObject/SubscribeNotificationObject/{at}")
        for outer, inner in _KINDS_OF_LISTS:
            for one in head.inside(outer).rows(inner) if head.has(outer) else ():
                draft = _device if outer == "DeviceList" else _alarm
                made.append(draft(one, head, config, received_at))
    return tuple(made)


def _alarm(one: Fields, head: Fields, config: XueliangConfig, received_at: datetime) -> Draft:
    zone = zone_of(config.zone)
    occurred_at = one.moment("AlarmTime", "AppearTime", zone=zone)
    reported_at = head.moment("TriggerTime", zone=zone) or occurred_at
    recovered_at = one.moment("RecoverTime", zone=zone)
    status, level = whole(one.text("AlarmStatus")), whole(one.text("AlarmLevel"))
    recovered = status.lower() in _RECOVERED or recovered_at is not None
    code = code_of(one.text("AlarmType"))
    # the platform's own clock orders what it says; a device's may be hours off (N36)
    told_at = reported_at or recovered_at
    flags = time_flags(occurred_at=occurred_at, reported_at=reported_at, received_at=received_at)
    return Draft(
        source_ref=_ref(one, code, occurred_at or reported_at),
        version="" if told_at is None else told_at.isoformat(),
        occurred_at=occurred_at,
        reported_at=reported_at,
        category=Code(config.code_table, code),
        urgency=_LEVELS.get(level, Urgency.ROUTINE),
        urgency_raw=level,
        channel="viid",
        stage=Stage.CLOSED if recovered else Stage.RECEIVED,
        status_raw=status,
        is_update=recovered,
        position=point_of(one.text("Longitude"), one.text("Latitude"), config.crs),
        address=one.text("Place"),
        device_ref=one.ref("DeviceID", "ApeID"),
        confidence=None if recovered else _confidence(one, config.min_confidence),
        flags=(
            *flags,
            *(("recovered",) if recovered else ()),
            *(("test_data",) if one.yes("IsTest") else ()),
        ),
    )


def _device(one: Fields, head: Fields, config: XueliangConfig, received_at: datetime) -> Draft:
    """A camera that went off line is a matter of its own: somebody has to climb up to it."""
    at = head.moment("TriggerTime", zone=zone_of(config.zone)) or received_at
    code = config.device_fault_code
    return Draft(
        source_ref=_ref(one, code, at),
        version=at.isoformat(),
        occurred_at=at,
        reported_at=at,
        category=Code(config.code_table, code),
        channel="viid",
        status_raw=one.text("IsOnline"),
        position=point_of(one.text("Longitude"), one.text("Latitude"), config.crs),
        address=one.text("Place"),
        device_ref=one.ref("ApeID", "DeviceID"),
        flags=time_flags(occurred_at=at, reported_at=None, received_at=received_at),
    )


def code_of(raw: str) -> str:
    """The vendor's code in one writing: `0x0000037A`, `890` and `890.0` are the same (N26, N28)."""
    code = whole(raw.strip().lower())
    return str(int(code, 16)) if code.startswith("0x") else code


def _ref(one: Fields, code: str, at: datetime | None) -> str:
    """The alarm's own number; where it has none, device, class and second, which a resend repeats."""
    number = one.ref("AlarmID", "ThingID")
    device = one.ref("DeviceID", "ApeID")
    if number or device == "" or at is None:
        return number or one.needed_ref("AlarmID")
    return f"{device}-{code}-{at:%Y%m%d%H%M%S}".upper()


def _confidence(one: Fields, least: float) -> float | None:
    """0–1, sent as that or in percent; None where none is sent. Raises HeldRecord R305 below `least`."""
    sent = one.number("Confidence")
    if sent is None or not 0 <= sent <= 100:
        return None
    confidence = float(sent / Decimal(100) if sent > 1 else sent)
    if confidence < least:
        raise HeldRecord("R305", pointer=one.pointer_to("Confidence"))
    return confidence


def _is_well(one: Mapping[str, Any]) -> bool:
    """A device that is not off line says nothing about a matter."""
    online = next((value for name, value in one.items() if folded(name) == "isonline"), None)
    return online is not None and whole(str(online).strip()) != _OFFLINE


def _holds_objects(value: object) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and any(isinstance(v, Mapping | list) for v in value)
    )


def _safe_id(number: object) -> str:
    """The number to answer with; a peer gets nothing back that is not one."""
    text = str(number).strip()
    return text if HEAD["notificationid"].shape(text) else ""
