"""The whitelist to be looked at: grants in force with where they come from, proposals with where they stand.

Reads only. What is shown here are grants, and of no grant what it gives.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.proposal import Proposal, State, review_due, state_on
from hub.access.standing import Standing, last_day, standing
from hub.access.whitelist import joined
from hub.clock import day_of
from hub.errors import Refused
from hub.model import Grant
from hub.pack import Pack
from hub.run.ground.ledger import Ledger, noted
from hub.run.whitelist.catalogue import found
from hub.run.whitelist.fieldbook import FieldFacts, fieldbook
from hub.run.whitelist.proposing import PURPOSE, decided_by
from hub.store import decisions, proposals
from hub.store.decisions import Made
from hub.store.engine import Store
from hub.store.proposals import Stored

SOON_DAYS: Final = 30
"""A grant that ends within so many days is named early enough to propose another."""
_MOST: Final = 500
_YEAR: Final = 365
"""Days: none of a grant's terms is longer."""


@dataclass(frozen=True, slots=True)
class Stands:
    """One grant in force as it stands on a day. `proposal`: the one that decided about it; "": the pack's own."""

    grant: Grant
    standing: Standing
    last_on: date
    proposal: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One proposal as it stands on a day."""

    stored: Stored
    state: State
    review_on: date


class Register:
    """One object serves all threads of a process."""

    def __init__(self, store: Store, pack: Pack) -> None:
        self._store, self._pack = store, pack

    def grants(self, words: str = "", *, now: datetime, department: str = "") -> tuple[Stands, ...]:
        """The grants that `words` ask about (see `catalogue.found`), by department and field; with `department`, of it
        alone."""
        with self._store.read() as conn:
            stands = self._stands(conn, day_of(now))
        mine = [one for one in stands if not department or one.grant.department == department]
        wanted = {one.id for one in found((one.grant for one in mine), words, self._pack)}
        return tuple(one for one in mine if one.grant.id in wanted)

    def grant(self, id_: str, *, now: datetime) -> Stands:
        """One of them. Raises Refused A210 where it is not in force."""
        for one in self.grants(now=now):
            if one.grant.id == id_:
                return one
        raise Refused("A210", grant=id_)

    def exported(self, *, by: str, through: Exit, ledger: Ledger, now: datetime) -> tuple[Grant, ...]:
        """All grants for a file that `by` takes away; written down before they are given."""
        grants = tuple(one.grant for one in self.grants(now=now))
        row = AuditRow(
            at=now,
            who=by,
            exit=through,
            result=Result.ALLOW,
            purpose=PURPOSE,
            fields=(),
            count=len(grants),
            reason="export",
        )
        noted(self._store, ledger, row)
        return grants

    def each(self, ids: Sequence[str], *, now: datetime) -> tuple[Grant, ...]:
        """These, each once. Raises Refused A210 for one that is not in force."""
        stands = {one.grant.id: one.grant for one in self.grants(now=now)}
        for id_ in ids:
            if id_ not in stands:
                raise Refused("A210", grant=id_[:255])
        return tuple(stands[id_] for id_ in dict.fromkeys(ids))

    def like_others(self, department: str, field: str, *, now: datetime) -> dict[str, Any]:
        """An entry of the pack's form that gives `field` to `department` for a year, in the rest as the grant that most
        others have of it, if any."""
        on = day_of(now)
        live = [one.grant for one in self.grants(now=now) if one.standing is Standing.LIVE]
        alike = Counter(_use_of(one) for one in live if one.field == field)
        entry = dict(alike.most_common(1)[0][0]) if alike else {}
        return {
            **entry,
            "departments": [department],
            "fields": [field],
            "valid": {"from": on, "to": on + timedelta(days=_YEAR - 1)},
        }

    def usual_masks(self, fields: Collection[str], *, now: datetime) -> dict[str, str]:
        """Field → the mask that most live grants of it have; without those that nobody is given."""
        masks: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for one in self.grants(now=now):
            if one.grant.field in fields and one.standing is Standing.LIVE:
                masks[one.grant.field][one.grant.mask] += 1
        return {field: counted.most_common(1)[0][0] for field, counted in masks.items()}

    def fields(self, *, now: datetime) -> tuple[FieldFacts, ...]:
        """The catalogue of fields, with whom each is given to."""
        return fieldbook(self._pack, (one.grant for one in self.grants(now=now)), day_of(now))

    def history(self, id_: str) -> list[Made]:
        """All that was ever decided about a grant, oldest first."""
        with self._store.read() as conn:
            return decisions.of_grant(conn, id_)

    def before(self, one: Proposal) -> dict[str, Grant]:
        """Grant → how `one` found it, of those that it changes or ends."""
        with self._store.read() as conn:
            return {
                change.target: wording
                for change in one.changes
                for wording in self._wordings(conn, change.target)
                if wording.version == change.target_version
            }

    def _wordings(self, conn: Connection, id_: str) -> Iterator[Grant]:
        yield from (one for one in self._pack.grants if one.id == id_)
        yield from (g for one in decisions.of_grant(conn, id_) if (g := one.decision.grant) is not None)

    def expiring(self, *, now: datetime, department: str = "") -> tuple[Stands, ...]:
        """Those that hold and end within thirty days, the next first."""
        on = day_of(now)
        ends = [
            one
            for one in self.grants(now=now, department=department)
            if one.standing is Standing.LIVE and (one.last_on - on).days < SOON_DAYS
        ]
        return tuple(sorted(ends, key=lambda one: (one.last_on, one.grant.id)))

    def proposals(self, *, now: datetime) -> tuple[Listed, ...]:
        """The newest five hundred, newest first."""
        with self._store.read() as conn:
            return self._listed(conn, proposals.latest(conn, _MOST), day_of(now))

    def proposal(self, id_: str, *, now: datetime) -> Listed:
        """One of them. Raises Refused A214 where it is not there."""
        with self._store.read() as conn:
            stored = proposals.load(conn, [id_]).get(id_)
            if stored is None:
                raise Refused("A214")
            return self._listed(conn, [stored], day_of(now))[0]

    def reviews(self, *, now: datetime) -> tuple[Listed, ...]:
        """What is in force by decision and was to be looked at again by now, the longest due first."""
        due = [
            one
            for one in self.proposals(now=now)
            if one.state is State.IN_FORCE and one.review_on <= day_of(now) and _gives(one)
        ]
        return tuple(sorted(due, key=lambda one: one.review_on))

    def _stands(self, conn: Connection, on: date) -> list[Stands]:
        last = decisions.last(conn)
        decided = decided_by(self._pack, last)
        grants = joined(self._pack.grants, (one.decision for one in last.values()))
        rows = [Stands(one, standing(one, on), last_day(one), decided.get(one.id, "")) for one in grants]
        return sorted(rows, key=lambda one: (one.grant.department, one.grant.field, one.grant.purpose))

    def _listed(self, conn: Connection, stored: Sequence[Stored], on: date) -> tuple[Listed, ...]:
        decided = decided_by(self._pack, decisions.last(conn))
        return tuple(
            Listed(
                one,
                state_on(one.proposal, one.said, decided, on),
                review_due(one.proposal, one.said),
            )
            for one in stored
        )


def _use_of(one: Grant) -> tuple[tuple[str, Any], ...]:
    """What two departments' grants of a field may have in common."""
    return (
        ("purpose", one.purpose),
        ("mask", one.mask),
        ("outputs", one.outputs),
        ("legal_basis", one.legal_basis),
        ("sensitivity", one.sensitivity),
        ("share_type", one.share_type),
    )


def _gives(one: Listed) -> bool:
    return any(change.grant is not None for change in one.stored.proposal.changes)
