"""How a source hands out a list in pages, and where one stands in it: by key set, by its own mark, by number.

Pure: a cursor and an answer in, the next question and the fresh rows out. A list changes while it is read
(N66), so every walk meets some rows again and drops what it knows byte for byte; a change within the same
second (N02) and a row stored late arrive, and nothing arrives twice for ever. Rules: domain.md N02, N65,
N66.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from hashlib import blake2b
from typing import Any, Final, Literal, Protocol

import orjson

from hub.clock import SHANGHAI
from hub.errors import BadRecord, HeldRecord, TryLater
from hub.plugin.fields import Fields
from hub.plugin.json_text import cut_rows, parse_json
from hub.plugin.times import parse_moment

SECONDS: Final = "%Y-%m-%d %H:%M:%S"
"""How most platforms write and compare times."""
_DIGITS: Final = 40
"""Of a number that sorts as one."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One page as it was answered: its rows byte for byte, and the document around them."""

    rows: tuple[bytes, ...]
    said: Mapping[str, object]

    @classmethod
    def of(cls, content: bytes, said: Mapping[str, object], rows: Sequence[str]) -> "Answered":
        """The page in `content`, whose document is `said`, with its rows at `rows`; raises TryLater S104."""
        try:
            return cls(cut_rows(content, *rows), said)
        except ValueError:
            raise TryLater("S104") from None

    def at(self, path: Sequence[str]) -> object:
        """What stands at `path`; None where nothing does."""
        found: object = self.said
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    def announces(self, total: Sequence[str]) -> bool:
        """Whether the source says at `total` that there are rows."""
        return bool(total) and self.at(total) not in (0, "0", "", None)


@dataclass(frozen=True, slots=True)
class Walked:
    """What one page came to: rows not met before, the cursor behind them, and whether to ask on at once."""

    fresh: tuple[bytes, ...]
    cursor: str
    more: bool


class Walk(Protocol):
    """One way through a list. Cursors are texts of its own; "" is the beginning."""

    def question(self, cursor: str, now: datetime) -> Mapping[str, str]:
        """Parameters of the next page."""
        ...

    def probe(self, now: datetime) -> Mapping[str, str]:
        """Parameters that ask for nothing, to see whether somebody answers."""
        ...

    def sized(self, page_size: int) -> "Walk":
        """The same walk in pages of that size."""
        ...

    def walked(self, cursor: str, page: Answered, now: datetime) -> Walked:
        """What the answer to `question(cursor, now)` came to."""
        ...


@dataclass(frozen=True, slots=True)
class _KeysetPlace:
    at: str = ""
    key: str = ""
    walking: bool = False
    seen: Mapping[str, str] = field(default_factory=dict)
    """Digest of a row → the update time of the last row on its page; for the overlap alone."""


def fields_of_json(row: bytes) -> Fields:
    """The fields of a row that is a JSON object; raises ValueError or BadRecord for anything else."""
    return Fields.of(parse_json(row.decode("utf-8", "surrogateescape")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyset:
    """Rows in the order of (update time, number); a page begins behind the last row of the one before.

    A sweep begins `overlap_s` before the last row seen and ends with a page that leads no further. `at` and
    `key` name the row's own fields, the other names are parameters of the question.
    """

    at: str
    key: str
    since: str = "since"
    after: str = "after"
    size: str = "size"
    page_size: int = 100
    begin: str = ""
    """Rows changed before are not asked for; in the source's own format, "" for all."""
    overlap_s: int = 120
    zone: tzinfo = SHANGHAI
    form: str = SECONDS
    read: Callable[[bytes], Fields] = fields_of_json
    """The fields of one row."""
    last: tuple[str, ...] = ()
    """Where the answer itself names `at` and `key` of its last row; () where it does not, and the row is read."""

    def question(self, cursor: str, now: datetime) -> Mapping[str, str]:  # noqa: ARG002  the walk's
        """From where the sweep stands, or from the overlap where one begins."""
        place = self._place(cursor)
        if place.walking or not place.at:
            return self._asked(place.at, place.key)
        return self._asked(self._earlier(place.at), "")

    def probe(self, now: datetime) -> Mapping[str, str]:
        """What changes in a year's time: nothing yet."""
        return self._asked((now + timedelta(days=366)).astimezone(self.zone).strftime(self.form), "")

    def sized(self, page_size: int) -> "Keyset":
        """As `Walk`."""
        return replace(self, page_size=page_size)

    def walked(self, cursor: str, page: Answered, now: datetime) -> Walked:  # noqa: ARG002  the walk's
        """Raises TryLater S104 where no row of a page says when it changed: a row is judged by itself, but a page
        without any such row leads nowhere."""
        place = self._place(cursor)
        digests = [_digest(row) for row in page.rows]
        fresh = _fresh(page.rows, digests, place.seen)
        at, key = self._last(page) if page.rows else (place.at, place.key)
        onward = bool(page.rows) and (not place.walking or _is_behind((at, key), (place.at, place.key)))
        seen = {**place.seen, **dict.fromkeys(digests, at)}
        if not onward:
            at = max(at, place.at)
            horizon = self._earlier(at)
            seen = {digest: one for digest, one in seen.items() if one >= horizon}
        return Walked(fresh, _dumped(_KeysetPlace(at, key, onward, seen)), onward)

    def _asked(self, since: str, after: str) -> dict[str, str]:
        return {self.since: since, self.after: after, self.size: str(self.page_size)}

    def _place(self, cursor: str) -> _KeysetPlace:
        if not cursor:
            return _KeysetPlace(at=self.begin)
        kept = orjson.loads(cursor)
        # a cursor of another hand goes on from its time: rows that stand there are met again, and known by their digest
        return _KeysetPlace(**{name: kept[name] for name in ("at", "key", "walking", "seen") if name in kept})

    def _last(self, page: Answered) -> tuple[str, str]:
        """Update time and number of the last row that says when it changed, as the source writes them."""
        told = page.at(self.last) if self.last else None
        if isinstance(told, Mapping) and told.get(self.at):
            return str(told[self.at]), str(told.get(self.key) or "")
        for row in reversed(page.rows):
            try:
                fields = self.read(row)
                at, key = fields.text(self.at), fields.text(self.key)
            except (ValueError, BadRecord, HeldRecord):  # it is judged when it is normalised
                continue
            if at:
                return at, key
        raise TryLater("S104")

    def _earlier(self, at: str) -> str:
        moment = parse_moment(at, zone=self.zone)
        if moment is None:
            return self.begin
        return (moment.astimezone(self.zone) - timedelta(seconds=self.overlap_s)).strftime(self.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """The source says with each page from where to ask on. `mark` and `more` are paths in its answer."""

    cursor: str = "cursor"
    size: str = "limit"
    mark: tuple[str, ...] = ("nextCursor",)
    more: tuple[str, ...] = ("hasMore",)
    page_size: int = 100
    begin: str = ""
    """What stands for the beginning."""

    def question(self, cursor: str, now: datetime) -> Mapping[str, str]:  # noqa: ARG002  the walk's
        """From the mark that came with the last page."""
        return {self.cursor: cursor or self.begin, self.size: str(self.page_size)}

    def probe(self, now: datetime) -> Mapping[str, str]:  # noqa: ARG002  the walk's
        """One row from the beginning: a mark leads to no place where nothing lies."""
        return {self.cursor: self.begin, self.size: "1"}

    def sized(self, page_size: int) -> "Marked":
        """As `Walk`."""
        return replace(self, page_size=page_size)

    def walked(self, cursor: str, page: Answered, now: datetime) -> Walked:  # noqa: ARG002  the walk's
        """Raises TryLater S104 for rows without a mark behind them: the next page would be this one."""
        mark = page.at(self.mark)
        if not page.rows:
            return Walked((), cursor, False)
        if not isinstance(mark, str | int) or str(mark) in ("", cursor):
            raise TryLater("S104")
        return Walked(page.rows, str(mark), page.at(self.more) in (True, 1, "1", "true"))


@dataclass(frozen=True, slots=True)
class _WindowPlace:
    since: str = ""
    until: str = ""
    """"" between two windows."""
    page: int = 0
    total: str = ""
    seen: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    """Digests of the window before, for the overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A window of update times, page after page by number or by offset.

    A row that changes meanwhile leaves the window, and the rows behind it move up: a page would skip them
    (N66). So the window is walked again from its first page where the source's `total` changed. The next
    window begins `overlap_s` before this one's end.
    """

    since: str = "startTime"
    until: str = "endTime"
    number: str = "pageNum"
    size: str = "pageSize"
    by: Literal["page", "offset"] = "page"
    first: int = 1
    """Number of the first page; an offset begins at 0."""
    total: tuple[str, ...] = ("data", "total")
    page_size: int = 100
    begin: str = ""
    overlap_s: int = 120
    settle_s: int = 5
    """A window ends so long before now: what changes while it is walked lies behind its end, also where the two clocks are
    so far apart. What a report waits for by that."""
    zone: tzinfo = SHANGHAI
    form: str = SECONDS

    def question(self, cursor: str, now: datetime) -> Mapping[str, str]:
        """The next page of the window, or the first of a new one that ends just now."""
        place = self._opened(cursor, now)
        at = place.page * self.page_size if self.by == "offset" else place.page + self.first
        return {
            self.since: place.since,
            self.until: place.until,
            self.number: str(at),
            self.size: str(self.page_size),
        }

    def probe(self, now: datetime) -> Mapping[str, str]:
        """A window with nothing inside."""
        nothing = self._local(now)
        return {
            self.since: nothing,
            self.until: nothing,
            self.number: str(0 if self.by == "offset" else self.first),
            self.size: "1",
        }

    def sized(self, page_size: int) -> "Numbered":
        """As `Walk`."""
        return replace(self, page_size=page_size)

    def walked(self, cursor: str, page: Answered, now: datetime) -> Walked:
        """An empty page ends the window."""
        place = self._opened(cursor, now)
        total = str(page.at(self.total) or "")
        digests = [_digest(row) for row in page.rows]
        fresh = _fresh(page.rows, digests, {*place.seen, *place.last})
        seen = (*place.seen, *digests)
        if place.page and total != place.total:
            again = _WindowPlace(place.since, place.until, 0, total, seen, place.last)
            return Walked(fresh, _dumped(again), True)
        if page.rows:
            onward = _WindowPlace(place.since, place.until, place.page + 1, total, seen, place.last)
            return Walked(fresh, _dumped(onward), True)
        ended = _WindowPlace(self._before(place.until), last=seen)
        return Walked(fresh, _dumped(ended), False)

    def _opened(self, cursor: str, now: datetime) -> _WindowPlace:
        """The window that stands open, or a new one that ends just now."""
        place = _WindowPlace(since=self.begin)
        if cursor:
            kept: dict[str, Any] = orjson.loads(cursor)
            place = _WindowPlace(**{**kept, "seen": tuple(kept["seen"]), "last": tuple(kept["last"])})
        if place.until:
            return place
        until = self._local(now - timedelta(seconds=self.settle_s))
        return _WindowPlace(place.since, until, last=place.last)

    def _before(self, until: str) -> str:
        moment = parse_moment(until, zone=self.zone)
        return self.begin if moment is None else self._local(moment - timedelta(seconds=self.overlap_s))

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).strftime(self.form)


def _is_behind(last: tuple[str, str], before: tuple[str, str]) -> bool:
    """Whether a page that ends at `last` leads further than one that ended at `before`. Among rows of one moment numbers may
    be sorted as numbers (9, 10) or as text (10, 9)."""
    (at, key), (earlier, known) = last, before
    return last > before or (
        at == earlier and _is_number(key) and _is_number(known) and int(key) > int(known)
    )


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) <= _DIGITS


def _fresh(rows: Iterable[bytes], digests: Iterable[str], seen: Container[str]) -> tuple[bytes, ...]:
    return tuple(row for row, digest in zip(rows, digests, strict=True) if digest not in seen)


def _digest(row: bytes) -> str:
    return blake2b(row, digest_size=8).hexdigest()


def _dumped(place: _KeysetPlace | _WindowPlace) -> str:
    return orjson.dumps(asdict(place)).decode()
