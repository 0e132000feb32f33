"""示例系统, whose devices speak through a broker; a message is acknowledged once it is stored."""

from collections.abc import Sequence

from hub import Arrival, Code, Crs, Draft, GridDraft
from hub.plugin import Body
from hub.plugin.fields import Fields
from hub.plugin.points import point_of
from hub.plugin.text import tidy_ref
from hub.plugin.times import time_flags
from hub.plugin.transport.mqtt import Mqtt, MqttConfig, message_in
from hub.plugin.words import stage_of, urgency_of


class SampleSourceConfig(MqttConfig):
    """What an administrator sets."""

    code_table: str = "sample-2026"
    """Whose codes the devices speak; a table of the pack."""


class SampleSource(Mqtt[SampleSourceConfig]):
    """One alarm a message (`message`)."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matter of one message. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
        topic, payload = message_in(body.content)
        row = Fields.of(payload, "/payload")
        occurred_at = row.moment("occurTime", zone=self.zone)
        reported_at = row.moment("reportTime", zone=self.zone)
        updated_at = row.moment("updateTime", zone=self.zone)
        return [
            Draft(
                source_ref=row.needed_ref("alarmNo"),
                version=updated_at.isoformat() if updated_at else "",
                category=Code(self.config.code_table, row.ref("typeCode")),
                occurred_at=occurred_at,
                reported_at=reported_at,
                channel="物联",
                content=row.text("text"),
                urgency=urgency_of(row.text("urgency")),
                urgency_raw=row.text("urgency"),
                stage=stage_of(row.text("status")),
                status_raw=row.text("status"),
                position=point_of(row.text("lng"), row.text("lat"), Crs.CGCS2000),
                device_ref=_device_in(topic),
                flags=time_flags(
                    occurred_at=occurred_at, reported_at=reported_at, received_at=arrival.received_at
                ),
            )
        ]


def _device_in(topic: str) -> str:
    """The device of `devices/<device>/alarm`; "" where the topic is another one."""
    levels = topic.split("/")
    return tidy_ref(levels[1]) if len(levels) == 3 else ""
