"""A proposal to change the whitelist, and how it comes into force: proposed, approved by others, in force, ended. Pure.

May hold who may say what, and in which state a proposal is. What a grant must be like stands in `terms`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.access.standing import last_day
from hub.access.terms import approvals_needed
from hub.errors import Refused
from hub.model import Grant


class Action(StrEnum):
    """What a proposal does with grants."""

    GRANT = "grant"
    CHANGE = "change"
    END = "end"


class State(StrEnum):
    """Where a proposal stands on a day."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    """It has its approvals; its first day is still to come."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    IN_FORCE = "in_force"
    ENDED = "ended"
    """Its last day has passed, or something was decided about each of its grants since."""


class Word(StrEnum):
    """What somebody said of a proposal."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    REVIEW = "review"
    """It was looked at again and stays as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of a proposal: the grant `target` as it is to be from now on. GRANT names no target, END no grant."""

    target: str = ""
    target_version: int = 0
    """Of the target as the proposer saw it: approved is what was proposed, or nothing."""
    grant: Grant | None = None

    @property
    def grant_id(self) -> str:
        """The grant that stands afterwards, or ends."""
        return self.target if self.grant is None else self.grant.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What somebody wants of the whitelist. It is never changed; what was said of it stands beside it."""

    id: str
    action: Action
    changes: tuple[Change, ...]
    reason: str
    proposed_by: str
    proposed_at: datetime
    review_by: date
    """The day by which somebody looks whether it is still needed."""
    needs: int
    """How many others must approve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One word about one proposal."""

    word: Word
    by: str
    at: datetime
    reason: str = ""
    review_by: date | None = None
    """Of REVIEW: the next day."""


def needed(changes: Iterable[Change], targets: Mapping[str, Grant]) -> int:
    """How many others must approve `changes`; one where they only end grants. `targets`: the grants in force, by id:
    what is sensitive stays so while it is changed into something else."""
    many = [
        approvals_needed(one.field, one.sensitivity)
        for change in changes
        if change.grant is not None
        for one in (change.grant, targets.get(change.target))
        if one is not None
    ]
    return max(many, default=1)


def approvers(said: Sequence[Said]) -> tuple[str, ...]:
    """Who approved, in their order, each once."""
    return tuple(dict.fromkeys(one.by for one in said if one.word is Word.APPROVE))


def check(proposal: Proposal, said: Sequence[Said], new: Said) -> None:
    """Returns where `new` may be said. Raises Refused A201 for one's own proposal, A202 for a second approval by the same
    account, A203 for a proposal that is decided, A204 for a refusal without a reason, A205 for a withdrawal by another."""
    is_over = any(one.word in (Word.REFUSE, Word.WITHDRAW) for one in said)
    if is_over or _is_approved(proposal, said) is not (new.word is Word.REVIEW):
        raise Refused("A203", proposal=proposal.id)
    if new.word is Word.WITHDRAW:
        if new.by != proposal.proposed_by:
            raise Refused("A205", proposal=proposal.id)
        return
    if new.by == proposal.proposed_by:
        raise Refused("A201", proposal=proposal.id)
    if new.word is Word.APPROVE and new.by in approvers(said):
        raise Refused("A202", proposal=proposal.id)
    if new.word is Word.REFUSE and not new.reason:
        raise Refused("A204", proposal=proposal.id)


def _is_approved(proposal: Proposal, said: Sequence[Said]) -> bool:
    return len(approvers(said)) >= proposal.needs


def state_on(proposal: Proposal, said: Sequence[Said], decided: Mapping[str, str], on: date) -> State:
    """Where `proposal` stands on the day `on`. `decided`: grant id → the proposal that decided about it last."""
    words = {one.word for one in said}
    if Word.REFUSE in words:
        return State.REFUSED
    if Word.WITHDRAW in words:
        return State.WITHDRAWN
    if not _is_approved(proposal, said):
        return State.PROPOSED
    mine = [one for one in proposal.changes if decided.get(one.grant_id) == proposal.id]
    if not mine:
        return State.ENDED
    if proposal.action is Action.END:
        return State.IN_FORCE
    given = [one.grant for one in mine if one.grant is not None]
    if all(last_day(one) < on for one in given):
        return State.ENDED
    return State.APPROVED if all(on < one.valid_from for one in given) else State.IN_FORCE


def review_due(proposal: Proposal, said: Sequence[Said]) -> date:
    """The day by which it is to be looked at again, as said last."""
    days = [one.review_by for one in said if one.review_by is not None]
    return days[-1] if days else proposal.review_by
