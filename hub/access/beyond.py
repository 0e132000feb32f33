"""What is shown beyond the whitelist for a short time, because one person says why and another one agrees. Pure.

Two kinds: a reveal of one field of one report to who asked for it, and an emergency (break-glass) that gives the
departments called for one matter a set of fields that the pack names. Both become grants of their own while they hold, so
that what they show comes out of `access.project` like everything else, under the same care for secret reports and children.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from hub.access.fields import is_personal
from hub.errors import Refused
from hub.model import DepartmentId, Grant, IncidentId, Output, Sensitivity, ShareType

REVEAL: Final = "reveal"
EMERGENCY: Final = "emergency"
"""Purposes, in the audit."""
SHOWN_FOR: Final = timedelta(minutes=30)
"""How long a reveal is shown, from the moment in which it was agreed to."""
OPEN_FOR: Final = timedelta(hours=24)
"""How long an emergency gives (domain.md 5.6)."""
WAITS_FOR: Final = timedelta(hours=24)
"""What nobody decided about by then, nobody does: the reason is a day old."""
_COVERING: Final = frozenset((Sensitivity.MINOR, Sensitivity.RESTRICTED))


class State(StrEnum):
    """Where one of both stands at a moment."""

    WAITING = "waiting"
    LAPSED = "lapsed"
    """Nobody decided in time."""
    REFUSED = "refused"
    LIVE = "live"
    ENDED = "ended"


class Verdict(StrEnum):
    """What the second person says."""

    APPROVE = "approve"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a second person said of it."""

    verdict: Verdict
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """One field of one report of one whistle, in full, for the account that asked."""

    id: str
    whistle_id: str
    department: DepartmentId
    event_key: str
    """The report, whichever of its revisions is the newest."""
    field: str
    reason: str
    by: str
    at: datetime
    decided: Decided | None = None
    looks: int = 0
    """How often it was shown."""

    @property
    def until(self) -> datetime:
        """Until when it is shown, or may be decided about."""
        return _until(self.at, self.decided, SHOWN_FOR)

    def state_at(self, now: datetime) -> State:
        """Where it stands."""
        return _state(self.decided, self.until, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Somebody ended it before its time."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """Somebody of the security administration looked at it afterwards."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """One matter and the departments called for it; `kind` names a set of fields of the pack."""

    id: str
    incident_id: IncidentId
    kind: str
    reason: str
    by: str
    at: datetime
    decided: Decided | None = None
    due_at: datetime | None = None
    """By when it must have been reviewed; None while nobody agreed to it."""
    reviewed: Reviewed | None = None
    ended: Ended | None = None

    @property
    def until(self) -> datetime:
        """Until when it gives, or may be decided about."""
        by_itself = _until(self.at, self.decided, OPEN_FOR)
        return min(by_itself, self.ended.at) if self.ended else by_itself

    def state_at(self, now: datetime) -> State:
        """Where it stands."""
        return _state(self.decided, self.until, now)

    @property
    def needs_review(self) -> bool:
        """Whether it gave something that nobody has looked at since."""
        return self.decided is not None and self.decided.verdict is Verdict.APPROVE and self.reviewed is None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealRules:
    """Which fields may be revealed, and by which law. The pack's."""

    fields: tuple[str, ...]
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyKind:
    """A named set of fields for one kind of emergency. The pack's."""

    id: str
    zh: str
    en: str
    fields: tuple[str, ...]
    sensitivity: Sensitivity
    """`sensitive`: of a child the age band and of a secret report nothing; `minor` and `restricted` cover more."""
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeyondRules:
    """All that the pack says of it; nothing is given beyond the whitelist where it says nothing."""

    reveal: RevealRules = RevealRules(fields=(), legal_basis="")
    kinds: tuple[EmergencyKind, ...] = ()

    def kind(self, name: str) -> EmergencyKind | None:
        """The set of that name."""
        return next((one for one in self.kinds if one.id == name), None)


NOTHING: Final = BeyondRules()


def check_decide(one: Reveal | Emergency, by: str, now: datetime) -> None:
    """Returns where `by` may decide now. Raises Refused A441 for one's own, A442 for what does not wait any more."""
    if by == one.by:
        raise Refused("A441")
    if one.state_at(now) is not State.WAITING:
        raise Refused("A442")


def check_end(one: Emergency, now: datetime) -> None:
    """Returns where it can be ended now. Raises Refused A450 for one that gives nothing."""
    if one.state_at(now) is not State.LIVE:
        raise Refused("A450")


def check_review(one: Emergency, by: str) -> None:
    """Returns where `by` may review it. Raises Refused A448 where there is nothing to review, A441 for one of the two who
    opened it."""
    if not one.needs_review or one.decided is None:
        raise Refused("A448")
    if by in (one.by, one.decided.by):
        raise Refused("A441")


def reveal_grants(one: Reveal, standing: Iterable[Grant], legal_basis: str, on: date) -> tuple[Grant, ...]:
    """What a reveal gives on the day `on`. Its own grant is no more than `sensitive`: it opens no secret report and shows
    no child. Where the department has a grant of the field that covers those (`standing`: all in force), it covers them here,
    too, for the records that it is for, and no further than its mask; the audit names the reveal."""
    own = _grant(one.id, one.department, one.field, REVEAL, Sensitivity.SENSITIVE, legal_basis, on, _two(one))
    covering = (
        replace(
            own,
            sensitivity=grant.sensitivity,
            mask=grant.mask,
            areas=grant.areas,
            categories=grant.categories,
            valid_from=grant.valid_from,
            valid_to=grant.valid_to,
            approved_by=grant.approved_by,
        )
        for grant in standing
        if (grant.department, grant.field) == (one.department, one.field) and grant.sensitivity in _COVERING
    )
    return own, *covering


def emergency_grants(
    one: Emergency, kind: EmergencyKind, department: DepartmentId, on: date
) -> tuple[Grant, ...]:
    """What an emergency gives `department` on the day `on`."""
    return tuple(
        _grant(one.id, department, field, EMERGENCY, kind.sensitivity, kind.legal_basis, on, _two(one))
        for field in kind.fields
    )


def may_be_named(field: str) -> bool:
    """Whether a pack may name `field` here: one about a person, of a report or of who told it."""
    return is_personal(field) and field.partition(".")[0] in ("resident", "event")


def _two(one: Reveal | Emergency) -> tuple[str, ...]:
    """Who stands for it; of one that waits, as if it had been agreed to: what it would show is asked before it is."""
    return one.by, one.decided.by if one.decided else "?"


def _grant(
    id_: str,
    department: DepartmentId,
    field: str,
    purpose: str,
    sensitivity: Sensitivity,
    legal_basis: str,
    on: date,
    approved_by: tuple[str, ...],
) -> Grant:
    return Grant(
        id=id_,
        department=department,
        field=field,
        purpose=purpose,
        legal_basis=legal_basis,
        sensitivity=sensitivity,
        share_type=ShareType.CONDITIONAL,
        outputs=(Output.VIEW,),
        valid_from=on,
        valid_to=on,
        approved_by=approved_by,
    )


def _until(at: datetime, decided: Decided | None, lasts: timedelta) -> datetime:
    return at + WAITS_FOR if decided is None else decided.at + lasts


def _state(decided: Decided | None, until: datetime, now: datetime) -> State:
    over = now >= until
    if decided is None:
        return State.LAPSED if over else State.WAITING
    if decided.verdict is Verdict.REFUSE:
        return State.REFUSED
    return State.ENDED if over else State.LIVE
