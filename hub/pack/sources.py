"""`sources.yaml`: which plugin speaks to which system, by which code tables, and when silence is a fault."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from hub.contract.marked import Entry
from hub.intake.links import NOWHERE, Following, allowed_host, allowed_network, following
from hub.pack.reading import PackFiles, required_text

FILE: Final = "sources.yaml"
_A_YEAR_S: Final = 366 * 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSetup:
    """One source. Addresses and secrets come from the settings, over `config`."""

    name: str
    plugin: str
    title: str
    code_tables: tuple[str, ...]
    """Tables that its codes may come from, the usual one first."""
    freshness_s: int
    """Silent for longer than this: a fault that `doctor` names; 0: never."""
    late_after_s: int
    """A report this much older than its arrival is a back-fill; 0: never."""
    config: Mapping[str, object]
    attachments: Following = NOWHERE
    """Hosts that its files are fetched from, and networks of ours that these may lie in; none: no file is."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Those that run, and templates for those that a person sets up by hand."""

    running: Mapping[str, SourceSetup]
    templates: Mapping[str, SourceSetup]


def read_sources(files: PackFiles, tables: Collection[str]) -> Sources:
    """All sources of the file; `tables` are the code tables that exist."""
    sheet = files.yaml(FILE)
    sheet.closed(("sources",), ("version", "templates"))
    return Sources(
        {name: _setup(name, entry, tables) for name, entry in sheet["sources"].items()},
        {name: _setup(name, entry, tables) for name, entry in sheet["templates"].items()},
    )


def _setup(name: str, entry: Entry, tables: Collection[str]) -> SourceSetup:
    entry.closed(("plugin", "title", "code_tables", "freshness_s"), ("late_after_s", "config", "attachments"))
    for each in entry["code_tables"].each():
        each.among(tables, "K144")
    config = entry["config"].value
    return SourceSetup(
        name=name,
        plugin=required_text(entry, "plugin"),
        title=required_text(entry, "title"),
        code_tables=entry["code_tables"].texts(),
        freshness_s=_seconds(entry["freshness_s"]),
        late_after_s=_seconds(entry["late_after_s"]),
        config=config if isinstance(config, dict) else {},
        attachments=_following(entry["attachments"]),
    )


def _following(entry: Entry) -> Following:
    """Hosts as `name`, `name:port` or an address; networks as `10.20.0.0/16`, for departments that live inside."""
    if entry.is_absent:
        return NOWHERE
    entry.closed(("hosts",), ("networks",))
    return following(
        _each(entry["hosts"], allowed_host, "K145"), _each(entry["networks"], allowed_network, "K146")
    )


def _each(entry: Entry, is_right: Callable[[str], object], code: str) -> list[str]:
    found = []
    for each in entry.each():
        text = each.text()
        if text and is_right(text) is None:
            each.faults.add(each.pointer, code, name=text)
        found.append(text)
    return found


def _seconds(entry: Entry) -> int:
    return 0 if entry.is_absent else entry.whole(0, _A_YEAR_S)
