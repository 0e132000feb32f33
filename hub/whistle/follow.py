"""What becomes of a matter's whistles when the matter moves on: its route changes, it joins another, it ends.

Pure. Whistles and calls in, what to blow, move and end out; `hub.run.matters.dispatch` stores and tells it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Final

from hub import ids
from hub.model import (
    Actor,
    Call,
    Closing,
    DepartmentId,
    Ending,
    IncidentId,
    Move,
    Reason,
    Role,
    Whistle,
    WhistleId,
    WhistleState,
)
from hub.whistle.lifecycle import ACTIVE, DONE, OVER, RELIEVED, UNBLOWN, Step, advance

ALONE: Final = "alone"
"""Rule of the reason that a lead's whistle carries which waited for those who assist no more."""
LET_GO: Final = frozenset({WhistleState.CANCELLED, WhistleState.REFUSED})
"""Ends after which the department may be called for the matter again."""
_CHECKED: Final = frozenset({WhistleState.CHECKED, WhistleState.ARCHIVED})
BLOWN_BY: Final = "blown_by"
"""Rule of the reason that a whistle carries which a post blew; its fact `post` says which."""
DESIGNATED: Final = "designated"
"""Rule of the reason that a whistle carries which the centre decided: it follows no route, and is not returned."""
MERGED: Final = "merged"
"""Rule of the reason that a whistle carries which came from another matter; its fact `from` is that matter."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Which calls are blown now, and which whistles end."""

    blow: tuple[Call, ...]
    end: tuple[Whistle, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Of two matters that became one: whistles that go on as others than before, and those that end."""

    moved: tuple[Whistle, ...]
    ended: tuple[tuple[Whistle, Step], ...]


def follow(
    whistles: Sequence[Whistle], calls: Sequence[Call], accused: Collection[DepartmentId] = ()
) -> Turn:
    """`whistles` of one matter beside its route as it stands now; the same again once that was done is empty.

    Who is called no longer, or in another role, ends, unless the department has come to the place or handed
    in a result. What a merge brought, or the centre designated, stays: a person decided that. Who returned the
    matter is not called again. What a person submitted for a department that the route calls by itself ends, unblown.
    Whoever is `accused` in it ends wherever it is (domain.md 2.5).
    """
    wanted = {call.department: call.role for call in calls}
    end = tuple(
        w
        for w in whistles
        if (w.department in accused and w.state not in OVER)
        or (w.state in UNBLOWN and w.department in wanted)
        or (_may_be_called_off(w) and _is_wanted_no_more(w, wanted.get(w.department)))
    )
    gone = {w.id for w in end}
    held = {w.department for w in whistles if w.state not in LET_GO and w.id not in gone}
    return Turn(tuple(_again(call, whistles) for call in calls if call.department not in held), end)


def _is_wanted_no_more(one: Whistle, role: Role | None) -> bool:
    """Whether the route, which wants the department in `role`, ends this whistle. What a person decided stays, but for
    one that assists and is to lead."""
    if role is one.role:
        return False
    return not _is_decided(one) or (one.role is Role.ASSIST and role is Role.LEAD)


def _again(call: Call, whistles: Sequence[Whistle]) -> Call:
    """The call with the centre's word, where that was said of an earlier whistle of the department."""
    said = any(is_designated(w) for w in whistles if w.department == call.department)
    return replace(call, reasons=(*call.reasons, Reason(DESIGNATED))) if said else call


_AT_THE_PLACE: Final = frozenset({WhistleState.REPORTED_IN, WhistleState.HANDLING, WhistleState.REOPENED})
"""States in which a department goes on with the matter even where its route changes."""


def _may_be_called_off(one: Whistle) -> bool:
    return one.state not in OVER and one.state not in _AT_THE_PLACE


def _is_decided(one: Whistle) -> bool:
    """Whether a person brought it here: by a merge, by designation, by blowing it."""
    return is_brought(one) or is_designated(one) or any(reason.rule == BLOWN_BY for reason in one.reasons)


def is_brought(one: Whistle) -> bool:
    """Whether a merge brought it from another matter."""
    return bool(came_from(one))


def came_from(one: Whistle) -> frozenset[IncidentId]:
    """The matters from which merges brought it to where it is."""
    brought = (reason.facts.get("from") for reason in one.reasons if reason.rule == MERGED)
    return frozenset(IncidentId(str(matter)) for matter in brought if matter is not None)


def is_designated(one: Whistle) -> bool:
    """Whether the centre decided that this department handles the matter."""
    return any(reason.rule == DESIGNATED for reason in one.reasons)


def still_open(whistles: Sequence[Whistle]) -> tuple[Whistle, ...]:
    """Those that have not ended."""
    return tuple(w for w in whistles if w.state not in OVER)


def is_led(whistles: Sequence[Whistle]) -> bool:
    """Whether a leading department is at it: otherwise the matter waits at the desk."""
    return any(w.role is Role.LEAD and w.state in ACTIVE for w in whistles)


def is_done(whistles: Sequence[Whistle], closing: Closing = Closing.LEADS) -> bool:
    """Whether all leads have handed in their results; those that were called off do not count. Where the centre
    relieved a lead, one that it designated has to be among them: its duty is not over because it was another's.
    Where `closing` waits for everyone, those who assist have handed in theirs, too, or a lead said that it waits for
    them no more (N82).
    """
    called = [w for w in whistles if w.role is Role.LEAD]
    leads = [w for w in called if w.state not in RELIEVED | UNBLOWN]
    if any(w.state is WhistleState.REASSIGNED for w in called) and not any(map(is_designated, leads)):
        return False
    if not leads or any(w.state not in DONE for w in leads):
        return False
    return closing is Closing.LEADS or any(map(_is_alone, leads)) or not still_open(whistles)


def is_verified(whistles: Sequence[Whistle]) -> bool:
    """Whether the result of every lead was checked."""
    leads = [w for w in whistles if w.role is Role.LEAD and w.state not in RELIEVED]
    return bool(leads) and all(w.state in _CHECKED for w in leads)


def _is_alone(one: Whistle) -> bool:
    return any(reason.rule == ALONE for reason in one.reasons)


def called_before(whistles: Sequence[Whistle], department: DepartmentId) -> tuple[Whistle, ...]:
    """Those of a matter's `whistles` whose clocks go on where `department` is called anew: it was called by them, and
    did not hand in a result since. One that ended because the matter was done has no more to go on with."""
    mine = [w for w in whistles if w.department == department and w.state not in UNBLOWN]
    through = max((w.blown_at for w in mine if w.state in DONE or _is_finished(w)), default=None)
    return tuple(
        w
        for w in mine
        if w.state not in DONE | {WhistleState.REFUSED}
        and not _is_finished(w)
        and (through is None or w.blown_at > through)
    )


def _is_finished(one: Whistle) -> bool:
    return one.state is WhistleState.CANCELLED and ending_of(one) is Ending.FINISHED


def ended(whistle: Whistle, why: Ending, at: datetime) -> tuple[Whistle, Step]:
    """`whistle` called off by the hub, one version on, and why; and the step for its history."""
    moved, step = advance(whistle, Move.CANCEL, at, actor=Actor.HUB)
    return replace(moved, reasons=(*moved.reasons, Reason(why.value))), step


def ending_of(whistle: Whistle) -> Ending:
    """Why `whistle` was called off, or its department relieved."""
    return Ending(whistle.reasons[-1].rule)


def join(
    whistles: Sequence[Whistle],
    into: IncidentId,
    standing: Sequence[Whistle],
    *,
    takes_more: bool,
    at: datetime,
) -> Joined:
    """Open `whistles` of a matter that was merged into another, whose own are `standing`.

    One ends where its department is at that matter already, was relieved of it, or where that matter takes none any
    more (`takes_more` False: it is closed). The others go on as they are, with their clocks. What a person submitted
    keeps nobody away who was called: it ends, unblown. The centre's word goes along: whom it relieved stays so, and
    what it designated stays with its department.
    """
    drafts = [w for w in standing if w.state in UNBLOWN]
    called = [w for w in standing if w.state not in UNBLOWN]
    busy = {w.department for w in called if w.state not in OVER or w.state is WhistleState.REASSIGNED}
    asked = {w.department for w in drafts}
    open_ = still_open(whistles)
    moving = [
        w
        for w in open_
        if takes_more and w.department not in busy and not (w.state in UNBLOWN and w.department in asked)
    ]
    relieved = [w for w in whistles if w.state is WhistleState.REASSIGNED]
    known = {w.department for w in (*called, *moving) if w.state is not WhistleState.CANCELLED}
    going = [*moving, *(w for w in relieved if w.department not in known)]
    taken = {w.department for w in going}
    words = {w.department for w in open_ if w not in moving and is_designated(w)}
    staying = [w for w in still_open(standing) if w.department in words and not is_designated(w)]
    return Joined(
        (
            *(_moved(w, into, (Reason(MERGED, {"from": w.incident_id}), *w.reasons)) for w in going),
            *(_moved(w, into, (*w.reasons, Reason(DESIGNATED))) for w in staying),
        ),
        tuple(
            ended(w, Ending.MERGED, at)
            for w in (
                *(w for w in open_ if w not in moving),
                *(w for w in drafts if w.department in taken),
            )
        ),
    )


def part(whistles: Sequence[Whistle], source: IncidentId) -> tuple[Whistle, ...]:
    """Those of `whistles` that a merge brought from `source`, on their way back there; in whatever state."""
    came = Reason(MERGED, {"from": source})
    return tuple(
        _moved(w, source, tuple(r for r in w.reasons if r != came)) for w in whistles if came in w.reasons
    )


def _moved(one: Whistle, to: IncidentId, reasons: tuple[Reason, ...]) -> Whistle:
    return replace(one, incident_id=to, reasons=reasons, version=one.version + 1)


def next_id(incident: IncidentId, department: str, known: Collection[str]) -> WhistleId:
    """The id of the next round in which `incident` calls `department`; `known`: ids of its whistles so far."""
    rounds = (ids.whistle_id(incident, department, number) for number in count())
    return next(one for one in rounds if one not in known)
