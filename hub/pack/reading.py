"""Reading the files of a pack so that everything wrong is told at once.

Here is how files are opened and what every file may hold: days, spans of time, tables of one header.
What each file means is known by the module named after it.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from hub.contract.finding import Finding
from hub.contract.marked import NO_DAY, Entry, Faults, read_yaml

_LARGEST: Final = 64 * 1024 * 1024
"""Bytes of one file; a pack's address table is the largest."""
_SPAN: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(min|h|d)")
_SECONDS: Final = {"min": 60, "h": 3600, "d": 86400}
_NO_MOMENT: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class PackFiles:
    """The files below `root`, and the faults of those read so far."""

    root: Path
    _faults: list[Faults] = field(default_factory=list)

    def yaml(self, file: str) -> Entry:
        """The whole of a YAML file; where it cannot be read, that is told and nothing else of it."""
        text = self.text(file)
        entry = Entry(None, "", Faults(file)) if text is None else read_yaml(text, file)
        self._faults.append(entry.faults)
        if entry.is_absent:
            return Entry(None, "", Faults(file))  # that every field is missing too helps nobody
        return entry

    def text(self, file: str) -> str | None:
        """The text of a file, UTF-8 with or without BOM; None where there is none."""
        try:
            raw = (self.root / file).read_bytes()
        except OSError:
            self.faults(file).add("", "K103")
            return None
        if len(raw) > _LARGEST:
            self.faults(file).add("", "K105", limit=_LARGEST)
            return None
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.fault(file, raw[: error.start].count(b"\n") + 1, "K104")
            return None

    def rows(self, file: str, columns: Sequence[str]) -> Iterator["Row"]:
        """The rows of a CSV file with exactly these columns, in this order."""
        text = self.text(file)
        if text is None:
            return
        reader = csv.reader(text.splitlines(keepends=True))
        if next(reader, []) != list(columns):
            self.fault(file, 1, "K106", columns=",".join(columns))
            return
        faults = self.faults(file)
        for cells in reader:
            if len(cells) != len(columns):
                self.fault(file, reader.line_num, "K107", wanted=len(columns))
                continue
            yield Row(file, reader.line_num, dict(zip(columns, cells, strict=True)), faults)

    def names(self, folder: str, ending: str) -> tuple[str, ...]:
        """The files of a folder with this ending, as paths below the root, in alphabetical order."""
        found = sorted((self.root / folder).glob(f"*{ending}"))
        return tuple(path.relative_to(self.root).as_posix() for path in found)

    def faults(self, file: str) -> Faults:
        """Where faults of `file` are collected."""
        faults = Faults(file)
        self._faults.append(faults)
        return faults

    def fault(self, file: str, line: int, code: str, /, **facts: str | int) -> None:
        """One fault at a line that no YAML reader knows."""
        self.faults(file).found.append(Finding(file, line, code, facts))

    @property
    def found(self) -> tuple[Finding, ...]:
        """All faults, by file and line, none twice."""
        told = {
            (finding.file, finding.line, finding.code, *sorted(finding.facts.items())): finding
            for faults in self._faults
            for finding in faults.found
        }
        return tuple(sorted(told.values(), key=lambda finding: (finding.file, finding.line, finding.code)))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its cells by column, and where it stands."""

    file: str
    line: int
    cells: dict[str, str]
    faults: Faults

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def fault(self, code: str, /, **facts: str | int) -> None:
        """A fault in this row."""
        self.faults.found.append(Finding(self.file, self.line, code, facts))

    def day(self, column: str) -> date | None:
        """A day written YYYY-MM-DD, None for an empty cell."""
        text = self.cells[column]
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.fault("K113", name=column)
            return None


def required_text(entry: Entry, key: str) -> str:
    """The text under `key`, written as text; an empty one is a fault."""
    text = entry[key].text()
    if text == "" and isinstance(entry[key].value, str):
        entry[key].faults.add(entry[key].pointer, "K204", name=key)
    return text


def number(entry: Entry, otherwise: float) -> float:
    """A number of 0 or more; `otherwise` where it is absent."""
    value = entry.value
    if value is None:
        return otherwise
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf"):
        return float(value)
    entry.faults.add(entry.pointer, "K108", name=key_of(entry))
    return otherwise


def span(entry: Entry, otherwise: timedelta) -> timedelta:
    """A length of time, `30 min`, `2 h` or `90 d`; `otherwise` where it is absent."""
    if entry.is_absent:
        return otherwise
    match = _SPAN.fullmatch(entry.value) if isinstance(entry.value, str) else None
    if match is None:
        entry.faults.add(entry.pointer, "K109", name=key_of(entry))
        return otherwise
    return timedelta(seconds=float(match[1]) * _SECONDS[match[2]])


def moment(entry: Entry) -> datetime:
    """A moment with its zone, `2026-03-10T08:00:00+08:00`; kept with that zone."""
    try:
        found = datetime.fromisoformat(entry.value) if isinstance(entry.value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        entry.faults.add(entry.pointer, "K110", name=key_of(entry))
        return _NO_MOMENT
    return found


def validity(entry: Entry) -> tuple[date, date | None]:
    """`valid_from` and `valid_to` (None: open) of a mapping; the second before the first is a fault."""
    begins = entry["valid_from"].day()
    ends = None if entry["valid_to"].is_absent else entry["valid_to"].day()
    if ends is not None and NO_DAY not in (begins, ends) and ends < begins:
        entry.faults.add(f"{entry.pointer}/valid_to", "K111")
    return begins, ends


def key_of(entry: Entry) -> str:
    """The name under which a value stands."""
    return entry.pointer.rpartition("/")[2]
