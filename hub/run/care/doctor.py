"""What is silently wrong: every fault that would otherwise only be missed (invariant 8)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.util import find_spec
from typing import Any, Final

import orjson
from sqlalchemy import Connection, and_, func, or_, select, text

from hub.clock import SHANGHAI, day_of
from hub.errors import HubError
from hub.jsonform import plain
from hub.model import UNMAPPED, Fate, Handling, IncidentState, Role
from hub.pack import Pack
from hub.run.care import conservation
from hub.run.care.conservation import Side
from hub.run.care.reconciled import FACT as RECONCILED
from hub.run.care.reconciled import last_run
from hub.run.care.silence import is_silent
from hub.run.dossier.registering import AUDIT_NOT_ANCHORED, NOT_ANCHORED
from hub.run.ground.pressure import PRESSED
from hub.run.ground.timekeeping import JUMPED, LEAST, TOLD_FOR
from hub.run.ground.timekeeping import read as read_jump
from hub.run.matters import oncall
from hub.store import (
    attachments,
    contracts,
    deferrals,
    emergencies,
    facts,
    measures,
    months,
    outbox,
    records,
    sources,
    turns,
    whistles,
)
from hub.store.moments import from_us, to_us
from hub.store.tables import (
    delivery,
    dossier_head,
    event,
    fallback,
    incident,
    link,
    overdue,
    record,
    step,
    whistle,
)
from hub.store.tables.dossier import UNFILED
from hub.whistle.lifecycle import ACTIVE

SETTLED_WITHIN: Final = timedelta(minutes=5)
"""A record without a fate after this is a fault, not work in progress."""
FETCHED_WITHIN: Final = timedelta(hours=4)
FILES_WITHIN: Final = timedelta(hours=1)
"""A file that was not fetched after this is none that is on its way: links are good for half an hour."""
FILED_WITHIN: Final = timedelta(minutes=10)
"""A move that stands in no dossier after this: nobody puts anything there."""
DECIDED_WITHIN: Final = timedelta(days=2)
_LINKS_LOOKED_BACK: Final = timedelta(days=1)
RECONCILED_WITHIN: Final = timedelta(hours=36)
"""It runs each night; one night may be missed."""
_VOID_TOLD: Final = timedelta(days=7)
"""Cards that became void are told of for so long."""
CALENDAR_AHEAD: Final = timedelta(days=45)
_BACKLOG: Final = 10_000
_COUNTED: Final = 1_000_000
"""Records on their way that are counted at most."""
_TRIED_LONG: Final = 32
"""So often is a webhook called in `FETCHED_WITHIN`, with rests of up to ten minutes."""


@dataclass(frozen=True, slots=True)
class Doctor:
    """Looks at one store with one pack, at one moment. `configured`: sources that ought to speak."""

    pack: Pack
    configured: tuple[str, ...]
    now: datetime
    sides: tuple[Side, ...] = ()
    """What our groups have still to read; empty where the bus was not asked."""
    anchored: bool = True
    """Whether heads of dossiers are written anywhere outside of the database."""
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the settings say of each source."""

    def findings(self, conn: Connection) -> list[HubError]:
        """Every fault, worst first; each with its next step in the catalogue."""
        return [
            *self._conservation(conn),
            *self._adapters(conn),
            *self._clock(conn),
            *self._pressed(conn),
            *self._silence(conn),
            *self._queues(conn),
            *_forgotten(conn),
            *self._returns(conn),
            *self._overdue(conn),
            *self._supervision(conn),
            *self._emergencies(conn),
            *self._deliveries(conn),
            *oncall.findings(conn, self.pack, self.now),
            *self._attachments(conn),
            *self._dossiers(conn),
            *self._contracts(conn),
            *self._changed_contracts(conn),
            *self._reconciled(conn),
            *self._calendar(),
            *_libraries(),
        ]

    def _conservation(self, conn: Connection) -> Iterator[HubError]:
        lost = records.unsettled_before(conn, self.now - SETTLED_WITHIN)
        if lost:
            yield HubError("D102", count=len(lost), first=lost[0])
        yield from self._hours(conn)
        if gone := conservation.without_record(conn):
            yield HubError("D142", count=len(gone), first=gone[0])
        if away := months.missing(conn, self.now):
            yield HubError("D148", tables=", ".join(away))
        for side in self.sides:
            if side.unread < 0:
                yield HubError("D143", group=side.group, topic=side.topic, count=-side.unread)

    def _hours(self, conn: Connection) -> Iterator[HubError]:
        """Received against fates, per source and hour."""
        since = self.now - conservation.LOOKED_BACK
        wrong = [one for one in conservation.hours(conn, self.pack.sources, since) if one.difference]
        if not wrong:
            return
        first = conservation.astray(conn, self.pack.sources, since)[0]
        for one in wrong:
            hour = plain(one.begins_at.astimezone(SHANGHAI))
            yield HubError("D141", source=one.source, hour=hour, count=one.difference, first=first)

    def _adapters(self, conn: Connection) -> Iterator[HubError]:
        for one in sources.states(conn):
            if one.state not in ("running", "checking"):
                yield HubError("D106", source=one.source, state=one.state, why=one.code)

    def _clock(self, conn: Connection) -> Iterator[HubError]:
        """A clock that was put forward or back, and what was stored while it was ahead."""
        if (fact := facts.get(conn, JUMPED)) is not None:
            at, by_s = read_jump(fact)
            if abs(self.now - at) < TOLD_FOR:
                yield HubError("D146", by_s=by_s, at=plain(at.astimezone(SHANGHAI)))
        for source, last in sources.last_heard(conn).items():
            if last > self.now + LEAST:
                yield HubError("D147", source=source, ahead_s=int((last - self.now).total_seconds()))

    def _pressed(self, conn: Connection) -> Iterator[HubError]:
        for source in sorted(facts.under(conn, PRESSED)):
            if waiting := records.on_their_way(conn, source, _COUNTED):
                yield HubError("D145", source=source, count=waiting)

    def _silence(self, conn: Connection) -> Iterator[HubError]:
        heard = sources.last_heard(conn)
        for source in self.configured:
            last = heard.get(source)
            if is_silent(self.pack.sources[source], self.settings.get(source, {}), last, self.now):
                age_s = int((self.now - last).total_seconds()) if last else -1
                yield HubError("D101", source=source, age_s=age_s)

    def _queues(self, conn: Connection) -> Iterator[HubError]:
        waiting = conn.execute(
            select(func.count()).select_from(fallback).where(fallback.c.resolved_us.is_(None))
        ).scalar_one()
        if waiting:
            yield HubError("D103", count=waiting)
        unmapped = conn.execute(
            select(func.count()).select_from(incident).where(incident.c.category == UNMAPPED)
        ).scalar_one()
        if unmapped:
            yield HubError("D104", count=unmapped)
        held, oldest = conn.execute(
            select(func.count(), func.min(record.c.received_us)).where(record.c.fate == Fate.HELD.value)
        ).one()
        if held:
            yield HubError("D111", count=held, age_s=int((self.now - from_us(oldest)).total_seconds()))
        backlog = outbox.waiting(conn)
        if backlog > _BACKLOG:
            yield HubError("D107", count=backlog)
        for side in self.sides:
            if side.unread > _BACKLOG:
                yield HubError("D144", group=side.group, topic=side.topic, count=side.unread)

    def _returns(self, conn: Connection) -> Iterator[HubError]:
        """Those of assisting departments too, which no matter waits at the desk for."""
        late = whistles.unsettled_since(conn, self.now - timedelta(seconds=self.pack.fallback_s))
        if late:
            yield HubError("D149", count=len(late), first=late[0])

    def _overdue(self, conn: Connection) -> Iterator[HubError]:
        steps = conn.execute(select(func.count()).where(overdue.c.excused == "")).scalar_one()
        if steps:
            yield HubError("D112", count=steps)

    def _supervision(self, conn: Connection) -> Iterator[HubError]:
        count, first = turns.void_since(conn, self.now - _VOID_TOLD)
        if count:
            yield HubError("D158", count=count, first=first)
        for number, example in (
            measures.unanswered(conn, self.now),
            deferrals.unreviewed(conn, self.now),
        ):
            if number:
                yield HubError("D159", count=number, first=example)

    def _emergencies(self, conn: Connection) -> Iterator[HubError]:
        number, first = emergencies.overdue(conn, self.now)
        if number:
            yield HubError("A449", count=number, first=first)

    def _deliveries(self, conn: Connection) -> Iterator[HubError]:
        rows = conn.execute(
            select(delivery.c.department, func.count().label("n"))
            .where(delivery.c.state.in_(["waiting", "fetched"]))
            .where(
                or_(delivery.c.next_us < to_us(self.now - FETCHED_WITHIN), delivery.c.attempts >= _TRIED_LONG)
            )
            .group_by(delivery.c.department)
        )
        for r in rows:
            yield HubError("D108", department=r.department, count=r.n)
        yield from self._refused(conn)

    def _refused(self, conn: Connection) -> Iterator[HubError]:
        rows = conn.execute(
            select(delivery.c.department, delivery.c.code, func.count().label("n"))
            .where(delivery.c.state == "failed")
            .group_by(delivery.c.department, delivery.c.code)
            .order_by(delivery.c.department)
        )
        for r in rows:
            yield HubError("D114", department=r.department, count=r.n, why=r.code)

    def _attachments(self, conn: Connection) -> Iterator[HubError]:
        for source, count in attachments.unfetched_before(conn, self.now - FILES_WITHIN).items():
            yield HubError("D151", source=source, count=count)
        for source, count in attachments.unfollowed_since(conn, self.now - _LINKS_LOOKED_BACK).items():
            yield HubError("D152", source=source, count=count)
        if undecided := attachments.undecided_before(conn, self.now - DECIDED_WITHIN):
            yield HubError("D153", count=undecided)

    def _dossiers(self, conn: Connection) -> Iterator[HubError]:
        if not self.anchored and conn.execute(select(dossier_head.c.whistle_id).limit(1)).first():
            yield HubError("D160")
        before_us = to_us(self.now - FILED_WITHIN)
        late = conn.execute(
            select(func.count()).select_from(step).where(text(UNFILED["step"]), step.c.made_us < before_us)
        ).scalar_one()
        if late:
            yield HubError("D161", count=late)
        for name, code in ((NOT_ANCHORED, "D162"), (AUDIT_NOT_ANCHORED, "D163")):
            if (fact := facts.get(conn, name)) is not None:
                count, first = orjson.loads(fact)
                yield HubError(code, count=count, first=first)

    def _contracts(self, conn: Connection) -> Iterator[HubError]:
        """Only once there was enough to match: a young hub has silent contracts of course."""
        blown = conn.execute(select(func.count()).select_from(whistle)).scalar_one()
        if blown < 50 * len(self.pack.contracts):
            return
        called = set(conn.execute(select(whistle.c.department).distinct()).scalars())
        for one in self.pack.contracts_on(day_of(self.now)):
            if one.department not in called:
                yield HubError("D109", contract=one.id)

    def _changed_contracts(self, conn: Connection) -> Iterator[HubError]:
        """Whistles go by the version as it was first used: a change under the same number reaches none."""
        for contract in contracts.changed(conn, self.pack.contracts):
            yield HubError("D121", contract=contract)

    def _reconciled(self, conn: Connection) -> Iterator[HubError]:
        """What the last comparison of both sides left; and that there was none for long, where there ever was one."""
        if (fact := facts.get(conn, RECONCILED)) is None:
            return
        found = last_run(fact)
        on = plain(found.at.astimezone(SHANGHAI))
        if found.left:
            yield HubError("D150", count=sum(found.left.values()), at=on, kinds=", ".join(sorted(found.left)))
        if self.now - found.at > RECONCILED_WITHIN:
            yield HubError("D154", at=on)

    def _calendar(self) -> Iterator[HubError]:
        until = self.pack.calendar.covers_to
        if day_of(self.now + CALENDAR_AHEAD) > until:
            yield HubError("D105", until=until.isoformat())


def _forgotten(conn: Connection) -> Iterator[HubError]:
    """Open matters that nobody leads and that wait nowhere; what only back-fills tell of calls nobody (N78), and neither
    does what is dealt with elsewhere, or a drill."""
    led = select(whistle.c.id).where(
        whistle.c.incident_id == incident.c.id,
        whistle.c.role == Role.LEAD.value,
        whistle.c.state.in_([state.value for state in ACTIVE]),
    )
    waits = select(fallback.c.incident_id).where(
        fallback.c.incident_id == incident.c.id, fallback.c.resolved_us.is_(None)
    )
    is_ours = incident.c.handling == Handling.CALL.value
    is_emergency = and_(
        incident.c.handling == Handling.ELSEWHERE.value, incident.c.body.like('%"urgency":"critical"%')
    )
    # Bodies are JSON of ours: a source's word stands in it with its quotes escaped, so this can only be the mode.
    told = (
        select(link.c.event_key)
        .join(event, event.c.id == link.c.event_id)
        .where(link.c.incident_id == incident.c.id, link.c.undone_us.is_(None))
        .where(event.c.body.not_like('%"mode":"backfill"%'))
    )
    count, first = conn.execute(
        select(func.count(), func.min(incident.c.id))
        .where(incident.c.state == IncidentState.OPEN.value)
        .where(~led.exists(), ~waits.exists(), told.exists(), or_(is_ours, is_emergency))
    ).one()
    if count:
        yield HubError("D113", count=count, first=first)


def _libraries() -> Iterator[HubError]:
    """kafka-python without its extras works, 5–24 times slower (libraries.md § 2)."""
    for extra in ("crc32c", "lz4"):
        if find_spec(extra) is None:
            yield HubError("D110", extra=extra)
