"""YAML as plain data that still knows its lines, and reading it so that every fault is told at once.

Pure text in, values and findings out. What the keys mean is the business of whoever reads; here is only:
a mapping is closed, a day is a day, a word is one of its set, and where the fault stands.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, TypeVar

import yaml

from hub.contract.finding import Finding

Word = TypeVar("Word", bound=StrEnum)
T = TypeVar("T")
DEPTH_LIMIT: Final = 30
NO_DAY: Final = date(1, 1, 1)
"""Stands where a day could not be read; a finding says so, and nothing is built from it."""


@dataclass(slots=True)
class Faults:
    """Findings of one file, collected while it is read. `lines`: JSON pointer → line, from 1."""

    file: str
    lines: Mapping[str, int] = field(default_factory=dict)
    found: list[Finding] = field(default_factory=list)

    def add(self, pointer: str, code: str, **facts: str | int) -> None:
        """One more fault, at the line of `pointer` or of its nearest known parent."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        self.found.append(Finding(self.file, self.lines.get(pointer, 0), code, facts))

    def in_order(self) -> tuple[Finding, ...]:
        """By line."""
        return tuple(sorted(self.found, key=lambda finding: finding.line))


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the file, its JSON pointer, and where its faults go.

    Every method that reads answers with something harmless after it has told a fault, so that reading
    goes on and tells the next one too.
    """

    value: object
    pointer: str
    faults: Faults

    def __getitem__(self, key: str) -> "Entry":
        """The value under `key`; None where this is no mapping or has no such key."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Entry(value, f"{self.pointer}/{key}", self.faults)

    @property
    def is_absent(self) -> bool:
        """True where the key is missing or its value is null."""
        return self.value is None

    def closed(self, required: Collection[str], optional: Collection[str] = ()) -> None:
        """Tells of keys that are missing (K204) or not known (K203), or that this is no mapping (K205)."""
        if not isinstance(self.value, dict):
            self.faults.add(self.pointer, "K205", name=_name(self.pointer), kind="mapping")
            return
        for key in required:
            if self.value.get(key) is None:
                self.faults.add(self.pointer, "K204", name=key)
        for key in self.value:
            if key not in required and key not in optional:
                allowed = ", ".join([*required, *optional])
                self.faults.add(f"{self.pointer}/{key}", "K203", name=str(key), allowed=allowed)

    def items(self) -> Iterator[tuple[str, "Entry"]]:
        """Key and entry of a mapping; nothing where it is absent."""
        if isinstance(self.value, dict):
            for key in self.value:
                yield str(key), self[key]
        elif self.value is not None:
            self.faults.add(self.pointer, "K205", name=_name(self.pointer), kind="mapping")

    def each(self) -> Iterator["Entry"]:
        """The entries of a list; nothing where it is absent. An entry that is null is a fault (K205)."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                if value is None:
                    self.faults.add(f"{self.pointer}/{index}", "K205", name=_name(self.pointer), kind="value")
                else:
                    yield Entry(value, f"{self.pointer}/{index}", self.faults)
        elif self.value is not None:
            self.faults.add(self.pointer, "K205", name=_name(self.pointer), kind="list")

    def some(self) -> Iterator["Entry"]:
        """As `each`; an empty list is a fault (K204)."""
        if self.value == []:
            self.faults.add(self.pointer, "K204", name=_name(self.pointer))
        return self.each()

    def text(self) -> str:
        """A string; "" where it is absent."""
        if isinstance(self.value, str):
            return self.value
        return self._wrong("text", "")

    def texts(self) -> tuple[str, ...]:
        """A list of strings; empty where it is absent."""
        return tuple(entry.text() for entry in self.each())

    def whole(self, least: int, most: int) -> int:
        """A whole number of that range, ends included; `least` where it is absent."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            if least <= self.value <= most:
                return self.value
            self.faults.add(self.pointer, "K207", name=_name(self.pointer), least=least, most=most)
            return least
        return self._wrong("whole number", least)

    def flag(self) -> bool | None:
        """true, false, or None where it is absent."""
        if isinstance(self.value, bool):
            return self.value
        return self._wrong("true or false", None)

    def day(self) -> date:
        """A day written YYYY-MM-DD."""
        if isinstance(self.value, date) and not isinstance(self.value, datetime):
            return self.value
        return self._wrong("day (YYYY-MM-DD)", NO_DAY)

    def word(self, words: type[Word], otherwise: Word) -> Word:
        """One of a closed set; `otherwise` where it is absent."""
        if self.value in tuple(words):
            return words(str(self.value))
        if self.value is not None:
            self._unknown("K208", [each.value for each in words])
        return otherwise

    def words(self, words: type[Word]) -> tuple[Word, ...]:
        """A list of words of a closed set; empty where it is absent."""
        first = next(iter(words))
        return tuple(entry.word(words, first) for entry in self.each())

    def among(
        self, known: Collection[str] | None, code: str, *, fits: Callable[[str], bool] | None = None
    ) -> str:
        """A string that is in `known` or fits; else fault `code` with the nearest known ones."""
        text = self.text()
        if text and known is not None and text not in known and not (fits and fits(text)):
            self._unknown(code, known)
        return text

    def _unknown(self, code: str, known: Collection[str]) -> None:
        # Few words are shown all; of many, those that look like a slip of the pen.
        near = list(known) if len(known) <= 12 else get_close_matches(str(self.value), known, n=3, cutoff=0.5)
        self.faults.add(self.pointer, code, name=str(self.value), allowed=", ".join(near) or "-")

    def _wrong(self, kind: str, otherwise: T) -> T:
        if self.value is not None:
            self.faults.add(self.pointer, "K205", name=_name(self.pointer), kind=kind)
        return otherwise


def read_yaml(text: str, file: str) -> Entry:
    """The root of `text`. Not YAML, empty or nested too deep (K201), a key given twice (K202), an alias or
    a tag (K209) stand in its faults, and its value is None then.
    """
    faults = Faults(file)
    value: object = None
    try:
        _scan(text, faults)
        node = None if faults.found else yaml.compose(text, Loader=yaml.CSafeLoader)
        if node is not None:
            faults.lines = dict(_lines(node, "", faults))
            value = yaml.constructor.SafeConstructor().construct_document(node)
        if value is None and not faults.found:
            faults.add("", "K201", what="empty")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        faults.found.append(Finding(file, line, "K201", {"what": error.problem or "syntax"}))
    except (yaml.YAMLError, ValueError) as error:
        # ValueError: a day like 2026-02-30, a number of five thousand digits.
        faults.found.append(Finding(file, 0, "K201", {"what": type(error).__name__}))
    return Entry(None if faults.found else value, "", faults)


def _scan(text: str, faults: Faults) -> None:
    """Refuses what plain data never needs, before anything is built from it.

    PyYAML 6.0.3 composes with C recursion, so 100,000 open brackets end the process without an exception;
    a few aliases nested make gigabytes; `!!bool x` raises a bare KeyError.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_LIMIT:
            what = f"nested deeper than {DEPTH_LIMIT}"
            faults.found.append(Finding(faults.file, line, "K201", {"what": what}))
            return
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            faults.found.append(Finding(faults.file, line, "K209"))


def _lines(node: yaml.Node, pointer: str, faults: Faults) -> Iterator[tuple[str, int]]:
    """Pointer and line of every value below `node`. A mapping's entries stand where their keys stand."""
    yield pointer, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in keys:
                faults.found.append(Finding(faults.file, line, "K202", {"name": name}))
            keys.add(name)
            yield from _lines(value, f"{pointer}/{name}", faults)
            yield f"{pointer}/{name}", line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, f"{pointer}/{index}", faults)


def _name(pointer: str) -> str:
    return pointer.rpartition("/")[2] or "file"
