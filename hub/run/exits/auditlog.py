"""Who saw what: looked up in the audit by those who supervise it. Each search is a row of the audit itself."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Final

from hub.access.account import Result
from hub.access.audit import AuditRow, row_of
from hub.access.exits import Exit
from hub.access.unusual import Unusual, unusual
from hub.clock import Clock
from hub.errors import Refused
from hub.run.ground.ledger import Ledger
from hub.store import audits
from hub.store.audits import Place
from hub.store.engine import Store

PAGE: Final = 50
"""Rows a page."""
_MOST_BLOCKS: Final = 20_000
"""Blocks that one search looks through; then it says how far it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Rows from `since` until before `before`; "" and None: any."""

    since: datetime
    before: datetime
    who: str = ""
    matter: str = ""
    field: str = ""
    exit: Exit | None = None
    result: Result | None = None

    def fits(self, row: AuditRow) -> bool:
        """Whether `row` is one of them."""
        return (
            self.who in ("", row.who, row.on_behalf_of)
            and self.matter in ("", row.matter, *row.rows)
            and self.field in ("", *row.fields)
            and self.exit in (None, row.exit)
            and self.result in (None, row.result)
        )

    @property
    def words(self) -> tuple[str, ...]:
        """What a line must hold in any case: most lines are passed over without being read."""
        return tuple(word for word in (self.who, self.matter, self.field) if word)


@dataclass(frozen=True, slots=True)
class Found:
    """Newest first. `onward`: where the next page begins, "" where nothing is left."""

    rows: tuple[AuditRow, ...]
    onward: str
    blocks: int


@dataclass(slots=True)
class _Search:
    wanted: Wanted
    rows: list[AuditRow] = field(default_factory=list)
    blocks: int = 0

    def take(self, lines: str) -> None:
        """Whole blocks, so that a page begins with one."""
        self.blocks += 1
        words = self.wanted.words
        some = (line for line in reversed(lines.split("\n")) if all(word in line for word in words))
        self.rows += [row for line in some if self.wanted.fits(row := row_of(line))]

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= PAGE or self.blocks >= _MOST_BLOCKS


class AuditLog:
    """Searches of the audit."""

    def __init__(self, *, store: Store, ledger: Callable[[], Ledger], clock: Clock) -> None:
        self._store, self._ledger, self._clock = store, ledger, clock

    def search(self, wanted: Wanted, *, by: str, behind: str = "") -> Found:
        """A page of what is `wanted`, behind the place where an earlier page ended. Raises Refused W102 for a place that
        is none."""
        search, onward = _Search(wanted), ""
        with self._store.read() as conn:
            for place, lines in audits.bodies(
                conn, since=wanted.since, before=wanted.before, behind=_place(behind)
            ):
                search.take(lines)
                if search.is_full:
                    onward = _token(place)
                    break
        self._note(by, "audit_search", wanted)  # what cannot be written down is not shown
        return Found(tuple(search.rows), onward, search.blocks)

    def unusual(self, since: datetime, before: datetime, *, by: str) -> Unusual:
        """What in that time somebody should ask about."""
        with self._store.read() as conn:
            found = unusual(_rows(lines for _, lines in audits.bodies(conn, since=since, before=before)))
        self._note(by, "audit_report", Wanted(since=since, before=before))
        return found

    def _note(self, by: str, what: str, wanted: Wanted) -> None:
        now, ledger = self._clock.now(), self._ledger()
        matter = wanted.matter if wanted.matter.isascii() and " " not in wanted.matter else ""
        row = AuditRow(
            at=now,
            who=by,
            exit=Exit.PAGE,
            result=Result.ALLOW,
            purpose=what,
            fields=(),
            count=0,
            matter=matter,
        )
        with self._store.write() as conn:
            ledger.append(conn, [row], now)
        ledger.committed()


def _rows(blocks: Iterator[str]) -> Iterator[AuditRow]:
    for lines in blocks:
        yield from map(row_of, lines.split("\n"))


def _token(place: Place) -> str:
    return urlsafe_b64encode(json.dumps(list(asdict(place).values())).encode()).decode()


def _place(token: str) -> Place | None:
    if not token:
        return None
    try:
        made_us, chain, seq = json.loads(urlsafe_b64decode(token.encode()))
        return Place(int(made_us), str(chain), int(seq))
    except (ValueError, TypeError):
        raise Refused("W102", pointer="/behind") from None
