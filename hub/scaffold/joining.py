"""Puts a source into a pack: a section of `sources.yaml`, and lines of its code table. Text in, text out.

The pack's own comments and order stay: people keep it by hand.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.errors import FixSettings

_SECTION: Final = """  {source}:
    plugin: {plugin}
    title: {title}
    code_tables: [{table}]
    freshness_s: 3600
    late_after_s: 86400
    config: {{}}
"""
_HEADINGS: Final = ("code", "category", "title")
_PLAIN: Final = re.compile(r"[^\s:#\[\]{},&*!|>'\"%@`-][^:#\n\"']*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """A source that comes to a pack."""

    source: str
    plugin: str
    title: str
    table: str
    means: Mapping[str, str]
    """The source's code → the pack's category."""


def join(pack: Path, one: Joining) -> tuple[Path, ...]:
    """Writes it into the pack and returns the files that changed.

    Raises FixSettings C119 where the pack cannot be read, C193 where the source stands there already.
    """
    sources, codes = pack / "sources.yaml", pack / "codes" / f"{one.table}.csv"
    try:
        text = sources.read_text("utf-8")
        known = codes.read_text("utf-8") if codes.exists() else _lines([_HEADINGS])
    except (OSError, UnicodeError):
        raise FixSettings("C119", name=str(sources)) from None
    if re.search(rf"^  {re.escape(one.source)}:", text, re.MULTILINE):
        raise FixSettings("C193", name=one.source)
    title = one.title if _PLAIN.fullmatch(one.title) else f'"{one.title}"'
    section = _SECTION.format(source=one.source, plugin=one.plugin, title=title, table=one.table)
    sources.write_text(_behind_the_last(text, section), "utf-8")
    codes.write_text(known + _lines([(code, means, one.title) for code, means in one.means.items()]), "utf-8")
    return sources, codes


def _behind_the_last(text: str, section: str) -> str:
    """`section` as the last of `sources`: before whatever top-level key, or comment above one, comes next."""
    lines = text.splitlines(keepends=True)
    begin = next((at for at, line in enumerate(lines) if line.startswith("sources:")), len(lines))
    end = next((at for at in range(begin + 1, len(lines)) if re.match(r"[^\s]", lines[at])), len(lines))
    return "".join([*lines[:end], section, *lines[end:]])


def _lines(rows: list[tuple[str, ...]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
