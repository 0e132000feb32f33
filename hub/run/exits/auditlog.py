"""Who saw what: looked up in the audit by those who supervise it. Each search is a row of the audit itself."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from hub.access.account import Result
from hub.access.audit import AuditRow, row_of
from hub.access.exits import Exit
from hub.access.unusual import Unusual, unusual
from hub.clock import Clock
from hub.errors import Refused
from hub.run.ground.ledger import Ledger, noted
from hub.store import audits
from hub.store.audits import Place
from hub.store.engine import Store

PAGE: Final = 50
"""Rows a page."""
_ID: Final = re.compile(r"[a-z]{2}_[0-9a-f]{1,32}")
_NO_PLACE: Final = 2**63
"""Databases count no further."""
_PORTION: Final = 500
"""Blocks that a report reads at a time."""
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

    def of(self, lines: str) -> Iterator[AuditRow]:
        """Those of a block, newest first. Most lines are passed over without being read."""
        words = [word for word in (self.who, self.matter, self.field) if word]
        for line in reversed(lines.split("\n")):
            if all(word in line for word in words) and self.fits(row := row_of(line)):
                yield row


@dataclass(frozen=True, slots=True)
class Found:
    """Newest first. `onward`: where the next page begins, "" where nothing is left."""

    rows: tuple[AuditRow, ...]
    onward: str
    blocks: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a page ended: in which block, behind how many of its rows that were wanted."""

    place: Place
    taken: int

    @classmethod
    def read(cls, token: str) -> "_Mark":
        """Raises Refused W102 for a token that is none."""
        try:
            made_us, chain, seq, taken = json.loads(urlsafe_b64decode(token.encode()))
            mark = cls(Place(int(made_us), str(chain), int(seq)), int(taken))
        except (ValueError, TypeError, OverflowError):
            mark = None
        if mark is None or not all(
            0 <= n < _NO_PLACE for n in (mark.place.made_us, mark.place.seq, mark.taken)
        ):
            raise Refused("W102", pointer="/behind")
        return mark

    @property
    def token(self) -> str:
        return urlsafe_b64encode(json.dumps([*asdict(self.place).values(), self.taken]).encode()).decode()


class AuditLog:
    """Searches of the audit."""

    def __init__(self, *, store: Store, ledger: Callable[[], Ledger], clock: Clock) -> None:
        self._store, self._ledger, self._clock = store, ledger, clock

    def search(self, wanted: Wanted, *, by: str, behind: str = "") -> Found:
        """A page of what is `wanted`, behind the place where an earlier page ended. Raises Refused W102 for a place that
        is none."""
        mark = _Mark.read(behind) if behind else None
        rows, onward, blocks = list[AuditRow](), "", 0
        with self._store.read() as conn:
            stored = audits.bodies(
                conn, since=wanted.since, before=wanted.before, place=mark.place if mark else None
            )
            for blocks, (place, lines) in enumerate(stored, 1):
                taken = mark.taken if mark and mark.place == place else 0
                room = PAGE - len(rows)
                some = list(islice(wanted.of(lines), taken, taken + room + 1))
                rows += some[:room]
                if len(some) > room or blocks >= _MOST_BLOCKS:
                    onward = _Mark(place, taken + min(room, len(some))).token
                    break
        self._note(by, "audit_search", wanted)  # what cannot be written down is not shown
        return Found(tuple(rows), onward, blocks)

    def unusual(self, since: datetime, before: datetime, *, by: str) -> Unusual:
        """What in that time somebody should ask about. Read in portions, a transaction each: no snapshot of the database is
        held for as long as a busy week takes."""
        found = unusual(self._rows(since, before))
        self._note(by, "audit_report", Wanted(since=since, before=before))
        return found

    def _rows(self, since: datetime, before: datetime) -> Iterator[AuditRow]:
        place: Place | None = None
        while True:
            with self._store.read() as conn:
                portion = list(
                    audits.bodies(conn, since=since, before=before, place=place, limit=_PORTION + 1)
                )
            for _, lines in portion[:_PORTION]:
                yield from map(row_of, lines.split("\n"))
            if len(portion) <= _PORTION:
                return
            place = portion[_PORTION][0]

    def _note(self, by: str, what: str, wanted: Wanted) -> None:
        matter = wanted.matter if _ID.fullmatch(wanted.matter) else ""  # what else was typed may be a number
        row = AuditRow(
            at=self._clock.now(),
            who=by,
            exit=Exit.PAGE,
            result=Result.ALLOW,
            purpose=what,
            fields=(),
            count=0,
            matter=matter,
        )
        noted(self._store, self._ledger(), row)
