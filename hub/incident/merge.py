"""Links as history: an event joins an incident and leaves it, two incidents become one and two again.

Pure operations on tuples of links, oldest first. Nothing is ever deleted: an undone link stays, with
when and by whom, and a new one follows it. An event has at most one live link.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.errors import Refused
from hub.model import EventId, IncidentId, Link, Reason

MERGED: Final = "merged"
"""Rule of the reason that a merge adds to a link; its fact `from` is the incident left behind."""

Links = tuple[Link, ...]


def live(links: Links) -> Mapping[EventId, Link]:
    """Event → its link that holds."""
    return {one.event_id: one for one in links if one.undone_at is None}


def link(links: Links, new: Link) -> Links:
    """`links` and `new`; raises Refused (W201) where the event is linked already."""
    if new.event_id in live(links):
        raise Refused("W201", event=new.event_id)
    return (*links, new)


def unlink(links: Links, event_id: EventId, *, at: datetime, by: str) -> Links:
    """`links` with the event's link undone; raises Refused (W202) where it has none."""
    if event_id not in live(links):
        raise Refused("W202", event=event_id)
    return _undo(links, lambda one: one.event_id == event_id, at, by)


def merge(links: Links, source: IncidentId, target: IncidentId, *, at: datetime, by: str) -> Links:
    """Every event of `source` now belongs to `target`, and each link says where it came from.

    Raises Refused (W203) where the two are one, (W204) where `source` holds nothing.
    """
    if source == target:
        raise Refused("W203", incident=source)
    moved = [one for one in live(links).values() if one.incident_id == source]
    if not moved:
        raise Refused("W204", incident=source)
    came = Reason(MERGED, {"from": source})
    return (
        *_undo(links, lambda one: one.incident_id == source, at, by),
        *(
            replace(one, incident_id=target, reasons=(*one.reasons, came), linked_at=at, linked_by=by)
            for one in moved
        ),
    )


def unmerge(links: Links, source: IncidentId, target: IncidentId, *, at: datetime, by: str) -> Links:
    """Every event that `merge` brought from `source` and that still is in `target` goes back, as it was.

    What joined `target` by itself stays; what was un-linked since stays un-linked. Incidents that had
    been merged into `source` before come back as a part of it. Raises Refused (W204) where nothing of
    `source` is in `target`.
    """
    moved = [one for one in live(links).values() if one.incident_id == target and _came_from(one) == source]
    if not moved:
        raise Refused("W204", incident=source)
    gone = {one.event_id for one in moved}
    return (
        *_undo(links, lambda one: one.event_id in gone, at, by),
        *(
            replace(one, incident_id=source, reasons=one.reasons[:-1], linked_at=at, linked_by=by)
            for one in moved
        ),
    )


def _came_from(one: Link) -> str | None:
    """The incident that the last merge took this event from."""
    if not one.reasons or one.reasons[-1].rule != MERGED:
        return None
    return str(one.reasons[-1].facts["from"])


def _undo(links: Links, chosen: Callable[[Link], bool], at: datetime, by: str) -> Links:
    return tuple(
        replace(one, undone_at=at, undone_by=by) if one.undone_at is None and chosen(one) else one
        for one in links
    )
