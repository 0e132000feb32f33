"""What waits for people of the district: matters side by side that may be one, matters without a lead, returns, held records.

Rows first: a subdistrict finds its own area's alone. What is told of a matter or a report comes out of the projection under
the grants of the visitor's organisation, and stands in the audit; of a held record nothing is told but its code and age.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from hub.access.projected import Projected
from hub.access.vault import Vault
from hub.errors import Refused
from hub.model import DepartmentId, Incident, Move, Output, Whistle
from hub.run.exits.linked import people_of, reports_of, stored_of
from hub.run.exits.looking import Look, audit_page, shown
from hub.run.exits.showing import Showing
from hub.run.ground.ledger import Ledger
from hub.store import incidents, queues, steps, whistles
from hub.store.engine import Store
from hub.store.queues import Held, Likely, Unled
from hub.store.steps import Made

PORTION: Final = 20
_REPORTS: Final = 5
"""Reports of a matter that are laid beside another's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """Who looks: an account of an organisation; `subdistrict` "" for the whole district."""

    account: str
    organisation: DepartmentId
    subdistrict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A return that waits for a decision, with the move that made it."""

    whistle: Whistle
    made: Made | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The first of each queue, and of two of them how many there are. `matters`: incident → as projected."""

    likely: Sequence[Likely]
    unled: Sequence[Unled]
    returns: Sequence[Returned]
    held: Sequence[Held]
    matters: Mapping[str, Mapping[str, Any]]
    likely_in_all: int
    unled_in_all: int


@dataclass(frozen=True, slots=True)
class Side:
    """One of two matters that may be one, as projected, with its first reports."""

    id: str
    matter: Mapping[str, Any]
    reports: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Both of them, and why they may be one."""

    question: Likely
    ours: Side
    theirs: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """Reads them."""

    store: Store
    vault: Vault
    showing: Showing

    def waiting(self, clerk: Clerk, *, ledger: Ledger, now: datetime) -> Waiting:
        """What waits for `clerk`. Held records are of no area: only who has the whole district sees them."""
        with self.store.write() as conn:
            likely = queues.likely(conn, clerk.subdistrict, PORTION)
            unled = queues.unled(conn, clerk.subdistrict, PORTION)
            returns = list(self._returns(conn, clerk))
            ids = {
                *(id_ for one in likely for id_ in (one.incident_id, one.candidate_id)),
                *(one.incident_id for one in unled),
                *(one.whistle.incident_id for one in returns),
            }
            known = incidents.load(conn, sorted(ids))
            looks = [self._matter(one, clerk, now) for one in known.values()]
            projected = shown(conn, looks, now)
            ledger.append(conn, audit_page(projected, list(known), by=clerk.account, at=now), now)
            in_all = queues.sizes(conn, clerk.subdistrict)
            held = [] if clerk.subdistrict else queues.held(conn, PORTION)
        ledger.committed()
        return Waiting(
            likely=likely,
            unled=unled,
            returns=returns,
            held=held,
            matters={id_: one.as_json() for id_, one in zip(known, projected, strict=True)},
            likely_in_all=in_all[0],
            unled_in_all=in_all[1],
        )

    def pair(
        self, clerk: Clerk, incident_id: str, candidate_id: str, *, ledger: Ledger, now: datetime
    ) -> Pair:
        """Two matters beside each other. Raises Refused C106 where nobody asks about them, or not within the clerk's
        area: not there and not yours look alike."""
        with self.store.write() as conn:
            question = self._question(conn, clerk, incident_id, candidate_id)
            sides = [self._side(conn, id_, clerk, now) for id_ in (incident_id, candidate_id)]
            looks = [look for _, some in sides for look in some]
            projected = shown(conn, looks, now)
            ids = [id_ for names, _ in sides for id_ in names]
            ledger.append(conn, audit_page(projected, ids, by=clerk.account, at=now), now)
        ledger.committed()
        first = len(sides[0][1])
        ours, theirs = projected[:first], projected[first:]
        return Pair(question, _told(incident_id, ours), _told(candidate_id, theirs))

    def _question(self, conn: Connection, clerk: Clerk, incident_id: str, candidate_id: str) -> Likely:
        found = queues.about(conn, incident_id, candidate_id)
        areas = queues.subdistricts(conn, [incident_id, candidate_id])
        if found is None or (clerk.subdistrict and {clerk.subdistrict} != set(areas.values())):
            raise Refused("C106", id=incident_id[:40])
        return found

    def _side(self, conn: Connection, id_: str, clerk: Clerk, now: datetime) -> tuple[list[str], list[Look]]:
        matter = incidents.load(conn, [id_])[id_]
        opened = reports_of(conn, self.vault, stored_of(conn, matter.id)[:_REPORTS])
        known = people_of(conn, self.vault, matter.id)
        reports = [
            self.showing.report_for(
                one, matter, organisation=clerk.organisation, known=known, output=Output.VIEW, at=now
            )
            for one in opened
        ]
        return [id_, *(one.event.id for one in opened)], [self._matter(matter, clerk, now), *reports]

    def _matter(self, one: Incident, clerk: Clerk, now: datetime) -> Look:
        return self.showing.matter_for(one, organisation=clerk.organisation, output=Output.VIEW, at=now)

    def _returns(self, conn: Connection, clerk: Clerk) -> Iterator[Returned]:
        waiting = whistles.unsettled(conn)
        areas = queues.subdistricts(conn, [one.incident_id for one in waiting])
        mine = [
            one for one in waiting if not clerk.subdistrict or areas.get(one.incident_id) == clerk.subdistrict
        ][:PORTION]
        made = steps.of_whistles(conn, [one.id for one in mine])
        for one in mine:
            last = [each for each in made.get(one.id, ()) if each.step.move is Move.RETURN]
            yield Returned(whistle=one, made=last[-1] if last else None)


def _told(id_: str, projected: Sequence[Projected]) -> Side:
    head, *reports = projected
    return Side(id_, head.as_json(), [one.as_json() for one in reports])
