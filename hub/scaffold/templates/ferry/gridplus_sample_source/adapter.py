"""示例系统, over a one-way ferry: numbered files of JSON lines with a manifest each; nothing ever goes back."""

from collections.abc import Sequence

from hub import Alias, Arrival, Code, Crs, Draft, GridDraft, Person
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.transport.ferry_pull import FerryPull, FerryPullConfig
from hub.plugin.words import stage_of, urgency_of


class SampleSourceConfig(FerryPullConfig):
    """What an administrator sets."""

    code_table: str = "sample-2026"
    """Whose codes the system speaks; a table of the pack."""


class SampleSource(FerryPull[SampleSourceConfig]):
    """One event a line."""

    def drafts(self, row: bytes, charset: str, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matter of one line. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
        said = Fields.of(read_json(row, declared=charset))
        occurred_at = said.moment("occurTime", zone=self.zone)
        reported_at = said.moment("reportTime", zone=self.zone)
        updated_at = said.moment("updateTime", zone=self.zone)
        person = Person(name=said.text("reporterName"), phone=said.text("reporterPhone"))
        second = said.ref("otherNo")
        return [
            Draft(
                source_ref=said.needed_ref("eventNo"),
                aliases=(Alias("other", second),) if second else (),
                version=updated_at.isoformat() if updated_at else "",
                category=Code(self.config.code_table, said.ref("typeCode")),
                occurred_at=occurred_at,
                reported_at=reported_at,
                title=said.text("title"),
                content=said.text("content"),
                urgency=urgency_of(said.text("urgency")),
                urgency_raw=said.text("urgency"),
                stage=stage_of(said.text("status")),
                status_raw=said.text("status"),
                position=point_of(said.text("lng"), said.text("lat"), Crs.CGCS2000),
                address=said.text("address"),
                area_code=said.ref("areaCode"),
                requester=person if person != Person() else None,
                flags=time_flags(
                    occurred_at=occurred_at, reported_at=reported_at, received_at=arrival.received_at
                ),
            )
        ]
