"""Calling an emergency out (应急叫应): whom by which channel, and when the next one is due.

Pure. The order is that of the contract and of the rosters of the moment: the first channel rings the first contact;
what is not taken goes to the next channel, then to the next contact, and last to the district's centre. What failed is
not waited for. Nobody is called twice by one channel for one call of the department.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hub.clock import is_due
from hub.model import DepartmentId, OnCall
from hub.whistle.counting import CONTINUOUS
from hub.whistle.rosters import Contact

WEBHOOK: Final = "webhook"
"""The department's own webhook: no number, and the same message with the same id once more."""


class SummonsState(StrEnum):
    """How one call stands."""

    QUEUED = "queued"
    """To be sent, now or again: a gateway that did not answer is asked once more with the same id."""
    ACCEPTED = "accepted"
    """The gateway has it; that is not yet a person."""
    DELIVERED = "delivered"
    """The phone has it; that is not yet a person either."""
    TAKEN = "taken"
    """A person said so: the whistle is signed by it."""
    FAILED = "failed"
    """Nobody was reached by it, and it is not tried again."""
    VOID = "void"
    """Not sent: the whistle was taken, or is over."""


LOST: Final = frozenset({SummonsState.FAILED, SummonsState.VOID})


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to a person. `contact` and `number` are "" for a webhook."""

    department: DepartmentId
    channel: str
    contact: str = ""
    number: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What is called only once."""
        return self.department, self.contact, self.channel


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call as it was planned. `tries`: how often a gateway was asked in vain."""

    n: int
    department: DepartmentId
    channel: str
    contact: str
    state: SummonsState
    made_at: datetime
    tries: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """The rung that it stands on."""
        return self.department, self.contact, self.channel

    @property
    def is_lost(self) -> bool:
        """Nobody was reached by it so far, and nobody knows when it will be."""
        return self.state in LOST or (self.state is SummonsState.QUEUED and self.tries > 0)


def ladder(
    rules: OnCall,
    department: DepartmentId,
    contacts: Sequence[Contact],
    centre: DepartmentId,
    centre_contacts: Sequence[Contact],
) -> Iterator[Rung]:
    """Every way to a person, in the order in which they are tried."""
    if WEBHOOK in rules.channels and not contacts:
        yield Rung(department, WEBHOOK)
    for position, contact in enumerate(contacts):
        for channel in rules.channels:
            if channel == WEBHOOK and position == 0:
                yield Rung(department, WEBHOOK)
            elif channel in contact.numbers:
                yield Rung(department, channel, contact.label, contact.numbers[channel])
    if centre == department:
        return
    for contact in centre_contacts:
        for channel in rules.channels:
            if channel in contact.numbers:
                yield Rung(centre, channel, contact.label, contact.numbers[channel])


def span_of(rules: OnCall) -> timedelta:
    """How long a call is waited for."""
    return rules.after.value * CONTINUOUS[rules.after.unit]


def is_next_due(attempts: Sequence[Attempt], rules: OnCall, now: datetime) -> bool:
    """Whether the next rung is to be climbed: at once in the beginning and where the last call is lost, else once it
    was waited for. `attempts`: of this call of the department, in order."""
    if not attempts:
        return True
    last, span = attempts[-1], span_of(rules)
    return last.is_lost or is_due(last.made_at + span, now, within=span)


def next_rung(rungs: Iterable[Rung], attempts: Iterable[Attempt]) -> Rung | None:
    """The first rung that was not tried; None at the end of the ladder."""
    tried = {one.key for one in attempts}
    return next((rung for rung in rungs if rung.key not in tried), None)
