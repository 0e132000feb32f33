"""A resident's request through its steps: entered by one, decided by another, carried through, told onwards, ended.

One transaction each, audited in it. Who may come in is for the door to say; here is that nobody decides alone, and that
nothing of the person stays but ids and counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.exits import Exit
from hub.access.rights import (
    WITHIN,
    Basis,
    Kind,
    Person,
    Refusal,
    State,
    check_basis,
    check_person,
    check_reference,
)
from hub.access.vault import Vault
from hub.clock import Clock
from hub.errors import Refused
from hub.ids import digest_of
from hub.jsonform import dumps, loads
from hub.model.account import Role
from hub.pack import Pack
from hub.run.ground.ledger import Ledger
from hub.run.residents import copyfile, copying, correcting, erasing, receivers
from hub.run.residents.correcting import CORRECTED_SEALED_AT, Corrected
from hub.run.residents.finding import find
from hub.run.residents.noting import audited
from hub.store import accounts, keys, requests
from hub.store.engine import Store
from hub.store.moments import to_us
from hub.store.requests import DONE, KEPT, Request, Step, Task, Theirs
from hub.whistle.clocks import deadline

_MOST: Final = 100
"""Requests of a page, of those that wait and of those that are over."""


_NOTHING: Final = Corrected()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is entered; `fresh` for a correction."""

    kind: Kind
    basis: Basis
    reference: str
    person: Person
    fresh: Corrected = _NOTHING


@dataclass(frozen=True, slots=True)
class Case:
    """One request with all that is known of it."""

    request: Request
    rows: Sequence[Theirs]
    steps: Sequence[Step]
    tasks: Sequence[Task]


class Requests:
    """One object serves all threads of a process; `ledger` gives the calling thread's own."""

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        pack: Pack,
        names: Mapping[str, str],
        ledger: Callable[[], Ledger],
        clock: Clock,
        through: Exit,
    ) -> None:
        self._store, self._vault, self._pack, self._names = store, vault, pack, names
        self._ledger, self._clock, self._through = ledger, clock, through

    def every(self) -> list[Request]:
        """Those that wait, the most urgent first; then those that are over."""
        with self._store.read() as conn:
            return requests.every(conn, _MOST)

    def case(self, id_: str) -> Case:
        """Raises Refused A501 where there is none."""
        with self._store.read() as conn:
            return self._case(conn, id_)

    def enter(self, asked: Asked, *, by: str) -> str:
        """Finds the person's rows and waits for a second admin; returns the request's id.

        Raises Refused A502, A503, A506 as `hub.access.rights` says, A507 for a correction without a new value, A509 for
        an account of another role.
        """
        check_reference(asked.reference)
        check_basis(asked.kind, asked.basis)
        check_person(asked.person)
        if asked.kind is Kind.CORRECT and not asked.fresh.values:
            raise Refused("A507")
        now = self._clock.now()
        id_ = "rq_" + digest_of("request", asked.kind, asked.reference, by, str(to_us(now)))
        with self._store.read() as conn:
            found = find(conn, self._vault, asked.person)
        with self._store.write() as conn:
            _check_role(conn, by)
            one = Request(
                id=id_,
                kind=asked.kind,
                basis=asked.basis,
                reference=asked.reference,
                state=State.ENTERED,
                unsure=found.unsure,
                due_at=deadline("answer", WITHIN, now, self._pack.calendar).due_at,
                sealed=self._sealed(conn, id_, asked),
            )
            requests.add(conn, one, found.theirs)
            ledger = self._note(
                conn, one, Step("enter", by, now, asked.basis.value, len(found.theirs)), found.theirs
            )
        ledger.committed()
        return id_

    def refuse(self, id_: str, why: Refusal, *, by: str) -> None:
        """Turned down. Raises Refused A501, A504 for who entered it, A505 where it was decided already, A509."""
        with self._store.write() as conn:
            case = self._open(conn, id_, by)
            step = Step("refuse", by, self._clock.now(), why.value, len(case.rows))
            ledger = self._note(conn, case.request, step, case.rows, Result.DENY)
            self._end(conn, id_, State.REFUSED)
        ledger.committed()

    def agree(self, id_: str, *, by: str) -> None:
        """Carried through at once, but for a copy, which is made when it is fetched. Raises as `refuse`."""
        now = self._clock.now()
        told = self._told(id_, now)
        with self._store.write() as conn:
            case = self._open(conn, id_, by)
            requests.set_state(conn, id_, State.AGREED)
            requests.add_tasks(conn, id_, told)
            step = Step("agree", by, now, case.request.basis.value, len(case.rows))
            ledger = self._carried(conn, replace(case, tasks=told), step)
        ledger.committed()

    def carry(self, id_: str, *, by: str) -> None:
        """Once more, for what its matters needed before. Raises Refused A501, A505 where nothing is left, A509."""
        with self._store.write() as conn:
            _check_role(conn, by)
            case = self._agreed(conn, id_)
            if case.request.kind is not Kind.DELETE or not _left(case.rows):
                raise Refused("A505")
            ledger = self._carried(conn, case, Step("carry", by, self._clock.now(), "", 0))
        ledger.committed()

    def copy(self, id_: str, passphrase: str, *, by: str) -> bytes:
        """The person's copy, sealed under `passphrase`; made once. Raises Refused A501, A505 where it is none that was
        agreed to, or was made before, A508 for a passphrase that is too short, A509."""
        copyfile.check_passphrase(passphrase)
        now = self._clock.now()
        with self._store.write() as conn:
            _check_role(conn, by)
            case = self._agreed(conn, id_)
            if case.request.kind is not Kind.COPY:
                raise Refused("A505")
            said = copying.parts(conn, self._vault, _theirs(case.rows), case.tasks, self._names)
            file = copyfile.sealed(said, passphrase)
            requests.mark(conn, id_, (row.event_key for row in case.rows), DONE)
            step = Step("copy", by, now, case.request.basis.value, len(case.rows))
            ledger = self._note(conn, case.request, step, case.rows)
            self._end(conn, id_, State.DONE)
        ledger.committed()
        return file

    def confirm(self, id_: str, number: int, reference: str, *, by: str) -> None:
        """Notes that a source or a receiver answered, in the file `reference`. Raises Refused A501, A502, A505 for a copy, of which
        nobody is told, A509, A511 where it has answered already or was not to be told."""
        check_reference(reference)
        now = self._clock.now()
        with self._store.write() as conn:
            _check_role(conn, by)
            case = self._agreed(conn, id_)
            if case.request.kind is Kind.COPY:
                raise Refused("A505")
            if not requests.confirm(conn, id_, number, by=by, at=now, reference=reference):
                raise Refused("A511")
            ledger = self._note(conn, case.request, Step("confirm", by, now, reference, 0), ())
            self._end_if_done(conn, id_)
        ledger.committed()

    # -- what these are made of --------------------------------------------------------------------------

    def _sealed(self, conn: Connection, id_: str, asked: Asked) -> bytes:
        if asked.kind is not Kind.CORRECT:
            return b""
        key = self._vault.new_key(id_)
        keys.add(conn, [key])
        return self._vault.seal(key, CORRECTED_SEALED_AT, dumps(asked.fresh).encode())

    def _case(self, conn: Connection, id_: str, *, locked: bool = False) -> Case:
        one = requests.locked(conn, id_) if locked else requests.find(conn, id_)
        if one is None:
            raise Refused("A501")
        return Case(one, requests.rows(conn, id_), requests.steps(conn, id_), requests.tasks(conn, id_))

    def _open(self, conn: Connection, id_: str, by: str) -> Case:
        """One that waits for a decision that `by` may make."""
        _check_role(conn, by)
        case = self._case(conn, id_, locked=True)
        if case.request.state is not State.ENTERED:
            raise Refused("A505")
        if case.steps[0].by == by:
            raise Refused("A504")
        return case

    def _agreed(self, conn: Connection, id_: str) -> Case:
        case = self._case(conn, id_, locked=True)
        if case.request.state is not State.AGREED:
            raise Refused("A505")
        return case

    def _told(self, id_: str, now: datetime) -> list[Task]:
        """Read before the transaction that writes: the audit is long."""
        with self._store.read() as conn:
            rows = self._case(conn, id_).rows
            departments = self._pack.organisations
            return receivers.tasks(conn, [row.event_key for row in rows], departments, now)

    def _carried(self, conn: Connection, case: Case, step: Step) -> Ledger:
        """What was agreed to is done as far as it can be, and noted."""
        id_, left = case.request.id, _left(case.rows)
        done: Sequence[str] = ()
        if case.request.kind is Kind.DELETE:
            erased = erasing.erase(conn, self._vault, _theirs(left))
            done = erased.done
            requests.mark(conn, id_, erased.kept, KEPT)
        elif case.request.kind is Kind.CORRECT:
            done = correcting.correct(conn, self._vault, _theirs(left), self._fresh(conn, case.request))
        requests.mark(conn, id_, done, DONE)
        rows = [row for row in left if row.event_key in set(done)] or case.rows
        ledger = self._note(conn, case.request, replace(step, reports=len(done)), rows)
        self._end_if_done(conn, id_)
        return ledger

    def _fresh(self, conn: Connection, one: Request) -> Corrected:
        key = keys.of(conn, [one.id])[one.id]
        return loads(Corrected, self._vault.open(key, CORRECTED_SEALED_AT, one.sealed))

    def _end_if_done(self, conn: Connection, id_: str) -> None:
        case = self._case(conn, id_)
        is_told = all(task.done_at for task in case.tasks)
        if case.request.kind is not Kind.COPY and is_told and not _left(case.rows):
            self._end(conn, id_, State.DONE)

    def _end(self, conn: Connection, id_: str, state: State) -> None:
        requests.set_state(conn, id_, state)
        keys.destroy(conn, [id_])
        self._vault.forget(id_)

    def _note(
        self,
        conn: Connection,
        one: Request,
        step: Step,
        rows: Sequence[Theirs],
        result: Result = Result.ALLOW,
    ) -> Ledger:
        """The step stands in the request and in the audit."""
        requests.note(conn, one.id, step)
        row = audited(one, step, rows, through=self._through, result=result)
        ledger = self._ledger()
        ledger.append(conn, [row], step.at)
        return ledger


def _left(rows: Sequence[Theirs]) -> list[Theirs]:
    return [row for row in rows if row.state != DONE]


def _theirs(rows: Sequence[Theirs]) -> dict[str, str]:
    return {row.event_key: row.resident_id for row in rows}


def _check_role(conn: Connection, by: str) -> None:
    """Where people have accounts, only a security admin has a word here, by whatever door."""
    one = accounts.find(conn, by)
    if one is None and not accounts.every(conn):
        return
    if one is None or one.role is not Role.SECURITY_ADMIN or one.is_disabled or not one.confirmed_by:
        raise Refused("A509")
