"""A page of a department's whistles, each as it may be shown now: under its contract and the grants of this moment.

Projected and audited in the transaction that reads, one audit row a page; what cannot be audited is not shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from hub.access import audit
from hub.access.exits import Exit
from hub.access.plan import Plan
from hub.access.projected import Projected
from hub.access.question import Question, denied
from hub.clock import day_of
from hub.contract.clauses import holds_on
from hub.contract.wire import HANDLE
from hub.errors import Refused
from hub.model import Actor, Incident, Output, Whistle
from hub.pack import Pack
from hub.run.exits.insight import accused_of
from hub.run.exits.looking import Look, audit_page, shown
from hub.run.exits.showing import Showing
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.ledger import Ledger, noted
from hub.run.inbox.wanted import Wanted
from hub.store import inbox, incidents, steps
from hub.store.engine import Store
from hub.store.inbox import Place, Pressing
from hub.store.steps import Made
from hub.whistle.due import next_deadline
from hub.whistle.lifecycle import OVER
from hub.whistle.sight import SIGHT, Sight

PORTION: Final = 20
"""Whistles of one page."""
_DENIED: Final = "W211"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads an inbox: an account of a department, and when it was here before."""

    department: str
    account: str
    visited_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One whistle of the list: its id, and of everything else what may be shown."""

    id: str
    version: int
    told: Mapping[str, Any]
    """Data set → leaf → value, as projected."""
    step: str = ""
    """What it is due for next; "" where nothing is, or where its deadlines are not shown."""
    due_at: datetime | None = None
    is_late: bool = False
    is_new: bool = False
    has_moved: bool = False
    """Whether somebody else moved it since the last visit."""
    can_sign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, the place behind it (None where it is the last one), and what presses beside it."""

    lines: Sequence[Line]
    behind: Place | None
    pressing: Pressing


class Listing:
    """Lists whistles for people of their departments."""

    def __init__(self, *, store: Store, pack: Pack, showing: Showing, contracts: ContractBook) -> None:
        self._store, self._pack, self._showing, self._contracts = store, pack, showing, contracts

    def page(self, reader: Reader, wanted: Wanted, *, ledger: Ledger, now: datetime) -> Page:
        """What `wanted` asks for. Raises Refused W211 where it is chosen by a field that is not given."""
        self._check(reader, wanted, ledger, now)
        asked = wanted.asked(reader.department, now, reader.visited_at)
        with self._store.write() as conn:
            found = inbox.page(conn, asked, PORTION + 1)
            looks = self._looks(conn, [one.whistle for one in found[:PORTION]], wanted, now)
            some = [one for one, _ in looks]
            projected = shown(conn, [look for _, look in looks], now)
            ledger.append(
                conn, audit_page(projected, [one.id for one in some], by=reader.account, at=now), now
            )
            made = steps.of_whistles(conn, [one.id for one in some])
            pressing = self._pressing(conn, reader, now)
        ledger.committed()
        lines = [
            _line(one, told, made.get(one.id, ()), reader, now)
            for one, told in zip(some, projected, strict=True)
        ]
        behind = found[PORTION - 1].place if len(found) > PORTION else None
        return Page(lines=lines, behind=behind, pressing=pressing)

    def pressing(self, reader: Reader, now: datetime) -> Pressing:
        """What presses now."""
        with self._store.read() as conn:
            return self._pressing(conn, reader, now)

    def _pressing(self, conn: Connection, reader: Reader, now: datetime) -> Pressing:
        """What is not given is not counted either (N60): 0 then, and all of them in no state."""
        found = inbox.pressing(conn, reader.department, now=now, since=reader.visited_at)
        plans = list(self._plans(reader, now))

        def counts(*fields: str) -> bool:
            return not any(denied(Question(compare=fields), plan) for plan in plans)

        return Pressing(
            by_state=found.by_state if counts("whistle.state") else {"": found.open},
            late=found.late if counts("whistle.deadlines") else 0,
            new=found.new if counts("whistle.blown_at") else 0,
            emergencies=found.emergencies if counts("whistle.level", "whistle.state") else 0,
        )

    def _plans(self, reader: Reader, now: datetime) -> Iterator[Plan]:
        """One for each contract of the department that holds now; for all where none does."""
        mine = [one for one in self._pack.contracts if one.department == reader.department]
        for one in [each for each in mine if holds_on(each, day_of(now))] or mine:
            yield self._showing.plan(one, Output.VIEW, HANDLE, now)

    def _check(self, reader: Reader, wanted: Wanted, ledger: Ledger, now: datetime) -> None:
        """Each contract of the department must give what the page is chosen by."""
        for plan in self._plans(reader, now):
            no = wanted.denied_by(plan)
            if no is None:
                continue
            refused = audit.refused(
                no.fields, at=now, who=reader.account, through=Exit.PAGE, purpose=HANDLE, reason=_DENIED
            )
            noted(self._store, ledger, replace(refused, on_behalf_of=reader.department))
            raise Refused(_DENIED, fields=", ".join(no.fields))

    def _looks(
        self, conn: Connection, some: Sequence[Whistle], wanted: Wanted, now: datetime
    ) -> list[tuple[Whistle, Look]]:
        """Each with what is shown of it. Of which only the id is shown, it is not among those that are chosen by more:
        being there would tell it."""
        matters = incidents.load(conn, {one.incident_id for one in some})
        accused = accused_of(conn, matters)
        found = []
        for one in some:
            is_accused = one.department in accused.get(one.incident_id, ())
            is_open = SIGHT[one.state] in (Sight.ALL, Sight.UNTIL_DONE) and not is_accused
            if is_open or not wanted.is_chosen:
                found.append((one, self._look(conn, one, matters[one.incident_id], now, is_open)))
        return found

    def _look(self, conn: Connection, one: Whistle, matter: Incident, now: datetime, is_open: bool) -> Look:
        contract = self._contracts.of(conn, one.contract_id)
        show = self._showing.whistle if is_open else self._showing.ended
        return show(one, matter, contract, output=Output.VIEW, purpose=HANDLE, at=now)


def _line(one: Whistle, projected: Projected, made: Sequence[Made], reader: Reader, now: datetime) -> Line:
    told: Mapping[str, Any] = projected.as_json()
    whistle = told.get("whistle", {})
    sees_clocks, sees_state = "deadlines" in whistle, "state" in whistle
    due = next_deadline(one, (each.step for each in made)) if one.state not in OVER and sees_clocks else None
    since = reader.visited_at
    return Line(
        id=one.id,
        version=one.version,
        told=told,
        step=due.step if due else "",
        due_at=due.counts_at if due else None,
        is_late=due is not None and due.counts_at < now,
        is_new=since is not None and one.blown_at > since and "blown_at" in whistle,
        has_moved=since is not None and sees_state and any(_is_news(each, since) for each in made),
        can_sign=sees_state and one.state.value == "blown",
    )


def _is_news(made: Made, since: datetime) -> bool:
    return made.step.at > since and made.step.actor is not Actor.DEPARTMENT
