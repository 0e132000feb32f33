"""What a record may hold: every field declared, nothing past the ingress filter, and not a byte changed.

Rules: domain.md N31; invariants 4 and 5.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

from hub.kit.bodies import Form, form_of
from hub.kit.checks.hygiene import CANARIES, canaries
from hub.kit.outcome import Level, NotApplicable, check
from hub.kit.subject import Subject, demand
from hub.plugin import Body
from hub.plugin.adapter import Filters
from hub.plugin.json_text import read_json
from hub.plugin.transport.xml import local_name, parse_xml

_KINDS: Final = frozenset({"public", "internal", "personal", "sensitive"})
_OF_PEOPLE: Final = frozenset({"personal", "sensitive"})
_PLANTED: Final = "KitPlanted7391"
_MARKS: Final = str.maketrans("", "", "_- ")


@check(
    "fields-declared", Level.SILVER, "every field that it stores is declared, with whom it may be shown to"
)
def fields_declared(subject: Subject) -> None:
    declared = subject.entry.declares
    demand(bool(declared), "nothing", "it declares no fields")
    demand(
        set(declared.values()) <= _KINDS,
        "kind",
        f"a field is declared as something else than {', '.join(sorted(_KINDS))}",
    )
    known = {_folded(name) for name in declared} | {_folded(name).rpartition(".")[2] for name in declared}
    with subject.at_desk(*canaries(subject)) as desk:
        paths = [path for one in desk.run().told for path, _ in _fields(one.body)]
        if not paths:
            raise NotApplicable("its bodies have no named fields")
        for path in paths:
            demand(
                _folded(path) in known or _folded(path).rpartition(".")[2] in known,
                "unknown",
                f"the field {path} is sent and not declared",
            )


@check(
    "people-declared",
    Level.SILVER,
    "a field with a person's name, phone, address or words is declared as personal",
)
def people_declared(subject: Subject) -> None:
    declared = {_folded(name): kind for name, kind in subject.entry.declares.items()}
    leaves = {name.rpartition(".")[2]: kind for name, kind in declared.items()}
    with subject.at_desk(*canaries(subject)) as desk:
        found = [(path, text) for one in desk.run().told for path, text in _fields(one.body)]
        people = {path for path, text in found if any(one in text for one in CANARIES)}
    if not people:
        raise NotApplicable("its bodies carry nothing of a person in a named field")
    for path in people:
        kind = declared.get(_folded(path)) or leaves.get(_folded(path).rpartition(".")[2], "")
        demand(
            kind in _OF_PEOPLE,
            "open",
            f"the field {path} holds something of a person and is not declared as personal",
        )


@check("ingress-is-a-list", Level.BRONZE, "what the ingress filter does not know does not come in")
def ingress_is_a_list(subject: Subject) -> None:
    subject.needs(Filters, why="it has no ingress filter: its source may carry nothing that must not be held")
    planted = 0
    with subject.at_desk(*canaries(subject)) as desk:
        for one in desk.run().told:
            for body in _with_planted(one.sent):
                assert isinstance(desk.adapter, Filters)  # noqa: S101  asked before
                admitted = desk.adapter.admit(body)
                planted += 1
                demand(
                    _PLANTED.encode() not in (admitted.content or b""),
                    "held",
                    "a field that nobody listed comes in",
                )
                demand(
                    _PLANTED not in repr(admitted.dropped),
                    "named",
                    "the value of what was dropped stands in its name",
                )
    if not planted:
        raise NotApplicable("its bodies have no named fields")


@check("as-sent", Level.BRONZE, "a record is stored byte for byte as it was sent")
def as_sent(subject: Subject) -> None:
    if isinstance(subject.adapter, Filters):
        raise NotApplicable("its ingress filter rebuilds what it lets in")
    with subject.at_desk(*(subject.says(number) for number in range(1, 7))) as desk:
        told = [one.sent.content for one in desk.run().told]
        came = [one for wire in desk.wires for one in wire.answers] + (
            [one.body for one in desk.door.asked] if desk.door else []
        )
        if not came or not all(form_of(one) is Form.JSON for one in came if one):
            raise NotApplicable("its records do not come as JSON over HTTP")
        for content in told:
            demand(any(content in one for one in came), "changed", "a record is not stored as it was sent")


def _fields(body: Body) -> Iterator[tuple[str, str]]:
    """Dotted path and text of each value; nothing where it is neither JSON nor XML."""
    match form_of(body.content):
        case Form.JSON:
            yield from _leaves(read_json(body.content), "")
        case Form.XML:
            yield from _elements(parse_xml(body.content), "")


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for name, one in value.items():
                yield from _leaves(one, f"{path}.{name}" if path else str(name))
        case list():
            for one in value:
                yield from _leaves(one, path)
        case _:
            yield path, str(value)


def _elements(element: Any, path: str) -> Iterator[tuple[str, str]]:
    for one in element:
        inner = f"{path}.{local_name(one)}" if path else local_name(one)
        if len(one):
            yield from _elements(one, inner)
        else:
            yield inner, one.text or ""


def _folded(path: str) -> str:
    return path.translate(_MARKS).lower()


def _with_planted(body: Body) -> Iterator[Body]:
    """The body with a field that nobody listed, in each of its objects."""
    match form_of(body.content):
        case Form.JSON:
            yield Body(orjson.dumps(_planted(read_json(body.content))), body.kind)
        case Form.XML:
            planted = f"<{_PLANTED}>{_PLANTED}</{_PLANTED}>".encode()
            yield Body(re.sub(rb"(</)", planted + rb"\1", body.content), body.kind)


def _planted(value: object) -> object:
    match value:
        case dict():
            return {name: _planted(one) for name, one in value.items()} | {
                _PLANTED: _PLANTED,
                "PlateNo": _PLANTED,
                "FaceObjectList": {"FaceObject": [{"Name": _PLANTED}]},
            }
        case list():
            return [_planted(one) for one in value]
    return value
