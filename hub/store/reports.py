"""What departments answered, their words sealed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hub.model import Move, Report
from hub.store.copying import insert_or_fence
from hub.store.engine import chunks
from hub.store.lists import among
from hub.store.moments import to_us
from hub.store.tables import report


@dataclass(frozen=True, slots=True)
class NewReport:
    """A department's answer, its words sealed (b"" where it has none), and a keyed digest of what a repeat says again."""

    report: Report
    sealed: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Repeatable:
    """What a report has to say again to be a repeat; `digest` "" where nobody kept it: then the words are not compared."""

    move: Move
    reason_code: str
    digest: str

    def fits(self, other: "Repeatable") -> bool:
        """Whether `other` is the same report once more."""
        same = (self.move, self.reason_code) == (other.move, other.reason_code)
        return same and self.digest in ("", other.digest)


def add(conn: Connection, new: Sequence[NewReport]) -> None:
    """Stores departments' answers; raises Fenced where one stands already, since another worker took it."""
    rows = [
        {
            "id": one.report.id,
            "whistle_id": one.report.whistle_id,
            "department": one.report.department,
            "move": one.report.move.value,
            "reported_us": to_us(one.report.reported_at),
            "reason_code": one.report.reason_code,
            "sealed": one.sealed,
            "digest": one.digest,
        }
        for one in new
    ]
    insert_or_fence(conn, report, rows)


def said_in(conn: Connection, report_ids: Iterable[str]) -> dict[str, Repeatable]:
    """Report → what a repeat of it says, of those that were taken before."""
    found: dict[str, Repeatable] = {}
    for part in chunks(report_ids):
        rows = conn.execute(
            select(report.c.id, report.c.move, report.c.reason_code, report.c.digest).where(
                among(report.c.id, part)
            )
        )
        found |= {r.id: Repeatable(Move(r.move), r.reason_code, r.digest) for r in rows}
    return found


def moves_of(conn: Connection, whistle_id: str) -> list[tuple[Move, int]]:
    """What the department did so far: (move, moment in µs), oldest first."""
    rows = conn.execute(
        select(report.c.move, report.c.reported_us)
        .where(report.c.whistle_id == whistle_id)
        .order_by(report.c.reported_us)
    )
    return [(Move(r.move), r.reported_us) for r in rows]
