"""Codes that no table knows, with categories that they may mean: a person chooses, and writes it into the pack."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process
from sqlalchemy import Connection

from hub.model import UNMAPPED
from hub.pack import Pack
from hub.pack.codes import normalise_code
from hub.store import unmapped
from hub.store.unmapped import UnmappedCode

_MOST: Final = 3
_ALIKE: Final = 60.0
"""Of 100: below it a name is another one."""
_SHORTEST: Final = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category of the pack, and by what it was found: a name, or a neighbour's code."""

    category: str
    by: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """One code, and what it may mean."""

    code: UnmappedCode
    suggestions: tuple[Suggestion, ...]


def unmapped_of(conn: Connection, pack: Pack, source: str) -> Sequence[Unmapped]:
    """Those of a source, the most frequent first."""
    return [
        Unmapped(one, tuple(suggested(pack, one.table, one.code))) for one in unmapped.codes(conn, source)
    ]


def suggested(pack: Pack, table: str, code: str) -> list[Suggestion]:
    """Categories for `code`: by their names where it is a word, by the codes beside it in its table where it is none."""
    found: dict[str, Suggestion] = {}
    for one in (*_by_name(pack, code), *_by_neighbours(pack, table, code)):
        found.setdefault(one.category, one)
    return list(found.values())[:_MOST]


def _by_name(pack: Pack, word: str) -> Iterator[Suggestion]:
    if len(word) < _SHORTEST or word.isascii():
        return
    titles = {
        f"{name}/{key}": line.title
        for name, lines in pack.codes.tables.items()
        for key, line in lines.items()
    }
    lines = {f"{name}/{key}": line for name, some in pack.codes.tables.items() for key, line in some.items()}
    names = {id_: one.zh for id_, one in pack.taxonomy.categories.items() if id_ != UNMAPPED}
    alike = [
        (score, key, name)
        for choices in (names, titles)
        for name, score, key in process.extract(
            word, choices, scorer=fuzz.ratio, limit=_MOST, score_cutoff=_ALIKE
        )
    ]
    for _, key, name in sorted(alike, key=lambda each: (-each[0], each[1])):
        yield Suggestion(lines[key].category if key in lines else key, name)


def _by_neighbours(pack: Pack, table: str, code: str) -> Iterator[Suggestion]:
    """The codes with the longest beginning in common, at least half of it."""
    plain, lines = normalise_code(code), pack.codes.tables.get(table, {})
    for length in range(len(plain) - 1, max(len(plain) // 2, 1) - 1, -1):
        near = [line for key, line in lines.items() if key.startswith(plain[:length])]
        if near:
            yield from (Suggestion(line.category, f"{line.code} {line.title}") for line in near[:_MOST])
            return
