"""What one transaction does to whistles and their matters, gathered so that it is written and told once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from hub.model import (
    Actor,
    Ending,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    Move,
    Reason,
    SourceClock,
    Whistle,
    WhistleId,
)
from hub.run.exits.telling import Notice
from hub.store.reports import NewReport
from hub.store.steps import Made
from hub.whistle.follow import called_before, ended
from hub.whistle.levels import raised
from hub.whistle.lifecycle import OVER, UNBLOWN, Effect, Step, advance, is_above, open_moves
from hub.whistle.reached import effect_of
from hub.whistle.retiming import clock_of
from hub.whistle.stages import HEARD, Happening, Moved, Turned, closed_by, verified_by

_MOVES_CLOCKS: Final = frozenset(
    {Effect.PAUSES, Effect.RUNS_ON, Effect.MORE_TIME, Effect.TIGHTENS, Effect.NEW_ROUND}
)
"""What leaves other deadlines than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who makes a move, when and why. `account` stands in the history, which no department sees; "" for the hub. `person`:
    of a department, which is the account then, who of it."""

    actor: Actor
    at: datetime
    account: str = ""
    reason_code: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Heir:
    """A whistle that goes on for others of its department (`hub.run.matters.inheriting`)."""

    whistle: Whistle
    before: tuple[Whistle, ...]
    stands_in: Incident | None = None
    """The matter in which its department had it before; None where it is blown now."""


@dataclass(slots=True)
class Round:
    """Whistles and matters as they stand now, and what is to be written and told of them."""

    new: list[Whistle] = field(default_factory=list)
    blown: list[Notice] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    """Word of whistles that were blown before."""
    waiting: list[tuple[IncidentId, str]] = field(default_factory=list)
    released: list[IncidentId] = field(default_factory=list)
    over: list[IncidentId] = field(default_factory=list)
    """Matters that have come to their end: closed, or called off."""
    steps: list[Made] = field(default_factory=list)
    happened: dict[IncidentId, list[Happening]] = field(default_factory=dict)
    """Matter → in order, what its reporters may have to hear of."""
    reports: list[NewReport] = field(default_factory=list)
    retimed: set[WhistleId] = field(default_factory=set)
    """Whistles whose deadlines a move has changed: to be counted again before they are written."""
    heirs: list[Heir] = field(default_factory=list)
    _moved: dict[WhistleId, tuple[Whistle, int]] = field(default_factory=dict)
    _changed: dict[IncidentId, tuple[Incident, int]] = field(default_factory=dict)

    @property
    def moved(self) -> list[tuple[Whistle, int]]:
        """Whistles that stood before, as they stand now, each with the version that is stored."""
        return list(self._moved.values())

    @property
    def changed(self) -> Mapping[IncidentId, Incident]:
        """Matters as they stand now, one version on."""
        return {id_: one for id_, (one, _) in self._changed.items()}

    def blow(self, one: Whistle, incident: Incident, before: Iterable[Whistle] = ()) -> None:
        """A new whistle, which its department hears of. `before`: all whistles of the matter so far."""
        self.new.append(one)
        self.blown.append(Notice.of(one, incident))
        self.inherit(one, before)

    def inherit(self, one: Whistle, before: Iterable[Whistle]) -> None:
        """`one` is blown now, and goes on for those of its department among the matter's whistles so far."""
        others = [self.as_it_stands(w) for w in before if w.id != one.id]
        if known := called_before(others, one.department):
            self.heirs.append(Heir(one, known))

    def take_over(self, heir: Heir, after: Whistle) -> None:
        """`after`, which took something over, takes the place of the heir as it stands; its deadlines are to be counted
        anew, and who had it before is told."""
        self.retimed.add(after.id)
        if heir.stands_in is None:
            self.counted(after)
            return
        _, stored = self._moved.get(after.id, (after, after.version))
        before = self.as_it_stands(heir.whistle)
        now = replace(after, version=max(after.version, stored + 1))
        self.put(heir.whistle, now)
        if now.state in OVER:  # its department has been told of its end
            return
        if now.carried != before.carried or _first(now.source_clocks) != _first(before.source_clocks):
            self._tell(now, heir.stands_in)

    def keep_clocks(self, one: Whistle, clocks: tuple[SourceClock, ...], incident: Incident) -> None:
        """The sources of its matter keep other clocks now, and its department is told."""
        kept = replace(one, clock_at=clock_of(one), source_clocks=clocks)
        self.take_over(Heir(one, (), incident), kept)

    def counted(self, after: Whistle) -> None:
        """The whistle has other clocks now, also where a department is to be told of it."""
        if after.id in self._moved:
            self.put(after, after)
        self.new = [after if one.id == after.id else one for one in self.new]
        self.told = [_as_of(one, after) for one in self.told]
        self.blown = [_as_of(one, after) for one in self.blown]

    def as_it_stands(self, one: Whistle) -> Whistle:
        """The whistle with what this round did to it."""
        moved = self._moved.get(one.id)
        if moved:
            return moved[0]
        return next((new for new in self.new if new.id == one.id), one)

    def made_by(self, one: Whistle) -> list[Made]:
        """The whistle's moves in this round, which are not stored yet."""
        return [made for made in self.steps if made.step.whistle_id == one.id]

    def put(self, before: Whistle, after: Whistle) -> None:
        """`after` takes the place of `before`; of one that is new here nothing is stored yet."""
        if any(one.id == before.id for one in self.new):
            self.new = [after if one.id == after.id else one for one in self.new]
            return
        _, stored = self._moved.get(before.id, (before, before.version))
        self._moved[before.id] = (after, stored)

    def change(self, before: Incident, after: Incident) -> None:
        """The matter stands so now; however often it changes in a round, it is one version on."""
        _, stored = self._changed.get(before.id, (before, before.version))
        self._changed[before.id] = (replace(after, version=stored + 1), stored)

    def matter(self, one: Incident) -> Incident:
        """The matter with what this round did to it."""
        changed = self._changed.get(one.id)
        return changed[0] if changed else one

    def move(
        self,
        whistle: Whistle,
        move: Move,
        by: By,
        *,
        until: datetime | None = None,
        level: Level | None = None,
        reasons: Iterable[Reason] = (),
    ) -> Whistle:
        """`whistle` moves on, and everyone who reported its matter hears of it. Raises Refused W101."""
        before = self.as_it_stands(whistle)
        after, step = advance(before, move, by.at, actor=by.actor, until=until, level=level)
        after = replace(after, reasons=(*after.reasons, *reasons))
        self.put(before, after)
        if effect_of(step) in _MOVES_CLOCKS or before.paused_until != after.paused_until:
            self.retimed.add(after.id)
        self.steps.append(Made(step, by.account, by.reason_code, by.person))
        self._note(before, after, move)
        return after

    def end(self, gone: Iterable[Whistle], incident: Incident, why: Ending, now: datetime) -> None:
        """These whistles of `incident` end now, and nobody but the hub ended them."""
        for whistle in gone:
            self.ended(whistle, *ended(self.as_it_stands(whistle), why, now), incident, why)

    def ended(self, before: Whistle, after: Whistle, step: Step, incident: Incident, why: Ending) -> None:
        """`before` was called off."""
        self.put(before, after)
        self._note(before, after, Move.CANCEL)
        if before.state not in UNBLOWN:  # of what no department was told, none is told the end
            self._tell(after, incident, why)
        self.steps.append(Made(step, "", why.value))

    def rise(self, incident: Incident, level: Level, standing: Iterable[Whistle], by: By) -> None:
        """哨声升级: it is decided that the matter stands at `level`; its whistles that are at work rise with it."""
        risen = raised(incident, level)
        self.change(incident, risen)
        for one in standing:
            self.lift(one, risen, by)

    def lift(self, one: Whistle, incident: Incident, by: By) -> Whistle:
        """The whistle rises to the level of its matter where that stands above it and it is at work; its department
        hears of it."""
        now = self.as_it_stands(one)
        if not is_above(incident.level, now.level) or Move.UPGRADE not in open_moves(now, by.actor):
            return now
        lifted = self.move(now, Move.UPGRADE, by, level=incident.level)
        self._tell(lifted, incident)
        return lifted

    def close(self, incident: Incident, standing: Iterable[Whistle], now: datetime) -> None:
        """All that was to be done about it is done, by its whistles as they stand."""
        self.change(incident, replace(incident, state=IncidentState.CLOSED, closed_at=now))
        self.released.append(incident.id)
        self.over.append(incident.id)
        self._turn(closed_by(self.matter(incident), standing))

    def verify(self, incident: Incident, standing: Iterable[Whistle]) -> None:
        """All leads' results were checked: what is reported from now on is a recurrence (N10)."""
        self.change(incident, replace(incident, state=IncidentState.VERIFIED))
        self._turn(verified_by(self.matter(incident), standing))

    def reopen(self, incident: Incident, whistle: Whistle, move: Move) -> None:
        """It is to be done once more, by `move` of `whistle`."""
        self.change(incident, replace(incident, state=IncidentState.OPEN, closed_at=None))
        self._turn(Turned(self.matter(incident), (whistle,), move))

    def _tell(self, one: Whistle, incident: Incident, ending: Ending | None = None) -> None:
        """Its department hears how it stands now, once a round: two would come as the same twice to who fetches. One that
        is blown here is called so, or, where it ends, not at all."""
        if any(said.whistle.id == one.id for said in self.blown):
            called = Notice.of(one, incident)
            self.blown = [
                called if said.whistle.id == one.id else said
                for said in self.blown
                if said.whistle.id != one.id or ending is None
            ]
            return
        self.told = [said for said in self.told if said.whistle.id != one.id]
        self.told.append(Notice.of_change(one, incident, ending))

    def _note(self, before: Whistle, after: Whistle, move: Move) -> None:
        if move in HEARD:
            self.happened.setdefault(after.incident_id, []).append(Moved(before, after, move))

    def _turn(self, turned: Turned) -> None:
        self.happened.setdefault(turned.incident.id, []).append(turned)


def _first(clocks: Iterable[SourceClock]) -> datetime | None:
    return min((one.due_at for one in clocks), default=None)


def _as_of(notice: Notice, one: Whistle) -> Notice:
    same = (notice.whistle.id, notice.whistle.version) == (one.id, one.version)
    return replace(notice, whistle=one) if same else notice
