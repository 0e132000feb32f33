"""A source that is a middle table (前置库、中间表): the department writes rows, we read them, answers go into a second one.

A subclass says what is read of each row (`rows`), sorts a row into drafts (`drafts`) and says what an answer looks like
as a row (`result`). Who deletes: the department, and never before a row bears our mark; a row that is missing says
nothing. What is half-written is not read before its batch is marked ready, or has as many rows as its header says; a batch
that stays half-written is held for a person, and asked for again in the results. Marks are set in the read after the one that
brought the rows: the cursor that came back proves them stored. Rules: domain.md 7.1, N66, N85.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Final, Generic, TypeVar

import orjson
from pydantic import Field

from hub.errors import HeldRecord, Refused
from hub.ids import digest_of
from hub.model import Arrival, Draft, GridDraft
from hub.plugin.adapter import Answer, Body, Page, Receipt, Tools
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.times import Zone, zone_of
from hub.plugin.transport.seen_rows import Seen, SeenRows
from hub.plugin.transport.sql_view import HalfBatch, Row
from hub.plugin.transport.sql_writes import SqlWrites
from hub.plugin.transport.view_sweep import Rows, SweepSettings, ViewSweep

HALF: Final = "half_batch"
"""Body kind of a batch that stays half-written: `{"batch": number, "expected": rows, "found": rows}`."""
_HALF_KEY: Final = "half batch "
"""How such a batch is known among the keys of rows, which are numbers mostly and never two words."""


class TablePullConfig(SweepSettings):
    """What an administrator sets for any middle table. Closed: a misspelt setting stops the start."""

    results: str
    """The table that answers are written into."""
    headers: str = ""
    """The table of batch headers, where the contract has one."""
    half_after_s: Annotated[float, Field(ge=0)] = 600.0
    """A batch that is half-written for so long is no longer waited for in silence."""
    taken: Annotated[str, Field(min_length=1)] = "1"
    """What we set the status column to, once a row is stored here."""
    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""


Config = TypeVar("Config", bound=TablePullConfig)


class TablePull(Generic[Config]):
    """An adapter that reads one table and writes answers into another. Bodies: `row`, and `half_batch`."""

    status: str = ""
    """The column that the contract lets us set to `taken`; "" where we may write nothing there."""
    told_by: str = "nonce"
    """The column of the results that tells answers apart: telling twice changes nothing."""

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        self.tools: Final = tools
        self.zone: Final = zone_of(config.zone)
        self._rows: Final = _counted_by(config.headers, self.rows())
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

    def ask_again(self, half: HalfBatch) -> Mapping[str, object]:  # noqa: ARG002  not every contract knows it
        """A row of the results that asks for a batch that stays half-written, once; empty where the contract has none."""
        return {}

    def check(self) -> None:
        """Raises TryLater where the database does not answer, SourceGone S107 where its columns are others."""
        self._sweep.check()

    def read(self, cursor: str) -> Page:
        """The next rows that are new or changed; rows that `cursor` proves to be stored are marked as taken first."""
        return self._sweep.read(cursor)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matters of one row; raises HeldRecord S129 for a batch that stays half-written."""
        if (body.kind or arrival.kind) == HALF:
            raise HeldRecord("S129", pointer="/batch")
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
        """Marks rows that are stored, and asks again for batches whose halves are."""
        known = [(orjson.loads(one.kept), one.digest) for one in stored]
        for half in (HalfBatch(**told) for told, _ in known if isinstance(told, dict)):
            if row := self.ask_again(half):
                with suppress(Refused):  # it is held for a person all the same
                    self._writes.insert_once(self.config.results, row, key=self.told_by)
        digests = {key: digest for key, digest in known if not isinstance(key, dict)}
        if self.status and digests:
            self._writes.mark(
                self.config.view,
                key=self._rows.key,
                columns=self._rows.columns,
                digests=digests,
                status=(self.status, self.config.taken),
            )


def _counted_by(headers: str, rows: Rows) -> Rows:
    """The rows with the table of headers that the settings name."""
    return replace(rows, counted=rows.counted and replace(rows.counted, headers=headers))


class _TableSweep(ViewSweep):
    """Passes over a table that others clear: what is stored is marked there, what is missing is forgotten."""

    def __init__(
        self, settings: TablePullConfig, rows: Rows, tools: Tools, mark: Callable[[Sequence[Seen]], None]
    ) -> None:
        super().__init__(settings, rows, tools)
        self._mark: Final = mark
        self._half_after: Final = timedelta(seconds=settings.half_after_s)
        self._half_since: dict[HalfBatch, datetime] = {}

    def settle(self, seen: SeenRows, mark: str) -> None:
        """Marks before it remembers: a crash between them marks once more, and never not at all."""
        stored = seen.proved(mark)
        if stored:
            self._mark(stored)
        super().settle(seen, mark)

    def ended(self, seen: SeenRows, news: Sequence[Seen]) -> list[Seen]:
        """Rows that are gone are forgotten, so that memory ends with the table."""
        return seen.end_queue_sweep(absences=self.settings.absences, news=news)

    def beside(self, now: datetime) -> Sequence[Row]:
        """The batches that have been half-written, with as many rows as now, for long enough."""
        self._half_since = {one: self._half_since.get(one, now) for one in self.half_batches()}
        return [_row_of(one) for one, since in self._half_since.items() if now - since >= self._half_after]

    def bodies(self, rows: Sequence[Row], news: Sequence[Seen], gone: Sequence[Seen]) -> tuple[Body, ...]:  # noqa: ARG002
        """Nothing is told of rows that are gone: it is the department who clears the table."""
        told = super().bodies(rows, news, ())
        return tuple(
            replace(body, kind=HALF) if one.key.startswith(_HALF_KEY) else body
            for body, one in zip(told, news, strict=True)
        )

    def row(self, row: Row) -> Seen:
        """What is kept of a row is its key, as the database has it; of half a batch, what is known of it."""
        if row.key.startswith(_HALF_KEY):
            return Seen(row.key, row.digest, orjson.dumps(row.values).decode())
        return Seen(row.key, row.digest, orjson.dumps(row.values[self.key]).decode())


def _row_of(half: HalfBatch) -> Row:
    """Half a batch as a row beside the others; that it grew by a row is no news."""
    told = {"number": half.number, "expected": half.expected, "found": half.found}
    content = orjson.dumps({"batch": half.number, "expected": half.expected, "found": half.found})
    return Row(f"{_HALF_KEY}{half.number}", content, digest_of(half.number, str(half.expected)), told)
