"""What must not be said: nothing of a person and no secret in a log, an error, a cursor, a file; nothing past the ingress filter.

People of the canary's name exist nowhere: where they are found, something leaks. Rules: domain.md N31, N58; invariants 4 and 5.
"""

import re
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from pydantic import BaseModel, SecretStr

from hub.errors import HubError
from hub.kit.bodies import Form, cut, form_of, values_in, with_value
from hub.kit.checks.telling import answer_to
from hub.kit.desk import Desk
from hub.kit.outcome import Level, NotApplicable, check
from hub.kit.overheard import overheard
from hub.kit.subject import Subject, demand
from hub.kit.wire import Trouble
from hub.model import Person
from hub.plugin import Body
from hub.plugin.adapter import Filters, Tells
from hub.plugin.json_text import read_json
from hub.plugin.transport.xml import local_name, parse_xml

_NAME: Final = "欧阳甲测"
_PHONE: Final = "13800007391"
_ID: Final = "329901199003077395"
_STREET: Final = "窑湾弄七十三号"
_WORDS: Final = "灰鹤路边井盖翻起"
CANARIES: Final = (_NAME, _PHONE, _ID, _STREET, _WORDS)
_SHORTEST_SECRET: Final = 5
_KINDS: Final = frozenset({"public", "internal", "personal", "sensitive"})
_OF_PEOPLE: Final = frozenset({"personal", "sensitive"})
_PLANTED: Final = "KitPlanted7391"
_MARKS: Final = str.maketrans("", "", "_- ")


@check(
    "log-says-nothing", Level.GOLD, "nothing of a person stands in a log line, in the output or in a warning"
)
def log_says_nothing(subject: Subject) -> None:
    _silent(_worked(subject).log, "said", "a log line or the output")


@check(
    "errors-say-nothing",
    Level.GOLD,
    "nothing of a person stands in an error, its pointer, facts, causes or traceback",
)
def errors_say_nothing(subject: Subject) -> None:
    _silent(_worked(subject).errors, "said", "an error")


@check(
    "cursor-says-nothing",
    Level.GOLD,
    "nothing of a person stands in a cursor, in the name of a thread or in a repr",
)
def cursor_says_nothing(subject: Subject) -> None:
    _silent(_worked(subject).marks, "said", "a cursor, a thread's name or a repr")


@check("disk-says-nothing", Level.GOLD, "nothing of a person stands in the files that it keeps for itself")
def disk_says_nothing(subject: Subject) -> None:
    _silent(_worked(subject).files, "kept", "a file of its own, unsealed")


@check("secrets-stay", Level.GOLD, "no secret stands in a log line, an error, a cursor, a file or an address")
def secrets_stay(subject: Subject) -> None:
    work = _worked(subject)
    if not work.secrets:
        raise NotApplicable("it has no secret")
    for where, texts in {
        "log": work.log,
        "error": work.errors,
        "mark": work.marks,
        "file": work.files,
        "address": work.addresses,
    }.items():
        for text in texts:
            demand(
                not any(one in text for one in work.secrets),
                where,
                f"a secret stands in what it says: {where}",
            )


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
    with subject.at_desk(*_canaries(subject)) as desk:
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
    with subject.at_desk(*_canaries(subject)) as desk:
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
    with subject.at_desk(*_canaries(subject)) as desk:
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


# --- at work, and all that could be heard of it


@dataclass(slots=True)
class _Work:
    log: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    secrets: frozenset[str] = frozenset()


def _worked(subject: Subject) -> _Work:
    """What was said in a day of everything: plain work, troubles on the wire, spoilt records, answers."""
    work = _Work()
    with overheard() as heard, subject.at_desk(*_canaries(subject)) as desk:
        work.secrets = frozenset(_secrets_in(desk.entry.config.model_validate(desk.config)))
        for trouble in (
            Trouble.SERVER_ERROR,
            Trouble.LOGIN_PAGE,
            Trouble.HALF,
            Trouble.UNAUTHORIZED,
            Trouble.RESET,
        ):
            desk.trouble = _for_once(desk, trouble)
            desk.step()
        desk.trouble = lambda _: None
        desk.run()
        _spoil(desk, work)
        _tell(desk, work)
        work.errors += [
            _text_of(one) for one in (*desk.story.troubles, *(one.error for one in desk.story.told)) if one
        ]
        work.marks += [*desk.story.cursors, *(one.name for one in threading.enumerate())]
        work.marks += [
            repr(desk.adapter),
            str(desk.adapter),
            repr(desk.entry.config.model_validate(desk.config)),
        ]
        work.files = [
            one.read_bytes().decode("utf-8", "replace") for one in desk.own.rglob("*") if one.is_file()
        ]
        work.addresses = [path for wire in desk.wires for path in wire.asked]
    work.log = heard.said
    return work


def _canaries(subject: Subject) -> list[Any]:
    person = Person(_NAME, _PHONE, _ID, _STREET, callback=True)
    return [
        subject.says(
            number,
            requester=person,
            title=_WORDS,
            content=f"{_NAME}：{_WORDS}，电话{_PHONE}",
            address=_STREET,
        )
        for number in range(1, 7)
    ]


def _for_once(desk: Desk, trouble: Trouble) -> Callable[[int], Trouble | None]:
    at = sum(wire.requests for wire in desk.wires)
    return lambda _: trouble if sum(wire.requests for wire in desk.wires) <= at + 1 else None


def _spoil(desk: Desk, work: _Work) -> None:
    """Records with something wrong, each in another way, as long as the words of people still stand in them."""
    for body in {one.sent.kind: one.sent for one in desk.story.told}.values():
        spoilt = [Body(one, body.kind) for one in cut(body.content, 12)]
        odd = b'["%s"]' % _PHONE.encode()
        spoilt += [with_value(body, value, odd) for value in values_in(body.content)[:40]]
        spoilt += [
            with_value(body, value, b'"%s"' % f"{_NAME}{_PHONE}".encode())
            for value in values_in(body.content)[:40]
        ]
        for one in spoilt:
            told = desk.judged(one)
            if told.error:
                work.errors.append(_text_of(told.error))


def _tell(desk: Desk, work: _Work) -> None:
    if not isinstance(desk.adapter, Tells) or not desk.story.drafts:
        return
    for trouble in (None, Trouble.NOT_FOUND, Trouble.LOGIN_PAGE):
        desk.trouble = lambda _, trouble=trouble: trouble  # type: ignore[misc]
        try:
            desk.adapter.tell(answer_to(desk.story.drafts[0], 7391))
        except HubError as error:
            work.errors.append(_text_of(error))


def _text_of(error: HubError) -> str:
    """All that can be read of an error, with the causes that a traceback would show."""
    shown = "".join(traceback.format_exception(error))
    return f"{error}\n{error!r}\n{error.pointer}\n{dict(error.facts)!r}\n{shown}"


def _silent(texts: list[str], why: str, where: str) -> None:
    for text in texts:
        demand(not any(one in text for one in CANARIES), why, f"something of a person stands in {where}")


def _secrets_in(value: object) -> Iterator[str]:
    match value:
        case SecretStr():
            plain = value.get_secret_value()
            if len(plain) >= _SHORTEST_SECRET:
                yield plain
        case BaseModel():
            for name in type(value).model_fields:
                yield from _secrets_in(getattr(value, name))
        case Mapping():
            for one in value.values():
                yield from _secrets_in(one)
        case list() | tuple():
            for one in value:
                yield from _secrets_in(one)


# --- the fields of a body


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
