"""申请: a department asks for fields, and is answered against a clock (政务数据共享条例, domain.md 5.2). Pure.

May hold what may be asked for, the steps, and how long each may take. What comes of one that is accepted is a proposal
(`proposal`); when a clock is due is for who has a calendar.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from hub.access.terms import first_day_beyond
from hub.access.textscan import mask_text
from hub.errors import Refused
from hub.model import DepartmentId, Output, ShareType
from hub.model.contract import Duration, Unit

MOST_FIELDS: Final = 20
MOST_WORDS: Final = 300
MOST_OPEN: Final = 20
"""Applications of one department that wait at a time."""
ANSWER: Final[Mapping[ShareType, Duration]] = MappingProxyType(
    {
        ShareType.UNCONDITIONAL: Duration(1, Unit.WORK_DAY),
        ShareType.CONDITIONAL: Duration(10, Unit.WORK_DAY),
    }
)
"""From when it was asked until it is accepted or refused."""
PROVIDE: Final = Duration(20, Unit.WORK_DAY)
"""From when it was accepted until the fields are given."""
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")


class State(StrEnum):
    """Where an application stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    """A proposal stands for it, and waits for its approvals."""
    PROVIDED = "provided"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What happened to it."""

    ASK = "ask"
    ACCEPT = "accept"
    RETURN = "return"
    """Its proposal was withdrawn: it waits for an answer again, by the clock that it had."""
    PROVIDE = "provide"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


TABLE: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (State.ASKED, Step.ACCEPT): State.ACCEPTED,
        (State.ASKED, Step.REFUSE): State.REFUSED,
        (State.ASKED, Step.WITHDRAW): State.WITHDRAWN,
        (State.ACCEPTED, Step.RETURN): State.ASKED,
        (State.ACCEPTED, Step.PROVIDE): State.PROVIDED,
        (State.ACCEPTED, Step.REFUSE): State.REFUSED,
    }
)
OPEN: Final = frozenset({State.ASKED, State.ACCEPTED})
"""In these somebody has to do something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a department asks for. It is never changed; its steps stand beside it."""

    id: str
    department: DepartmentId
    fields: tuple[str, ...]
    outputs: tuple[Output, ...]
    purpose: str
    """A code, as in a grant."""
    words: str
    """What it is needed for."""
    legal_basis: str
    ends_on: date
    """Until when it is needed."""
    share_type: ShareType
    """The strictest of its fields' when it was asked: it says which clock holds."""
    asked_by: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One step of it. `due_at`: until when it had to be done; None where no clock ran."""

    step: Step
    by: str
    at: datetime
    reason: str = ""
    proposal: str = ""
    due_at: datetime | None = None


def advance(state: State, step: Step) -> State:
    """The state after `step`. Raises Refused A424 where that step is not open."""
    after = TABLE.get((state, step))
    if after is None:
        raise Refused("A424")
    return after


def strictest(shares: Mapping[str, ShareType], fields: Sequence[str]) -> ShareType:
    """How `fields` are shared, taken together. Raises Refused A421 for one that is not known or not shared at all."""
    for field in fields:
        if shares.get(field, ShareType.NOT_SHARED) is ShareType.NOT_SHARED:
            raise Refused("A421", pointer="/fields")
    found = {shares[field] for field in fields}
    return ShareType.UNCONDITIONAL if found == {ShareType.UNCONDITIONAL} else ShareType.CONDITIONAL


def check(one: Application, on: date) -> None:
    """Returns where it may be asked on the day `on`. Raises Refused A428 for no field or too many, or no output; A422 for
    a purpose, words or a legal basis that are missing or too long; A423 where words tell of a person; A426 for a last
    day that has passed or is more than a year away."""
    if not 1 <= len(one.fields) <= MOST_FIELDS or not one.outputs:
        raise Refused("A428", limit=MOST_FIELDS)
    said = (one.words, one.legal_basis)
    if not _CODE.fullmatch(one.purpose) or not all(1 <= len(text.strip()) <= MOST_WORDS for text in said):
        raise Refused("A422", limit=MOST_WORDS)
    if any(mask_text(text) != text for text in said):
        raise Refused("A423")
    if not on <= one.ends_on < first_day_beyond(on):
        raise Refused("A426", pointer="/ends_on")
