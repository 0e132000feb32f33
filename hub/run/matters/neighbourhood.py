"""What is known around the events of one casework batch, and what the batch adds to it.

Loads everything that link rules may ask for in a handful of queries; matters that did not change since an
earlier batch are taken from memory. Lives as long as one transaction.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection

from hub.access.vault import Vault
from hub.incident.blocks import is_of_place
from hub.incident.sighting import Candidate, Sighting
from hub.incident.ties import Identity, identities
from hub.model import Event, EventKey, EventText, Incident, Mode
from hub.pipeline import Journey
from hub.run.ground.sealing import open_text, texts_of
from hub.run.ground.seen import Matter, Matters
from hub.store import blocks, compared, events, incidents, keys
from hub.store.blocks import Sought

SIGHTINGS: Final = 12
"""Reports of one incident that a new one is compared with: the first and the newest of them; beside them those
whose numbers the batch asks for."""


class _OfAReport(Protocol):
    @property
    def event_key(self) -> EventKey: ...


T = TypeVar("T", bound=_OfAReport)


class Neighbourhood:
    """Matters around a batch: found by its blocks, by the numbers it names, and by what it revises."""

    def __init__(
        self,
        conn: Connection,
        journey: Journey,
        vault: Vault,
        matters: Matters,
        todo: Sequence[tuple[Event, Sighting]],
    ) -> None:
        """`matters`: what the batches before this one saw. `todo`: events with what link rules compare of them."""
        self._conn, self._journey, self._vault, self._matters = conn, journey, vault, matters
        self.sightings: Final = {event.id: sighting for event, sighting in todo}
        self.blocks: Final = {id_: journey.blocks(s) for id_, s in self.sightings.items()}
        self.boxes: Final = {id_: journey.box(s) for id_, s in self.sightings.items()}
        """Where in those blocks each event lies."""
        self._names: Final = {id_: identities(s) for id_, s in self.sightings.items()}
        self._asked: Final = Counter(name for names in self._names.values() for name in names)
        self._by_name: dict[Identity, set[str]] = {}
        self._holders: dict[str, dict[Identity, str]] = {}
        """Incident → number that the batch asks for → a report there that has it."""
        self.incidents: Final[dict[str, Incident]] = {}
        self.reports: Final[dict[str, dict[str, Event]]] = {}
        """Incident → its reports by key, as last told; all of them where the batch revises one of them."""
        self._candidates: dict[str, Candidate] = {}
        self._in_block: dict[str, set[str]] = {}
        self._found_in: dict[str, set[str]] = {}
        """Incident → the blocks in which it is found: `_in_block` the other way round."""
        batch = [event for event, _ in todo]
        self._lock(batch)
        self.links, self.linked = incidents.current_links_counted(conn, {e.key for e in batch})
        """Where the reports of the batch have their place already, and how many links each of them ever had."""
        told = Counter(e.key for e in batch)
        self.newest: Final = events.newest(
            conn, {key for key, n in told.items() if n > 1 or key in self.links}
        )
        self.began: Final = events.modes(conn, {one.link.event_id for one in self.links.values()})
        """How the reports that the batch revises first came in."""
        for name, incident_id, key in incidents.of_names(conn, self._asked):
            self._by_name.setdefault(name, set()).add(incident_id)
            self._holders.setdefault(incident_id, {})[name] = key
        self._read(self._recall(self._near()))

    # -- loading -------------------------------------------------------------------------------------

    def _lock(self, batch: Sequence[Event]) -> None:
        """Two workers that hold neighbouring subdistricts, or reports of one number, meet at these locks."""
        atlas = self._journey.pack.atlas
        near: set[str] = set()
        for e in batch:
            place = e.place
            if (
                place.lon is None
                or place.lat is None
                or atlas.near_border(place.lon, place.lat, 200.0, e.occurred_at.date())
            ):
                near |= set(self.blocks[e.id])
        incidents.lock(self._conn, blocks=near, names=self._asked)

    def _near(self) -> set[str]:
        sought = {
            Sought(key, self.boxes[id_] if is_of_place(key) else None, self._journey.since(sighting, key))
            for id_, sighting in self.sightings.items()
            for key in self.blocks[id_]
        }
        return blocks.near(self._conn, sought).union(self._revised(), *self._by_name.values())

    def _revised(self) -> set[str]:
        return {one.link.incident_id for one in self.links.values()}

    def _recall(self, near: Iterable[str]) -> set[str]:
        """Takes up what was seen before and has not changed since; gives back the others, to be read."""
        revised = self._revised()
        unknown: set[str] = set()
        for id_, version in incidents.versions(self._conn, near).items():
            seen = self._matters.get(id_, version)
            if seen is None or not self._is_enough(seen, id_ in revised):
                unknown.add(id_)
                continue
            self.incidents[id_], self._candidates[id_] = seen.incident, seen.candidate
            self.reports[id_] = dict(seen.reports)
            self._find_in(id_, seen.blocks)
        return unknown

    def _is_enough(self, seen: Matter, is_revised: bool) -> bool:
        if is_revised and len(seen.reports) < seen.incident.event_count:
            return False
        return self._asked_in(seen.incident.id) <= seen.reports.keys()

    def _read(self, ids: Iterable[str]) -> None:
        found = incidents.load(self._conn, ids)
        self.incidents.update(found)
        few = {id_ for id_, one in found.items() if one.event_count <= SIGHTINGS}
        self._read_few(few)
        self._read_many(found.keys() - few)

    def _read_few(self, ids: Iterable[str]) -> None:
        """Matters of which all reports are compared."""
        for id_, told in compared.told(self._conn, ids).items():
            self.reports[id_] = {one.event.key: one.event for one in told}
            self._see(id_, [(one.event, open_text(self._vault, one.key, one.sealed)) for one in told])

    def _read_many(self, ids: Iterable[str]) -> None:
        links = incidents.links_of(self._conn, ids)
        chosen = {i: _first_and_newest(ls, self._asked_in(i)) for i, ls in links.items()}
        revised = self._revised()
        wanted = {i: ls if i in revised else chosen[i] for i, ls in links.items()}
        newest = incidents.latest_events(self._conn, {one.event_key for ls in wanted.values() for one in ls})
        stored = events.load(self._conn, newest.values())
        seen = [stored[newest[one.event_key]] for ls in chosen.values() for one in ls]
        texts = texts_of(self._vault, seen, keys.of(self._conn, {s.event.record_id for s in seen}))
        for id_, ls in chosen.items():
            self.reports[id_] = {one.event_key: stored[newest[one.event_key]].event for one in wanted[id_]}
            told = [self.reports[id_][one.event_key] for one in ls]
            self._see(id_, [(event, texts[event.id]) for event in told])

    def _see(self, id_: str, told: Iterable[tuple[Event, EventText]]) -> None:
        sightings = tuple(self._journey.sight(event, text) for event, text in told)
        self._candidates[id_] = _candidate(self.incidents[id_], sightings)
        self._find_in(id_, {block for one in sightings for block in self._journey.blocks(one)})

    # -- asking --------------------------------------------------------------------------------------

    def around(self, event: Event) -> list[Candidate]:
        """Matters that share a block or a number with the event, in the order of their ids."""
        ids = {i for b in self.blocks[event.id] for i in self._in_block.get(b, ())}
        ids.update(*(self._by_name.get(name, ()) for name in self._names[event.id]))
        return [self._candidates[i] for i in sorted(ids) if i in self._candidates]

    def is_history(self, incident_id: str) -> bool:
        """Whether only back-fills told of the matter, as far as its reports are known here."""
        return all(one.mode is Mode.BACKFILL for one in self.reports[incident_id].values())

    def has_all_reports(self, incident: Incident) -> bool:
        """Whether every report of the matter is known here."""
        return len(self.reports[incident.id]) == incident.event_count

    # -- what the batch adds -------------------------------------------------------------------------

    def add(self, event: Event, incident: Incident) -> None:
        """The report is a part of its incident from here on, in the place of an earlier revision of it."""
        earlier = self._candidates.get(incident.id)
        self._name(event, incident.id)
        sightings = _with(
            earlier.sightings if earlier else (), self.sightings[event.id], self._asked_in(incident.id)
        )
        self._candidates[incident.id] = _candidate(incident, sightings)
        self.reports.setdefault(incident.id, {})[event.key] = event
        self._find_in(incident.id, self.blocks[event.id])

    def _name(self, event: Event, id_: str) -> None:
        """From here on the incident is found by the numbers of this report too."""
        for name in self._names[event.id]:
            self._by_name.setdefault(name, set()).add(id_)
            if self._asked[name] > 1:
                self._holders.setdefault(id_, {}).setdefault(name, event.key)

    def _asked_in(self, id_: str) -> set[str]:
        """Reports of the incident that the batch asks for by number."""
        return set(self._holders.get(id_, {}).values())

    def _find_in(self, id_: str, blocks: Iterable[str]) -> None:
        """From here on the incident is found in these blocks too."""
        self._found_in.setdefault(id_, set()).update(blocks)
        for block in blocks:
            self._in_block.setdefault(block, set()).add(id_)

    def matters(self) -> list[Matter]:
        """All of it, for the batches after this one once this one holds."""
        return [self._matter(id_, candidate) for id_, candidate in self._candidates.items()]

    def _matter(self, id_: str, candidate: Candidate) -> Matter:
        if len(candidate.sightings) > SIGHTINGS:  # the next batch asks for others
            candidate = replace(candidate, sightings=tuple(_first_and_newest(candidate.sightings)))
        return Matter(
            incident=self.incidents[id_],
            candidate=candidate,
            reports=self._compared(id_, candidate),
            blocks=frozenset(self._found_in[id_]),
        )

    def _compared(self, id_: str, candidate: Candidate) -> Mapping[str, Event]:
        told = self.reports[id_]
        if len(told) == len(candidate.sightings):
            return told
        return {s.event_key: told[s.event_key] for s in candidate.sightings}


def _candidate(incident: Incident, sightings: tuple[Sighting, ...]) -> Candidate:
    return Candidate(
        incident_id=incident.id,
        state=incident.state,
        opened_at=incident.opened_at,
        last_reported_at=incident.last_reported_at,
        closed_at=incident.closed_at,
        sightings=sightings,
    )


def _with(sightings: tuple[Sighting, ...], new: Sighting, asked: Collection[str]) -> tuple[Sighting, ...]:
    """`new` in the place of an earlier revision of the same report, else as the last."""
    if any(one.event_key == new.event_key for one in sightings):
        return tuple(new if one.event_key == new.event_key else one for one in sightings)
    return tuple(_first_and_newest((*sightings, new), asked))


def _first_and_newest(many: Sequence[T], asked: Collection[str] = ()) -> Sequence[T]:
    """The first and the newest of `many` reports, and between them those that are asked for."""
    newest = len(many) - (SIGHTINGS - 1)
    if newest <= 1:
        return many
    return [one for at, one in enumerate(many) if at == 0 or at >= newest or one.event_key in asked]
