"""What a plugin says of itself: where it comes from, what it can do, and which settings it takes, secrets marked.

Never a value of a setting: the schema of the settings is the plugin's, their values stay where they are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.errors import FixSettings
from hub.plugin import Fetches, Filters, Lists, Reads, Receives, Tells, Tends
from hub.plugin.registry import Registry
from hub.run.sources.adapters import Adapters

_CAPABILITIES: Final[Mapping[str, type]] = {
    "reads": Reads,
    "receives": Receives,
    "tells": Tells,
    "tends": Tends,
    "filters": Filters,
    "lists": Lists,
    "fetches": Fetches,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of a plugin."""

    name: str
    """Dotted where it lies within another."""
    kind: str
    """As JSON Schema says it, in one line."""
    is_required: bool
    is_secret: bool
    default: str
    """"" where there is none, and for secrets."""
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One plugin. `trouble`: why it cannot be used here; the rest is empty then."""

    title: str = ""
    distribution: str = ""
    version: str = ""
    interface: int = 0
    capabilities: Mapping[str, bool] | None = None
    """None: only a process whose settings reach the source knows."""
    cannot_tell: bool = False
    has_simulator: bool = False
    declares: Mapping[str, str] | None = None
    settings: tuple[Setting, ...] = ()
    trouble: FixSettings | None = None


def card(registry: Registry, plugin: str, source: str, adapters: Adapters | None) -> Card:
    """What the plugin of `source` says of itself. `adapters`: of this process, where its settings reach the source."""
    try:
        entry = registry.entry(plugin)
    except FixSettings as error:
        return Card(trouble=error)
    origin = next(offer.origin for offer in registry.offers if entry in offer.entries)
    can: dict[str, bool] | None = None
    if adapters is not None:
        with adapters.lent(source) as adapter:
            can = {name: isinstance(adapter, kind) for name, kind in _CAPABILITIES.items()}
    return Card(
        title=entry.title,
        distribution=origin.distribution,
        version=origin.version,
        interface=entry.interface,
        capabilities=can,
        cannot_tell=entry.cannot_tell,
        has_simulator=entry.simulator is not None,
        declares=dict(entry.declares),
        settings=tuple(_settings(entry.config.model_json_schema())),
    )


def _settings(schema: Mapping[str, Any]) -> Iterator[Setting]:
    parts: Mapping[str, Any] = schema.get("$defs", {})

    def within(one: Mapping[str, Any], before: str) -> Iterator[Setting]:
        needed = one.get("required", ())
        for name, said in one.get("properties", {}).items():
            known = _resolved(said, parts)
            secret = _is_secret(known)
            default = known.get("default")
            yield Setting(
                name=before + name,
                kind=_kind(known),
                is_required=name in needed,
                is_secret=secret,
                default="" if secret or default is None else str(default),
                about=known.get("description", ""),
            )
            if "properties" in known:
                yield from within(known, f"{before}{name}.")

    yield from within(schema, "")


def _resolved(said: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """`said` with what it refers to; of several kinds, the one that is not null."""
    kinds = [one for one in said.get("anyOf", ()) if one.get("type") != "null"]
    known = {**said, **(_resolved(kinds[0], parts) if len(kinds) == 1 else {})}
    ref = known.pop("$ref", "")
    return {**parts[ref.rpartition("/")[2]], **known} if ref else known


def _is_secret(said: Mapping[str, Any]) -> bool:
    return bool(said.get("writeOnly")) or said.get("format") == "password"


def _kind(said: Mapping[str, Any]) -> str:
    kind = said.get("type")
    words = [kind] if isinstance(kind, str) else []
    words += [" | ".join(map(str, said["enum"]))] if "enum" in said else []
    words += [f"{name} {said[name]}" for name in ("minimum", "maximum", "pattern") if name in said]
    return ", ".join(words) or "any"
