"""What a person does with links: join two matters, part them again, take one report out of a matter.

The rules are `hub.incident.merge`'s; this reads the links, applies them, and writes the difference.
Nothing is deleted. Whistles follow (`hub.run.matters.dispatch`), and every matter that changed is told of.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, update

from hub import ids
from hub.errors import Refused
from hub.incident.merge import Links, live, merge, unmerge
from hub.model import EventKey, Incident, IncidentId, IncidentState, Link, Reason, Verdict
from hub.run.exits.concern import WITHDRAWN, handled_in, speaker_of, urgency_in
from hub.run.matters import carrying
from hub.run.matters.caseload import opening
from hub.run.matters.dispatch import Dispatch
from hub.store import blocks, events, incidents
from hub.store.moments import to_us
from hub.store.tables import review
from hub.whistle.levels import merged_into, parted, weighed

_APART: Final = (IncidentState.VERIFIED, IncidentState.CANCELLED, IncidentState.MERGED)


class Relinking:
    """One person's decision about links, inside the caller's transaction."""

    def __init__(self, conn: Connection, dispatch: Dispatch, *, by: str, at: datetime) -> None:
        self._conn, self._dispatch, self._by, self._at = conn, dispatch, by, at

    def merge(self, source: str, target: str) -> Incident:
        """All reports of `source` join `target`; gives back `target` as it stands then.

        Raises Refused W203 (one and the same), W204 (nothing to move), W206 (verified, cancelled, merged before,
        or secret). A closed `target` stays closed: what `source` had called is called off as merged.
        """
        known = self._incidents(source, target)
        for one in known.values():
            if one.state in _APART or one.secret:
                raise Refused("W206", incident=one.id)
        self._apply(
            (source, target),
            lambda links: merge(links, IncidentId(source), IncidentId(target), at=self._at, by=self._by),
        )
        gone, kept = merged_into(known[source], known[target]), known[target]
        kept = self._recounted(replace(kept, version=kept.version + 1))
        gone = replace(
            gone, state=IncidentState.MERGED, merged_into=kept.id, event_count=0, version=gone.version + 1
        )
        incidents.change(self._conn, [kept, gone], self._at)
        blocks.copy_to(self._conn, source, kept)  # who tells of the merged matter finds what it became
        self._decide(source, target, "link")
        carrying.go_along(self._conn, gone, kept, self._at)
        closed = self._dispatch.join(self._conn, gone, kept, self._at)
        kept = closed.get(kept.id, kept)
        self._dispatch.tell_incidents(self._conn, [gone, kept], self._at)
        return kept

    def unmerge(self, source: str, target: str) -> Incident:
        """What `merge` brought from `source` goes back; gives back `source`, open again unless it was closed.

        Raises Refused W204 where nothing of `source` is in `target`.
        """
        known = self._incidents(source, target)
        self._apply(
            (source, target),
            lambda links: unmerge(links, IncidentId(source), IncidentId(target), at=self._at, by=self._by),
        )
        gone, kept = parted(known[source], known[target]), known[target]
        state = IncidentState.CLOSED if gone.closed_at else IncidentState.OPEN
        back = replace(gone, state=state, merged_into=None, version=gone.version + 1)
        back, kept = self._recounted(back), self._recounted(replace(kept, version=kept.version + 1))
        incidents.change(self._conn, [back, kept], self._at)
        carrying.go_back(self._conn, back, kept, self._at)
        closed = self._dispatch.part(self._conn, back, kept, self._at)
        back, kept = closed.get(back.id, back), closed.get(kept.id, kept)
        self._dispatch.tell_incidents(self._conn, [back, kept], self._at)
        return back

    def unlink(self, key: str) -> Incident:
        """Takes one report out of its matter: it opens one of its own, unless it was alone.

        Raises Refused W202 where it is joined to nothing, W204 where it is the only report of its matter.
        """
        current = incidents.current_links(self._conn, [key]).get(key)
        if current is None:
            raise Refused("W202", event=key)
        home = incidents.load(self._conn, [current.link.incident_id])[current.link.incident_id]
        if home.event_count < 2:
            raise Refused("W204", incident=home.id)
        newest = incidents.latest_events(self._conn, [key])[key]
        stored = events.load(self._conn, [newest])[newest]
        generation = incidents.link_counts(self._conn, [key])[key]
        fresh = replace(
            opening(stored.event, recurrence_of=None),
            id=ids.incident_id(EventKey(key), generation),
            opened_at=self._at,
        )
        incidents.undo_link(self._conn, current, self._at, self._by)
        incidents.add(self._conn, [fresh], self._at)
        blocks.copy_to(self._conn, home.id, fresh)
        reasons = (Reason("unlinked", {"from": home.id}),)
        incidents.add_links(
            self._conn,
            [self._new_link(key, current.link, IncidentId(fresh.id), generation, reasons, Verdict.DIFFERENT)],
        )
        home = self._recounted(replace(home, version=home.version + 1))
        incidents.change(self._conn, [home], self._at)
        closed = self._dispatch.unlink(self._conn, stored.event, home, fresh, self._at)
        self._dispatch.tell_incidents(self._conn, [fresh, closed.get(home.id, home)], self._at)
        return fresh

    def keep_apart(self, incident: str, candidate: str) -> None:
        """A person has looked: these two are different matters."""
        self._decide(incident, candidate, "apart")

    # -- pieces --------------------------------------------------------------------------------------

    def _incidents(self, *wanted: str) -> dict[str, Incident]:
        known = incidents.load(self._conn, wanted)
        for one in wanted:
            if one not in known:
                raise Refused("C106", id=one)
        return known

    def _recounted(self, one: Incident) -> Incident:
        """`one` by the reports that are joined to it now, at the level that follows; over where their sources have let go
        of all of them."""
        links = incidents.links_of(self._conn, [one.id]).get(one.id, [])
        newest = incidents.latest_events(self._conn, [each.event_key for each in links])
        stored = events.load(self._conn, newest.values())
        told = [s.event for s in stored.values()]
        if not told:
            return replace(one, event_count=0)
        speaks = stored[newest[speaker_of(links)]].event
        urgency = urgency_in(told, speaks)
        withdrawn = one.state is IncidentState.OPEN and all(event.stage in WITHDRAWN for event in told)
        here = [event.source for event in sorted(told, key=lambda event: event.received_at)]
        return replace(
            weighed(one, urgency, incidents.merged_in(self._conn, one.id)),
            state=IncidentState.CANCELLED if withdrawn else one.state,
            event_count=len(told),
            sources=tuple(dict.fromkeys((*(s for s in one.sources if s in here), *here))),
            last_reported_at=max(event.reported_at for event in told),
            **handled_in(told, speaks, self._dispatch.link_rules),
        )

    def _apply(self, touched: tuple[str, str], change: Callable[[Links], Links]) -> None:
        """Writes what `change` does to the live links of `touched`."""
        current = [one for some in incidents.links_of(self._conn, touched).values() for one in some]
        before = tuple(one.link for one in current)
        after = live(change(before))
        moved = [one for one in current if after[one.link.event_id].incident_id != one.link.incident_id]
        counts = incidents.link_counts(self._conn, [one.event_key for one in moved])
        for one in moved:
            incidents.undo_link(self._conn, one, self._at, self._by)
        incidents.add_links(
            self._conn,
            [
                incidents.CurrentLink(
                    event_key=one.event_key, seq=counts[one.event_key], link=after[one.link.event_id]
                )
                for one in moved
            ],
        )

    def _new_link(
        self,
        key: str,
        old: Link,
        incident: IncidentId,
        seq: int,
        reasons: tuple[Reason, ...],
        verdict: Verdict,
    ) -> incidents.CurrentLink:
        link = replace(
            old,
            incident_id=incident,
            verdict=verdict,
            reasons=reasons,
            linked_at=self._at,
            linked_by=self._by,
        )
        return incidents.CurrentLink(event_key=EventKey(key), seq=seq, link=link)

    def _decide(self, incident: str, candidate: str, decision: str) -> None:
        for one, other in ((incident, candidate), (candidate, incident)):
            self._conn.execute(
                update(review)
                .where(review.c.incident_id == one, review.c.candidate_id == other)
                .values(decision=decision, decided_by=self._by, decided_us=to_us(self._at))
            )
