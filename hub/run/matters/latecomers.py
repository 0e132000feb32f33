"""Reports that come to their matter late: each is told how the matter stands, and from then on what everyone is told.

A matter closed but not verified takes reports within its rule's grace (N10). It stays closed: the same
facts again call nobody anew (domain.md 3.4). After the grace, or once verified, it is a recurrence. What a person merges into a matter comes late in the same way.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from hub.model import Event, Incident, IncidentId, Whistle
from hub.run.matters.answering import Addressee, Answering
from hub.store import answers, incidents, whistles
from hub.whistle.stages import QUIET, Word, joined, parted, word_now


class Latecomers:
    """Answers them, in the transaction that joined them."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def tell(self, conn: Connection, late: Sequence[tuple[Event, IncidentId]], now: datetime) -> None:
        """Each event's source hears how its matter stands, once for each stage while its report is linked to it; of what
        nobody has taken yet there is nothing to hear."""
        self._queue(conn, late, self._words(conn, late), now)

    def tell_parted(
        self, conn: Connection, reports: Sequence[Event], home: Incident, now: Incident, at: datetime
    ) -> None:
        """Whoever was told that `home` is done hears that their report goes on in a matter of its own, `now`."""
        self._tell_all(conn, reports, now, parted(home, self._leads(conn, home), now), at)

    def tell_joined(
        self, conn: Connection, reports: Sequence[Event], gone: Incident, now: Incident, at: datetime
    ) -> None:
        """Whoever was told that `gone` is done hears that their report goes on in `now`, into which it was merged."""
        self._tell_all(conn, reports, now, joined(gone, self._leads(conn, gone), now), at)

    def _tell_all(
        self, conn: Connection, reports: Sequence[Event], matter: Incident, word: Word | None, at: datetime
    ) -> None:
        if word is not None:
            self._queue(conn, [(event, matter.id) for event in reports], {matter.id: word}, at)

    @staticmethod
    def _leads(conn: Connection, matter: Incident) -> list[Whistle]:
        return whistles.leads_of(conn, [matter.id]).get(matter.id, [])

    @staticmethod
    def _words(conn: Connection, late: Sequence[tuple[Event, IncidentId]]) -> dict[IncidentId, Word]:
        if not late:
            return {}
        asked = {incident for _, incident in late}
        leads = whistles.leads_of(conn, asked)
        waiting = {id_ for id_, some in leads.items() if all(w.state in QUIET for w in some)}
        stand = incidents.load(conn, asked - waiting).values()
        return {one.id: word for one in stand if (word := word_now(one, leads.get(one.id, []))) is not None}

    def _queue(
        self,
        conn: Connection,
        late: Sequence[tuple[Event, IncidentId]],
        words: Mapping[IncidentId, Word],
        now: datetime,
    ) -> None:
        told = [
            (event, words[incident])
            for event, incident in late
            if incident in words and not Addressee.of(event).says_so_itself(words[incident])
        ]
        if not told:
            return
        links = incidents.current_links(conn, (event.key for event, _ in told))
        new = [
            self._answering.answer(Addressee.of(event), word, links[event.key].seq, now)
            for event, word in told
        ]
        answers.add(conn, new, now)
