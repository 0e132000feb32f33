"""What a post does about matters of its area, each in a transaction of its own: for the web worker and the command line."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from hub.clock import Clock
from hub.errors import Refused
from hub.model import Actor, Level, Move, Whistle
from hub.pipeline import Journey
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.ledger import Ledger
from hub.run.ground.trouble import together
from hub.run.matters.blowing import Blowing
from hub.run.matters.dispatch import Dispatch
from hub.run.matters.evaluating import Evaluating
from hub.run.matters.latecomers import Latecomers
from hub.run.matters.moving import Moving
from hub.store import incidents, whistles
from hub.store.engine import Store
from hub.whistle.evaluation import Aspect, Mark
from hub.whistle.posts import Posted, posted
from hub.whistle.rules import Post

T = TypeVar("T")


class AtPost:
    """One object serves all threads of a process."""

    def __init__(
        self,
        *,
        store: Store,
        journey: Callable[[], Journey],
        moving: Moving,
        latecomers: Latecomers,
        contracts: ContractBook,
        evaluating: Evaluating,
        offices: Collection[str],
        ledger: Callable[[], Ledger],
        clock: Clock,
    ) -> None:
        """`journey` is asked when the first whistle is blown; `offices`: those of subdistricts; `ledger`: the audit chain
        of the thread that asks."""
        self._store, self._journey, self._moving = store, journey, moving
        self._latecomers, self._contracts, self._ledger = latecomers, contracts, ledger
        self._evaluating, self._offices, self._clock = evaluating, offices, clock

    def blow(
        self, post: str, incident: str, level: Level, department: str, reason_code: str, *, by: str
    ) -> tuple[Whistle, ...]:
        """As `Blowing.blow`, for the post that `post` says."""
        return self._act(post, by, lambda one: one.blow(incident, level, department, reason_code))

    def review(self, post: str, whistle: str, move: Move, reason_code: str, *, by: str) -> Whistle:
        """As `Blowing.review`."""
        return self._act(post, by, lambda one: one.review(whistle, move, reason_code))

    def mark(
        self, post: str, given: Sequence[tuple[str, Mapping[Aspect, int]]], *, by: str
    ) -> list[Whistle | Refused]:
        """Marks of the post for whistles of its area, in their order; one that is refused stops no other. Of what lies
        elsewhere it learns nothing (W103); what the subdistrict's own office was called for, its posts do not mark
        (W127)."""
        who = posted(post)

        def once() -> list[Whistle | Refused]:
            now = self._clock.now()
            self._evaluating.begin()
            with self._store.write() as conn:
                here = self._in_its_area(conn, who, [id_ for id_, _ in given])
                own = {id_ for id_, one in here.items() if self._is_its_own(who, one)}
                marks = [
                    (id_ if id_ in here else "", Mark(by=Actor.BLOWER, account=by, aspects=aspects, at=now))
                    for id_, aspects in given
                    if id_ not in own
                ]
                ends = iter(self._evaluating.mark_all(conn, marks, now))
            self._evaluating.committed()
            return [Refused("W127") if id_ in own else next(ends) for id_, _ in given]

        return together(once)

    def _is_its_own(self, who: Posted, whistle: Whistle) -> bool:
        """Whether the post would mark the office that it belongs to."""
        return who.post is not Post.DISTRICT and whistle.department in self._offices

    @staticmethod
    def _in_its_area(conn: Connection, who: Posted, ids: Sequence[str]) -> dict[str, Whistle]:
        stored = whistles.load(conn, ids)
        matters = incidents.load(conn, {one.incident_id for one in stored.values()})
        return {
            id_: one
            for id_, one in stored.items()
            if (matter := matters[one.incident_id]) and not matter.secret and who.covers(matter.place)
        }

    def _act(self, post: str, by: str, act: Callable[[Blowing], T]) -> T:
        who, journey = posted(post), self._journey()
        dispatch = Dispatch(
            journey=journey, moving=self._moving, ledger=self._ledger(), latecomers=self._latecomers
        )

        def once() -> T:
            dispatch.begin()
            with self._store.write() as conn:
                now = self._clock.now()
                done = act(Blowing(conn, dispatch, journey, self._contracts, who=who, by=by, at=now))
            dispatch.committed()
            return done

        return together(once)
