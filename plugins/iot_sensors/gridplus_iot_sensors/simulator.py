"""物联感知平台, to play with: devices that publish on a broker of their own."""

from collections.abc import Mapping
from typing import ClassVar, Final

import orjson

from hub import Stage, Urgency
from hub.plugin import SimulatorSetup, Utterance
from hub.plugin.systems.mqtt import FAILURES as OF_BROKERS
from hub.plugin.systems.mqtt import MqttSystem
from hub.plugin.times import local_text

_STATES: Final = {Stage.CLOSED: "恢复", Stage.CANCELLED: "误报"}
_LEVELS: Final = {Urgency.CRITICAL: 1, Urgency.URGENT: 2, Urgency.ROUTINE: 3}
FAILURES: Final[Mapping[str, str]] = {
    **OF_BROKERS,
    "storm": "来电之后：第一条告警之前，一千台设备一起发心跳和遥测",
    "habits": "每条告警之后，住户家中的门磁各开一次，未签约的烟感报一次警",
}
"""Failure modes by name."""
DEFECTS: Final[Mapping[str, str]] = {
    "household": "这条来自住户家中，没有签约服务",
    "falling": "这条高空抛物带着截图、人脸和推测的楼层房号",
    "no_place": "这条没有坐标和地址",
}
"""What an utterance's `defect` may name."""
DEVICES: Final = 1_000


class SensorPlatform(MqttSystem):
    """Failure modes: `FAILURES`; defects: `DEFECTS`. `extra`: `device`, another device at the same point; `service`, the
    number under which a resident asked for it."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._calm = not self.fails("storm")

    def topics(self) -> tuple[str, ...]:
        """Everything that devices say: what the hub does not want it has to leave alone."""
        return ("wl/#",)

    def topic(self, utterance: Utterance) -> str:
        """Each device has its own."""
        kind = "recover" if utterance.stage is Stage.CLOSED else "alarm"
        return f"wl/{utterance.area_code or '329901'}/{_device(utterance)}/{kind}"

    def speak(self, utterance: Utterance) -> None:
        """As the base; with whatever else devices say around it."""
        if not self._calm:
            self._calm = True
            self._storm()
        super().speak(utterance)
        if self.fails("habits"):
            self._say(
                "wl/329901/M-7001/telemetry", {"openTimes": 12, "lastOpenTime": local_text(utterance.at)}
            )
            alarm = {**self.row(utterance), "alarmNo": f"H{utterance.ref}", "scene": "household"}
            self._say("wl/329901/Y-7001/alarm", alarm)
            self.count()  # it is held by nobody, but that it came is

    def row(self, utterance: Utterance) -> Mapping[str, object]:
        """One alarm in the platform's own words."""
        is_place_said = utterance.defect != "no_place"
        at_home = utterance.defect == "household" or "service" in utterance.extra
        row: dict[str, object] = {
            "alarmNo": utterance.ref,
            "pointNo": utterance.device_ref,
            "deviceNo": _device(utterance),
            "alarmType": utterance.code,
            "alarmLevel": _LEVELS[utterance.urgency],
            "alarmState": _STATES.get(utterance.stage, "告警"),
            "alarmText": utterance.content,
            "alarmTime": local_text(utterance.occurred_at),
            "pubTime": local_text(utterance.at),
            "scene": "household" if at_home else "public",
            "areaCode": utterance.area_code if is_place_said else "",
            "pointAddr": utterance.address if is_place_said else "",
            "lng": "" if utterance.lon is None or not is_place_said else f"{utterance.lon:.6f}",
            "lat": "" if utterance.lat is None or not is_place_said else f"{utterance.lat:.6f}",
            "battery": 87,
        }
        if "service" in utterance.extra:
            row |= {
                "service": True,
                "serviceNo": utterance.extra["service"],
                "lastOpenTime": row["alarmTime"],
            }
        if utterance.defect == "falling":
            row |= {
                "pictureUrl": "http://192.0.2.1/pw/1.jpg",
                "faces": [{"name": "虚构甲"}],
                "floorGuess": 12,
                "roomGuess": "1203",
            }
        return row

    def _storm(self) -> None:
        for number in range(DEVICES):
            self._say(f"wl/329901/B-{number:04d}/heartbeat", {"battery": 90})
            self._say(f"wl/329901/B-{number:04d}/telemetry", {"value": number})

    def _say(self, topic: str, row: Mapping[str, object]) -> None:
        self.broker.publish(topic, orjson.dumps(row))


def _device(utterance: Utterance) -> str:
    return utterance.extra.get("device") or f"D-{utterance.device_ref or '0001'}"
