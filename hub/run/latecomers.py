"""Reports that come to their matter after a department was done with it: each is told what was done.

A matter closed but not verified takes reports within its rule's grace (N10). It stays closed: the same
facts again call nobody anew (domain.md 3.4). After the grace, or once verified, it is a recurrence. What a person merges into a matter comes late in the same way.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from hub.model import Event, IncidentId, Move
from hub.run.answering import Addressee, Answering, Said
from hub.store import whistles
from hub.whistle.lifecycle import DONE


class Latecomers:
    """Answers them, in the transaction of the batch that joined them."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def tell(self, conn: Connection, late: Sequence[tuple[Event, IncidentId]], now: datetime) -> None:
        """Each event's source hears of every result that its matter has had."""
        if not late:
            return
        called = whistles.of_incidents(conn, {incident for _, incident in late})
        new = [
            self._answering.answer(
                Addressee.of(event),
                Said(incident, one.department, Move.RESULT, seed=f"{one.id}:{one.round}"),
                now,
            )
            for event, incident in late
            for one in called.get(incident, [])
            if one.state in DONE
        ]
        whistles.add_answers(conn, new, now)
