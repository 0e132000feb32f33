"""What of its matter a department may be shown through one of its whistles now, before any grant is asked.

May hold which reports, in which revision, and which of their files; by how much a state opens (`hub.whistle.sight`),
and that 被诉单位 is shown none of it (domain.md 2.5).
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection

from hub.errors import Refused
from hub.intake.revisions import Revision, newest
from hub.model import Attachment, DepartmentId, Whistle
from hub.run.exits.concern import accused_in
from hub.run.exits.linked import stored_of
from hub.store import events, incidents, steps
from hub.store.events import StoredEvent
from hub.store.moments import to_us
from hub.whistle.sight import OF_THE_MATTER, SIGHT, Sight, last_done_at

_OF_THE_MATTER: Final = ("event.", "incident.", "dossier.links/", "dossier.answers/", "dossier.emergencies/")
"""What a dossier tells of the matter; the rest is the whistle's own."""
_REPORTS: Final = ("dossier.links/report", "dossier.answers/report")


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """How far one department sees into one matter."""

    sight: Sight
    is_accused: bool
    shown: tuple[StoredEvent, ...]
    """Of each report that it may see, the newest revision that it may see."""
    later: frozenset[str] = frozenset()
    """Keys of those that were told of again since: their requester is kept as they are told of last, and is not shown."""
    revisions: frozenset[str] = frozenset()
    """Ids of the revisions that it may see, where it may not see all."""

    @property
    def is_of_the_matter(self) -> bool:
        """Whether more is open than which whistle it is."""
        return self.sight in OF_THE_MATTER

    def holds(self, file: Attachment) -> bool:
        """Whether the file came with what it may see."""
        return self.sight is Sight.ALL or file.event_id in self.revisions

    def opens(self, name: str, said: Mapping[str, Any]) -> bool:
        """Whether a field of an entry of its dossier, which says `said`, may go out. What it did itself stays open."""
        if self.is_accused:
            return name == "whistle.id"
        if self.sight is Sight.ALL or not name.startswith(_OF_THE_MATTER):
            return True
        if self.sight is Sight.WHICH:
            return False
        if "event.id" in said:
            return said["event.id"] in self.revisions
        reports = [said[field] for field in _REPORTS if field in said]
        return {one.event.key for one in self.shown}.issuperset(reports)


def insight(conn: Connection, whistle: Whistle) -> Insight:
    """What `whistle.department` may be shown of the matter. Raises Refused W103 where it was never called."""
    sight = SIGHT[whistle.state]
    if sight is Sight.NONE:
        raise Refused("W103")
    linked = tuple(stored_of(conn, whistle.incident_id))
    is_accused = whistle.department in accused_in(one.event for one in linked)
    told = Insight(sight=Sight.WHICH if is_accused else sight, is_accused=is_accused, shown=())
    if told.sight is Sight.UNTIL_DONE:
        return _until_done(conn, whistle, told, {one.event.id for one in linked})
    return replace(told, shown=linked) if told.sight is Sight.ALL else told


def accused_of(conn: Connection, matters: Iterable[str]) -> Mapping[str, frozenset[DepartmentId]]:
    """Incident → 被诉单位 of its reports; those without any are left out."""
    links = incidents.links_of(conn, matters)
    newest_ids = incidents.latest_events(conn, (one.event_key for some in links.values() for one in some))
    stored = events.load(conn, newest_ids.values())
    told = {
        id_: accused_in(stored[newest_ids[one.event_key]].event for one in some)
        for id_, some in links.items()
    }
    return {id_: some for id_, some in told.items() if some}


def _until_done(conn: Connection, whistle: Whistle, told: Insight, last: Container[str]) -> Insight:
    """`last`: ids of the newest revisions of all reports."""
    end = last_done_at(made.step for made in steps.of_whistles(conn, [whistle.id]).get(whistle.id, []))
    if end is None:
        return told
    links = incidents.links_of(conn, [whistle.incident_id]).get(whistle.incident_id, [])
    keys = [one.event_key for one in links if one.link.linked_at <= end]
    revisions = {
        key: [one for one in many if one.event.received_at <= end]
        for key, many in events.of_keys(conn, keys).items()
    }
    shown = {key: _newest(many) for key, many in revisions.items() if many}
    return replace(
        told,
        shown=tuple(shown.values()),
        later=frozenset(key for key, one in shown.items() if one.event.id not in last),
        revisions=frozenset(one.event.id for many in revisions.values() for one in many),
    )


def _newest(many: Sequence[StoredEvent]) -> StoredEvent:
    by_id: dict[str, StoredEvent] = {one.event.id: one for one in many}
    counts = newest(
        Revision(received_us=to_us(one.event.received_at), event_id=one.event.id, version=one.event.version)
        for one in many
    )
    return by_id[counts.event_id]
