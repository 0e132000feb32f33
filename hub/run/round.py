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
    Whistle,
    WhistleId,
)
from hub.run.telling import Notice
from hub.store.steps import Made
from hub.store.whistles import NewReport
from hub.whistle.follow import ended
from hub.whistle.lifecycle import UNBLOWN, Effect, Step, advance, is_above, open_moves
from hub.whistle.reached import effect_of
from hub.whistle.stages import HEARD, Happening, Moved, Turned, closed_by, verified_by

_MOVES_CLOCKS: Final = frozenset(
    {Effect.PAUSES, Effect.RUNS_ON, Effect.MORE_TIME, Effect.TIGHTENS, Effect.NEW_ROUND}
)
"""What leaves other deadlines than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who makes a move, when and why. `account` stands in the history, which no department sees; "" for the hub."""

    actor: Actor
    at: datetime
    account: str = ""
    reason_code: str = ""


@dataclass(slots=True)
class Round:
    """Whistles and matters as they stand now, and what is to be written and told of them."""

    new: list[Whistle] = field(default_factory=list)
    blown: list[Notice] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    """Word of whistles that were blown before."""
    waiting: list[tuple[IncidentId, str]] = field(default_factory=list)
    released: list[IncidentId] = field(default_factory=list)
    steps: list[Made] = field(default_factory=list)
    happened: dict[IncidentId, list[Happening]] = field(default_factory=dict)
    """Matter → in order, what its reporters may have to hear of."""
    reports: list[NewReport] = field(default_factory=list)
    retimed: set[WhistleId] = field(default_factory=set)
    """Whistles whose deadlines a move has changed: to be counted again before they are written."""
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

    def blow(self, one: Whistle, incident: Incident) -> None:
        """A new whistle, which its department hears of."""
        self.new.append(one)
        self.blown.append(Notice.of(one, incident))

    def as_it_stands(self, one: Whistle) -> Whistle:
        """The whistle with what this round did to it."""
        moved = self._moved.get(one.id)
        return moved[0] if moved else one

    def put(self, before: Whistle, after: Whistle) -> None:
        """`after` takes the place of `before`."""
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
        self.steps.append(Made(step, by.account, by.reason_code))
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
            # What it was to hear of before the end, such as a raise, would come as a second end to who fetches.
            self.told = [one for one in self.told if one.whistle.id != after.id]
            self.told.append(Notice.of_change(after, incident, why))
        self.steps.append(Made(step, "", why.value))

    def rise(self, incident: Incident, level: Level, standing: Iterable[Whistle], by: By) -> None:
        """哨声升级: the matter and those of its whistles that are at work rise to `level`."""
        raised = replace(incident, level=level)
        self.change(incident, raised)
        for one in standing:
            now = self.as_it_stands(one)
            if is_above(level, now.level) and Move.UPGRADE in open_moves(now, by.actor):
                self.told.append(Notice.of_change(self.move(now, Move.UPGRADE, by, level=level), raised))

    def close(self, incident: Incident, standing: Iterable[Whistle], now: datetime) -> None:
        """All that was to be done about it is done, by its whistles as they stand."""
        self.change(incident, replace(incident, state=IncidentState.CLOSED, closed_at=now))
        self.released.append(incident.id)
        self._turn(closed_by(self.matter(incident), standing))

    def verify(self, incident: Incident, standing: Iterable[Whistle]) -> None:
        """All leads' results were checked: what is reported from now on is a recurrence (N10)."""
        self.change(incident, replace(incident, state=IncidentState.VERIFIED))
        self._turn(verified_by(self.matter(incident), standing))

    def reopen(self, incident: Incident, whistle: Whistle, move: Move) -> None:
        """It is to be done once more, by `move` of `whistle`."""
        self.change(incident, replace(incident, state=IncidentState.OPEN, closed_at=None))
        self._turn(Turned(self.matter(incident), (whistle,), move))

    def _note(self, before: Whistle, after: Whistle, move: Move) -> None:
        if move in HEARD:
            self.happened.setdefault(after.incident_id, []).append(Moved(before, after, move))

    def _turn(self, turned: Turned) -> None:
        self.happened.setdefault(turned.incident.id, []).append(turned)
