"""Marks for what departments did: by blower and centre with a command, by the requester through the source.

Each is a move of its whistle, stored beside it. A requester who is not content opens it again, within the pack's
time and as often as it allows (N81).
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from hub.clock import day_of
from hub.errors import Refused
from hub.model import Actor, Event, IncidentId, Move, Satisfaction, Whistle
from hub.pack import Pack
from hub.store import evaluations, events, steps, whistles
from hub.store.steps import Made
from hub.whistle.evaluation import Aspect, Mark, check_mark, is_within
from hub.whistle.lifecycle import DONE, advance

Reopen = Callable[[Connection, Whistle, str, datetime], Whistle]
"""(the transaction, a whistle, whose word opens it again, now) → the whistle of the new round."""


def reopen_alone(conn: Connection, whistle: Whistle, by: str, at: datetime) -> Whistle:
    """The whistle opened again, and nothing else: its matter and its clocks are for who calls it."""
    moved, step = advance(whistle, Move.REOPEN, at, actor=Actor.REQUESTER)
    whistles.change(conn, moved)
    steps.add(conn, [Made(step, by)])
    return moved


class Evaluating:
    """Takes marks, in the caller's transaction."""

    def __init__(self, pack: Pack, reopen: Reopen = reopen_alone) -> None:
        """`reopen`: opens a whistle again, with all that follows from that."""
        self._pack, self._reopen = pack, reopen

    def mark(self, conn: Connection, whistle_id: str, mark: Mark) -> Whistle:
        """Stores one mark for the whistle's present round, and moves it. `mark.round` is the caller's no matter.

        Raises Refused: W103 no such whistle, W101 it is not done, W121–W123 as `check_mark`.
        """
        whistle = whistles.held(conn, whistle_id)
        if whistle is None:
            raise Refused("W103")
        return self._mark(conn, whistle, mark)

    def _mark(self, conn: Connection, whistle: Whistle, mark: Mark) -> Whistle:
        rules = self._pack.rules_on(day_of(mark.at)).evaluation
        moved, step = advance(whistle, Move.EVALUATE, mark.at, actor=mark.by)
        check_mark(mark, rules, result_at=_result_at(conn, whistle), calendar=self._pack.calendar)
        whistles.change(conn, moved)
        steps.add(conn, [Made(step, mark.account)])
        evaluations.add(conn, moved.id, moved.version, replace(mark, round=moved.round))
        return moved

    def hear(
        self, conn: Connection, revised: Iterable[tuple[Event, IncidentId]], at: datetime
    ) -> list[Whistle]:
        """What sources said of their requesters in these revisions, each with its matter, in order; gives back the
        whistles that it moved, as they stand now.

        A word counts once: a revision that repeats what stood before is no news. What is not done yet, or was done
        too long ago, is not marked. Whoever is not content opens again what may be opened again.
        """
        moved: dict[str, Whistle] = {}
        for event, incident in revised:
            if event.satisfaction is None or _stood_before(conn, event):
                continue
            for whistle in whistles.of_incidents(conn, [incident]).get(incident, []):
                if whistle.state in DONE:
                    moved[whistle.id] = self._hear(conn, whistle, event, event.satisfaction, at)
        return list(moved.values())

    def _hear(
        self, conn: Connection, whistle: Whistle, event: Event, said: Satisfaction, at: datetime
    ) -> Whistle:
        rules = self._pack.rules_on(day_of(at))
        mark = Mark(
            by=Actor.REQUESTER,
            account=event.key,
            aspects={Aspect.SATISFY: rules.evaluation.satisfaction[said]},
            at=at,
        )
        result_at = _result_at(conn, whistle)
        with suppress(
            Refused
        ):  # after the time, or requesters do not mark here: it may still be opened again
            whistle = self._mark(conn, whistle, mark)
        if said is not Satisfaction.DISSATISFIED or whistle.round >= rules.reopen.most or result_at is None:
            return whistle
        if not is_within(at, rules.reopen.within, result_at, self._pack.calendar):
            return whistle
        return self._reopen(conn, whistle, event.key, at)


def _result_at(conn: Connection, whistle: Whistle) -> datetime | None:
    """When its last result was handed in; None where moves were not kept yet."""
    made = steps.of_whistles(conn, [whistle.id]).get(whistle.id, [])
    return max((one.step.at for one in made if one.step.move is Move.RESULT), default=None)


def _stood_before(conn: Connection, event: Event) -> bool:
    """Whether the revision before this one said the same; a first one tells nothing of what was done here."""
    known = [one.event for one in events.of_keys(conn, [event.key]).get(event.key, [])]
    earlier = [one for one in known if one.id != event.id and _order(one) <= _order(event)]
    return not earlier or max(earlier, key=_order).satisfaction is event.satisfaction


def _order(one: Event) -> tuple[str, datetime]:
    return one.version, one.received_at
