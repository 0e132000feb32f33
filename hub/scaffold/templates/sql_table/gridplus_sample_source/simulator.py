"""示例系统, to play with: a database with a middle table that it fills, and one for answers."""

from collections.abc import Mapping, Sequence
from typing import Final

from gridplus_sample_source.adapter import RESULTS, ROWS, STATUS

from hub import Stage, Urgency
from hub.plugin import Utterance
from hub.plugin.systems.table_pull import MiddleTableSystem
from hub.plugin.times import local_text
from hub.plugin.transport.view_sweep import Rows

_STATES: Final = {Stage.CANCELLED: "已作废", Stage.CLOSED: "已结案", Stage.REOPENED: "重办"}
_URGENCIES: Final = {Urgency.URGENT: "紧急"}


class SampleSourceSystem(MiddleTableSystem):
    """Failure modes: `hub.plugin.systems.table_pull.FAILURES`."""

    status = STATUS

    def rows(self) -> Rows:
        """What its adapter reads."""
        return ROWS

    def results(self) -> Sequence[str]:
        """The columns that answers are written into."""
        return RESULTS

    def row(self, utterance: Utterance) -> Mapping[str, str]:
        """One event in the system's own words."""
        person = utterance.requester
        return {
            "event_no": utterance.ref,
            "other_no": utterance.second_ref,
            "type_code": utterance.code,
            "occur_time": local_text(utterance.occurred_at),
            "report_time": local_text(utterance.reported_at),
            "update_time": local_text(utterance.at),
            "title": utterance.title,
            "content": utterance.content,
            "urgency": _URGENCIES.get(utterance.urgency, "一般"),
            "status": _STATES.get(utterance.stage, "待处置"),
            "lng": "" if utterance.lon is None else f"{utterance.lon:.6f}",
            "lat": "" if utterance.lat is None else f"{utterance.lat:.6f}",
            "address": utterance.address,
            "area_code": utterance.area_code,
            "reporter_name": person.name if person else "",
            "reporter_phone": person.phone if person else "",
        }
