"""A district's past: many incidents that are stored before a bench begins, in the same area and categories.

Each is told by one report, made of one that the bench will offer: somewhat elsewhere, and up to a year ago.
One of ten is open. They call nobody, and stand in the store as the hub itself would have put them there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from hub import ids
from hub.access.vault import DataKey
from hub.errors import BadRecord, HeldRecord
from hub.incident.blocks import CELL_DEG, is_of_place
from hub.incident.sighting import Sighting
from hub.jsonform import dumps
from hub.model import (
    Arrival,
    Draft,
    Event,
    Fate,
    Incident,
    IncidentState,
    Link,
    Mode,
    Reason,
    Verdict,
)
from hub.pipeline import opened_by
from hub.plugin import Body
from hub.run.assembly import Assembly
from hub.run.ground.sealing import seal_event
from hub.run.sources.reception import SEALED_AT
from hub.store import blocks, events, incidents, keys, records
from hub.store.blocks import Entry
from hub.store.engine import Store
from hub.understood import Origin, Understood

_PORTION: Final = 500
_SAMPLE: Final = 400
"""Bodies of each source that past reports are made of."""
_YEAR_S: Final = 365 * 86_400
_OPEN: Final = 0.1


def preload(hub: Assembly, bodies: Mapping[str, Sequence[Body]], number: int, seed: int) -> None:
    """Stores `number` incidents. The same for the same bodies and seed, but for the keys that seal them."""
    dice = Random(seed)  # noqa: S311 a seeded past
    told = list(_understood(hub, bodies))
    now = hub.clock.now()
    for first in range(0, number, _PORTION):
        numbers = range(first, min(first + _PORTION, number))
        _store(hub, [_past(told[n % len(told)], n, now, dice) for n in numbers], dice)
    _settle(hub.store)


def _settle(store: Store) -> None:
    """PostgreSQL goes over all that was written at once now, and not while the cost of an event is measured."""
    if store.is_postgresql:
        with store.look() as conn:
            conn.exec_driver_sql("VACUUM ANALYZE")
            conn.exec_driver_sql("CHECKPOINT")


def _understood(hub: Assembly, bodies: Mapping[str, Sequence[Body]]) -> Iterator[Understood]:
    now = hub.clock.now()
    for source, some in bodies.items():
        for body in some[:_SAMPLE]:
            origin = Origin(
                record_id=ids.record_id(source, "past", 0), source=source, mode=Mode.LIVE, received_at=now
            )
            for draft in _drafts(hub, source, body, now):
                one = hub.journey.understand(draft, origin)
                if isinstance(one, Understood):
                    yield one


def _drafts(hub: Assembly, source: str, body: Body, now: datetime) -> list[Draft]:
    try:
        drafts = hub.adapter(source).normalise(body, Arrival(now, body.kind))
    except (BadRecord, HeldRecord):
        return []
    return [one for one in drafts if isinstance(one, Draft)]


def _past(one: Understood, number: int, now: datetime, dice: Random) -> Understood:
    """The same report of another matter: other numbers, up to a year ago, at most two cells away."""
    at = now - timedelta(seconds=dice.uniform(0, _YEAR_S))
    event, ref = one.event, f"past-{number}"
    key = ids.event_key(event.source, ref, "")
    place = event.place
    if place.lon is not None and place.lat is not None:
        east, north = (dice.uniform(-2, 2) * CELL_DEG for _ in range(2))
        place = replace(place, lon=place.lon + east, lat=place.lat + north, address_id="")
    past = replace(
        event,
        id=ids.event_id(key, ""),
        key=key,
        record_id=ids.record_id(event.source, "past", number),
        source_ref=ref,
        aliases=(),
        same_as=(),
        device_ref=f"{event.device_ref}-{number}" if event.device_ref else "",
        occurred_at=at,
        reported_at=at,
        received_at=at,
        requester=None,
        place=place,
    )
    return replace(one, event=past, body=dumps(past), resident=None)


def _store(hub: Assembly, past: Sequence[Understood], dice: Random) -> None:
    data_keys = {one.event.record_id: hub.vault.new_key(one.event.record_id) for one in past}
    opened = [(one, _incident(one.event, dice)) for one in past]
    now = hub.clock.now()
    with hub.store.write() as conn:
        keys.add(conn, list(data_keys.values()))
        records.add(conn, [_record(hub, one.event, data_keys[one.event.record_id]) for one in past])
        records.settle(conn, [records.End(id=one.event.record_id, fate=Fate.PUBLISHED) for one in past], now)
        events.add(conn, [seal_event(hub.vault, data_keys[one.event.record_id], one) for one in past])
        events.settle(conn, {one.event.id: (Fate.PUBLISHED, "opened") for one in past})
        incidents.add(conn, [incident for _, incident in opened], now)
        incidents.add_links(conn, [_link(one.event, incident) for one, incident in opened])
        entries = {
            at: entry
            for one, incident in opened
            for at, entry in _entries(hub, hub.journey.sight(one.event, one.text), incident)
        }
        new: dict[str, Incident] = {incident.id: incident for _, incident in opened}
        blocks.put(conn, entries, new, new)


def _entries(
    hub: Assembly, sighting: Sighting, incident: Incident
) -> Iterator[tuple[tuple[str, str], Entry]]:
    box = hub.journey.box(sighting)
    for key in hub.journey.blocks(sighting):
        yield (key, incident.id), Entry(incident.last_reported_at, box if is_of_place(key) else None)


def _incident(event: Event, dice: Random) -> Incident:
    incident = opened_by(event, recurrence_of=None)
    if dice.random() < _OPEN:
        return incident
    return replace(incident, state=IncidentState.CLOSED, closed_at=event.received_at + timedelta(days=2))


def _record(hub: Assembly, event: Event, key: DataKey) -> records.NewRecord:
    """A record with a body of no use: nothing reads it again."""
    return records.NewRecord(
        id=event.record_id,
        source=event.source,
        received_at=event.received_at,
        kind="",
        mode=event.mode,
        size=0,
        digest=ids.digest_of(event.record_id),
        dropped=(),
        sealed=hub.vault.seal(key, SEALED_AT, b"x" * 800),
    )


def _link(event: Event, incident: Incident) -> incidents.CurrentLink:
    link = Link(
        event_id=event.id,
        incident_id=incident.id,
        verdict=Verdict.SAME,
        reasons=(Reason("opened"),),
        linked_at=event.received_at,
        linked_by="rule",
    )
    return incidents.CurrentLink(event_key=event.key, seq=0, link=link)
