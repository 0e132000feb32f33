"""One matter under other contracts: who was called beside who would be, and what moves by that.

Pure: what was decided, and what routing says, are arguments. A difference counts only where the contracts in force
make it: where they too would call others by now, other facts or a person have moved the matter since (`drifted`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from hub.contract.clauses import Unrouted
from hub.contract.route import Due, Routed
from hub.model import Contract, Level, Reason, Role, Whistle

Route: TypeAlias = Routed | Unrouted


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
    due: Callable[[datetime], Due],
) -> Case | Drifted | None:
    """What becomes of a matter; None where nothing does.

    `decided`: whistles as its route called for them. `before`: what the contracts in force say, asked only where
    something differs. `contracts`: the new ones by id. `due`: the new calendar's clocks from a moment on.
    """
    old_lead, new_lead = _lead(decided), _called(routed)
    old_assists, new_assists = _assisting(decided), _assists(routed)
    leads_differ = _name(old_lead) != _name(new_lead)
    assists_differ = old_assists != new_assists
    shifts = tuple(_shifts(decided, routed, contracts, due))
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
    decided: Sequence[Whistle],
    routed: Route,
    contracts: Mapping[str, Contract],
    due: Callable[[datetime], Due],
) -> list[Shift]:
    """Steps of those who are called either way, from the moment at which their clocks began."""
    calls = {one.department: one.contract_id for one in routed.calls} if isinstance(routed, Routed) else {}
    found: list[Shift] = []
    for whistle in decided:
        contract = contracts.get(calls.get(whistle.department, ""))
        if contract is None or not whistle.deadlines:
            continue
        was = {one.step: one.due_at for one in whistle.deadlines}
        since = {one.step: one.from_at for one in whistle.deadlines}  # a step may run since an earlier call
        first = whistle.deadlines[0].from_at
        limits = contract.limits_at(Level(whistle.level))
        would = {step: due(since.get(step, first))(step, limit).due_at for step, limit in limits.items()}
        found += [
            Shift(whistle.department, step, was.get(step), would.get(step))
            for step in sorted(was.keys() | would.keys())
            if was.get(step) != would.get(step)
        ]
    return found


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
