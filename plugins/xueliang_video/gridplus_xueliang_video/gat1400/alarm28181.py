"""GB/T 28181 alarms, as the platform's gateway forwards them over HTTP: read as drafts, and answered.

Pure. SIP ends at the gateway; what reaches us is the MANSCDP `<Notify>` of the alarm (domain.md 2.8).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from gridplus_xueliang_video.config import XueliangConfig
from gridplus_xueliang_video.gat1400.notification import code_of
from hub import Code, Draft, Urgency
from hub.plugin import PeerReply
from hub.plugin.fields import Fields
from hub.plugin.points import point_of
from hub.plugin.text import tidy_ref
from hub.plugin.times import time_flags, zone_of
from hub.plugin.transport.xml import child, local_name, parse_xml, text_in

PATH: Final = "/alarm28181"
_URGENCY: Final[Mapping[str, Urgency]] = {"1": Urgency.CRITICAL, "2": Urgency.URGENT}
_VENDOR_FROM: Final = 100
"""AlarmType below is the standard's own, together with AlarmMethod; from here on it is the vendor's code."""


def draft_of(kept: bytes, config: XueliangConfig, received_at: datetime) -> Draft:
    """The draft of an alarm that has passed ingress.

    Raises BadRecord R102, HeldRecord R201 (no device) and R203 (a time).
    """
    notify = parse_xml(kept)
    alarm = Fields({local_name(one): text_in(one) for one in notify if not len(one)}, "/Notify")
    occurred_at = alarm.moment("AlarmTime", zone=zone_of(config.zone))
    device, priority = alarm.needed_ref("DeviceID"), alarm.ref("AlarmPriority")
    info = child(notify, "Info")
    number = tidy_ref(text_in(info, "AlarmID"))
    moment = "" if occurred_at is None else f"{occurred_at:%Y%m%d%H%M%S}"
    return Draft(
        # SN starts anew when a gateway does; together with device and moment it is one alarm's
        source_ref=number or "-".join(part for part in (device, moment, alarm.ref("SN")) if part),
        version="" if occurred_at is None else occurred_at.isoformat(),
        occurred_at=occurred_at,
        reported_at=occurred_at,
        category=Code(config.code_table, _code(alarm.ref("AlarmMethod"), info, config.alarm_codes)),
        urgency=_URGENCY.get(priority, Urgency.ROUTINE),
        urgency_raw=priority,
        channel="gb28181",
        position=point_of(alarm.text("Longitude"), alarm.text("Latitude"), config.crs),
        device_ref=device,
        flags=time_flags(occurred_at=occurred_at, reported_at=None, received_at=received_at),
    )


def reply(kept: bytes | None) -> PeerReply:
    """The `<Response>` that the gateway passes back, with SN and device of what was `kept` of its alarm.

    `None`: nothing of it may be held, or it could not be read.
    """
    made = Element("Response")
    SubElement(made, "CmdType").text = "Alarm"
    if kept is not None:
        notify = parse_xml(kept)
        for name in ("SN", "DeviceID"):
            SubElement(made, name).text = text_in(notify, name)
    SubElement(made, "Result").text = "ERROR" if kept is None else "OK"
    return PeerReply(200, tostring(made, encoding="unicode").encode(), {"content-type": "application/xml"})


def _code(method: str, info: Element | None, listed: Mapping[str, str]) -> str:
    """The class as one code: the vendor's own, else what `listed` says for the standard's pair."""
    kind = code_of(text_in(info, "AlarmType") or text_in(info, "Code"))
    if kind and not (kind.isdigit() and int(kind) < _VENDOR_FROM):
        return kind
    return listed.get(f"{method}/{kind}") or listed.get(method) or f"28181-{method}-{kind}".rstrip("-")
