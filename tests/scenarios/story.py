"""Stories as `life.yaml` tells them, read whole: a word that the runner does not know is refused, not passed over.

Nothing here drives a hub. A step is one act of somebody at a moment, or no act but that time has passed, and what is
expected then; `waits_for` names a part of the hub that such a step is not run without.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import yaml

from hub.clock import SHANGHAI
from hub.whistle.posts import posted

HERE: Final = Path(__file__).parent
PARTS: Final = {
    "clocks": "hub.whistle.timetable",
    "cards": "hub.whistle.cards",
    "marks": "hub.whistle.evaluation",
}
"""Part of the hub that a step may wait for → the module that there is no longer a reason to wait with."""
RESIDENT: Final = "resident"
CENTRE: Final = "centre"
POST: Final = "post"
DEPARTMENT: Final = "department"

_REPORTS: Final = {"reason", "note", "until", "form", "alone", "version"}
_DECIDES: Final = {"of", "reason"}
ACTS: Final[Mapping[str, Mapping[str, set[str]]]] = {
    RESIDENT: {"report": {"ref", "code", "address", "words", "urgency"}},
    POST: {
        "blow": {"level", "calls", "reason"},
        "approve": _DECIDES,
        "refuse": _DECIDES,
        "mark": {"of", "marks"},
    },
    CENTRE: {
        **dict.fromkeys(("refer", "uphold", "dismiss", "grant", "deny", "resume"), _DECIDES),
        **dict.fromkeys(("check", "rework", "reopen", "archive"), _DECIDES),
        "designate": {"calls", "reason"},
        "upgrade": {"reason"},
        "mark": {"of", "marks"},
    },
    DEPARTMENT: dict.fromkeys(
        ("sign", "contact", "arrive", "handle", "return", "pause", "resume", "ask", "result"), _REPORTS
    ),
}
"""Who does what, and what is said with it. Posts are written `post:area`, departments by their id in the pack."""
EXPECTED: Final = {
    *("refused", "matter", "whistles", "told", "answered", "overdue", "desk", "history"),
    *("cards", "measures", "score"),
}
"""What may be expected: see `tests.scenarios.seen`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One step of a story."""

    line: str
    """Where it stands, for whoever reads a failure."""
    at: datetime
    who: str
    """"" where nobody does anything, and only time has passed."""
    kind: str
    """RESIDENT, POST, CENTRE or DEPARTMENT; "" as above."""
    does: str
    said: Mapping[str, Any]
    expect: Mapping[str, Any]
    waits_for: str


@dataclass(frozen=True, slots=True)
class Story:
    """What happens to one matter at one place."""

    place: Path
    title: str
    acts: tuple[Act, ...]

    def __str__(self) -> str:
        return f"{self.place.name}: {self.title}"


def places() -> list[Path]:
    """The directories that are packs."""
    return sorted(one.parent for one in HERE.glob("*/pack.yaml"))


def stories() -> list[Story]:
    """All stories of all places. Raises ValueError that names the line with a word nobody knows."""
    return [story for place in places() for story in stories_of(place)]


def stories_of(place: Path) -> list[Story]:
    """The stories of one place, in their order."""
    told = yaml.load((place / "life.yaml").read_text("utf-8"), Loader=_Lined)  # noqa: S506 a safe loader's child
    return [_story(place, one) for one in told["stories"]]


def _story(place: Path, told: Mapping[str, Any]) -> Story:
    where = f"{place.name}/life.yaml"
    _known(told, {"title", "zh", "steps"}, f"{where}:{told[_LINE]}")
    acts = tuple(_act(one, f"{where}:{one[_LINE]}") for one in told["steps"])
    late = [two.line for one, two in pairwise(acts) if two.at < one.at]
    if late:
        raise ValueError(f"{late[0]}: earlier than the step before it")
    return Story(place, str(told["title"]), acts)


def _act(told: Mapping[str, Any], line: str) -> Act:
    who, does = str(told.get("who", "")), str(told.get("does", ""))
    kind = _kind(who)
    if kind and does not in ACTS[kind]:
        raise ValueError(f"{line}: a {kind} does {', '.join(ACTS[kind])}; not {does}")
    words = ACTS[kind][does] if kind else set()
    _known(told, {"at", "who", "does", "expect", "waits_for", *words}, line)
    expect = _plain(told.get("expect", {}))
    _known(expect, EXPECTED, line)
    waits_for = str(told.get("waits_for", ""))
    if waits_for:
        _known({waits_for: None}, PARTS, line)
    return Act(
        line=line,
        at=moment(told["at"]),
        who=who,
        kind=kind,
        does=does,
        said={word: _plain(told[word]) for word in words if word in told},
        expect=expect,
        waits_for=waits_for,
    )


def _kind(who: str) -> str:
    if who in ("", RESIDENT, CENTRE):
        return who
    if ":" in who:
        posted(who)  # raises for what is no post
        return POST
    return DEPARTMENT


def _known(told: Mapping[str, Any], words: Iterable[str], line: str) -> None:
    strange = told.keys() - set(words) - {_LINE}
    if strange:
        raise ValueError(f"{line}: nobody knows {', '.join(sorted(strange))}")


def _plain(value: Any) -> Any:
    """Without the numbers of lines."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if name != _LINE}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def moment(text: object) -> datetime:
    """`2026-03-10 09:20`, as it is written in a story: by the clock on the wall."""
    return datetime.fromisoformat(str(text)).replace(tzinfo=SHANGHAI)


def commented(place: Path) -> Sequence[str]:
    """The parts of the hub that sections of the pack wait for, which stand there as comments until then."""
    mark = "# waits_for: "
    lines = [line.strip() for file in place.glob("*.yaml") for line in file.read_text("utf-8").splitlines()]
    return [line.removeprefix(mark) for line in lines if line.startswith(mark)]


_LINE: Final = "__line__"


class _Lined(yaml.SafeLoader):
    """Every mapping knows on which line it begins."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        made: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return {**made, _LINE: node.start_mark.line + 1}
