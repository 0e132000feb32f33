"""What must not be said: nothing of a person and no secret in a log, an error, a cursor or a file.

People of the canary's name exist nowhere: where they are found, something leaks. Rules: domain.md N31, N58; invariants 4 and 5.
"""

import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel, SecretStr

from hub.errors import HubError
from hub.kit.bodies import cut, values_in, with_value
from hub.kit.checks.telling import answer_to
from hub.kit.desk import Desk
from hub.kit.outcome import Level, NotApplicable, check
from hub.kit.overheard import overheard
from hub.kit.subject import Subject, demand
from hub.kit.wire import Trouble
from hub.model import Person
from hub.plugin import Body, Utterance
from hub.plugin.adapter import Tells

_NAME: Final = "欧阳甲测"
_PHONE: Final = "13800007391"
_ID: Final = "329901199003077395"
_STREET: Final = "窑湾弄七十三号"
_WORDS: Final = "灰鹤路边井盖翻起"
CANARIES: Final = (_NAME, _PHONE, _ID, _STREET, _WORDS)
_SHORTEST_SECRET: Final = 5


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
    with overheard() as heard, subject.at_desk(*canaries(subject)) as desk:
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


def canaries(subject: Subject) -> list[Utterance]:
    """Reports full of what must be found nowhere else."""
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
