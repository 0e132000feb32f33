"""示例系统, to play with: it speaks the same protocol on a port of its own."""

from collections.abc import Mapping
from typing import Final

from gridplus_sample_source.adapter import LISTING
from pydantic import SecretStr

from hub import Stage, Urgency
from hub.plugin import Utterance
from hub.plugin.systems.rest_pull import RestPullSystem
from hub.plugin.times import local_text
from hub.plugin.transport.credentials import ApiKey, Credentials
from hub.plugin.transport.rest_pull import Listing

_STATES: Final = {Stage.CANCELLED: "已作废", Stage.CLOSED: "已结案", Stage.REOPENED: "重办"}
_URGENCIES: Final = {Urgency.URGENT: "紧急"}


class SampleSourceSystem(RestPullSystem):
    """Failure modes: `hub.plugin.systems.rest_pull.FAILURES`."""

    def credentials(self) -> Credentials:
        """The key that it gave out."""
        return ApiKey(SecretStr(self._key))

    def listed(self) -> Listing:
        """What its adapter reads."""
        return LISTING

    def settings(self) -> Mapping[str, object]:
        """The key, for the adapter."""
        return {"api_key": self._key}

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

    @property
    def _key(self) -> str:
        return self.setup.secrets.get("api_key", f"key-{self.setup.seed}")
