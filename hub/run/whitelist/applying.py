"""A department asks for fields, and is answered: one transaction a step, audited in it.

Who may come in is for the door to say; here is that a department asks in its own name, and that what is accepted becomes
a proposal in the same transaction, about which others decide as about any other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.application import (
    MOST_OPEN,
    Application,
    State,
    Step,
    Taken,
    advance,
    check,
    strictest,
)
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.proposal import Action, Change
from hub.clock import Clock, day_of
from hub.errors import Refused
from hub.model import DepartmentId, Grant, Output, ShareType
from hub.model.account import Role
from hub.pack import Pack
from hub.run.ground.ledger import Ledger, written
from hub.run.ground.trouble import together
from hub.run.whitelist.appliedclocks import due_at
from hub.run.whitelist.proposing import PURPOSE, Proposing
from hub.run.whitelist.reasons import check_reason
from hub.run.whitelist.register import Register
from hub.run.whitelist.wanted import Wanted, from_entries
from hub.store import accounts, applications
from hub.store.applications import Place, Stored
from hub.store.engine import Store

PORTION: Final = 20
"""Of those that are over, a page."""
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an operator enters."""

    fields: tuple[str, ...]
    outputs: tuple[Output, ...]
    purpose: str
    words: str
    legal_basis: str
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How an admin accepts: what all fields have in common, and the mask of each ("" in full). `ends`: never later than was
    asked for."""

    masks: Mapping[str, str]
    begins: date
    ends: date
    max_rows_day: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What waits, the most urgent first; what is over, newest first. `onward`: where its next page begins."""

    waiting: Sequence[Stored]
    over: Sequence[Stored]
    onward: Place | None


class Applying:
    """One object serves all threads of a process; `ledger` gives the calling thread's own."""

    def __init__(
        self,
        *,
        store: Store,
        pack: Pack,
        register: Register,
        proposing: Proposing,
        ledger: Callable[[], Ledger],
        clock: Clock,
        through: Exit,
    ) -> None:
        self._store, self._pack, self._register, self._proposing = store, pack, register, proposing
        self._ledger, self._clock, self._through = ledger, clock, through

    def listed(self, department: str = "", behind: Place | None = None) -> Listed:
        """All applications; with `department`, its own. Behind the first page what waits is left out."""
        with self._store.read() as conn:
            waiting = [] if behind else applications.waiting(conn, department, _MOST)
            over = applications.over(conn, department, behind, PORTION + 1)
        waiting.sort(key=lambda one: (self._due(one) or one.application.asked_at, one.application.id))
        more = len(over) > PORTION
        over = over[:PORTION]
        return Listed(waiting, over, applications.place_of(over[-1]) if more else None)

    def one(self, id_: str, department: str = "") -> Stored:
        """It. Raises Refused A420 where there is none; with `department`, where it is another's."""
        with self._store.read() as conn:
            return _found(conn, id_, department)

    def answered_by(self, proposal: str) -> Stored | None:
        """The application that this proposal answers; None where it answers none."""
        with self._store.read() as conn:
            return applications.answered_by(conn, proposal)

    def ask(self, asked: Asked, department: DepartmentId, *, by: str) -> str:
        """Stores it; returns its id. Raises Refused as `hub.access.application.check` and `strictest` say, A425 for an
        account that is no operator of the department, A427 where too many of it wait."""
        now = self._clock.now()
        one = Application(
            id=applications.application_id(department, by, now, repr(asked)),
            department=department,
            fields=tuple(dict.fromkeys(asked.fields)),
            outputs=asked.outputs,
            purpose=asked.purpose,
            words=asked.words.strip(),
            legal_basis=asked.legal_basis.strip(),
            ends_on=asked.ends_on,
            share_type=ShareType.CONDITIONAL,
            asked_by=by,
            asked_at=now,
        )
        check(one, day_of(now))
        shared = {facts.field: facts.share_type for facts in self._register.fields(now=now)}
        one = replace(one, share_type=strictest(shared, one.fields))

        def act(conn: Connection) -> list[AuditRow]:
            _check_operator(conn, by, department)
            if applications.how_many_wait(conn, department) >= MOST_OPEN:
                raise Refused("A427", limit=MOST_OPEN)
            applications.add(conn, one, Taken(step=Step.ASK, by=by, at=now))
            return [self._row(one, Step.ASK, by, now)]

        self._alone(act, now)
        return one.id

    def withdraw(self, id_: str, department: str, *, by: str) -> None:
        """The department takes it back. Raises Refused A420, A424 where it was answered, A425."""
        now = self._clock.now()

        def act(conn: Connection) -> list[AuditRow]:
            _check_operator(conn, by, department)
            stored = _found(conn, id_, department)
            return [self._take(conn, stored, Taken(step=Step.WITHDRAW, by=by, at=now))]

        self._alone(act, now)

    def refuse(self, id_: str, reason: str, *, by: str) -> None:
        """Turned down, for a reason that the department reads. Raises Refused A420, A424, A204 and A213 for the reason,
        A217 for an account of another role."""
        check_reason(reason)
        now = self._clock.now()

        def act(conn: Connection) -> list[AuditRow]:
            self._proposing.check_role(conn, by)
            stored = _found(conn, id_)
            if stored.state is not State.ASKED:  # an accepted one is refused with its proposal
                raise Refused("A424")
            taken = Taken(step=Step.REFUSE, by=by, at=now, reason=reason.strip(), due_at=self._due(stored))
            return [self._take(conn, stored, taken)]

        self._alone(act, now)

    def accept(self, id_: str, answer: Answer, *, by: str) -> str:
        """Makes the proposal that gives the fields; returns its id. Raises Refused A420, A424, A206 where the grants would
        not be right, and what `Proposing.propose` raises."""
        now = self._clock.now()
        one = self.one(id_).application
        changes = tuple(Change(grant=grant) for grant in self._grants(one, answer, now))
        wanted = Wanted(action=Action.GRANT, changes=changes, reason=answer.reason)
        made: list[str] = []

        def act(conn: Connection) -> list[AuditRow]:
            stored = _found(conn, id_)
            proposal, row = self._proposing.put(conn, wanted, by=by, now=now)
            made.append(proposal.id)
            taken = Taken(step=Step.ACCEPT, by=by, at=now, proposal=proposal.id, due_at=self._due(stored))
            return [self._take(conn, stored, taken), row]

        self._alone(act, now)
        return made[-1]

    # -- what these are made of --------------------------------------------------------------------------

    def _grants(self, one: Application, answer: Answer, now: datetime) -> tuple[Grant, ...]:
        """One a field, as long as all of them may still be asked for."""
        known = {facts.field: facts for facts in self._register.fields(now=now)}
        strictest({field: facts.share_type for field, facts in known.items()}, one.fields)
        entries = []
        for field in one.fields:
            entry: dict[str, Any] = {
                "departments": [one.department],
                "fields": [field],
                "purpose": one.purpose,
                "outputs": list(one.outputs),
                "legal_basis": one.legal_basis,
                "sensitivity": known[field].sensitivity,
                "share_type": known[field].share_type,
                "valid": {"from": answer.begins, "to": min(answer.ends, one.ends_on)},
            }
            if mask := answer.masks.get(field, ""):
                entry["mask"] = mask
            if answer.max_rows_day is not None:
                entry["max_rows_day"] = answer.max_rows_day
            entries.append(entry)
        return from_entries(self._pack, entries)

    def _due(self, stored: Stored) -> datetime | None:
        return due_at(stored, self._pack.calendar)

    def _take(self, conn: Connection, stored: Stored, taken: Taken) -> AuditRow:
        applications.take(conn, stored, taken, advance(stored.state, taken.step))
        return self._row(stored.application, taken.step, taken.by, taken.at)

    def _row(self, one: Application, step: Step, by: str, at: datetime) -> AuditRow:
        return AuditRow(
            at=at,
            who=by,
            exit=self._through,
            result=Result.DENY if step in (Step.REFUSE, Step.WITHDRAW) else Result.ALLOW,
            purpose=PURPOSE,
            fields=one.fields,
            count=0,  # nothing of anybody was shown
            matter=one.id,
            on_behalf_of=one.department,
            reason=step.value,
        )

    def _alone(self, act: Callable[[Connection], Sequence[AuditRow]], at: datetime) -> None:
        """What is done and its lines hold together; where somebody was faster, once more by how things stand then."""

        def once() -> None:
            with written(self._store, self._ledger(), at) as (conn, rows):
                rows += act(conn)

        together(once)


def _found(conn: Connection, id_: str, department: str = "") -> Stored:
    stored = applications.find(conn, id_)
    if stored is None or department not in ("", stored.application.department):
        raise Refused("A420")
    return stored


def _check_operator(conn: Connection, by: str, department: str) -> None:
    """Where people have accounts, only who works for a department asks in its name, by whatever door."""
    one = accounts.find(conn, by)
    if one is None and not accounts.every(conn):
        return
    is_theirs = one is not None and (one.role, one.organisation) == (Role.OPERATOR, department)
    if one is None or not is_theirs or one.is_disabled or not one.confirmed_by:
        raise Refused("A425")
