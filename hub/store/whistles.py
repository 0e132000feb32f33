"""Whistles, their deliveries, the departments' reports and the answers to sources."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, text, true, update

from hub.bus.message import Fenced
from hub.clock import is_due
from hub.jsonform import dumps, loads
from hub.model import Move, Report, Role, Whistle
from hub.store import engine, incidents, numbering
from hub.store.copying import insert_or_fence
from hub.store.engine import chunks, insert
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.swapping import swap
from hub.store.tables import answer, delivery, overdue, report, step, whistle
from hub.whistle.lifecycle import DONE

LONGEST_REST: Final = timedelta(minutes=10)
"""No try of a delivery or an answer is put off for longer."""
ASIDE: Final = 12
"""Tries, half an hour of them, after which an answer steps aside for those of other reports."""
FIRST_LOOK: Final = timedelta(hours=1)
_UNSETTLED: Final = text("whistle.state IN ('disputed', 'arbitrating')")
"""Returns that wait for the centre, by the very words that their index has."""
_TIMED: Final = frozenset({"id", "version", "body", "due_us", "provisional"})
"""What a newer calendar may change of a row, and what says which."""
_RECEIPT: Final = 128
"""A source's own id for an answer is cut to the column's length: it is for people to read."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """Something to tell a department that does not read the bus; the message is made when it is sent."""

    message_id: str
    """The CloudEvents id: what the department acknowledges."""
    whistle_id: str
    department: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """Something to tell a source; `body` is `hub.plugin.Answer` in JSON, `state` waiting or cannot."""

    id: str
    source: str
    event_key: str
    body: str
    state: str


def add(conn: Connection, whistles: Sequence[Whistle]) -> None:
    """Stores new whistles; raises Fenced where one stands already, since another worker was faster."""
    insert_or_fence(conn, whistle, [_row(w) for w in whistles])


def _look_us(one: Whistle) -> int:
    """When clockwork looks at it: at the latest an hour after it was blown, and at once when it is done: for how long it
    stays out of the archive, the pack says. From then on clockwork itself says when, until somebody changes it again."""
    if one.state in DONE:
        return 0
    moments = [one.blown_at + FIRST_LOOK, *(d.due_at for d in one.deadlines)]
    return to_us(min((*moments, one.paused_until) if one.paused_until else moments))


def _row(one: Whistle) -> dict[str, object]:
    return {
        "id": one.id,
        "incident_id": one.incident_id,
        "department": one.department,
        "role": one.role.value,
        "state": one.state.value,
        "blown_us": to_us(one.blown_at),
        "due_us": _look_us(one),
        "version": one.version,
        "provisional": int(any(d.provisional for d in one.deadlines)),
        "body": dumps(one),
    }


def change(conn: Connection, moved: Sequence[tuple[Whistle, int]]) -> None:
    """Stores changed whistles, each over the version that it says; raises Fenced where someone else moved one
    meanwhile."""
    swap(conn, whistle, [_row(one) for one, _ in moved], before=[version for _, version in moved])


def load(conn: Connection, ids: Iterable[str]) -> dict[str, Whistle]:
    """Whistles by id."""
    found: dict[str, Whistle] = {}
    for part in chunks(ids):
        rows = conn.execute(select(whistle.c.id, whistle.c.body).where(among(whistle.c.id, part)))
        found |= {r.id: loads(Whistle, r.body) for r in rows}
    return found


def held(conn: Connection, ids: Iterable[str]) -> dict[str, Whistle]:
    """These whistles by id, their matters locked until commit: of two who move whistles of one matter at the same
    moment, the second sees what the first has changed.

    Those that are not there are left out. Raises Fenced where a matter was merged just now.
    """
    matters = _lock_matters(conn, ids)
    found = load(conn, matters)
    if any(one.incident_id != matters[id_] for id_, one in found.items()):
        raise Fenced
    return found


def held_together(conn: Connection, ids: Iterable[str]) -> dict[str, Whistle]:
    """The same, with all other whistles of their matters."""
    matters = _lock_matters(conn, ids)
    found = {one.id: one for some in of_incidents(conn, set(matters.values())).values() for one in some}
    if not matters.keys() <= found.keys():
        raise Fenced
    return {str(id_): one for id_, one in found.items()}


def _lock_matters(conn: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Whistle → its matter, which nobody else changes until commit."""
    matters: dict[str, str] = {}
    for part in chunks(dict.fromkeys(ids)):
        rows = conn.execute(select(whistle.c.id, whistle.c.incident_id).where(among(whistle.c.id, part)))
        matters |= {r.id: r.incident_id for r in rows}
    incidents.lock_rows(conn, set(matters.values()))
    return matters


def of_incidents(conn: Connection, ids: Iterable[str]) -> dict[str, list[Whistle]]:
    """Incident → its whistles, oldest first; those without any are left out."""
    return _by_incident(conn, ids, true())


def leads_of(conn: Connection, ids: Iterable[str]) -> dict[str, list[Whistle]]:
    """The same of its leading whistles alone."""
    return _by_incident(conn, ids, whistle.c.role == Role.LEAD.value)


def _by_incident(
    conn: Connection, ids: Iterable[str], which: ColumnElement[bool]
) -> dict[str, list[Whistle]]:
    found: dict[str, list[Whistle]] = {}
    for part in chunks(ids):
        rows = conn.execute(
            select(whistle.c.incident_id, whistle.c.body)
            .where(among(whistle.c.incident_id, part), which)
            .order_by(whistle.c.blown_us, whistle.c.id)
        )
        for r in rows:
            found.setdefault(r.incident_id, []).append(loads(Whistle, r.body))
    return found


def retime(conn: Connection, whistles: Iterable[Whistle]) -> int:
    """Stores the deadlines of whistles that a newer calendar moved; no move, so their versions stay. One that is being
    changed or was changed meanwhile keeps what the change said, and is found again where that is provisional still. Returns how
    many were stored."""
    rows = [
        {name: value for name, value in _row(one).items() if name in _TIMED}
        for one in unlocked(conn, whistles)
    ]
    return engine.update(conn, whistle, rows, key=("id", "version"))


def unlocked(conn: Connection, whistles: Iterable[Whistle]) -> list[Whistle]:
    """Those that nobody is changing just now; from here on nobody does until commit (PostgreSQL)."""
    here = {str(one.id): one for one in whistles}
    free = list[str]()
    for part in chunks(sorted(here)):
        query = select(whistle.c.id).where(among(whistle.c.id, part)).order_by(whistle.c.id)
        free += conn.execute(query.with_for_update(skip_locked=True)).scalars()
    return [here[id_] for id_ in free]


def forgive(conn: Connection, id_: str, *, since: datetime) -> None:
    """Steps of a whistle that came due after `since` were never late."""
    conn.execute(delete(overdue).where(overdue.c.whistle_id == id_, overdue.c.due_us > to_us(since)))


def unsettled(conn: Connection) -> list[Whistle]:
    """Returns that the centre has not decided about, oldest call first."""
    rows = conn.execute(select(whistle.c.body).where(_UNSETTLED).order_by(whistle.c.blown_us, whistle.c.id))
    return [loads(Whistle, body) for body in rows.scalars()]


def unsettled_since(conn: Connection, at: datetime) -> list[str]:
    """Ids of those whose last move was made before `at`."""
    last = select(func.max(step.c.made_us)).where(step.c.whistle_id == whistle.c.id).scalar_subquery()
    since = func.coalesce(last, whistle.c.blown_us)  # who was returned before moves were kept has none
    query = select(whistle.c.id).where(_UNSETTLED, since < to_us(at)).order_by(whistle.c.id)
    return list(conn.execute(query).scalars())


def counts(conn: Connection) -> dict[str, int]:
    """Department → whistles blown for it."""
    rows = conn.execute(select(whistle.c.department, func.count().label("n")).group_by(whistle.c.department))
    return {r.department: r.n for r in rows}


# -- deliveries ---------------------------------------------------------------------------------------


def queue(conn: Connection, deliveries: Sequence[NewDelivery], at: datetime) -> None:
    """Puts them on their way; a repeat changes nothing."""
    if not deliveries:
        return
    numbers = numbering.following(conn, delivery, "department", [one.department for one in deliveries])
    insert(
        conn,
        delivery,
        [
            {
                "message_id": one.message_id,
                "whistle_id": one.whistle_id,
                "department": one.department,
                "channel": one.channel,
                "state": "waiting",
                "seq": number,
                "attempts": 0,
                "next_us": to_us(at),
            }
            for number, one in zip(numbers, deliveries, strict=True)
        ],
    )


def pull(conn: Connection, department: str, limit: int, *, behind: int = 0) -> tuple[dict[str, str], int]:
    """Message id → whistle id of what `department` has not acknowledged, oldest first, of its own only; and the
    place of the last of them, `behind` which to go on."""
    rows = conn.execute(
        select(delivery.c.message_id, delivery.c.whistle_id, delivery.c.seq)
        .where(delivery.c.department == department, delivery.c.channel == "pull")
        .where(delivery.c.state.in_(["waiting", "fetched"]), delivery.c.seq > behind)
        .order_by(delivery.c.seq)
        .limit(limit)
    ).all()
    return {r.message_id: r.whistle_id for r in rows}, rows[-1].seq if rows else behind


def place_of(conn: Connection, department: str, message_id: str) -> int:
    """Where a message of `department` stands among those that it fetches; before all of them where it has none such."""
    query = select(delivery.c.seq).where(
        delivery.c.message_id == message_id,
        delivery.c.channel == "pull",
        delivery.c.department == department,
    )
    return conn.execute(query).scalar_one_or_none() or 0


def mark(
    conn: Connection, channel: str, ids: Iterable[str], state: str, at: datetime, *, department: str
) -> int:
    """Sets the state of `department`'s own deliveries, by message id; returns how many were its own."""
    done_us = to_us(at) if state in ("acknowledged", "sent") else None
    return sum(
        conn.execute(
            update(delivery)
            .where(
                among(delivery.c.message_id, part),
                delivery.c.channel == channel,
                delivery.c.department == department,
                delivery.c.state != "acknowledged",
            )
            .values(state=state, done_us=done_us)
        ).rowcount
        for part in chunks(ids)
    )


def next_webhook(conn: Connection, department: str, now: datetime) -> Row[Any] | None:
    """The oldest webhook delivery of `department` that waits; None where there is none, or while it rests after
    a failure: what came later does not overtake what failed."""
    row = conn.execute(
        select(delivery)
        .where(delivery.c.department == department, delivery.c.channel == "webhook")
        .where(delivery.c.state == "waiting")
        .order_by(delivery.c.seq)
        .limit(1)
    ).first()
    return row if row is not None and _is_due(row, now) else None


def _is_due(row: Row[Any], now: datetime) -> bool:
    return is_due(from_us(row.next_us), now, within=LONGEST_REST)


def try_again(conn: Connection, message_id: str, code: str, at: datetime) -> None:
    """A webhook failed: the next try comes at `at`."""
    conn.execute(
        update(delivery)
        .where(delivery.c.message_id == message_id, delivery.c.channel == "webhook")
        .values(attempts=delivery.c.attempts + 1, next_us=to_us(at), code=code)
    )


def give_up(conn: Connection, message_id: str, code: str, at: datetime) -> None:
    """A webhook was refused for good: `failed`, until somebody sends it again."""
    conn.execute(
        update(delivery)
        .where(delivery.c.message_id == message_id, delivery.c.channel == "webhook")
        .values(state="failed", attempts=delivery.c.attempts + 1, code=code, done_us=to_us(at))
    )


def send_again(conn: Connection, department: str, at: datetime) -> int:
    """Puts what `department`'s webhook refused back on its way, in its old order; returns how many."""
    return conn.execute(
        update(delivery)
        .where(delivery.c.department == department, delivery.c.channel == "webhook")
        .where(delivery.c.state == "failed")
        .values(state="waiting", attempts=0, next_us=to_us(at), code=None, done_us=None)
    ).rowcount


# -- reports and answers ------------------------------------------------------------------------------


def add_reports(conn: Connection, new: Sequence[NewReport]) -> None:
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


def add_answers(conn: Connection, answers: Sequence[NewAnswer], at: datetime) -> None:
    """Queues what sources are to be told; a repeat changes nothing."""
    if not answers:
        return
    numbers = numbering.following(conn, answer, "source", [one.source for one in answers])
    insert(
        conn,
        answer,
        [
            {
                "id": one.id,
                "source": one.source,
                "event_key": one.event_key,
                "body": one.body,
                "state": one.state,
                "attempts": 0,
                "next_us": to_us(at),
                "seq": number,
            }
            for number, one in zip(numbers, answers, strict=True)
        ],
    )


def answers_due(conn: Connection, source: str, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """What `source` is to be told next, in order; of one report never a later answer before an earlier one.

    An answer whose next try is not due yet keeps all behind it waiting, since its source may be away; one that failed
    ASIDE times only those of its own report.
    """
    due: list[Row[Any]] = []
    resting: set[str] = set()
    for r in _waiting_answers(conn, source, limit):
        if len(due) == limit:
            break
        if r.event_key in resting:
            continue
        if _is_due(r, now):
            due.append(r)
        elif r.attempts < ASIDE:
            break
        else:
            resting.add(r.event_key)
    return due


def _waiting_answers(conn: Connection, source: str, portion: int) -> Iterator[Row[Any]]:
    """All of a source, in order, read by portions."""
    behind = -1
    while True:
        rows = conn.execute(
            select(answer)
            .where(answer.c.source == source, answer.c.state == "waiting", answer.c.seq > behind)
            .order_by(answer.c.seq)
            .limit(portion)
        ).all()
        yield from rows
        if len(rows) < portion:
            return
        behind = rows[-1].seq


def settle_answer(
    conn: Connection, id_: str, state: str, receipt: str, next_at: datetime, attempts: int
) -> None:
    """Told, failed for good, or to be tried again at `next_at`."""
    conn.execute(
        update(answer)
        .where(answer.c.id == id_)
        .values(state=state, receipt=receipt[:_RECEIPT], next_us=to_us(next_at), attempts=attempts)
    )


def answer_counts(conn: Connection) -> dict[str, int]:
    """Answers by state."""
    rows = conn.execute(select(answer.c.state, func.count().label("n")).group_by(answer.c.state))
    return {r.state: r.n for r in rows}
