"""示例系统, which sends its reports by itself, signed; one or several in a request."""

from collections.abc import Sequence
from typing import Final

from pydantic import SecretStr

from hub import Alias, Arrival, Code, Crs, Draft, GridDraft, Person
from hub.plugin import Body
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.transport.entrances import Entrance, Lock, Signed
from hub.plugin.transport.rest_push import RestPush, RestPushConfig
from hub.plugin.transport.signing import Gate
from hub.plugin.words import stage_of, urgency_of

EVENTS: Final = Entrance(path="/events", kind="event", rows=("list",))


class DownstreamRestPushConfig(RestPushConfig):
    """What an administrator sets. A secret is a `SecretStr`: it is never shown, logged or kept in the pack."""

    sender: str
    """Whose signature it is: what they call themselves to us."""
    push_secret: SecretStr
    code_table: str = "sample-2026"
    """Whose codes the system speaks; a table of the pack."""


class DownstreamRestPush(RestPush[DownstreamRestPushConfig]):
    """One event a record (`event`)."""

    def entrances(self) -> Sequence[Entrance]:
        """The path of events."""
        return (EVENTS,)

    def lock(self) -> Lock:
        """A signature. `KnownToTheHub` stands beside it, for senders with a key that the hub gave out."""
        return Signed(Gate({self.config.sender: self.config.push_secret}, clock=self.tools.clock))

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matter of one record. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
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
