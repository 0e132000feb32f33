"""One matter under other contracts: who was called beside who would be, and what moves by that.

Pure: what was decided, and what routing says, are arguments. A difference counts only where the contracts in force
make it: where they too would call others by now, other facts or a person have moved the matter since (`drifted`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from hub.contract.clauses import Unrouted
from hub.contract.load import STEPS
from hub.contract.route import Routed
from hub.model import Contract, Deadline, Reason, Role, Whistle

Route: TypeAlias = Routed | Unrouted
Timed: TypeAlias = Callable[[Whistle, Contract], Iterable[Deadline]]
"""The deadlines that a whistle's own history gives it under a contract."""


class Effect(StrEnum):
    """What other contracts do to one matter; worst first. A matter may have several."""

    LOST = "lost"
    """It had a lead and would have nobody."""
    MOVED = "moved"
    """Another department would lead."""
    GAINED = "gained"
    """It had nobody and would have a lead."""
    ASSISTS = "assists"
    """Others would assist."""
    EARLIER = "earlier"
    """A department that is called either way would be due earlier in some step, or in one more."""
    LATER = "later"
    """It would be due later, or in a step less."""


@dataclass(frozen=True, slots=True)
class Called:
    """One department, and the clause of the contract version that calls it."""

    department: str
    contract_id: str
    clause: str


@dataclass(frozen=True, slots=True)
class Shift:
    """A step of one department that would be due at another moment; None: there is no such deadline."""

    department: str
    step: str
    before: datetime | None
    after: datetime | None

    @property
    def is_earlier(self) -> bool:
        """Whether the department would have less time."""
        return self.after is not None and (self.before is None or self.after < self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One matter that would be otherwise."""

    incident_id: str
    effects: tuple[Effect, ...]
    before: Called | None
    after: Called | None
    assists_before: tuple[str, ...]
    assists_after: tuple[str, ...]
    shifts: tuple[Shift, ...]
    why: tuple[Reason, ...]
    """Of the new decision: the clause that would lead, or why nobody would."""


@dataclass(frozen=True, slots=True)
class Drifted:
    """Called otherwise than any contract would call it now: other facts or a person did that, not the change."""

    incident_id: str


def replayed(
    incident_id: str,
    decided: Sequence[Whistle],
    routed: Route,
    *,
    before: Callable[[], Route],
    contracts: Mapping[str, Contract],
    timed: Timed,
) -> Case | Drifted | None:
    """What becomes of a matter; None where nothing does.

    `decided`: whistles as its route called for them. `before`: what the contracts in force say, asked only where
    something differs. `contracts`: the new ones by id. `timed`: by the new calendar.
    """
    old_lead, new_lead = _lead(decided), _called(routed)
    old_assists, new_assists = _assisting(decided), _assists(routed)
    leads_differ = _name(old_lead) != _name(new_lead)
    assists_differ = old_assists != new_assists
    shifts = tuple(_shifts(decided, routed, contracts, timed))
    drifted = False
    if leads_differ or assists_differ:
        now = before()
        drifted = leads_differ and _name(_called(now)) == _name(new_lead)
        leads_differ = leads_differ and not drifted
        assists_differ = assists_differ and _assists(now) != new_assists
    effects = [
        *([_of_lead(old_lead, new_lead)] if leads_differ else []),
        *([Effect.ASSISTS] if assists_differ else []),
        *([Effect.EARLIER] if any(one.is_earlier for one in shifts) else []),
        *([Effect.LATER] if any(not one.is_earlier for one in shifts) else []),
    ]
    if not effects:
        return Drifted(incident_id) if drifted else None
    return Case(
        incident_id=incident_id,
        effects=tuple(effects),
        before=old_lead,
        after=new_lead,
        assists_before=old_assists,
        assists_after=new_assists,
        shifts=shifts,
        why=_why(routed),
    )


def _of_lead(before: Called | None, after: Called | None) -> Effect:
    if after is None:
        return Effect.LOST
    return Effect.GAINED if before is None else Effect.MOVED


def _shifts(
    decided: Sequence[Whistle], routed: Route, contracts: Mapping[str, Contract], timed: Timed
) -> Iterator[Shift]:
    """Steps of those who are called either way and whose clocks have begun."""
    calls = {one.department: one.contract_id for one in routed.calls} if isinstance(routed, Routed) else {}
    for whistle in decided:
        contract = contracts.get(calls.get(whistle.department, ""))
        was = _due(whistle.deadlines)
        if contract is None or not was:
            continue
        would = _due(timed(whistle, contract))
        for step in sorted(was.keys() | would.keys()):
            if was.get(step) != would.get(step):
                yield Shift(whistle.department, step, was.get(step), would.get(step))


def _due(deadlines: Iterable[Deadline]) -> dict[str, datetime]:
    """Of the steps that contracts limit: what a source keeps by itself, or a post reviews, is no contract's."""
    return {one.step: one.due_at for one in deadlines if one.step in STEPS}


def _lead(decided: Sequence[Whistle]) -> Called | None:
    leads = [one for one in decided if one.role is Role.LEAD]
    return Called(leads[-1].department, leads[-1].contract_id, leads[-1].clause) if leads else None


def _assisting(decided: Sequence[Whistle]) -> tuple[str, ...]:
    return tuple(sorted({one.department for one in decided if one.role is Role.ASSIST}))


def _called(routed: Route) -> Called | None:
    if isinstance(routed, Unrouted):
        return None
    lead = routed.calls[0]
    return Called(lead.department, lead.contract_id, lead.clause)


def _assists(routed: Route) -> tuple[str, ...]:
    return tuple(sorted(one.department for one in routed.calls[1:])) if isinstance(routed, Routed) else ()


def _name(called: Called | None) -> str:
    return called.department if called else ""


def _why(routed: Route) -> tuple[Reason, ...]:
    if isinstance(routed, Unrouted):
        return routed.reasons
    return (*routed.calls[0].reasons, *routed.reasons)
