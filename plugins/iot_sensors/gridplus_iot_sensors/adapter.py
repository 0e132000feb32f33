"""物联感知平台: alarms of public places, and of a service that a resident asked for, behind the platform's MQTT broker.

Heartbeats and telemetry are no records; what else a sensor says of a household is held by nobody (`admit`).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from hub import Alias, Arrival, BadRecord, Code, Crs, Draft, GridDraft, Stage, Urgency
from hub.plugin import Admitted, Body
from hub.plugin.declared import declared
from hub.plugin.fields import Fields
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.transport.allow_list import AllowList
from hub.plugin.transport.mqtt import Mqtt, MqttConfig, message_in
from hub.plugin.transport.mqtt_session import Message
from hub.plugin.words import stage_of, urgency_of

DECLARES: Final = declared(
    public="payload.alarmType payload.alarmLevel payload.scene payload.service",
    internal="""topic payload.alarmNo payload.pointNo payload.deviceNo payload.serviceNo payload.alarmState payload.alarmTime
        payload.pubTime payload.areaCode payload.lng payload.lat""",
    personal="payload.pointAddr",
    sensitive="""payload.alarmText payload.pictureUrl payload.videoUrl payload.faces payload.floorGuess payload.roomGuess
        payload.residentName payload.residentPhone payload.openTimes payload.lastOpenTime payload.personCount
        payload.battery payload.value""",
)
"""What is sensitive ends at ingress: words and pictures that guess at a flat, and what tells when somebody is at home."""
_ALLOWED: Final = AllowList([one for one, kind in DECLARES.items() if kind != "sensitive"], known=DECLARES)
_RECOVERED: Final = "recover"
_STAGES: Final = {"告警": Stage.RECEIVED, "恢复": Stage.CLOSED, "误报": Stage.CANCELLED}
_LEVELS: Final = {"1": Urgency.CRITICAL, "2": Urgency.URGENT, "3": Urgency.ROUTINE}


class IotSensorsConfig(MqttConfig):
    """What an administrator sets."""

    code_table: str = "wl-2026"
    """Whose codes the devices speak; a table of the pack."""


class IotSensors(Mqtt[IotSensorsConfig]):
    """One alarm, or the recovery from one, a message (`message`); its topic is `wl/<area>/<device>/<kind>`."""

    def is_record(self, message: Message) -> bool:
        """Alarms and recoveries; a thousand devices that come back together after a power cut say nothing else (N74)."""
        return _kind_of(message.topic) != ""

    def admit(self, body: Body) -> Admitted:
        """The message without people, pictures, guesses and readings; nothing of it where it is a household's that did not
        ask for the service. Raises BadRecord where it is no JSON object."""
        topic, payload = message_in(body.content)
        if not isinstance(payload, Mapping):
            raise BadRecord("R102", pointer="/payload")
        if not _may_be_held(topic, payload):
            return Admitted(None, ("payload.scene",))
        return _ALLOWED.of_json(json.dumps({"topic": topic, "payload": payload}).encode())

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The alarm of one message. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
        topic, payload = message_in(body.content)
        row = Fields.of(payload, "/payload")
        if isinstance(payload, Mapping) and not _may_be_held(topic, payload):
            raise BadRecord("R105", pointer="/payload/scene")
        occurred_at = row.moment("alarmTime", zone=self.zone)
        told_at = row.moment("pubTime", zone=self.zone)
        state, level, kind = row.text("alarmState"), row.text("alarmLevel"), row.ref("alarmType")
        recovered = _kind_of(topic) == _RECOVERED or state == "恢复"
        flags = time_flags(occurred_at=occurred_at, reported_at=told_at, received_at=arrival.received_at)
        point = row.ref("pointNo")
        return [
            Draft(
                source_ref=row.needed_ref("alarmNo"),
                aliases=_by_point(point, kind, None if "clock_suspect" in flags else occurred_at),
                version=told_at.isoformat() if told_at else "",
                category=Code(self.config.code_table, kind),
                occurred_at=occurred_at,
                reported_at=told_at,
                channel="物联",
                urgency=urgency_of(level, _LEVELS),
                urgency_raw=level,
                stage=Stage.CLOSED if recovered else stage_of(state, _STAGES),
                status_raw=state,
                is_update=recovered,
                position=point_of(row.text("lng"), row.text("lat"), Crs.WGS84),
                address=row.text("pointAddr"),
                area_code=row.ref("areaCode"),
                device_ref=point or row.ref("deviceNo"),
                flags=(*flags, "recovered") if recovered else flags,
            )
        ]


def _by_point(point: str, kind: str, began_at: datetime | None) -> tuple[Alias, ...]:
    """The alarm by its mounting point: after its battery was swapped, a device recovers under other numbers. None where a
    clock that fell back to its beginning would make all its alarms one."""
    return (Alias("point", f"{point}/{kind}/{began_at:%Y%m%d%H%M%S}"),) if point and began_at else ()


def _kind_of(topic: str) -> str:
    """`alarm` or `recover`, the last level of the topic; "" for any other kind of message."""
    kind = topic.rpartition("/")[2]
    return kind if kind in ("alarm", _RECOVERED) else ""


def _may_be_held(topic: str, payload: Mapping[str, object]) -> bool:
    """Whether it is an alarm of a public place, or of a service that the resident asked for. In other words than these it
    is not believed."""
    return _kind_of(topic) != "" and (payload.get("scene") == "public" or payload.get("service") is True)
