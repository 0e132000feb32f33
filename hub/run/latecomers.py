"""Reports that come to their matter after a department was done with it: each is told what was done.

A matter closed but not verified takes reports within its rule's grace (N10). It stays closed: the same
facts again call nobody anew (domain.md 3.4). After the grace, or once verified, it is a recurrence. What a person merges into a matter comes late in the same way.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from hub.model import DepartmentId, Event, IncidentId, Move
from hub.pack import Pack
from hub.run.reporting import answer_to
from hub.store import whistles
from hub.whistle.lifecycle import DONE


class Latecomers:
    """Answers them, in the transaction of the batch that joined them."""

    def __init__(self, pack: Pack, tellable: Callable[[], Mapping[str, bool]]) -> None:
        """`tellable`, asked when the first one comes: source → whether its adapter can be told anything."""
        self._pack, self._tellable = pack, tellable

    def tell(self, conn: Connection, late: Sequence[tuple[Event, IncidentId]], now: datetime) -> None:
        """Each event's source hears of every result that its matter has had."""
        if not late:
            return
        called = whistles.of_incidents(conn, {incident for _, incident in late})
        new = [
            answer_to(
                event,
                Move.RESULT,
                self._name(one.department),
                seed=one.id,
                tellable=self._tellable(),
                now=now,
            )
            for event, incident in late
            for one in called.get(incident, [])
            if one.state in DONE
        ]
        whistles.add_answers(conn, new, now)

    def _name(self, department: DepartmentId) -> str:
        organisation = self._pack.organisations.get(department)
        return organisation.name if organisation else department
