"""Reports that come to their matter late: each is told how the matter stands, and from then on what everyone is told.

A matter closed but not verified takes reports within its rule's grace (N10). It stays closed: the same
facts again call nobody anew (domain.md 3.4). After the grace, or once verified, it is a recurrence. What a person merges into a matter comes late in the same way.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from hub.model import Event, IncidentId
from hub.run.answering import Addressee, Answering
from hub.store import incidents, whistles
from hub.whistle.stages import word_now


class Latecomers:
    """Answers them, in the transaction that joined them."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def tell(self, conn: Connection, late: Sequence[tuple[Event, IncidentId]], now: datetime) -> None:
        """Each event's source hears how its matter stands; of what nobody has taken yet there is nothing to hear."""
        if not late:
            return
        leads = whistles.leads_of(conn, {incident for _, incident in late})
        words = {id_: word_now(one, leads[id_]) for id_, one in incidents.load(conn, leads).items()}
        new = [
            self._answering.answer(Addressee.of(event), word, now)
            for event, incident in late
            if (word := words.get(incident)) is not None
        ]
        whistles.add_answers(conn, new, now)
