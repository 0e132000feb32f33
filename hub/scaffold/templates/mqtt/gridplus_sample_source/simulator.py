"""示例系统, to play with: devices that publish on a broker of their own."""

from collections.abc import Mapping
from typing import Final

from hub import Stage, Urgency
from hub.plugin import Utterance
from hub.plugin.systems.mqtt import MqttSystem
from hub.plugin.times import local_text

_STATES: Final = {Stage.CANCELLED: "已作废", Stage.CLOSED: "已结案", Stage.REOPENED: "重办"}
_URGENCIES: Final = {Urgency.URGENT: "紧急"}


class SampleSourceSystem(MqttSystem):
    """Failure modes: `hub.plugin.systems.mqtt.FAILURES`."""

    def topics(self) -> tuple[str, ...]:
        """Alarms of all devices."""
        return ("devices/+/alarm",)

    def topic(self, utterance: Utterance) -> str:
        """Each device has its own."""
        return f"devices/{utterance.device_ref or 'D-0001'}/alarm"

    def row(self, utterance: Utterance) -> Mapping[str, object]:
        """One alarm in the device's own words."""
        return {
            "alarmNo": utterance.ref,
            "typeCode": utterance.code,
            "occurTime": local_text(utterance.occurred_at),
            "reportTime": local_text(utterance.reported_at),
            "updateTime": local_text(utterance.at),
            "text": utterance.content,
            "urgency": _URGENCIES.get(utterance.urgency, "一般"),
            "status": _STATES.get(utterance.stage, "待处置"),
            "lng": "" if utterance.lon is None else f"{utterance.lon:.6f}",
            "lat": "" if utterance.lat is None else f"{utterance.lat:.6f}",
        }
