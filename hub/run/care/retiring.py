"""What the pack's retention lets go: words and people lose their key and their bytes; fates and account stay.

What was sent loses its key at once, and with it all meaning; on PostgreSQL its bytes go with their month.

A portion at a time, in the caller's transaction. A record, a department's report or a resident that a
whistle without an end still needs is kept until it has one, and so is what waits at the desk. The audit holds no value and is never let go.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    update,
)

from hub import ids
from hub.clock import SHANGHAI, day_of
from hub.model import EventKey, IncidentState, Mode
from hub.pack.manifest import Retention
from hub.store import attachments, entered, keys, records, retired
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.tables import (
    body,
    card,
    contact,
    data_key,
    event,
    evidence,
    fallback,
    incident,
    link,
    measure,
    record,
    report,
    resident,
    whistle,
)
from hub.whistle.lifecycle import OVER

PORTION: Final = 500
_OVER: Final = tuple(sorted(one.value for one in OVER))
_SAID: Final = ((card, "issued_us"), (measure, "opened_us"), (contact, "made_us"))
"""What departments said beside their reports, and since when it stands there."""


@dataclass(frozen=True, slots=True)
class Retired:
    """How many were let go, or would be."""

    records: int
    reports: int
    residents: int
    evidence: int = 0
    """Whistles whose evidence it was."""

    def __bool__(self) -> bool:
        """Whether there was anything, so that there may be more."""
        return any(astuple(self))


def due(conn: Connection, kept: Retention, now: datetime) -> Retired:
    """What is past its time now; nothing is changed."""
    return Retired(**{kind: sum(months.values()) for kind, months in due_by_month(conn, kept, now).items()})


def due_by_month(conn: Connection, kept: Retention, now: datetime) -> dict[str, dict[str, int]]:
    """Kind → month in Asia/Shanghai (2026-03) → how many of that month are past their time now, as `retire` finds them;
    nothing is changed."""
    before_us = to_us(now - kept.records)
    said = (_reports(before_us), *(_words(table, moment, before_us) for table, moment in _SAID))
    return {
        "records": _months(_moments(conn, _records(before_us))),
        "reports": _months(us for query in said for us in _moments(conn, query)),
        "residents": _months(us for _, us in _residents(conn, to_us(now - kept.residents))),
        "evidence": _months(_moments(conn, _shown(before_us))),
    }


def _moments(conn: Connection, query: Select[str, int]) -> Iterator[int]:
    for _, us in conn.execute(query.execution_options(yield_per=PORTION)):
        yield us


def _months(moments: Iterable[int]) -> dict[str, int]:
    counted = Counter(from_us(us).astimezone(SHANGHAI).strftime("%Y-%m") for us in moments)
    return dict(sorted(counted.items()))


def retire(conn: Connection, kept: Retention, now: datetime, forget: Callable[[str], None]) -> Retired:
    """Lets go one portion of each; nothing was left where it says 0. `forget` drops a subject's key from memory."""
    found = conn.execute(_records(to_us(now - kept.records)).limit(PORTION)).all()
    old = [r.record_id for r in found]
    answered = list(conn.execute(_reports(to_us(now - kept.records)).limit(PORTION)).scalars())
    words = {
        table: list(conn.execute(_words(table, moment, to_us(now - kept.records)).limit(PORTION)).scalars())
        for table, moment in _SAID
    }
    people = [id_ for id_, _ in islice(_residents(conn, to_us(now - kept.residents)), PORTION)]
    shown = list(conn.execute(_shown(to_us(now - kept.records)).limit(PORTION)).scalars())
    let_go_records(conn, {r.record_id: r.received_us for r in found})
    let_go_words(conn, {report: answered, **words})
    let_go_residents(conn, people)
    entered.forget(conn, now - kept.records)
    keys.destroy(conn, shown)
    conn.execute(update(evidence).where(evidence.c.whistle_id.in_(shown)).values(sealed=b""))
    said = [*answered, *chain.from_iterable(words.values())]
    for subject in (*old, *said, *people, *shown):
        forget(subject)
    gone = Retired(len(old), len(said), len(people), len(shown))
    retired.count(conn, day_of(now), asdict(gone))
    return gone


def let_go_records(conn: Connection, received_us: Mapping[str, int]) -> None:
    """Records (→ when they came) lose their key, their words, their files and, but on PostgreSQL, their bytes."""
    old = list(received_us)
    keys.destroy(conn, old)
    if old and conn.dialect.name != "postgresql":
        conn.execute(
            delete(body)
            .where(body.c.received_us.between(min(received_us.values()), max(received_us.values())))
            .where(body.c.record_id.in_(old))
        )
    conn.execute(update(event).where(event.c.record_id.in_(old)).values(sealed=b""))
    attachments.forget(conn, old)


def let_go_words(conn: Connection, said: Mapping[Table, Sequence[str]]) -> None:
    """What departments said in these rows of reports, cards, measures and contacts."""
    keys.destroy(conn, chain.from_iterable(said.values()))
    for table, some in said.items():
        gone: dict[str, Any] = {"sealed": b"", **({"digest": ""} if table in (report, contact) else {})}
        conn.execute(update(table).where(table.c.id.in_(some)).values(**gone))


def let_go_residents(conn: Connection, people: Sequence[str]) -> None:
    """Requesters lose their key and their row."""
    keys.destroy(conn, people)
    conn.execute(delete(resident).where(resident.c.id.in_(people)))


def needed_among(conn: Connection, event_keys: Sequence[str]) -> frozenset[str]:
    """Those of these reports whose matter needs words, or whose record has no fate yet."""
    linked = select(link.c.event_key).where(
        among(link.c.event_key, event_keys), link.c.undone_us.is_(None), _is_needed()
    )
    unsettled = (
        select(event.c.key)
        .join(record, record.c.id == event.c.record_id)
        .where(among(event.c.key, event_keys), record.c.stage != records.SETTLED)
    )
    return frozenset((*conn.execute(linked).scalars(), *conn.execute(unsettled).scalars()))


def _is_open() -> ColumnElement[bool]:
    return whistle.c.state.not_in(_OVER)


def _is_needed() -> ColumnElement[bool]:
    """Whether the matter of a link still needs words: a whistle is open for it, it waits at the desk, or it is
    open and was told live: with nobody at it, that is a fault (D113)."""
    called = exists().where(whistle.c.incident_id == link.c.incident_id)
    waits = exists().where(fallback.c.incident_id == link.c.incident_id, fallback.c.resolved_us.is_(None))
    is_open = exists().where(
        incident.c.id == link.c.incident_id, incident.c.state == IncidentState.OPEN.value
    )
    joined, sent = event.alias(), record.alias()
    told = exists().where(
        joined.c.id == link.c.event_id, sent.c.id == joined.c.record_id, sent.c.mode == Mode.LIVE.value
    )
    return or_(called.where(_is_open()), waits, and_(is_open, told))


def _records(before_us: int) -> Select[str, int]:
    """Settled records received before that, whose matter needs no words any more; oldest first."""
    needed = (
        exists()
        .where(event.c.record_id == record.c.id, link.c.event_key == event.c.key, link.c.undone_us.is_(None))
        .where(_is_needed())
        .correlate(record)
    )
    return (
        select(body.c.record_id, body.c.received_us)
        .join(record, record.c.id == body.c.record_id)
        .join(data_key, data_key.c.subject == body.c.record_id)  # without one it was let go before
        .where(body.c.received_us < before_us, record.c.stage == records.SETTLED, ~needed)
        .order_by(body.c.received_us)
    )


def _reports(before_us: int) -> Select[str, int]:
    """Departments' reports made before that, on whistles that have ended."""
    ended = exists().where(whistle.c.id == report.c.whistle_id, ~_is_open())
    return select(report.c.id, report.c.reported_us).where(
        report.c.reported_us < before_us, report.c.sealed != b"", ended
    )


def _words(table: Table, moment: str, before_us: int) -> Select[str, int]:
    """Appeals of cards, answers to measures, and words to requesters, of before that, on whistles that have ended."""
    ended = exists().where(whistle.c.id == table.c.whistle_id, ~_is_open())
    return select(table.c.id, table.c[moment]).where(
        table.c[moment] < before_us, table.c.sealed != b"", ended
    )


def _shown(before_us: int) -> Select[str, int]:
    """Whistles that have ended, and whose evidence was all handed in before that. What it looked like stays known:
    an old photo is an old one (N80)."""
    newer = evidence.alias()
    ended = exists().where(whistle.c.id == evidence.c.whistle_id, ~_is_open())
    goes_on = exists().where(newer.c.whistle_id == evidence.c.whistle_id, newer.c.made_us >= before_us)
    return (
        select(evidence.c.whistle_id, func.max(evidence.c.made_us))
        .where(evidence.c.made_us < before_us, text("length(evidence.sealed) > 0"), ended, ~goes_on)
        .group_by(evidence.c.whistle_id)
    )


def _residents(conn: Connection, before_us: int) -> Iterator[tuple[str, int]]:
    """Residents last told of before that and when, without those who reported a matter that still needs them."""
    needed = _needed(conn)
    query = (
        select(resident.c.id, resident.c.updated_us)
        .where(resident.c.updated_us < before_us)
        .order_by(resident.c.updated_us)
    )
    for id_, us in conn.execute(query.execution_options(yield_per=PORTION)):
        if id_ not in needed:
            yield id_, us


def _needed(conn: Connection) -> frozenset[str]:
    """Residents of all matters that need words: each report has one of its own."""
    reported = conn.execute(
        select(link.c.event_key).where(link.c.undone_us.is_(None), _is_needed())
    ).scalars()
    return frozenset(ids.resident_id(EventKey(key)) for key in reported)
