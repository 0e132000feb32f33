"""What one record costs an adapter: CPU from bytes to drafts, and on to a validated event in the hub's own rooms."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from hub.errors import BadRecord, HeldRecord
from hub.kit.subject import NOON, Subject
from hub.model import Arrival, Draft
from hub.plugin import AdapterEntry, Body
from hub.plugin.adapter import Adapter, Admitted, Filters
from hub.plugin.transport.xml import fields_of_xml

_RECORDS: Final = 500
_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of one core a record, the middle of several rounds."""

    records: int
    adapter_us: float
    """From bytes to drafts, its ingress filter included."""
    event_us: float
    """From bytes to an event that was held against the schema."""
    format_us: float
    """What of it the format itself costs, whoever reads it: XML is read at ingress and again as fields; 0 for JSON."""


def cost(entry: AdapterEntry, place: Path, records: int = _RECORDS, *, bus_url: str = "") -> Cost:
    """What its records cost, as its simulator sends them; `place` is an empty directory, `bus_url` a broker for systems that
    are topics."""
    subject = Subject(entry, place, bus_url=bus_url)
    said = [subject.says(number) for number in range(1, records + 1)]
    with subject.at_desk(*said) as desk:
        bodies = desk.run(patience_s=60.0).bodies
        adapter = desk.adapter
        admit = adapter.admit if isinstance(adapter, Filters) else _everything
        drafts = [draft for body in bodies for draft in _drafts(adapter, admit, body)]
        for draft in drafts[:20]:
            subject.understood(draft)  # what is made once
        alone = _us(lambda: [_drafts(adapter, admit, body) for body in bodies], len(bodies))
        rest = _us(lambda: [subject.understood(draft) for draft in drafts], len(bodies))
    looks = 2 if isinstance(adapter, Filters) else 1
    return Cost(len(bodies), alone, round(alone + rest, 1), round(looks * _format_us(bodies), 1))


def _format_us(bodies: Sequence[Body]) -> float:
    """What it costs to read bodies that are XML once, without asking what they say."""
    marked_up = [body.content for body in bodies if body.content.lstrip().startswith(b"<")]
    return _us(lambda: [fields_of_xml(content) for content in marked_up], len(bodies)) if marked_up else 0.0


def _drafts(adapter: Adapter, admit: Callable[[Body], Admitted], body: Body) -> Sequence[Draft]:
    content = admit(body).content
    if content is None:
        return ()
    try:
        made = adapter.normalise(Body(content, body.kind), Arrival(NOON, body.kind))
    except (BadRecord, HeldRecord):
        return ()
    return [one for one in made if isinstance(one, Draft)]


def _everything(body: Body) -> Admitted:
    """What adapters without an ingress filter let in."""
    return Admitted(body.content)


def _us(work: Callable[[], object], records: int) -> float:
    """CPU of one round, in microseconds a record."""
    spent = []
    for _ in range(_ROUNDS):
        began = time.thread_time()
        work()
        spent.append(time.thread_time() - began)
    return round(median(spent) / max(1, records) * 1e6, 1)
