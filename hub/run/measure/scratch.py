"""A hub of its own for one measure: a pack made for it, an embedded store, both gone afterwards.

Files come in through the same importer, intake and casework as everywhere (`hub.run.importing`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

import hub.pack
from hub.clock import FixedClock
from hub.jsonform import loads
from hub.model import Event
from hub.run.assembly import Assembly
from hub.run.importing import Import, adapter_for
from hub.run.measure.small_pack import SmallPack
from hub.run.settling import settle
from hub.settings import apart
from hub.store.tables import event, link, review


@contextmanager
def hub_with(pack: SmallPack, now: datetime) -> Iterator[Assembly]:
    """An empty hub with `pack`, whose clock stands at `now`; nothing of it is left behind."""
    with TemporaryDirectory(prefix="gridplus-measure-") as name:
        home = Path(name)
        root = home / "pack"
        root.mkdir()
        pack.write(root)
        loaded = hub.pack.load(root, cache_root=home / "cache")
        settings = apart(home=home, store=f"sqlite:///{home}/hub.db", bus="embedded")
        made = Assembly(settings, clock=FixedClock(now), pack=loaded)
        try:
            yield made
        finally:
            made.close()


def import_file(into: Assembly, source: str, file: Path, columns: Mapping[str, Any]) -> int:
    """Back-fills `file` by a column map of the `file_import` plugin and settles; returns how many records came."""
    adapter = adapter_for(into, source, file, columns)
    try:
        stored = Import(into, source, adapter).run()
        settle(into, {source: adapter})
    finally:
        adapter.close()
    return stored


def events_of(hub_: Assembly) -> list[Event]:
    """Every event that is stored, by id."""
    with hub_.store.read() as conn:
        return [
            loads(Event, body) for body in conn.execute(select(event.c.body).order_by(event.c.id)).scalars()
        ]


def incidents_of(hub_: Assembly) -> dict[str, str]:
    """Event key → the incident that the report is linked to now."""
    query = select(link.c.event_key, link.c.incident_id).where(link.c.undone_us.is_(None))
    with hub_.store.read() as conn:
        return {row.event_key: row.incident_id for row in conn.execute(query)}


def questions_of(hub_: Assembly) -> set[frozenset[str]]:
    """Pairs of incidents that a person is asked about, none decided yet."""
    query = select(review.c.incident_id, review.c.candidate_id).where(review.c.decision.is_(None))
    with hub_.store.read() as conn:
        return {frozenset((row.incident_id, row.candidate_id)) for row in conn.execute(query)}


def fates_of(hub_: Assembly) -> dict[str, float]:
    """`records`, how many of them ended in each fate, and `ended`: the share of them that did."""
    account = hub_.account()
    fates: dict[str, int] = account["fates"]
    return {"records": account["records"], **fates, "ended": sum(fates.values()) / account["records"]}
