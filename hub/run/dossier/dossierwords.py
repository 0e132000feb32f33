"""What stands in an exported dossier, in words for people: labels, names from the pack, local time.

Whatever has no word stays as it is: a page tells of entries of hubs before and after this one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from hub.clock import SHANGHAI
from hub.jsonform import build, dumps
from hub.messages.entries import CODES, FIELDS, GROUNDS, STEPS
from hub.messages.supervision import CARDS
from hub.messages.text import Language
from hub.messages.why import in_words, unit_in_words
from hub.model import AreaId, DepartmentId
from hub.pack import Pack
from hub.run.reference.states import ACTORS, MOVES, OVERSEEN, OVERSEES, WHISTLE
from hub.whistle import calculation
from hub.whistle.calculation import Calculation

_CLOCK: Final = "dossier.clocks/"
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})")
_BODIES: Final = frozenset(
    {
        "dossier.department",
        "dossier.moves/by",
        "dossier.reports/by",
        "dossier.contacts/by",
        "dossier.cards/by",
        "dossier.looks/who",
        "dossier.looks/on_behalf_of",
    }
)
_SOURCES: Final = frozenset({"event.source", "dossier.answers/source"})
_GROUNDS: Final = frozenset({"dossier.reasons", "dossier.links/reasons"})
_STEPS: Final = frozenset({"dossier.overdue/step", "dossier.cards/step"})
_WORDS: Final[Mapping[str, Mapping[Any, str]]] = {
    **CODES,
    **dict.fromkeys(_STEPS, STEPS),
    "whistle.reasons": {**GROUNDS, **CODES["whistle.reasons"]},
    "dossier.moves/move": MOVES,
    "dossier.moves/actor": ACTORS,
    "dossier.moves/before": WHISTLE,
    "dossier.moves/after": WHISTLE,
    "dossier.moves/level": CODES["whistle.level"],
    "dossier.reports/move": MOVES,
    "dossier.cards/card": CARDS[Language.ZH],
    "dossier.cards/kind": CARDS[Language.ZH],
    "dossier.cards/turn": OVERSEES,
    "dossier.cards/actor": ACTORS,
    "dossier.cards/after": OVERSEEN,
    "dossier.evaluation/actor": ACTORS,
    "dossier.looks/fields": FIELDS,
}


class Words:
    """Says what one dossier's entries say."""

    def __init__(self, pack: Pack, entries: Iterable[Mapping[str, Any]]) -> None:
        self._pack = pack
        shown = (one.get("shown", {}).get("whistle.contract_id") for one in entries)
        ids = {said["value"] for said in shown if said}
        self._form = {
            field: str(said.get("title", field))
            for contract in pack.contracts
            if contract.id in ids
            for field, said in _properties(contract.form).items()
            if isinstance(said, Mapping)
        }

    def label(self, name: str) -> str:
        """What a field is called."""
        if name.startswith(_CLOCK):
            step = name.removeprefix(_CLOCK)
            return f"{STEPS.get(step, step)}时限"
        return FIELDS.get(name, name)

    def body(self, id_: str) -> str:
        """The name of an organisation; an account as it is."""
        found = self._pack.organisations.get(DepartmentId(id_))
        return found.name if found else id_

    def word(self, name: str, value: object) -> str:
        """One plain value of a field."""
        text = value if isinstance(value, str) else dumps(value)
        if name in _BODIES:
            return self.body(text)
        return self._name(name, text) or _WORDS.get(name, {}).get(text) or _fact(text)

    def _name(self, field: str, id_: str) -> str:
        """What the pack calls a category, an area or a source; "" where it has no name for it."""
        if field == "incident.category":
            category = self._pack.taxonomy.categories.get(id_)
            return category.zh if category else ""
        if field == "incident.subdistrict_id":
            area = self._pack.areas.get(AreaId(id_))
            return area.name if area else ""
        source = self._pack.sources.get(id_) if field in _SOURCES else None
        return source.title if source else ""

    def said(self, name: str, value: Any) -> list[str]:
        """The value of a field, in lines."""
        if name.startswith(_CLOCK) and isinstance(value, Mapping):
            return _clock(value)
        if name == "whistle.deadlines" and isinstance(value, Mapping):
            return [f"{STEPS.get(step, step)} {moment(at)}" for step, at in value.items()]
        if name == "dossier.cards/calculation":
            return [_calculation(value)]
        if name in _GROUNDS and isinstance(value, list):
            return [self._ground(one["rule"], one["facts"]) for one in value]
        if name == "report.form" and isinstance(value, Mapping):
            return [f"{self._form.get(field, field)}：{self.word(name, one)}" for field, one in value.items()]
        if isinstance(value, list):
            return ["、".join(self._member(name, one) for one in value) or "—"]
        return [self.word(name, value)]

    def _member(self, name: str, value: object) -> str:
        """One of several: a mask with its field, a grant with its version."""
        if isinstance(value, list):
            return " ".join(self.word(name, FIELDS.get(str(one), one)) for one in value)
        return self.word(name, value)

    def _ground(self, rule: str, facts: Mapping[str, Any]) -> str:
        told = defaultdict(str, {name: self.body(_fact(one)) for name, one in facts.items()})
        return GROUNDS[rule].format_map(told) if rule in GROUNDS else rule


def moment(text: str) -> str:
    """A moment as people here read it."""
    return datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _fact(value: object) -> str:
    """A moment in words; all else as it is, also what people wrote that looks like one."""
    text = value if isinstance(value, str) else dumps(value)
    try:
        return moment(text) if _MOMENT.fullmatch(text) else text
    except (ValueError, OverflowError):  # no day of a calendar, or its first or last one
        return text


def _properties(form: Mapping[str, Any]) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = form.get("properties", {})
    return fields


def _clock(said: Mapping[str, Any]) -> list[str]:
    value, _, unit = str(said["limit"]).partition(" ")
    lines = [f"{moment(said['due_at'])} 前，限 {value} {unit_in_words(unit, Language.ZH)}"]
    if said.get("managed_at"):
        lines.append(f"准予延至 {moment(said['managed_at'])}")
    if said.get("provisional"):
        lines.append("暂定：工作日历未到该日")
    for one in said["derivation"]:
        facts = {name: _plain(name, fact) for name, fact in one["facts"].items()}
        lines.append(_why(str(one["rule"]), facts))
    return lines


def _why(rule: str, facts: Mapping[str, object]) -> str:
    try:
        return in_words(rule, facts, Language.ZH) or rule
    except KeyError:  # of a hub that told other facts of it
        return rule


def _plain(name: str, fact: object) -> object:
    if name == "level":
        return CODES["whistle.level"].get(str(fact), fact)
    return _fact(fact) if isinstance(fact, str) else fact


def _calculation(said: Any) -> str:
    try:
        return calculation.in_words(build(Calculation, said), Language.ZH)
    except ValueError:  # of a hub that calculated otherwise
        return dumps(said)
