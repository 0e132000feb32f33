"""Where a matter stands for those who reported it, and what they are told when it moves on.

Pure. A source knows one report, not the departments at it: the stage is the matter's. It is accepted with the first
lead's signature, returned where no lead is left at it, done where it closes and closed where it is verified; what one
whistle does in between is progress, and no more. What those who assist do before a lead has taken it is none yet; that
its source takes the whole back is told to nobody. `hub.run.matters.answering` puts it into words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.model import DepartmentId, Ending, Incident, IncidentState, Move, Role, Stage, Whistle, WhistleState
from hub.whistle.follow import ending_of, is_designated
from hub.whistle.lifecycle import ACTIVE, DONE, UNBLOWN, UNSETTLED

_AT_WORK: Final = frozenset({WhistleState.CONTACTED, WhistleState.REPORTED_IN, WhistleState.HANDLING})
_STEPS: Final = frozenset(
    {
        Move.SIGN,
        Move.CONTACT,
        Move.ARRIVE,
        Move.HANDLE,
        Move.PAUSE,
        Move.RESUME,
        Move.RESULT,
        Move.REWORK,
        Move.REOPEN,
    }
)
"""Moves of one whistle that are progress of its matter."""
_LEFT: Final = frozenset({Move.RETURN, Move.UPHOLD, Move.DISMISS, Move.CANCEL})
"""Moves that a matter loses or gets back a lead by."""
HEARD: Final = _STEPS | _LEFT
"""Moves from which it follows what a reporter is told."""
_UNCALLED: Final = UNBLOWN | {WhistleState.REFUSED}
"""States of what no department ever heard of."""
QUIET: Final = _UNCALLED | {WhistleState.BLOWN}
"""States of leads of which nobody has anything to tell: not taken yet."""
_LEFT_IT: Final = UNSETTLED | {WhistleState.REASSIGNED, WhistleState.CANCELLED}
"""States of leads that are no more at their matter, and have not done it."""
_RESTS: Final = frozenset({None, Stage.RETURNED, Stage.SUSPENDED})
"""Stages that what those who assist do does not change: the matter waits for a lead, whoever helps."""
_GONE: Final = frozenset({Ending.WITHDRAWN, Ending.MERGED})
"""Ends of whistles that their matter ends with."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One whistle moved on, or was called off."""

    before: Whistle
    after: Whistle
    move: Move


@dataclass(frozen=True, slots=True)
class Turned:
    """The matter, as it stands now, closed, was verified or is open again, by `move` of these whistles."""

    incident: Incident
    by: tuple[Whistle, ...]
    move: Move


Happening = Moved | Turned


@dataclass(frozen=True, slots=True)
class Word:
    """What everyone who reported a matter is told. The same `seed` is the same word: nobody hears it twice for as long as
    their report stays in the matter."""

    stage: Stage
    move: Move | None
    """None: no department's, but of who deals with it elsewhere."""
    departments: tuple[DepartmentId, ...]
    seed: str
    elsewhere: str = ""
    """The source that has it, where no department does."""
    until: datetime | None = None
    """When that is over, where it was announced."""


def stage_of(leads: Iterable[Whistle]) -> Stage | None:
    """Where an open matter stands whose leads are these; None while nobody has signed."""
    called = [w for w in leads if w.state not in _UNCALLED]
    at_it = [w for w in called if w.state in ACTIVE]
    done = [w for w in called if w.state in DONE]
    signed = _signed(called)
    if called and not at_it and _is_handed_back(called, done):
        return Stage.RETURNED
    if signed and all(w.paused_until for w in signed):
        return Stage.SUSPENDED
    if done or any(w.state in _AT_WORK for w in signed):
        return Stage.IN_PROGRESS
    if any(w.state is WhistleState.REOPENED for w in signed):
        return Stage.REOPENED
    return Stage.ACCEPTED if signed else None


def _signed(leads: Iterable[Whistle]) -> list[Whistle]:
    return [w for w in leads if w.state in ACTIVE and w.state is not WhistleState.BLOWN]


def _is_handed_back(called: Sequence[Whistle], done: Sequence[Whistle]) -> bool:
    """Whether the matter looks for a lead: a designated one that is done has taken the place of who was relieved."""
    if not done or any(w.state in UNSETTLED for w in called):
        return True
    return any(w.state is WhistleState.REASSIGNED for w in called) and not any(map(is_designated, done))


def words_of(happened: Sequence[Happening], leads: Iterable[Whistle]) -> list[Word]:
    """What follows for who reported a matter from what happened to it, in order; `leads`: as they stand after all of
    it."""
    now = {w.id: w for w in leads}
    for one in reversed(happened):
        if isinstance(one, Moved) and one.before.role is Role.LEAD:
            now[one.before.id] = one.before
    words: list[Word | None] = []
    for at, one in enumerate(happened):
        if isinstance(one, Turned):
            words.append(_turned(one))
            continue
        stood = stage_of(now.values())
        if one.after.role is Role.LEAD:
            now[one.after.id] = one.after
        if not _is_told_with_the_matter(one, happened[at + 1 :]):
            words.append(_moved(one, stood, stage_of(now.values())))
    return [word for word in words if word]


def _is_told_with_the_matter(one: Moved, then: Sequence[Happening]) -> bool:
    """Whether the matter itself turned by this move: that is what is told then."""
    turned = [each.incident.state for each in then if isinstance(each, Turned)]
    if one.move is Move.RESULT:
        return IncidentState.CLOSED in turned
    if one.move in (Move.REWORK, Move.REOPEN):
        return bool(then) and isinstance(then[0], Turned) and then[0].incident.state is IncidentState.OPEN
    return False


def _moved(one: Moved, stood: Stage | None, stands: Stage | None) -> Word | None:
    leads = one.after.role is Role.LEAD
    if one.move is Move.CANCEL and (one.before.state in UNBLOWN or ending_of(one.after) in _GONE):
        return None
    if leads and stands is Stage.RETURNED and stood is not Stage.RETURNED:
        return _word(Stage.RETURNED, Move.RETURN, one.after)
    if one.move not in _STEPS or (not leads and stood in _RESTS):
        return None
    if leads and one.move is Move.SIGN and stood in (None, Stage.RETURNED):
        return _word(Stage.ACCEPTED, one.move, one.after)
    if leads and one.move is Move.PAUSE and stands is Stage.SUSPENDED:
        return _word(Stage.SUSPENDED, one.move, one.after)
    return _word(Stage.IN_PROGRESS, one.move, one.after)


def _word(stage: Stage, move: Move, by: Whistle) -> Word:
    return Word(stage, move, (by.department,), seed=f"{by.id}:{by.version}")


def _turned(one: Turned) -> Word | None:
    if one.incident.state is IncidentState.OPEN:
        return _word(Stage.REOPENED, one.move, one.by[0])
    return _ended(one.incident, one.by, one.move)


def _ended(incident: Incident, by: Iterable[Whistle], move: Move) -> Word | None:
    """Said once for each closing, to whoever is there then and to whoever comes later; None of what nobody did."""
    stage = Stage.DONE_BY_DEPT if incident.state is IncidentState.CLOSED else Stage.CLOSED
    departments = tuple(dict.fromkeys(w.department for w in by))
    seed = f"{incident.id}:{stage}:{incident.closed_at}"
    if departments:
        return Word(stage, move, departments, seed)
    return Word(stage, None, (), seed, incident.handled_by) if incident.handled_by else None


def closed_by(incident: Incident, standing: Iterable[Whistle]) -> Turned:
    """`incident`, which is done, by the results of those who led it."""
    return Turned(incident, _results(standing), Move.RESULT)


def verified_by(incident: Incident, standing: Iterable[Whistle]) -> Turned:
    """`incident`, which is verified: by checks, or because what nobody checked in time went into the archive."""
    by = _results(standing)
    archived = any(w.state is WhistleState.ARCHIVED for w in by)
    return Turned(incident, by, Move.ARCHIVE if archived else Move.CHECK)


def _results(standing: Iterable[Whistle]) -> tuple[Whistle, ...]:
    return tuple(w for w in standing if w.role is Role.LEAD and w.state in DONE)


def word_now(incident: Incident, leads: Sequence[Whistle]) -> Word | None:
    """What whoever joins `incident` late is told of how it stands; None where there is nothing to tell yet."""
    if incident.state is IncidentState.CLOSED:
        return _turned(closed_by(incident, leads))
    if incident.state is IncidentState.VERIFIED:
        return _turned(verified_by(incident, leads))
    stage = stage_of(leads) if incident.state is IncidentState.OPEN else None
    if stage is None:
        return _elsewhere(incident, leads)
    if stage is Stage.RETURNED:  # the word of who left it, which everyone else was told
        return _word(stage, Move.RETURN, [w for w in leads if w.state in _LEFT_IT][-1])
    signed = _signed(leads)
    move, by = (_LAST[stage], signed) if signed else (Move.RESULT, _results(leads))
    times = f"{sum(w.round for w in leads)}:{sum(w.returns for w in leads)}"
    departments = tuple(dict.fromkeys(w.department for w in by))
    return Word(stage, move, departments, seed=f"{incident.id}:{stage}:{times}")


def _elsewhere(incident: Incident, leads: Sequence[Whistle]) -> Word | None:
    """Who has an open matter for which nobody is called."""
    if leads or not incident.handled_by or incident.state is not IncidentState.OPEN:
        return None
    seed = f"{incident.id}:elsewhere:{incident.until}"
    return Word(Stage.IN_PROGRESS, None, (), seed, incident.handled_by, incident.until)


def parted(home: Incident, leads: Iterable[Whistle], now: Incident) -> Word | None:
    """What whoever was told that `home` is done hears when their report leaves it for `now`, which is open; None where
    they were told no such thing."""
    return _goes_on(home, leads, now, Move.BLOW)


def joined(gone: Incident, leads: Iterable[Whistle], now: Incident) -> Word | None:
    """What whoever was told that `gone` is done hears when it becomes a part of `now`, which is open; None as above."""
    return _goes_on(gone, leads, now, Move.HANDLE)


def _goes_on(before: Incident, leads: Iterable[Whistle], now: Incident, move: Move) -> Word | None:
    by = _results(leads)
    if not by or before.closed_at is None or now.state is not IncidentState.OPEN:
        return None
    departments = tuple(dict.fromkeys(w.department for w in by))
    return Word(Stage.REOPENED, move, departments, seed=f"{now.id}:{before.id}:{before.closed_at}")


_LAST: Final = {
    Stage.ACCEPTED: Move.SIGN,
    Stage.IN_PROGRESS: Move.HANDLE,
    Stage.SUSPENDED: Move.PAUSE,
    Stage.REOPENED: Move.REOPEN,
}
"""By which move of those at it a late reporter is told of each stage."""
