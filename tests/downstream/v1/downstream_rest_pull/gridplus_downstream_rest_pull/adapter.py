"""示例系统, read page by page over HTTP in the order of update time and number; progress is written back."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from pydantic import SecretStr

from hub import Alias, Arrival, Code, Crs, Draft, GridDraft, Person, Stage
from hub.plugin import Answer, Body, Receipt
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.transport.credentials import ApiKey, Credentials
from hub.plugin.transport.paging import Keyset
from hub.plugin.transport.rest_pull import Listing, RestPull, RestPullConfig
from hub.plugin.words import stage_of, urgency_of

PATH: Final = "/api/events"
LISTING: Final = Listing(path=PATH, walk=Keyset(at="updateTime", key="eventNo"), kind="event")
_WORDS: Final = {Stage.ACCEPTED: "已受理", Stage.DONE_BY_DEPT: "已办结", Stage.CLOSED: "已归档"}
"""How the system calls the stages that it can be told; every other stage is 办理中 to it."""


class DownstreamRestPullConfig(RestPullConfig):
    """What an administrator sets. A secret is a `SecretStr`: it is never shown, logged or kept in the pack."""

    api_key: SecretStr
    code_table: str = "sample-2026"
    """Whose codes the system speaks; a table of the pack."""


class DownstreamRestPull(RestPull[DownstreamRestPullConfig]):
    """One event a row (`event`)."""

    def credentials(self) -> Credentials:
        """A key in a header. `Hmac`, `Md5Sorted` and others stand beside it."""
        return ApiKey(self.config.api_key)

    def listed(self) -> Listing:
        """The list of events."""
        return LISTING

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matter of one row. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
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

    def tell(self, answer: Answer) -> Receipt:
        """Writes progress or a result to its event; the system knows `nonce`, so telling twice changes nothing."""
        told = {"nonce": answer.nonce, "status": _WORDS.get(answer.stage, "办理中"), "text": answer.text}
        self.ask("POST", f"{PATH}/{quote(answer.source_ref, safe='')}/replies", json=told)
        return Receipt()
