"""Word of new events on `grid.events`: what intake says and casework reads. Ids and places, no words of anyone.

One message tells of several events of one subdistrict: each costs as much on its way through outbox and broker
as the events in it together (docs/measured.md).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import orjson
import structlog

from hub import ids
from hub.bus import Delivered, Message
from hub.bus.topics import EVENTS
from hub.model import Event
from hub.run.ground import envelope

log = structlog.get_logger()

KIND: Final = "grid.events.v1"
MOST: Final = 50
"""Events a message: some 15 KB."""


def key_of(event: Event, district: str) -> str:
    """What keeps events in order that may tell of one matter: the subdistrict, else the district."""
    return event.place.subdistrict_id or district


def messages(events: Sequence[Event], district: str, at: datetime) -> Iterator[Message]:
    """Word of all `events`: in their order within each subdistrict."""
    by_key: dict[str, list[Event]] = {}
    for event in events:
        by_key.setdefault(key_of(event, district), []).append(event)
    for key, some in by_key.items():
        for part in _parts(some):
            id_ = ids.digest_of("arrivals", *(one.id for one in part))
            data = {"events": [_public(one) for one in part]}
            value = envelope.wrap(KIND, id_=id_, source=district, subject=key, at=at, data=data)
            yield Message(EVENTS, key, value)


def told(one: Delivered) -> list[str]:
    """The ids of the events that a message tells of; none where it tells of none: it is passed over."""
    try:
        data = orjson.loads(one.value)["data"]
        return [
            str(event["event_id"]) for event in data.get("events", [data])
        ]  # one alone: as of version 0.1
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        log.warning("message_unreadable", topic=one.topic, part=one.part, offset=one.offset)
        return []


def _parts(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    return (events[first : first + MOST] for first in range(0, len(events), MOST))


def _public(event: Event) -> dict[str, str | None]:
    """A secret report shows neither what it is of nor where."""
    return {
        "event_id": event.id,
        "key": event.key,
        "source": event.source,
        "category": None if event.secret else event.category,
        "subdistrict_id": event.place.subdistrict_id,
        "grid_id": None if event.secret else event.place.grid_id,
        "mode": event.mode.value,
    }
