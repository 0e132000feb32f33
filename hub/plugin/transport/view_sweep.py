"""Pass after pass over a department's view or table, handing out the rows that are new, changed or gone.

A view seldom has an update time, so each pass compares every row with the digest that the last one left
(`seen_rows`). What a row means is the plugin's. Rules: domain.md N09, N66, N85.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

import orjson
import structlog
from pydantic import BaseModel, ConfigDict, Field, SecretStr, Strict

from hub.errors import SourceGone
from hub.plugin.adapter import Body, Page, Tools
from hub.plugin.transport.seen_rows import Seen, SeenRows, Shrunk
from hub.plugin.transport.sql_view import Columns, Counted, HalfBatch, Key, Repeated, Row, SqlView

ROW: Final = "row"
"""Body kind of a row that is new or changed."""
GONE: Final = "gone"
"""Body kind of a row that vanished: `{"gone": key, "kept": {…}}`."""
log = structlog.get_logger(__name__)

Words = Annotated[tuple[str, ...], Strict(strict=False)]
"""A list in YAML or JSON, a tuple here."""


class SweepSettings(BaseModel):
    """Where the rows are, and how often they are looked at. A source says `key` and `columns` itself."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    url: SecretStr
    """SQLAlchemy URL; secret, since it holds the account's password."""
    view: str
    """Its name; `schema.name` where it stands in another schema."""
    fingerprint: str = ""
    """Of columns that a person has looked at (S107 names it); "" accepts what the first run finds."""
    batch: Annotated[int, Field(ge=1, le=5000)] = 500
    sweep_pause_s: Annotated[float, Field(ge=0)] = 30.0
    """Between two passes over the whole: it is the department's own database."""
    absences: Annotated[int, Field(ge=2, le=1000)] = 3
    """A row is gone once it was missing in so many passes (N09)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is read of each row."""

    key: str
    """The column that tells rows apart."""
    columns: Sequence[str]
    kept: Collection[str] = ()
    """Columns that are remembered, so that a row's disappearance can still be told: none that is personal."""
    ready: tuple[str, str] | None = None
    """A column and its value in rows that are complete; others are not there yet."""
    counted: Counted | None = None
    """By what headers rows are counted; those of a batch that is not whole are not there yet."""
    repeated: Repeated | None = None
    """Where the view repeats a report's row: one is read, and it is gone when all of them are."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the sweep stands; the cursor. Its size does not grow with the view."""

    columns: tuple[str, ...] = ()
    """As the view was when it was last accepted."""
    mark: str = ""
    after: Key = None

    @classmethod
    def of(cls, cursor: str) -> "Place":
        """The place that `cursor` holds; the beginning for ""."""
        if not cursor:
            return cls()
        found = orjson.loads(cursor)
        return cls(**{**found, "columns": tuple(found["columns"])})

    def __str__(self) -> str:
        return orjson.dumps(asdict(self)).decode()


class ViewSweep:
    """Reads rows as pages. Raises SourceGone S107 where the columns are not the recorded ones."""

    def __init__(self, settings: SweepSettings, rows: Rows, tools: Tools) -> None:
        self.settings: Final = settings
        self._tools: Final = tools
        self.key: Final = rows.key.lower()
        self._kept: Final = frozenset(name.lower() for name in rows.kept)
        self._view: Final = SqlView(
            settings.url.get_secret_value(),
            settings.view,
            key=rows.key,
            columns=rows.columns,
            batch=settings.batch,
            ready=rows.ready,
            counted=rows.counted,
            repeated=rows.repeated,
        )
        self._seen: SeenRows | None = None
        self._recorded: tuple[str, ...] = ()
        self._pause_until: datetime | None = None

    def read(self, cursor: str) -> Page:
        """The next batch's news; an empty page between two passes."""
        now, place = self._tools.clock.now(), Place.of(cursor)
        if self._pause_until is not None and now < self._pause_until:
            return Page((), cursor)
        self._recorded = place.columns
        columns, seen = self._accepted(), self._seen_rows()
        self.settle(seen, place.mark)
        batch = self._view.batch(place.after)
        rows = (*batch.rows, *(self.beside(now) if batch.after is None else ()))
        news = seen.news([self.row(row) for row in rows])
        gone: list[Seen] = []
        if batch.after is None:
            gone = self.ended(seen, news)
            self._pause_until = now + timedelta(seconds=self.settings.sweep_pause_s)
        place = Place(columns, seen.hand_out(place.mark, news, gone), batch.after)
        return Page(self.bodies(rows, news, gone), str(place), more=batch.after is not None)

    def check(self) -> None:
        """Raises TryLater where the database does not answer, SourceGone S107 as `read` would."""
        self._accepted()

    def _accepted(self) -> tuple[str, ...]:
        """The view's columns, where they are the recorded ones or those a person has accepted (N85).

        With neither on record the first sight is accepted. Raises SourceGone S107, naming what changed.
        """
        now, accepted = self._view.columns(), self.settings.fingerprint
        first_sight = not (self._recorded or accepted)
        if first_sight or now.described == self._recorded or now.fingerprint == accepted:
            return now.described
        raise SourceGone("S107", columns=_told(now, self._recorded), fingerprint=now.fingerprint)

    def numbers(self) -> Iterator[str]:
        """The keys of all rows: a view cannot say which of them changed."""
        return self._view.keys()

    def close(self) -> None:
        """Gives connections and file back; may be called twice."""
        self._view.close()
        seen, self._seen = self._seen, None
        if seen is not None:
            seen.close()

    def _seen_rows(self) -> SeenRows:
        self._seen = self._seen or SeenRows(self._tools.place, self._tools.source)
        return self._seen

    def half_batches(self) -> tuple[HalfBatch, ...]:
        """As `SqlView.half_batches`."""
        return self._view.half_batches()

    def beside(self, now: datetime) -> Sequence[Row]:  # noqa: ARG002  some stand there for a while first
        """What else a pass brings at its end, as rows under keys of their own; nothing."""
        return ()

    def settle(self, seen: SeenRows, mark: str) -> None:
        """The cursor that came back proves what is stored."""
        seen.resume(mark)

    def ended(self, seen: SeenRows, news: Sequence[Seen]) -> list[Seen]:
        """The pass is over: the rows that are gone."""
        found = seen.end_sweep(absences=self.settings.absences, news=news)
        if isinstance(found, Shrunk):
            log.warning("view_shrunk", source=self._tools.source, known=found.known, absent=found.absent)
            return []
        return found

    def bodies(self, rows: Sequence[Row], news: Sequence[Seen], gone: Sequence[Seen]) -> tuple[Body, ...]:
        """What is told of rows that are news, and of rows that are gone."""
        content = {row.key: row.content for row in rows}
        told = [Body(content[one.key], ROW) for one in news]
        told += [Body(orjson.dumps({"gone": one.key, "kept": orjson.loads(one.kept)}), GONE) for one in gone]
        return tuple(told)

    def row(self, row: Row) -> Seen:
        """What is remembered of a row."""
        kept: Mapping[str, object] = {name: row.values[name] for name in row.values if name in self._kept}
        return Seen(
            row.key, row.digest, orjson.dumps(kept, default=str, option=orjson.OPT_SORT_KEYS).decode()
        )


def _told(now: Columns, recorded: tuple[str, ...]) -> str:
    return " ".join(now.differences(recorded)) if recorded else f"{len(now.described)}"
