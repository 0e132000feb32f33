"""YAML read with line numbers, so that every fault of a pack can be told by file and line.

Only reading: a value is asked for by what it should be; what it is not becomes a finding, and a harmless
value is returned so that reading goes on and *all* faults are found in one go. What the values mean is
known by the readers of each file.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from hub.contract.finding import Finding

Choice = TypeVar("Choice", bound=StrEnum)

LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C loader is ten times as fast; some builds of PyYAML come without it."""

_LARGEST: Final = 4 * 1024 * 1024
_MOST_NODES: Final = 20_000
"""In one free-form value: aliases of aliases may unfold without end."""
_STRING: Final = "tag:yaml.org,2002:str"
_NULL: Final = "tag:yaml.org,2002:null"
_TEXTUAL: Final = {_STRING, *(f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "timestamp"))}
_SPAN: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(min|h|d)")
_SECONDS: Final = {"min": 60, "h": 3600, "d": 86400}
_EPOCH: Final = date(2000, 1, 1)


@dataclass(slots=True)
class Findings:
    """What was found wrong so far, in all files."""

    found: list[Finding] = field(default_factory=list)

    def say(self, file: str, line: int, code: str, /, **facts: str | int) -> None:
        """One more fault."""
        self.found.append(Finding(file, line, code, facts))


@dataclass(frozen=True, slots=True)
class Entry:
    """A value in a YAML file, and where it stands."""

    file: str
    node: yaml.Node
    findings: Findings
    key: str = ""
    """What leads to it: a field's name, or the name it was given in an open mapping."""

    @property
    def line(self) -> int:
        """Counted from 1."""
        return int(self.node.start_mark.line) + 1

    @property
    def absent(self) -> bool:
        """Whether `null`, `~` or nothing stands here."""
        return bool(self.node.tag == _NULL)

    def say(self, code: str, /, **facts: str | int) -> None:
        """A fault at this place."""
        self.findings.say(self.file, self.line, code, **facts)

    def named(self) -> Iterator["Entry"]:
        """The values of an open mapping, each with its name in `key`; a name that stands twice is a fault."""
        if self.absent:
            return
        if not isinstance(self.node, yaml.MappingNode):
            self._not("mapping")
            return
        seen: set[str] = set()
        for key, value in self.node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in seen or not name:
                line = int(key.start_mark.line) + 1
                self.findings.say(self.file, line, "K204", key=name)
                continue
            seen.add(name)
            yield Entry(self.file, value, self.findings, name)

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, "Entry"]:
        """The values of a closed mapping; missing and unknown names are faults.

        A missing required field stands in the answer too, as an absent value.
        """
        found: dict[str, Entry] = {}
        for entry in self.named():
            if entry.key in required or entry.key in optional:
                found[entry.key] = entry
                continue
            near = get_close_matches(entry.key, [*required, *optional], 1)
            entry.say("K206", field=entry.key, near=near[0] if near else "/".join((*required, *optional)))
        for name in required:
            if name not in found:
                self.say("K205", field=name)
                found[name] = Entry(self.file, yaml.ScalarNode(_NULL, "", self.node.start_mark), _DEAF, name)
        return found

    def items(self) -> Iterator["Entry"]:
        """The values of a list; nothing where it is absent."""
        if self.absent:
            return
        if not isinstance(self.node, yaml.SequenceNode):
            self._not("list")
            return
        for value in self.node.value:
            yield Entry(self.file, value, self.findings, self.key)

    def text(self) -> str:
        """A text; figures and dates are read as they are written, so `0101` keeps its zero."""
        if isinstance(self.node, yaml.ScalarNode) and self.node.tag in _TEXTUAL:
            return str(self.node.value)
        self._not("text")
        return ""

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(item.text() for item in self.items())

    def whole(self, least: int = 0) -> int:
        """A whole number of `least` or more."""
        raw = self._plain()
        if isinstance(raw, int) and not isinstance(raw, bool) and raw >= least:
            return raw
        self._not("whole_number")
        return least

    def number(self) -> float:
        """A number of 0 or more."""
        raw = self._plain()
        if isinstance(raw, int | float) and not isinstance(raw, bool) and 0 <= raw < float("inf"):
            return float(raw)
        self._not("number")
        return 0.0

    def flag(self) -> bool:
        """true or false."""
        raw = self._plain()
        if isinstance(raw, bool):
            return raw
        self._not("true_or_false")
        return False

    def day(self) -> date:
        """A day, `2026-03-01`."""
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            self._not("day")
            return _EPOCH

    def day_or_none(self) -> date | None:
        """A day, or None for `null`."""
        return None if self.absent else self.day()

    def moment(self) -> datetime:
        """A moment with its zone, `2026-03-10T08:00:00+08:00`."""
        try:
            moment = datetime.fromisoformat(self.text())
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None:
            return moment
        self._not("moment")
        return datetime.fromisoformat("2000-01-01T00:00:00+08:00")

    def span(self) -> timedelta:
        """A length of time: `30 min`, `2 h`, `90 d`."""
        match = _SPAN.fullmatch(self.text())
        if match:
            return timedelta(seconds=float(match[1]) * _SECONDS[match[2]])
        self._not("span")
        return timedelta(0)

    def one_of(self, choices: type[Choice]) -> Choice:
        """A member of a closed set."""
        text = self.text()
        try:
            return choices(text)
        except ValueError:
            self.say("K208", field=self.key, allowed=" | ".join(choices))
            return next(iter(choices))

    def free(self) -> Mapping[str, object]:
        """A mapping whose content is another's business (a plugin's configuration), as plain values."""
        if self.absent:
            return {}
        if not isinstance(self.node, yaml.MappingNode):
            self._not("mapping")
            return {}
        if _size(self.node, _MOST_NODES) >= _MOST_NODES:
            self.say("K212", limit=_MOST_NODES)
            return {}
        plain: dict[str, object] = _construct(self.node)
        return plain

    def _plain(self) -> object:
        return _construct(self.node) if isinstance(self.node, yaml.ScalarNode) else None

    def _not(self, wanted: str) -> None:
        self.say("K207", field=self.key, wanted=wanted)


_DEAF: Final = Findings()
"""Where the values of a missing field complain: that it is missing has been said."""


def read_yaml(root: Path, file: str, findings: Findings) -> Entry | None:
    """The whole of `root/file`; None (and a finding) where it cannot be read at all."""
    text = read_text(root, file, findings)
    if text is None:
        return None
    try:
        node = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        findings.say(file, mark.line + 1 if mark else 1, "K203")
        return None
    if node is None:
        findings.say(file, 1, "K205", field="…")
        return None
    return Entry(file, node, findings)


def read_text(root: Path, file: str, findings: Findings) -> str | None:
    """The text of `root/file`, UTF-8 with or without BOM; None (and a finding) where there is none."""
    path = root / file
    try:
        raw = path.read_bytes()
    except OSError:
        findings.say(file, 0, "K201", name=file)
        return None
    if len(raw) > _LARGEST:
        findings.say(file, 0, "K212", limit=_LARGEST)
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.say(file, raw[: error.start].count(b"\n") + 1, "K202")
        return None


def _construct(node: yaml.Node) -> Any:
    """Plain values of a composed node, by the safe rules only."""
    constructor = yaml.constructor.SafeConstructor()
    try:
        return constructor.construct_document(node)
    except (yaml.YAMLError, ValueError):
        return None


def _size(node: yaml.Node, limit: int) -> int:
    """Nodes below `node`, aliases unfolded, counted up to `limit`."""
    count, waiting = 0, [node]
    while waiting and count < limit:
        count += 1
        value = waiting.pop().value
        if isinstance(value, list):
            waiting.extend(part for item in value for part in (item if isinstance(item, tuple) else (item,)))
    return count
