"""示例系统, read page by page over SOAP in the order of update time and number; progress is written back."""

from collections.abc import Sequence
from typing import Final

from hub import Alias, Arrival, Code, Crs, Draft, GridDraft, Person, Stage
from hub.plugin import Answer, Body, Receipt
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.transport.paging import Keyset
from hub.plugin.transport.soap_pull import Operation, SoapPull, SoapPullConfig
from hub.plugin.transport.xml import fields_of_xml
from hub.plugin.words import stage_of, urgency_of

LISTING: Final = Operation(
    name="GetChangedEvents",
    namespace="http://service.sample.example/exchange",
    walk=Keyset(at="updateTime", key="eventNo", after="afterNo", read=fields_of_xml),
    row="event",
    within="events",
    kind="event",
)
_WORDS: Final = {Stage.ACCEPTED: "已受理", Stage.DONE_BY_DEPT: "已办结", Stage.CLOSED: "已归档"}
"""How the system calls the stages that it can be told; every other stage is 办理中 to it."""


class SampleSourceConfig(SoapPullConfig):
    """What an administrator sets."""

    code_table: str = "sample-2026"
    """Whose codes the system speaks; a table of the pack."""


class SampleSource(SoapPull[SampleSourceConfig]):
    """One event a row (`event`)."""

    def listed(self) -> Operation:
        """The operation that lists events."""
        return LISTING

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matter of one row. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
        row = fields_of_xml(body.content)
        occurred_at = row.moment("occurTime", zone=self.zone)
        reported_at = row.moment("reportTime", zone=self.zone)
        updated_at = row.moment("updateTime", zone=self.zone)
        person = Person(name=row.text("reporterName"), phone=row.text("reporterPhone"))
        second = row.ref("otherNo")
        return [
            Draft(
                source_ref=row.needed_ref("eventNo"),
                aliases=(Alias("other", second),) if second else (),
                version=updated_at.isoformat() if updated_at else "",
                category=Code(self.config.code_table, row.ref("typeCode")),
                occurred_at=occurred_at,
                reported_at=reported_at,
                title=row.text("title"),
                content=row.text("content"),
                urgency=urgency_of(row.text("urgency")),
                urgency_raw=row.text("urgency"),
                stage=stage_of(row.text("status")),
                status_raw=row.text("status"),
                position=point_of(row.text("lng"), row.text("lat"), Crs.CGCS2000),
                address=row.text("address"),
                area_code=row.ref("areaCode"),
                requester=person if person != Person() else None,
                flags=time_flags(
                    occurred_at=occurred_at, reported_at=reported_at, received_at=arrival.received_at
                ),
            )
        ]

    def tell(self, answer: Answer) -> Receipt:
        """Writes progress or a result to its event; the system knows `nonce`, so telling twice changes nothing."""
        told = self.service.tell(
            "SubmitReply",
            ref=answer.source_ref,
            nonce=answer.nonce,
            status=_WORDS.get(answer.stage, "办理中"),
            text=answer.text,
        )
        return Receipt(told.get("ref", ""))
