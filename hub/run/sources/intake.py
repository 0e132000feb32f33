"""The intake worker of one source: read → store → normalise → event, and the answers back to it.

Whoever holds the source's lease works on it; every transaction proves the lease again, so a worker
that slept through its end commits nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from hub import ids
from hub.access.vault import DataKey, Vault
from hub.bus import Message
from hub.bus.topics import DEADLETTERS
from hub.clock import Clock
from hub.errors import BadRecord, HeldRecord, TryLater
from hub.intake.revisions import Standing, is_behind
from hub.jsonform import dumps
from hub.model import Arrival, Draft, Event, EventKey, Fate, GridDraft, Mode, Resident
from hub.pipeline import Journey, Parked
from hub.plugin import Adapter, Body, Reads
from hub.run.ground import arrivals, envelope
from hub.run.ground.sealing import seal_attachments, seal_event, seal_resident
from hub.run.ground.seen import Reports
from hub.run.ground.standing import standing_of
from hub.run.ground.trouble import is_of_the_batch
from hub.run.sources.maps import renew_maps
from hub.run.sources.reception import SEALED_AT, Reception, write
from hub.store import attachments, cursors, events, keys, leases, records
from hub.store.engine import Store
from hub.store.outbox import Outbox
from hub.understood import Origin, Understood

log = structlog.get_logger()

LEASES: Final = "intake:"
"""How the names of all leases of intake begin; behind it stands the source."""
ENGINEER: Final = "engineer"
"""Who looks at a record that our code, or a plugin's, failed on."""


@dataclass(slots=True)
class _Batch:
    """What one look at waiting records came to, before it is written."""

    understood: list[Understood] = field(default_factory=list)
    ends: list[records.End] = field(default_factory=list)
    updates: set[str] = field(default_factory=set)
    """Ids of events whose source says they change something it sent before."""
    grids: list[tuple[str, GridDraft]] = field(default_factory=list)


class Intake:
    """One source's worker."""

    def __init__(
        self,
        source: str,
        adapter: Adapter,
        *,
        store: Store,
        outbox: Outbox,
        journey: Journey,
        vault: Vault,
        clock: Clock,
        worker: str,
        lease_s: float,
        batch: int,
        body_limit: int,
        reports: Reports,
    ) -> None:
        """`reports`: where casework of this same process finds what is stored here."""
        self.source: Final = source
        self.adapter = adapter
        self._store, self._outbox, self._journey, self._vault = store, outbox, journey, vault
        self._clock, self._batch, self._reports = clock, batch, reports
        self._lease = leases.Holding(store, f"{LEASES}{source}", worker, timedelta(seconds=lease_s))
        self._held: leases.Lease | None = None
        self._body_limit = body_limit
        self._reception = Reception(source, adapter, vault, body_limit=body_limit)

    def use(self, adapter: Adapter) -> None:
        """From the next page and record on, `adapter` speaks for the source."""
        self.adapter = adapter
        self._reception = Reception(self.source, adapter, self._vault, body_limit=self._body_limit)

    def lease(self) -> leases.Lease | None:
        """The right to work on this source, taken or prolonged; None while another worker has it.

        Under one that was taken anew, people are indexed by the key that stands in the file by then.
        """
        held = self._lease.at(self._clock.now())
        if held is not None and held != self._held:
            self._vault.look_again()
        self._held = held
        return held

    def lost(self) -> None:
        """A transaction was fenced: nothing more is begun on the strength of that lease."""
        self._lease.lost()

    def leave(self) -> None:
        """Lets another worker have the source at once."""
        self._lease.give_back()

    def read(self, held: leases.Lease) -> tuple[int, bool]:
        """Reads and stores one page; (records, whether the next page is wanted at once)."""
        if not isinstance(self.adapter, Reads):
            return 0, False
        with self._store.read() as conn:
            place = cursors.get(conn, self.source)
        page = self.adapter.read(place.cursor)
        if not page.bodies and page.cursor == place.cursor:
            return 0, False
        now = self._clock.now()
        prepared = self._reception.prepare(
            page.bodies, arrival=f"page:{place.pages}", mode=Mode.LIVE, now=now
        )
        with self._store.write() as conn:
            leases.hold(conn, held)
            stored = write(conn, prepared)
            cursors.move(conn, self.source, cursors.Place(page.cursor, place.pages + 1), now)
        return stored, page.more

    def digest(self, held: leases.Lease) -> int:
        """Makes events of the records that wait; returns how many records were read."""
        with self._store.look() as conn:
            waiting = records.waiting(conn, self.source, self._batch)
        if not waiting:
            return 0
        with self._store.look() as conn:
            renew_maps(conn, self._journey)
        data_keys: dict[str, DataKey] = {one.id: one.key for one in waiting if one.key is not None}
        try:
            self._make_events(held, waiting, data_keys)
        except Exception as error:
            if not is_of_the_batch(error):
                raise
            log.warning("intake_batch_failed", source=self.source, error=type(error).__name__)
            self._one_by_one(held, waiting, data_keys)
        return len(waiting)

    def _make_events(
        self,
        held: leases.Lease,
        waiting: Sequence[records.WaitingRecord],
        data_keys: Mapping[str, DataKey],
    ) -> None:
        batch = _Batch()
        drafts = [pair for one in waiting for pair in self._drafts(one, data_keys.get(one.id), batch)]
        keyed = [(self._key(draft), draft, origin) for draft, origin in drafts]
        with self._store.read() as conn:
            standing = standing_of(conn, self._vault, {key for key, _, _ in keyed})
        for key, draft, origin in keyed:
            result = self._journey.understand(draft, origin, standing.get(key))
            self._take(result, draft, origin, batch)
            if isinstance(result, Understood):  # the rest of the batch sees it stand
                standing[key] = _after(result, standing.get(key))
        self._commit(held, batch, data_keys)

    def _one_by_one(
        self,
        held: leases.Lease,
        waiting: Sequence[records.WaitingRecord],
        data_keys: Mapping[str, DataKey],
    ) -> None:
        """The batch again, a record at a time; the one that fails is held for an engineer (B102)."""
        for one in waiting:
            try:
                self._make_events(held, [one], data_keys)
            except Exception as error:
                if not is_of_the_batch(error):
                    raise
                log.warning("record_held", source=self.source, record=one.id, error=type(error).__name__)
                end = records.End(id=one.id, fate=Fate.HELD, code="B102", owner=ENGINEER)
                self._commit(held, _Batch(ends=[end]), data_keys)

    # -- one record ----------------------------------------------------------------------------------

    def _drafts(
        self, one: records.WaitingRecord, key: DataKey | None, batch: _Batch
    ) -> list[tuple[Draft, Origin]]:
        """The reports of a record; what else it holds, and where it ends unread, goes to `batch`."""
        if key is None:
            batch.ends.append(records.End(id=one.id, fate=Fate.DEAD, code="R107"))
            return []
        body = Body(self._vault.open(key, SEALED_AT, one.sealed), one.kind)
        drafts = self._normalise(one, body)
        if isinstance(drafts, records.End):
            batch.ends.append(drafts)
            return []
        origin = Origin(record_id=one.id, source=self.source, mode=one.mode, received_at=one.received_at)
        for grid in (d for d in drafts if isinstance(d, GridDraft)):
            self._take_grid(grid, origin, batch)
        return [(draft, origin) for draft in drafts if not isinstance(draft, GridDraft)]

    def _take_grid(self, grid: GridDraft, origin: Origin, batch: _Batch) -> None:
        refused = self._journey.refuse_grid(grid, self.source)
        if refused is not None:
            batch.ends.append(_parked(origin, refused))
            return
        batch.grids.append((origin.record_id, grid))
        batch.ends.append(records.End(id=origin.record_id, fate=Fate.LINKED, code="grid_version"))

    def _normalise(self, one: records.WaitingRecord, body: Body) -> Sequence[Draft | GridDraft] | records.End:
        """What the adapter makes of a record, or how the record ends where it makes nothing of it."""
        try:
            drafts = tuple(self.adapter.normalise(body, Arrival(one.received_at, one.kind)))
        except HeldRecord as held:
            desk = self._journey.pack.fallback_owner
            return records.End(id=one.id, fate=Fate.HELD, code=held.code, pointer=held.pointer, owner=desk)
        except BadRecord as bad:
            return records.End(id=one.id, fate=Fate.DEAD, code=bad.code, pointer=bad.pointer)
        except TryLater:  # it runs in a process of its own, which is not there: nothing is said of the record
            raise
        except Exception as error:  # foreign code: what comes out is a fate of this record
            log.warning("adapter_failed", source=self.source, record=one.id, error=type(error).__name__)
            return records.End(id=one.id, fate=Fate.HELD, code="R106", owner=ENGINEER)
        return drafts or records.End(id=one.id, fate=Fate.DEAD, code="R108")

    def _key(self, draft: Draft) -> EventKey:
        return ids.event_key(self.source, draft.source_ref, draft.part)

    @staticmethod
    def _take(result: Understood | Parked, draft: Draft, origin: Origin, batch: _Batch) -> None:
        if isinstance(result, Parked):
            batch.ends.append(_parked(origin, result))
            return
        batch.understood.append(result)
        if draft.is_update:
            batch.updates.add(result.event.id)

    # -- one transaction -----------------------------------------------------------------------------

    def _commit(self, held: leases.Lease, batch: _Batch, data_keys: Mapping[str, DataKey]) -> None:
        now = self._clock.now()
        with self._store.write() as conn:
            leases.hold(conn, held)
            known = self._known(conn, batch)
            seen = set(events.versions(conn, (u.event.key for u in batch.understood)))
            fresh = self._sort_out(batch, known, seen)
            events.take_up(conn, (u.event.id for u in fresh if u.event.id in known))
            events.add(conn, [seal_event(self._vault, data_keys[u.event.record_id], u) for u in fresh], seen)
            self._add_residents(conn, [u.resident for u in fresh if u.resident], now)
            if offered := [u for u in fresh if u.attachments]:
                self._want(conn, offered, data_keys, now)
            events.add_grid_versions(conn, [_grid_row(r, g) for r, g in batch.grids])
            records.settle(conn, batch.ends, now)
            records.release(conn, {u.event.key for u in fresh if u.event.id not in batch.updates})
            messages = list(arrivals.messages([u.event for u in fresh], self._journey.pack.district, now))
            messages += [self._dead_letter(end, now) for end in batch.ends if end.fate is Fate.DEAD]
            self._outbox.append(conn, messages, now)
        new = (u for u in fresh if u.event.id not in known)  # what stood already stays as it was stored
        district = self._journey.pack.district
        here = [u for u in new if self._reports.are_asked_for(arrivals.key_of(u.event, district))]
        self._reports.keep((u.event, self._journey.sight(u.event, u.text)) for u in here)

    @staticmethod
    def _known(conn: Connection, batch: _Batch) -> Mapping[str, events.Known]:
        """Events of the batch that stand already. Where one came in a record that is read again, casework may be
        at it: their records stay as they are until commit."""
        wanted = [u.event.id for u in batch.understood]
        known = events.known(conn, wanted)
        again = {one.record_id for one in known.values()} & {u.event.record_id for u in batch.understood}
        if not again:
            return known
        records.lock(conn, again)
        return events.known(conn, wanted)

    def _add_residents(self, conn: Connection, people: Sequence[Resident], now: datetime) -> None:
        known = keys.of(conn, (p.id for p in people))
        new = {p.id: self._vault.new_key(p.id) for p in people if p.id not in known}
        keys.add(conn, list(new.values()))
        sealed = [seal_resident(self._vault, (known | new)[p.id], p) for p in people]
        events.add_residents(conn, sealed, now, new)

    def _want(
        self, conn: Connection, offered: Sequence[Understood], data_keys: Mapping[str, DataKey], now: datetime
    ) -> None:
        """Notes the files that these reports came with; fetching them is `hub.run.sources.attachments`'s."""
        wanted = [
            file for u in offered for file in seal_attachments(self._vault, data_keys[u.event.record_id], u)
        ]
        attachments.add(conn, wanted, now)

    def _sort_out(self, batch: _Batch, known: Mapping[str, events.Known], seen: set[str]) -> list[Understood]:
        """Events to hand on; repeats (N01) and updates before their creation (N03) end or wait instead."""
        fresh: list[Understood] = []
        here: set[str] = set()
        created = seen | {u.event.key for u in batch.understood if u.event.id not in batch.updates}
        for one in batch.understood:
            event = one.event
            stands = known.get(event.id)
            if event.id in here:
                batch.ends.append(_resend(event))
            elif stands is not None and not _failed_before(event, stands):
                batch.ends.append(_repeated(event, stands))
            elif event.id in batch.updates and event.key not in created:
                batch.ends.append(
                    records.End(
                        id=event.record_id,
                        fate=Fate.HELD,
                        code="R302",
                        owner=self._journey.pack.fallback_owner,
                        hold_key=event.key,
                    )
                )
            else:
                here.add(event.id)
                fresh.append(one)
                batch.ends.append(records.End(id=event.record_id, fate=None))
        return fresh

    def _dead_letter(self, end: records.End, now: datetime) -> Message:
        data = {"record_id": end.id, "source": self.source, "code": end.code, "pointer": end.pointer}
        value = envelope.wrap(
            "grid.deadletter.v1", id_=end.id, source=self.source, subject=end.id, at=now, data=data
        )
        return Message(DEADLETTERS, end.id, value)


def _after(one: Understood, before: Standing | None) -> Standing:
    """How a report stands after one more revision of it."""
    if before is None:
        return Standing(event=one.event, text=one.text, resident=one.resident, version=one.event.version)
    if is_behind(one.event.version, one.event.received_at, before):
        return replace(before, resident=one.resident or before.resident)
    return Standing(
        event=one.event,
        text=one.text,
        resident=one.resident or before.resident,
        version=max(one.event.version, before.version),
    )


def _failed_before(event: Event, stands: events.Known) -> bool:
    """Casework failed on it, and its record was put back (`gridplus replay`): it goes to casework again."""
    return stands.record_id == event.record_id and stands.fate is Fate.HELD


def _repeated(event: Event, stands: events.Known) -> records.End:
    """The end of a record whose event is here already: a resend; or, for a record that was put back because
    of another event of its own, what became of this one then."""
    if stands.record_id != event.record_id:
        return _resend(event)
    return records.End(id=event.record_id, fate=stands.fate)


def _resend(event: Event) -> records.End:
    return records.End(id=event.record_id, fate=Fate.LINKED, code="resend")


def _parked(origin: Origin, parked: Parked) -> records.End:
    return records.End(
        id=origin.record_id,
        fate=parked.fate,
        code=parked.code,
        pointer=parked.pointer,
        owner=parked.owner,
        hold_key=parked.hold_key,
        why=parked.why,
    )


def _grid_row(record: str, grid: GridDraft) -> dict[str, object]:
    body = dumps(replace(grid, contact=dict(grid.contact)))
    return {
        "id": f"{grid.kind.value}:{grid.code}:{grid.valid_from.isoformat()}:{ids.digest_of(body)[:8]}",
        "kind": grid.kind.value,
        "code": grid.code,
        "valid_from": grid.valid_from.isoformat(),
        "valid_to": grid.valid_to.isoformat() if grid.valid_to else None,
        "body": body,
        "record_id": record,
    }
