"""The catalogue of plugins: who answers for each, what it was found to be worth, what it costs, and what it knows.

The kit's level and the cost of a record are measured by a command (`gridplus plugin check --note`, `gridplus bench
--adapters --note`) and noted with the version that they are of; everything else is looked at when the page is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from hub.jsonform import plain
from hub.pack import Pack
from hub.plugin import AdapterEntry, ChannelEntry
from hub.plugin.own_code import own_lines
from hub.plugin.registry import Offer, Registry
from hub.store import choices, facts
from hub.store.choices import USUAL
from hub.store.engine import Store

_LEVEL: Final = "kit:"
_COST: Final = "cost:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A figure of one version, and when it was measured."""

    value: str
    version: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One adapter or channel."""

    name: str
    title: str
    owner: str
    version: str
    """Installed."""
    used: str
    """On the shelf; "" is the installed one."""
    is_on: bool
    own_lines: int | None
    """None where its source is not at hand."""
    level: Noted | None
    cost_us: Noted | None
    sources: tuple[str, ...]
    codes: int
    """In the tables of its sources, each with a category."""
    categories: int
    """That these lead to."""
    quiet_hours: tuple[str, ...]


def note_level(conn: Connection, plugin: str, level: str, version: str, at: datetime) -> None:
    """What the kit found the plugin to be worth."""
    facts.put(conn, _LEVEL + plugin, _written(level, version, at))


def note_cost(conn: Connection, plugin: str, cost_us: float, version: str, at: datetime) -> None:
    """What a record costs, microseconds of one core from bytes to a validated event."""
    facts.put(conn, _COST + plugin, _written(f"{cost_us:.0f}", version, at))


def catalogue(
    store: Store, registry: Registry, pack: Pack, settings: Mapping[str, Mapping[str, Any]]
) -> list[Line]:
    """All that are installed, by name. `settings`: what this process is told of its sources."""
    with store.read() as conn:
        chosen = choices.all_(conn)
        levels, costs = facts.under(conn, _LEVEL), facts.under(conn, _COST)
    lines = []
    for offer in registry.offers:
        choice = chosen.get(offer.origin.distribution, USUAL)
        lines += [
            Line(
                name=one.name,
                title=one.title,
                owner=one.owner if isinstance(one, AdapterEntry) else "",
                version=offer.origin.version,
                used=choice.version,
                is_on=choice.is_on,
                own_lines=_lines_of(offer.origin.module),
                level=_read(levels.get(one.name)),
                cost_us=_read(costs.get(one.name)),
                **_in_pack(pack, one.name, settings),
            )
            for one in _all(offer)
        ]
    return sorted(lines, key=lambda line: line.name)


def _all(offer: Offer) -> Iterator[AdapterEntry | ChannelEntry]:
    yield from offer.entries
    yield from offer.channels


def _in_pack(pack: Pack, plugin: str, settings: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    mine = [one for one in pack.sources.values() if one.plugin == plugin]
    tables = {table for one in mine for table in one.code_tables}
    coded = [line for table in sorted(tables) for line in pack.codes.tables[table].values()]
    told = ((one.name, {**one.config, **settings.get(one.name, {})}.get("quiet_hours", "")) for one in mine)
    return {
        "sources": tuple(one.name for one in mine),
        "codes": len(coded),
        "categories": len({line.category for line in coded}),
        "quiet_hours": tuple(f"{name} {hours}" for name, hours in told if hours),
    }


@cache
def _lines_of(module: str) -> int | None:
    """What is installed stays as it is for as long as this process has it."""
    package = module.partition(":")[0].partition(".")[0]
    found = find_spec(package) if package else None
    places = found.submodule_search_locations if found else None
    return own_lines(Path(next(iter(places)))) if places else None


def _written(value: str, version: str, at: datetime) -> str:
    return orjson.dumps({"value": value, "version": version, "at": plain(at)}).decode()


def _read(text: str | None) -> Noted | None:
    if text is None:
        return None
    said = orjson.loads(text)
    return Noted(value=said["value"], version=said["version"], at=datetime.fromisoformat(said["at"]))
