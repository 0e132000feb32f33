"""Faults of street lamps, read from the monitoring platform page by page, in the order of its serial number."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from hub import Arrival, Code, Crs, Draft, GridDraft, TryLater
from hub.plugin import Body, Page, Tools
from hub.plugin.fields import Fields
from hub.plugin.json_text import cut_rows, read_json
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.transport.http import Reply, call, document, opened
from hub.plugin.words import stage_of


class StreetLampsConfig(BaseModel):
    """What an administrator sets. Closed: a misspelt setting stops the start, not the night."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    base_url: str
    api_key: SecretStr
    code_table: str = "cg-2023"
    page_size: Annotated[int, Field(ge=1, le=500)] = 100


class StreetLamps:
    """A source that is read (`Reads`); it sends nothing by itself and takes no answers."""

    def __init__(self, config: StreetLampsConfig, tools: Tools) -> None:
        self._config: Final = config
        key = config.api_key.get_secret_value()
        self._client: Final = tools.http(base_url=config.base_url, headers={"X-Api-Key": key})

    def check(self) -> None:
        """Asks for nothing, to see whether address and key are right."""
        self._ask("", 0)

    def read(self, cursor: str) -> Page:
        """The faults after the serial number `cursor`, each byte for byte as sent."""
        size = self._config.page_size
        reply = self._ask(cursor, size)
        try:
            rows = cut_rows(reply.content, "data")
        except ValueError:
            raise TryLater("S104") from None
        last = document(reply).get("last") or cursor
        return Page(tuple(Body(row, "fault") for row in rows), str(last), more=len(rows) == size)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """One draft a fault. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
        row = Fields.of(read_json(body.content))
        seen_at = row.moment("time")
        return [
            Draft(
                source_ref=row.needed_ref("no"),
                category=Code(self._config.code_table, row.ref("fault")),
                occurred_at=seen_at,
                reported_at=seen_at,
                title=row.text("text"),
                channel="监控",
                stage=stage_of(row.text("state")),
                status_raw=row.text("state"),
                position=point_of(row.text("x"), row.text("y"), Crs.WGS84),
                device_ref=row.ref("lamp"),
                flags=time_flags(occurred_at=seen_at, reported_at=seen_at, received_at=arrival.received_at),
            )
        ]

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self._client.close()

    def _ask(self, after: str, limit: int) -> Reply:
        reply = call(self._client, "GET", "/faults", params={"after": after or "0", "limit": str(limit)})
        opened(document(reply))  # HTTP 200 with an error inside is an error
        return reply
