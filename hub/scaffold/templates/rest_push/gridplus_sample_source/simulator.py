"""示例系统, to play with: it sends what it has to say, signed as agreed."""

from collections.abc import Mapping
from typing import Final

from gridplus_sample_source.adapter import EVENTS
from pydantic import SecretStr

from hub import Stage, Urgency
from hub.plugin import Utterance
from hub.plugin.systems.rest_push import RestPushSystem
from hub.plugin.times import local_text
from hub.plugin.transport.entrances import Entrance
from hub.plugin.transport.signing import Signer

_STATES: Final = {Stage.CANCELLED: "已作废", Stage.CLOSED: "已结案", Stage.REOPENED: "重办"}
_URGENCIES: Final = {Urgency.URGENT: "紧急"}


class SampleSourceSystem(RestPushSystem):
    """Failure modes: `hub.plugin.systems.rest_push.FAILURES`."""

    def entrance(self) -> Entrance:
        """What its adapter takes."""
        return EVENTS

    def shown(self, body: bytes) -> Mapping[str, str]:
        """A signature over the request."""
        signer = Signer("sample", SecretStr(self.secret("push_secret")), clock=self.clock, nonce=self.nonce)
        return signer.sign(EVENTS.method, EVENTS.path, body=body)

    def settings(self) -> Mapping[str, object]:
        """The secret that it signs with."""
        return {"sender": "sample", "push_secret": self.secret("push_secret")}

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
