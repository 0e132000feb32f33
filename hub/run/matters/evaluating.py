"""Marks for what departments did: by blower and centre with a command or by their post, by the requester through the
source.

Each is a move of its whistle, stored beside it. A requester who is not content opens it again, within the pack's
time and as often as it allows (N81).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from hub.clock import day_of
from hub.errors import Refused
from hub.model import Actor, Event, Incident, IncidentId, Move, Role, Satisfaction, Whistle
from hub.pack import Pack
from hub.run.ground.ledger import Ledger
from hub.run.matters.moving import Moving
from hub.run.matters.reopening import reopen
from hub.run.matters.round import By, Round
from hub.store import evaluations, events, incidents, steps, whistles
from hub.whistle.evaluation import Aspect, Mark, check_mark, is_within
from hub.whistle.lifecycle import DONE, open_moves

Changed = Mapping[IncidentId, Incident]
"""Matters that were opened again, as they stand then: whoever writes them announces them."""


class Evaluating:
    """Takes marks, any number in the caller's transaction. `begin` before it, `committed` once it holds."""

    def __init__(self, pack: Pack, moving: Moving, ledger: Callable[[], Ledger]) -> None:
        """`ledger`: an audit chain that nobody else writes in the same transaction."""
        self._pack, self._moving, self._ledger = pack, moving, ledger

    def begin(self) -> None:
        """A new transaction: what one before it wrote to the audit chain and rolled back is forgotten."""
        self._ledger().begin()

    def committed(self) -> None:
        """The audit chain may go on from it."""
        self._ledger().committed()

    def mark(self, conn: Connection, whistle_id: str, mark: Mark) -> Whistle:
        """Stores one mark for the whistle's present round, and moves it. `mark.round` is the caller's no matter.

        Raises Refused: W103 no such whistle, W101 it is not done, W121–W123 as `check_mark`.
        """
        (end,) = self.mark_all(conn, [(whistle_id, mark)], mark.at)
        if isinstance(end, Refused):
            raise end
        return end

    def mark_all(
        self, conn: Connection, given: Sequence[tuple[str, Mark]], at: datetime
    ) -> list[Whistle | Refused]:
        """The same of many, in their order: one that is refused stops no other."""
        batch = _Batch(conn, whistles.held(conn, [id_ for id_, _ in given]))
        ends = [self._attempt(batch, id_, mark) for id_, mark in given]
        self._write(conn, batch, at)
        return ends

    def hear(self, conn: Connection, revised: Iterable[tuple[Event, IncidentId]], at: datetime) -> Changed:
        """What sources said of their requesters in these revisions, each with its matter, in order.

        A word counts once: a revision that repeats what stood before is no news. What is not done yet, or was done
        too long ago, is not marked. Whoever is not content opens again what may be opened again.
        """
        news = [
            (event, event.satisfaction, incident)
            for event, incident in revised
            if event.satisfaction is not None and not _stood_before(conn, event)
        ]
        if not news:
            return {}
        called = whistles.of_incidents(conn, {incident for _, _, incident in news})
        batch = _Batch(conn, {str(one.id): one for some in called.values() for one in some})
        for event, said, incident in news:
            # Leads first: who assisted does its part again where its lead does.
            for one in sorted(called.get(incident, []), key=lambda each: each.role is not Role.LEAD):
                if batch.standing[one.id].state in DONE:
                    self._hear(batch, one.id, event, said, at)
        return self._write(conn, batch, at)

    def _attempt(self, batch: "_Batch", whistle_id: str, mark: Mark) -> Whistle | Refused:
        try:
            return self._mark(batch, whistle_id, mark)
        except Refused as refused:
            return refused

    def _mark(self, batch: "_Batch", whistle_id: str, mark: Mark) -> Whistle:
        whistle = batch.standing.get(whistle_id)
        if whistle is None:
            raise Refused("W103")
        rules = self._pack.rules_on(day_of(mark.at)).evaluation
        if Move.EVALUATE not in open_moves(whistle, mark.by):
            raise Refused("W101", allowed=", ".join(open_moves(whistle, mark.by)) or "-")
        check_mark(mark, rules, result_at=batch.result_at(whistle), calendar=self._pack.calendar)
        by = By(actor=mark.by, at=mark.at, account=mark.account)
        moved = batch.moved(batch.round.move(whistle, Move.EVALUATE, by))
        batch.marks.append((moved, replace(mark, round=moved.round)))
        return moved

    def _hear(self, batch: "_Batch", whistle_id: str, event: Event, said: Satisfaction, at: datetime) -> None:
        rules = self._pack.rules_on(day_of(at))
        aspects = {Aspect.SATISFY: rules.evaluation.satisfaction[said]}
        mark = Mark(by=Actor.REQUESTER, account=event.key, aspects=aspects, at=at)
        # After the time, or where requesters do not mark here, it may still be opened again.
        with suppress(Refused):
            self._mark(batch, whistle_id, mark)
        whistle = batch.standing[whistle_id]
        result_at = batch.result_at(whistle)
        if said is not Satisfaction.DISSATISFIED or whistle.round >= rules.reopen.most or result_at is None:
            return
        if is_within(at, rules.reopen.within, result_at, self._pack.calendar):
            by = By(actor=Actor.REQUESTER, at=at, account=event.key)
            matter = incidents.load(batch.conn, [whistle.incident_id])[whistle.incident_id]
            # The matter has become part of another one, and is opened there; or none of its leads is opened.
            with suppress(Refused):
                batch.moved(reopen(batch.conn, batch.round, whistle, matter, Move.REOPEN, by))

    def _write(self, conn: Connection, batch: "_Batch", at: datetime) -> Changed:
        if not batch.round.steps:
            return {}
        self._settle(batch, at)
        changed = self._moving.write(conn, batch.round, self._ledger(), at)
        evaluations.add(conn, [(one.id, one.version, mark) for one, mark in batch.marks])
        return changed

    def _settle(self, batch: "_Batch", at: datetime) -> None:
        """A matter that waited for those who assist waits at the desk no longer once its lead is at it again."""
        again = {made.step.whistle_id for made in batch.round.steps if made.step.move is Move.REOPEN}
        matters = {batch.standing[id_].incident_id for id_ in again}
        for id_, incident in incidents.load(batch.conn, matters).items():
            standing = [one for one in batch.standing.values() if one.incident_id == id_]
            self._moving.settle(batch.conn, batch.round, incident, standing, at)


class _Batch:
    """The whistles of one transaction as they stand, and the marks that they have got so far."""

    def __init__(self, conn: Connection, standing: dict[str, Whistle]) -> None:
        self.conn, self.standing, self.round = conn, standing, Round()
        self.marks: list[tuple[Whistle, Mark]] = []
        done = [id_ for id_, one in standing.items() if one.state in DONE]
        self._made = steps.of_whistles(conn, done)

    def result_at(self, whistle: Whistle) -> datetime | None:
        """When its last result was handed in; None where moves were not kept yet."""
        made = self._made.get(whistle.id, [])
        return max((one.step.at for one in made if one.step.move is Move.RESULT), default=None)

    def moved(self, one: Whistle) -> Whistle:
        """It stands so now."""
        self.standing[one.id] = one
        return one


def _stood_before(conn: Connection, event: Event) -> bool:
    """Whether the revision before this one said the same; a first one tells nothing of what was done here."""
    known = [one.event for one in events.of_keys(conn, [event.key]).get(event.key, [])]
    earlier = [one for one in known if one.id != event.id and _order(one) <= _order(event)]
    return not earlier or max(earlier, key=_order).satisfaction is event.satisfaction


def _order(one: Event) -> tuple[str, datetime]:
    return one.version, one.received_at
