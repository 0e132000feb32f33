"""What a generated page is, and the little Markdown that all of them need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

NOTE: Final = (
    "<!-- Made by `gridplus docs` from the code. Do not edit: change the code, then run `make docs`. -->\n\n"
)


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the documentation: where it lies below the checkout, and all of its text."""

    path: str
    text: str


def markdown(path: str, title: str, *parts: str) -> Page:
    """A Markdown page: the note of where it comes from, its title, then `parts` with a blank line between."""
    body = "\n\n".join(part.strip("\n") for part in parts if part)
    return Page(path, f"{NOTE}# {title}\n\n{body}\n")


def json_page(path: str, document: Any) -> Page:
    """A JSON document, indented, so that a difference can be read."""
    return Page(path, orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what would break a cell is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """`text` as code inside a sentence; nothing for nothing."""
    return f"`{text}`" if text else ""


def mermaid(lines: Iterable[str]) -> str:
    """A diagram."""
    return "\n".join(("```mermaid", *lines, "```"))


def stale(pages: Iterable[Page], root: Path) -> tuple[str, ...]:
    """Paths of pages that differ from their file below `root`, or have none; in the order of `pages`."""
    return tuple(page.path for page in pages if _read(root / page.path) != page.text)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
