"""A source that is a middle table (前置库、中间表): the department writes rows, we read them, answers go into a second one.

A subclass says what is read of each row (`rows`), sorts a row into drafts (`drafts`) and says what an answer looks like
as a row (`result`). Who deletes: the department, and never before a row bears our mark; a row that is missing says
nothing. What is half-written is not read before its batch is marked ready. Marks are set in the read after the one that
brought the rows: the cursor that came back proves them stored. Rules: domain.md 7.1, N66, N85.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final, Generic, TypeVar

import orjson
from pydantic import Field

from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Answer, Body, Page, Receipt, Tools
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.times import Zone, zone_of
from hub.plugin.transport.seen_rows import Seen, SeenRows
from hub.plugin.transport.sql_view import Row
from hub.plugin.transport.sql_writes import SqlWrites
from hub.plugin.transport.view_sweep import Rows, SweepSettings, ViewSweep


class TablePullConfig(SweepSettings):
    """What an administrator sets for any middle table. Closed: a misspelt setting stops the start."""

    results: str
    """The table that answers are written into."""
    taken: Annotated[str, Field(min_length=1)] = "1"
    """What we set the status column to, once a row is stored here."""
    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""


Config = TypeVar("Config", bound=TablePullConfig)


class TablePull(Generic[Config]):
    """An adapter that reads one table and writes answers into another. Bodies: `row`."""

    status: str = ""
    """The column that the contract lets us set to `taken`; "" where we may write nothing there."""
    told_by: str = "nonce"
    """The column of the results that tells answers apart: telling twice changes nothing."""

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        self.tools: Final = tools
        self.zone: Final = zone_of(config.zone)
        self._rows: Final = self.rows()
        self._writes: Final = SqlWrites(config.url.get_secret_value())
        self._sweep: Final = _TableSweep(config, self._rows, tools, self._mark)

    @abstractmethod
    def rows(self) -> Rows:
        """What is read of each row; its `key` is unique, and the status column is not among its columns. Asked once."""

    @abstractmethod
    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """What a row says."""

    @abstractmethod
    def result(self, answer: Answer) -> Mapping[str, object]:
        """An answer as a row of the results, by column name."""

    def check(self) -> None:
        """Raises TryLater where the database does not answer, SourceGone S107 where its columns are others."""
        self._sweep.check()

    def read(self, cursor: str) -> Page:
        """The next rows that are new or changed; rows that `cursor` proves to be stored are marked as taken first."""
        return self._sweep.read(cursor)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matters of one row."""
        return self.drafts(Fields.of(read_json(body.content)), arrival)

    def tell(self, answer: Answer) -> Receipt:
        """Writes an answer into the results, once; raises Refused S113 where the table will not have it."""
        self._writes.insert_once(self.config.results, self.result(answer), key=self.told_by)
        return Receipt()

    def close(self) -> None:
        """Gives connections and file back; may be called twice."""
        self._sweep.close()
        self._writes.close()

    def _mark(self, stored: Sequence[Seen]) -> None:
        if self.status:
            self._writes.mark(
                self.config.view,
                key=self._rows.key,
                columns=self._rows.columns,
                digests={orjson.loads(one.kept): one.digest for one in stored},
                status=(self.status, self.config.taken),
            )


class _TableSweep(ViewSweep):
    """Passes over a table that others clear: what is stored is marked there, what is missing is forgotten."""

    def __init__(
        self, settings: SweepSettings, rows: Rows, tools: Tools, mark: Callable[[Sequence[Seen]], None]
    ) -> None:
        super().__init__(settings, rows, tools)
        self._mark: Final = mark

    def settle(self, seen: SeenRows, mark: str) -> None:
        """Marks before it remembers: a crash between them marks once more, and never not at all."""
        stored = seen.proved(mark)
        if stored:
            self._mark(stored)
        super().settle(seen, mark)

    def ended(self, seen: SeenRows, news: Sequence[Seen]) -> list[Seen]:
        """Rows that are gone are forgotten, so that memory ends with the table."""
        return seen.end_queue_sweep(absences=self.settings.absences, news=news)

    def bodies(self, rows: Sequence[Row], news: Sequence[Seen], gone: Sequence[Seen]) -> tuple[Body, ...]:  # noqa: ARG002
        """Nothing is told of rows that are gone: it is the department who clears the table."""
        return super().bodies(rows, news, ())

    def row(self, row: Row) -> Seen:
        """What is kept of a row is its key, as the database has it."""
        return Seen(row.key, row.digest, orjson.dumps(row.values[self.key]).decode())
