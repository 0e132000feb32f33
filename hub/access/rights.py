"""What a resident may ask of the hub about themselves (个人信息保护法 44–47): which rows are theirs, who decides, by when.
Pure.

Nobody is listed here: a request finds the rows of the one person who proved outside who they are, and shows counts and
ids of reports (invariant 5).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from hub.access.blind import NORMAL_FORMS
from hub.access.names import NO_NAMES, TITLES, split_name, without_title
from hub.access.textscan import mask_text
from hub.errors import Refused
from hub.model import Resident
from hub.model.contract import Duration, Unit

WITHIN: Final = Duration(15, Unit.WORK_DAY)
"""From the day it was entered until it is answered."""
LEAST_PASSPHRASE: Final = 12
"""Letters of the words that seal a copy."""
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{2,39}")


class Kind(StrEnum):
    """What is asked for."""

    COPY = "copy"
    """查阅、复制."""
    CORRECT = "correct"
    """更正、补充."""
    DELETE = "delete"
    """删除."""


class Basis(StrEnum):
    """The clause of 个人信息保护法 that it is asked under."""

    COPY = "pipl_45"
    CORRECT = "pipl_46"
    DONE = "pipl_47_1"
    """The purpose is met, or cannot be."""
    OVER = "pipl_47_2"
    """The service ended, or the time of keeping."""
    WITHDRAWN = "pipl_47_3"
    """Consent was withdrawn."""
    UNLAWFUL = "pipl_47_4"
    OTHER = "pipl_47_5"
    """Another law says so."""


BASES: Final[Mapping[Kind, tuple[Basis, ...]]] = MappingProxyType(
    {
        Kind.COPY: (Basis.COPY,),
        Kind.CORRECT: (Basis.CORRECT,),
        Kind.DELETE: (Basis.DONE, Basis.OVER, Basis.WITHDRAWN, Basis.UNLAWFUL, Basis.OTHER),
    }
)


class Refusal(StrEnum):
    """Why a request is turned down."""

    NOT_PROVEN = "not_proven"
    """Who asks did not prove who they are."""
    LAW_KEEPS = "law_keeps"
    """A law says that it is kept."""
    NO_BASIS = "no_basis"
    REPEATED = "repeated"


class State(StrEnum):
    """Where a request stands."""

    ENTERED = "entered"
    """Waits for a second security admin."""
    AGREED = "agreed"
    """Something of it is left to be done."""
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks, as proven outside; never stored."""

    name: str
    phone: str = ""
    id_number: str = ""


class Fit(StrEnum):
    """Whether a stored requester is the person who asks."""

    SAME = "same"
    UNSURE = "unsure"
    """The same phone under another name: a number has had other owners, a family shares one."""
    OTHER = "other"


def check_reference(text: str) -> None:
    """Raises Refused A502 where it is not the number of a file: it is stored in clear, and may tell of nobody."""
    if not _REFERENCE.fullmatch(text) or mask_text(text) != text:
        raise Refused("A502")


def check_basis(kind: Kind, basis: Basis) -> None:
    """Raises Refused A506 for a clause that gives no such right."""
    if basis not in BASES[kind]:
        raise Refused("A506")


def check_person(person: Person) -> None:
    """Raises Refused A503 without a name, or where neither phone nor id number is somebody's."""
    found = (_normal("phone", person.phone), _normal("id_number", person.id_number))
    if not _normal("name", person.name) or not any(found):
        raise Refused("A503")


def fit(person: Person, stored: Resident) -> Fit:
    """Whether `stored` is `person`: by id number where both have one, else by phone and name together."""
    ours, theirs = (_normal("id_number", one.id_number) for one in (person, stored))
    if ours and theirs:
        return Fit.SAME if ours == theirs else Fit.OTHER
    phone = _normal("phone", person.phone)
    if not phone or phone != _normal("phone", stored.phone):
        return Fit.OTHER
    return Fit.SAME if _same_name(person.name, stored.name) else Fit.UNSURE


def _same_name(one: str, other: str) -> bool:
    """Equal; or a surname with a title where the other is said in full: 王女士 and 王丽."""
    ours, theirs = _normal("name", one), _normal("name", other)
    if not ours or not theirs:
        return False
    if ours == theirs:
        return True
    titled = [name.endswith(TITLES) for name in (ours, theirs)]
    return any(titled) and _surname(ours) == _surname(theirs)


def _surname(name: str) -> str:
    return split_name(without_title(name))[0]


def _normal(kind: str, value: str) -> str:
    """ "" for what identifies nobody."""
    text = unicodedata.normalize("NFKC", value).strip()
    if "*" in text or text in NO_NAMES:
        return ""
    return NORMAL_FORMS[kind](text)
