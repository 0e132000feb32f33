"""A source that is a read-only view on a department's database: everything about it but what its rows mean.

A subclass says what is read of each row (`rows`) and sorts a row into drafts (`drafts`). Rows that are new, changed or
gone are told apart by `view_sweep`; nothing is ever written there. Rules: domain.md N09, N66, N85.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Generic, TypeVar

from hub.model import Arrival, Draft, GridDraft, Stage
from hub.plugin.adapter import Body, Listed, Page, Tools
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.text import tidy_ref
from hub.plugin.times import Zone, zone_of
from hub.plugin.transport.view_sweep import GONE, Rows, SweepSettings, ViewSweep


class ViewPullConfig(SweepSettings):
    """What an administrator sets for any source that is a view. Closed: a misspelt setting stops the start."""

    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""


Config = TypeVar("Config", bound=ViewPullConfig)


class ViewPull(Generic[Config]):
    """An adapter that reads one view. Bodies: `row`, and `gone` for a row that vanished.

    The column that tells rows apart is the report's number.
    """

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        self.tools: Final = tools
        self.zone: Final = zone_of(config.zone)
        self._sweep: Final = ViewSweep(config, self.rows(), tools)

    @abstractmethod
    def rows(self) -> Rows:
        """What is read of each row. Asked once."""

    @abstractmethod
    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft]:
        """What a row says; of a row that is gone, only the `kept` columns are there."""

    def check(self) -> None:
        """Raises TryLater where the database does not answer, SourceGone S107 where its columns are others."""
        self._sweep.check()

    def read(self, cursor: str) -> Page:
        """What the next rows of the pass have that is new; an empty page between two passes."""
        return self._sweep.read(cursor)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matters of one row; of a row that vanished, that they are called off (N09, N11)."""
        row = Fields.of(read_json(body.content))
        if (body.kind or arrival.kind) != GONE:
            return self.drafts(row, arrival)
        return [
            replace(one, stage=Stage.CANCELLED, is_update=True, flags=("row_vanished",))
            for one in self.drafts(row.inside("kept"), arrival)
        ]

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:  # noqa: ARG002  as `Lists`
        """The numbers of all rows: a view cannot say which of them changed."""
        told: set[str] = set()
        for number in self._sweep.numbers():
            ref = tidy_ref(number)
            if ref and ref not in told:
                told.add(ref)
                yield Listed(ref)

    def close(self) -> None:
        """Gives connections and file back; may be called twice."""
        self._sweep.close()
