"""What waits for people of the district: matters side by side that may be one, matters without a lead, returns, held records.

Rows first: a subdistrict finds its own area's alone. What is told of a matter or a report comes out of the projection under
the grants of the visitor's organisation, and stands in the audit; of a held record nothing is told but its code and age.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
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
from hub.store import incidents, queues, steps
from hub.store.engine import Store
from hub.store.queues import Held, Likely, Place, Sizes, Unled
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


class Queue(StrEnum):
    """What can be turned over."""

    LINKS = "links"
    UNLED = "unled"
    RETURNS = "returns"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Turn:
    """A later page of one queue; the others are at their first."""

    queue: Queue
    behind: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A return that waits for a decision, with the move that made it."""

    whistle: Whistle
    made: Made | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A page of each queue, and how many there are. `matters`: incident → as projected; `onward`: where the next page
    begins, of queues that have one."""

    likely: Sequence[Likely]
    unled: Sequence[Unled]
    returns: Sequence[Returned]
    held: Sequence[Held]
    matters: Mapping[str, Mapping[str, Any]]
    in_all: Sizes
    onward: Mapping[Queue, Place]


_Portions = tuple[list[Likely], list[Unled], list[Whistle], list[Held], dict[Queue, Place]]


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

    def waiting(self, clerk: Clerk, turn: Turn | None = None, *, ledger: Ledger, now: datetime) -> Waiting:
        """What waits for `clerk`, the oldest first, a page of each queue: with `turn`, a later one of that. Held records are of no area: only who has the whole district sees them."""
        with self.store.write() as conn:
            likely, unled, called, held, onward = self._portions(conn, clerk, turn)
            returns = list(_returns(conn, called))
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
        ledger.committed()
        return Waiting(
            likely=likely,
            unled=unled,
            returns=returns,
            held=held,
            matters={id_: one.as_json() for id_, one in zip(known, projected, strict=True)},
            in_all=in_all,
            onward=onward,
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

    def _portions(self, conn: Connection, clerk: Clerk, turn: Turn | None) -> _Portions:
        """A page of each queue, and where the next one begins."""
        area, more = clerk.subdistrict, PORTION + 1
        behind = {turn.queue: turn.behind} if turn else {}
        likely = queues.likely(conn, area, more, behind.get(Queue.LINKS))
        unled = queues.unled(conn, area, more, behind.get(Queue.UNLED))
        returns = queues.returned(conn, area, more, behind.get(Queue.RETURNS))
        held = [] if area else queues.held(conn, more, behind.get(Queue.HELD))
        places = {
            Queue.LINKS: [one.place for one in likely],
            Queue.UNLED: [one.place for one in unled],
            Queue.RETURNS: [queues.place_of_return(one) for one in returns],
            Queue.HELD: [one.place for one in held],
        }
        onward = {queue: some[PORTION - 1] for queue, some in places.items() if len(some) > PORTION}
        return likely[:PORTION], unled[:PORTION], returns[:PORTION], held[:PORTION], onward


def _returns(conn: Connection, waiting: Sequence[Whistle]) -> Iterator[Returned]:
    made = steps.of_whistles(conn, [one.id for one in waiting])
    for one in waiting:
        last = [each for each in made.get(one.id, ()) if each.step.move is Move.RETURN]
        yield Returned(whistle=one, made=last[-1] if last else None)


def _told(id_: str, projected: Sequence[Projected]) -> Side:
    head, *reports = projected
    return Side(id_, head.as_json(), [one.as_json() for one in reports])
