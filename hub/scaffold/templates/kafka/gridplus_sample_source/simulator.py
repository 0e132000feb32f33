"""示例系统, to play with: it produces on a topic of its own, where there is a broker."""

from collections.abc import Mapping
from typing import Final

from hub import Stage, Urgency
from hub.plugin import Utterance
from hub.plugin.systems.kafka_topic import KafkaTopicSystem
from hub.plugin.times import local_text

_STATES: Final = {Stage.CANCELLED: "已作废", Stage.CLOSED: "已结案", Stage.REOPENED: "重办"}
_URGENCIES: Final = {Urgency.URGENT: "紧急"}


class SampleSourceSystem(KafkaTopicSystem):
    """Failure modes: `hub.plugin.systems.kafka_topic.FAILURES`."""

    def row(self, utterance: Utterance) -> Mapping[str, object]:
        """One event in the system's own words."""
        person = utterance.requester
        return {
            "eventNo": utterance.ref,
            "otherNo": utterance.second_ref,
            "typeCode": utterance.code,
            "occurTime": local_text(utterance.occurred_at),
            "reportTime": local_text(utterance.reported_at),
            "updateTime": local_text(utterance.at),
            "title": utterance.title,
            "content": utterance.content,
            "urgency": _URGENCIES.get(utterance.urgency, "一般"),
            "status": _STATES.get(utterance.stage, "待处置"),
            "lng": "" if utterance.lon is None else f"{utterance.lon:.6f}",
            "lat": "" if utterance.lat is None else f"{utterance.lat:.6f}",
            "address": utterance.address,
            "areaCode": utterance.area_code,
            "reporterName": person.name if person else "",
            "reporterPhone": person.phone if person else "",
        }
