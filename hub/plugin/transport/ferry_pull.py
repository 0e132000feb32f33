"""A source over a one-way ferry: everything about it but what its rows mean.

A subclass sorts a row into drafts (`drafts`), and cuts what must not be held (`admit`, where the border demands it).
Nothing can be asked for again and nothing is ever told back. Rules: domain.md 5.3 and N70.
"""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Body, Page, Tools
from hub.plugin.times import Zone, zone_of
from hub.plugin.transport.ferry import Ferry, charset_of
from hub.plugin.transport.unpack import Limits


class FerryPullConfig(BaseModel):
    """What an administrator sets for any ferry. Strict: a misspelt setting stops the start, not the night.

    It has no secret: over this border nobody signs in.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    inbox: str
    """Directory on the import server into which the diode drops files; only read."""
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,32}$")]
    """How the names of this ferry's files begin, before `_000001`."""
    first: Annotated[int, Field(ge=1)] = 1
    """Number of the first file; higher where the hub joins a ferry that has long been running."""
    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""
    page_rows: Annotated[int, Field(ge=1, le=5000)] = 500
    packed_bytes: Annotated[int, Field(ge=1024)] = 32 * 1024 * 1024
    unpacked_bytes: Annotated[int, Field(ge=1024)] = 128 * 1024 * 1024


Config = TypeVar("Config", bound=FerryPullConfig)


class FerryPull(Generic[Config]):
    """An adapter that reads numbered files.

    A missing number is waited for, not skipped: over this border nothing is sent twice (N70).
    """

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        self.tools: Final = tools
        self.zone: Final = zone_of(config.zone)
        self._ferry: Final = Ferry(
            Path(config.inbox),
            config.prefix,
            first=config.first,
            state=tools.place,
            limits=Limits(packed_bytes=config.packed_bytes, unpacked_bytes=config.unpacked_bytes),
            page_rows=config.page_rows,
        )

    @abstractmethod
    def drafts(self, row: bytes, charset: str, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """What one line says; `charset` is what its manifest declares, "" where it declares none."""

    def check(self) -> None:
        """Returns where the inbox can be listed; raises TryLater S101."""
        self._ferry.check()

    def read(self, cursor: str) -> Page:
        """The next rows as sent; raises TryLater S108 (gap), S109 (digest), S111, S115: all are waited for."""
        return self._ferry.page(cursor)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matters of one row; raises BadRecord with the ferry's code for a file that was refused."""
        return self.drafts(body.content, charset_of(body.kind or arrival.kind), arrival)

    def close(self) -> None:
        """Nothing is kept open."""
