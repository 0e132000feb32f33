"""What a person of the district's centre decides, each in a transaction of its own: for the web worker."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from hub.clock import Clock
from hub.model import Incident, Move, Whistle
from hub.pipeline import Journey
from hub.run.ground.ledger import Ledger
from hub.run.ground.trouble import together
from hub.run.matters.deciding import Deciding
from hub.run.matters.dispatch import Dispatch
from hub.run.matters.latecomers import Latecomers
from hub.run.matters.moving import Moving
from hub.run.matters.relinking import Relinking
from hub.store import steps, whistles
from hub.store.engine import Store
from hub.store.steps import Made

T = TypeVar("T")


class AtCentre:
    """One object serves all threads of a process. `by` is the account that stands in the history."""

    def __init__(
        self,
        *,
        store: Store,
        journey: Callable[[], Journey],
        moving: Moving,
        latecomers: Latecomers,
        ledger: Callable[[], Ledger],
        clock: Clock,
    ) -> None:
        """`journey` is asked with the first decision; `ledger`: the audit chain of the thread that asks."""
        self._store, self._journey, self._moving = store, journey, moving
        self._latecomers, self._ledger, self._clock = latecomers, ledger, clock

    def returns(self) -> list[tuple[Whistle, Made | None]]:
        """Returns that wait for a decision, oldest call first, each with its last return."""
        with self._store.read() as conn:
            waiting = whistles.unsettled(conn)
            made = steps.of_whistles(conn, (one.id for one in waiting))
        last = {id_: one for id_, some in made.items() for one in some if one.step.move is Move.RETURN}
        return [(one, last.get(one.id)) for one in waiting]

    def decide(self, whistle: str, move: Move, reason_code: str, *, seen: int | None, by: str) -> Whistle:
        """As `Deciding.decide`."""
        return self._act(by, lambda one: one.decide(whistle, move, reason_code, seen=seen))

    def designate(
        self, incident: str, department: str, reason_code: str, *, though_secret: bool, by: str
    ) -> Whistle:
        """As `Deciding.designate`."""
        return self._act(
            by,
            lambda one: one.designate(incident, department, reason_code, though_secret=though_secret),
        )

    def upgrade(self, incident: str, reason_code: str, *, seen: int | None, by: str) -> Incident:
        """As `Deciding.upgrade`."""
        return self._act(by, lambda one: one.upgrade(incident, reason_code, seen=seen))

    def link(self, incident: str, candidate: str, *, by: str) -> Incident:
        """As `Relinking.merge`."""
        return self._relink(by, lambda one: one.merge(incident, candidate))

    def keep_apart(self, incident: str, candidate: str, *, by: str) -> None:
        """As `Relinking.keep_apart`."""
        self._relink(by, lambda one: one.keep_apart(incident, candidate))

    def _relink(self, by: str, act: Callable[[Relinking], T]) -> T:
        return self._together(
            lambda conn, dispatch: act(Relinking(conn, dispatch, by=by, at=self._clock.now()))
        )

    def _act(self, by: str, act: Callable[[Deciding], T]) -> T:
        pack = self._journey().pack
        return self._together(
            lambda conn, dispatch: act(Deciding(conn, dispatch, pack, by=by, at=self._clock.now()))
        )

    def _together(self, act: Callable[[Connection, Dispatch], T]) -> T:
        journey = self._journey()
        dispatch = Dispatch(
            journey=journey, moving=self._moving, ledger=self._ledger(), latecomers=self._latecomers
        )

        def once() -> T:
            dispatch.begin()
            with self._store.write() as conn:
                done = act(conn, dispatch)
            dispatch.committed()
            return done

        return together(once)
