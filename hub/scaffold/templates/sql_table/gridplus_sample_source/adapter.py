"""示例系统, read from a middle table that it fills batch by batch; answers go into a second one."""

from collections.abc import Mapping, Sequence
from typing import Final

from hub import Alias, Arrival, Code, Crs, Draft, Person, Stage
from hub.plugin import Answer
from hub.plugin.fields import Fields
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.transport.table_pull import TablePull, TablePullConfig
from hub.plugin.transport.view_sweep import Rows
from hub.plugin.words import stage_of, urgency_of

ROWS: Final = Rows(
    key="id",
    columns=(
        *(
            "event_no",
            "other_no",
            "type_code",
            "occur_time",
            "report_time",
            "update_time",
            "title",
            "content",
        ),
        *("urgency", "status", "lng", "lat", "address", "area_code", "reporter_name", "reporter_phone"),
    ),
    ready=("batch_ready", "1"),
)
"""What is read of each row; one whose batch is not ready is not there yet."""
STATUS: Final = "hub_status"
"""The column that we may set, once a row is stored here."""
RESULTS: Final = ("nonce", "ref", "stage", "content", "department", "told_at")
_WORDS: Final = {Stage.ACCEPTED: "已受理", Stage.DONE_BY_DEPT: "已办结", Stage.CLOSED: "已归档"}
"""How the system calls the stages that it can be told; every other stage is 办理中 to it."""


class SampleSourceConfig(TablePullConfig):
    """What an administrator sets."""

    code_table: str = "sample-2026"
    """Whose codes the system speaks; a table of the pack."""


class SampleSource(TablePull[SampleSourceConfig]):
    """One event a row; an event that changes comes as one row more."""

    status = STATUS

    def rows(self) -> Rows:
        """The columns of the middle table."""
        return ROWS

    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft]:
        """The matter of one row. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
        occurred_at = row.moment("occur_time", zone=self.zone)
        reported_at = row.moment("report_time", zone=self.zone)
        updated_at = row.moment("update_time", zone=self.zone)
        person = Person(name=row.text("reporter_name"), phone=row.text("reporter_phone"))
        second = row.ref("other_no")
        return [
            Draft(
                source_ref=row.needed_ref("event_no"),
                aliases=(Alias("other", second),) if second else (),
                version=updated_at.isoformat() if updated_at else "",
                category=Code(self.config.code_table, row.ref("type_code")),
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
                area_code=row.ref("area_code"),
                requester=person if person != Person() else None,
                flags=time_flags(
                    occurred_at=occurred_at, reported_at=reported_at, received_at=arrival.received_at
                ),
            )
        ]

    def result(self, answer: Answer) -> Mapping[str, object]:
        """Progress or a result, as a row of the results; the system knows `nonce`."""
        return {
            "nonce": answer.nonce,
            "ref": answer.source_ref,
            "stage": _WORDS.get(answer.stage, "办理中"),
            "content": answer.text,
            "department": answer.department,
            "told_at": answer.at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S"),
        }
