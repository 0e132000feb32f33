"""Samples from a real system: what its adapter reads, or what is sent to it, scrubbed and written as golden pairs.

What is written may be committed; what was read is never written anywhere. A body that cannot be vouched for is left out
and counted.
"""

import json
import secrets
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.clock import Clock
from hub.errors import BadRecord
from hub.kit.scrubbing import Scrubber
from hub.model import Arrival
from hub.plugin import AdapterEntry, Body
from hub.plugin.adapter import Adapter, Filters, Reads
from hub.plugin.door import Door
from hub.plugin.samples import Sample, outcome_of

_PAGES: Final = 20
"""Pages that are read at most: a recording is a handful of records."""
_TICK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of a recording."""

    written: tuple[str, ...]
    """Names of the samples."""
    left_out: int
    """Bodies that are neither JSON nor XML, or in which a replaced value stood a second time."""


def read(adapter: Adapter, most: int) -> Iterator[Body]:
    """The first bodies that the source gives, from its beginning; none where it is not read."""
    if not isinstance(adapter, Reads):
        return
    cursor, given = "", 0
    for _ in range(_PAGES):
        page = adapter.read(cursor)
        for body in page.bodies:
            if given == most:
                return
            given += 1
            yield body
        if page.cursor == cursor:
            return
        cursor = page.cursor


def heard(door: Door, most: int, *, for_s: float) -> Iterator[Body]:
    """The first bodies that the source sends to the door, within `for_s` real seconds."""
    for _ in range(round(for_s / _TICK_S)):
        if len(door.bodies) >= most:
            break
        threading.Event().wait(_TICK_S)
    yield from door.bodies[:most]


def write(
    entry: AdapterEntry, adapter: Adapter, bodies: Iterable[Body], into: Path, clock: Clock
) -> Recorded:
    """Scrubs the bodies and writes each as a pair into `into`, numbered on from what lies there."""
    into.mkdir(parents=True, exist_ok=True)
    scrubber = Scrubber(entry.declares, secrets.token_bytes(32))
    first = 1 + max((int(one.name[:2]) for one in into.glob("[0-9][0-9]-*")), default=0)
    kept, left_out = list[tuple[str, bytes]](), 0
    for body in bodies:
        try:
            kept.append((body.kind, scrubber.scrub(_admitted(adapter, body))))
        except (BadRecord, ValueError):
            left_out += 1
    names: list[str] = []
    for kind, content in kept:
        if scrubber.leaks(content):
            left_out += 1
            continue
        name = f"{first + len(names):02d}-recorded-{kind or 'record'}"
        _pair(adapter, into, name, Body(content, kind), clock)
        names.append(name)
    return Recorded(tuple(names), left_out)


def _admitted(adapter: Adapter, body: Body) -> bytes:
    """What of it may be held at all."""
    if not isinstance(adapter, Filters):
        return body.content
    content = adapter.admit(body).content
    if content is None:
        raise BadRecord("R105")
    return content


def _pair(adapter: Adapter, into: Path, name: str, body: Body, clock: Clock) -> None:
    ending = "xml" if body.content.lstrip()[:1] == b"<" else "json"
    at = clock.now()
    sample = Sample(name, body, Arrival(at, body.kind), {})
    twin = {"kind": body.kind, "received_at": at.isoformat(), **outcome_of(adapter, sample)}
    (into / f"{name}.raw.{ending}").write_bytes(body.content)
    told = json.dumps(twin, ensure_ascii=False, indent=1)
    (into / f"{name}.event.json").write_text(f"{told}\n", "utf-8")
