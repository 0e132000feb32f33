"""示例系统, read from a view that it opens on its database; nothing is ever written there."""

from collections.abc import Sequence
from typing import Final

from hub import Alias, Arrival, Code, Crs, Draft, Person
from hub.plugin.fields import Fields
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.transport.view_pull import ViewPull, ViewPullConfig
from hub.plugin.transport.view_sweep import Rows
from hub.plugin.words import stage_of, urgency_of

ROWS: Final = Rows(
    key="event_no",
    columns=(
        *("event_no", "other_no", "type_code", "occur_time", "report_time", "title", "content", "urgency"),
        *("status", "lng", "lat", "address", "area_code", "reporter_name", "reporter_phone"),
    ),
    kept=("event_no", "type_code", "lng", "lat", "area_code"),
)
"""What is read of each row, and what of it is remembered, so that its disappearance can be told."""


class DownstreamSqlViewConfig(ViewPullConfig):
    """What an administrator sets."""

    code_table: str = "sample-2026"
    """Whose codes the system speaks; a table of the pack."""


class DownstreamSqlView(ViewPull[DownstreamSqlViewConfig]):
    """One event a row."""

    def rows(self) -> Rows:
        """The columns of the view."""
        return ROWS

    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft]:
        """The matter of one row. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
        occurred_at = row.moment("occur_time", zone=self.zone)
        reported_at = row.moment("report_time", zone=self.zone)
        person = Person(name=row.text("reporter_name"), phone=row.text("reporter_phone"))
        second = row.ref("other_no")
        return [
            Draft(
                source_ref=row.needed_ref("event_no"),
                aliases=(Alias("other", second),) if second else (),
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
