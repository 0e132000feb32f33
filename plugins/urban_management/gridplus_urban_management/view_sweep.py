"""Pass after pass over the platform's view, handing out the rows that are new, changed or gone.

A protocol of this plugin alone: the view has no update time, so each pass compares every row with the
digest that the last one left (`hub.plugin.transport.seen_rows`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson
import structlog

from gridplus_urban_management.case import KEPT
from gridplus_urban_management.config import ViewSettings
from hub.errors import SourceGone
from hub.plugin import Body, Page, Tools
from hub.plugin.transport.seen_rows import Seen, SeenRows, Shrunk
from hub.plugin.transport.sql_view import Columns, Key, Row, SqlView

ROW: Final = "row"
GONE: Final = "gone"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the sweep stands; the cursor of this channel. Its size does not grow with the view."""

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
    """Reads the view as pages. Raises SourceGone S107 where its columns are not the recorded ones."""

    def __init__(self, settings: ViewSettings, tools: Tools) -> None:
        self._settings: Final = settings
        self._tools: Final = tools
        self._view: Final = SqlView(
            settings.url.get_secret_value(),
            settings.view,
            key=settings.key,
            columns=settings.columns,
            batch=settings.batch,
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
        seen.resume(place.mark)
        batch = self._view.batch(place.after)
        news = seen.news([_seen(row) for row in batch.rows])
        gone: list[Seen] = []
        if batch.after is None:
            gone = self._gone(seen, news)
            self._pause_until = now + timedelta(seconds=self._settings.sweep_pause_s)
        place = Place(columns, seen.hand_out(place.mark, news, gone), batch.after)
        return Page(_bodies(batch.rows, news, gone), str(place), more=batch.after is not None)

    def check(self) -> None:
        """Raises TryLater where the database does not answer, SourceGone S107 as `read` would."""
        self._accepted()

    def _accepted(self) -> tuple[str, ...]:
        """The view's columns, where they are the recorded ones or those a person has accepted (N85).

        With neither on record the first sight is accepted. Raises SourceGone S107, naming what changed.
        """
        now, accepted = self._view.columns(), self._settings.fingerprint
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

    def _gone(self, seen: SeenRows, news: Sequence[Seen]) -> list[Seen]:
        found = seen.end_sweep(absences=self._settings.absences, news=news)
        if isinstance(found, Shrunk):
            log.warning("view_shrunk", source=self._tools.source, known=found.known, absent=found.absent)
            return []
        return found


def _bodies(rows: Sequence[Row], news: Sequence[Seen], gone: Sequence[Seen]) -> tuple[Body, ...]:
    content = {row.key: row.content for row in rows}
    told = [Body(content[one.key], ROW) for one in news]
    told += [Body(orjson.dumps({"gone": one.key, "kept": orjson.loads(one.kept)}), GONE) for one in gone]
    return tuple(told)


def _seen(row: Row) -> Seen:
    kept: Mapping[str, object] = {name: row.values[name] for name in KEPT if name in row.values}
    return Seen(row.key, row.digest, orjson.dumps(kept, default=str, option=orjson.OPT_SORT_KEYS).decode())


def _told(now: Columns, recorded: tuple[str, ...]) -> str:
    return " ".join(now.differences(recorded)) if recorded else f"{len(now.described)}"
