"""示例系统, a topic of the department's own Kafka: one event a record, and a record without a value where one is deleted."""

from collections.abc import Sequence

from hub import Alias, Arrival, Code, Crs, Draft, GridDraft, Person
from hub.plugin import Body
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.transport.kafka_topic import TOMBSTONE, KafkaTopic, KafkaTopicConfig, deleted
from hub.plugin.words import stage_of, urgency_of


class SampleSourceConfig(KafkaTopicConfig):
    """What an administrator sets."""

    code_table: str = "sample-2026"
    """Whose codes the system speaks; a table of the pack."""


class SampleSource(KafkaTopic[SampleSourceConfig]):
    """Bodies: `record` (JSON) and `tombstone` (the key of what was deleted)."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matter of one record. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
        if (body.kind or arrival.kind) == TOMBSTONE:
            return [deleted(body, self.config.code_table)]
        row = Fields.of(read_json(body.content))
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
