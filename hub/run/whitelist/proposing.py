"""Proposes changes of the whitelist and decides about them: one transaction each, audited in it.

Who may come in is for the door to say; here is that nobody decides alone, and that what holds afterwards is what was
proposed, over the grants that the proposer saw.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.proposal import (
    Change,
    Proposal,
    Said,
    State,
    Word,
    approvers,
    check,
    needed,
    state_on,
)
from hub.access.standing import last_day
from hub.access.whitelist import Decision, joined
from hub.clock import day_of
from hub.errors import Refused
from hub.jsonform import dumps
from hub.model import Grant, ShareType
from hub.model.account import Role
from hub.pack import Pack
from hub.run.ground.ledger import Ledger
from hub.run.whitelist.following import follow
from hub.run.whitelist.reasons import check_reason
from hub.run.whitelist.wanted import Wanted
from hub.store import accounts, decisions, proposals
from hub.store.decisions import Made
from hub.store.engine import Store
from hub.store.moments import to_us
from hub.store.proposals import Stored, proposal_id

MOST: Final = 500
"""Grants that one proposal names."""
PURPOSE: Final = "whitelist"
"""In the audit: the look was at grants, not at what they give."""


class Proposing:
    """One object serves all threads of a process; `ledger` gives the calling thread's own."""

    def __init__(self, store: Store, pack: Pack, ledger: Callable[[], Ledger], *, through: Exit) -> None:
        self._store, self._pack, self._ledger, self._through = store, pack, ledger, through

    def propose(self, wanted: Wanted, *, by: str, now: datetime) -> Proposal:
        """Stores it; nothing changes until others approve.

        Raises Refused A207 where it names no grant or too many, A208 for a field that is not shared, A209 for a last day
        that has passed, A210 where a grant that it names is not in force, A211 where one that it adds is, A212 where
        nothing would change, A204 without a reason, A213 for a reason that holds numbers of people, A217 for an account of another role.
        """
        with self._store.write() as conn:
            one, row = self.put(conn, wanted, by=by, now=now)
            ledger = self._write(conn, row)
        ledger.committed()
        return one

    def put(self, conn: Connection, wanted: Wanted, *, by: str, now: datetime) -> tuple[Proposal, AuditRow]:
        """The same within a transaction of the caller's, who writes the row into the audit. Raises as `propose`."""
        self.check_role(conn, by)
        stands = _stands(conn, self._pack)
        check_reason(wanted.reason)
        _check_changes(wanted, stands, day_of(now))
        one = _proposal(wanted, stands, by, now)
        proposals.add(conn, one)
        return one, replace(self._row(one, stands, by, now), reason="propose")

    def say(self, proposal: str, said: Said) -> State:
        """Stores the word; with the last approval that is needed the changes hold. Returns the state of that day.

        Raises Refused A214 where there is no such proposal, A215 where a grant has changed since it was proposed, A209,
        A213, A217, and what `hub.access.proposal.check` raises.
        """
        with self._store.write() as conn:
            self.check_role(conn, said.by)
            stored = proposals.load(conn, [proposal]).get(proposal)
            if stored is None:
                raise Refused("A214")
            if said.reason:
                check_reason(said.reason)
            check(stored.proposal, stored.said, said)
            known = decisions.newest(conn)  # before anything that depends on it
            stands = _stands(conn, self._pack)
            proposals.say(conn, proposal, said, len(stored.said) + 1)
            after = Stored(stored.proposal, (*stored.said, said))
            is_decided = said.word is Word.APPROVE and len(approvers(after.said)) >= stored.proposal.needs
            if is_decided:
                _decide(conn, after, stands, said.at, known)
            follow(conn, self._pack.calendar, proposal, said, is_decided=is_decided)
            row = self._row(stored.proposal, stands, said.by, said.at)
            is_no = said.word in (Word.REFUSE, Word.WITHDRAW)
            result = Result.DENY if is_no else Result.ALLOW
            ledger = self._write(conn, replace(row, reason=said.word.value, result=result))
            state = state_in(conn, self._pack, after, day_of(said.at))
        ledger.committed()
        return state

    @staticmethod
    def check_role(conn: Connection, by: str) -> None:
        """Where people have accounts, only who keeps the whitelist has a word in it, by whatever door. Raises Refused
        A217."""
        one = accounts.find(conn, by)
        if one is None and not accounts.every(conn):
            return
        if one is None or one.role is not Role.SECURITY_ADMIN or one.is_disabled or not one.confirmed_by:
            raise Refused("A217")

    def _row(self, one: Proposal, stands: Mapping[str, Grant], by: str, at: datetime) -> AuditRow:
        """The line that says who said something of which grants."""
        named = [change.grant or stands.get(change.target) for change in one.changes]
        return AuditRow(
            at=at,
            who=by,
            exit=self._through,
            result=Result.ALLOW,
            purpose=PURPOSE,
            fields=tuple(sorted({grant.field for grant in named if grant is not None})),
            rows=tuple(change.grant_id for change in one.changes),
            count=len(one.changes),
            matter=one.id,
        )

    def _write(self, conn: Connection, row: AuditRow) -> Ledger:
        ledger = self._ledger()
        ledger.append(conn, [row], row.at)
        return ledger


def _decide(conn: Connection, stored: Stored, stands: Mapping[str, Grant], at: datetime, known: int) -> None:
    """`known`: number of the newest decision when `stands` was read: where another one has come since, nothing holds."""
    last, on, names = decisions.last(conn), day_of(at), approvers(stored.said)
    made = [
        Made(one, stored.proposal.id, at)
        for change in stored.proposal.changes
        for one in _decisions(change, stands, last, names, on)
    ]
    decisions.add(conn, made, behind=known)


def state_in(conn: Connection, pack: Pack, stored: Stored, on: date) -> State:
    """Where a proposal stands on the day `on`."""
    return state_on(stored.proposal, stored.said, decided_by(pack, decisions.last(conn)), on)


def decided_by(pack: Pack, last: Mapping[str, Made]) -> dict[str, str]:
    """Grant → the proposal that decided about it last; those that the pack overruled since are left out."""
    versions = {one.id: one.version for one in pack.grants}
    return {id_: one.proposal_id for id_, one in last.items() if one.decision.version >= versions.get(id_, 0)}


def _stands(conn: Connection, pack: Pack) -> dict[str, Grant]:
    grants = joined(pack.grants, (one.decision for one in decisions.last(conn).values()))
    return {one.id: one for one in grants}


def _check_changes(wanted: Wanted, stands: Mapping[str, Grant], on: date) -> None:
    if not 1 <= len(wanted.changes) <= MOST:
        raise Refused("A207", limit=MOST)
    closed = {one.field for one in stands.values() if one.share_type is ShareType.NOT_SHARED}
    for change in wanted.changes:
        _check_target(change, stands)
        if change.grant is not None and change.grant.field in closed:
            raise Refused("A208", field=change.grant.field)
        if change.grant is not None and last_day(change.grant) < on:
            raise Refused("A209", grant=change.grant.id)


def _check_target(change: Change, stands: Mapping[str, Grant]) -> None:
    target = stands.get(change.target)
    if change.target and target is None:
        raise Refused("A210", grant=change.target)
    if change.grant is not None and change.grant.id != change.target and change.grant.id in stands:
        raise Refused("A211", grant=change.grant.id)
    if target is not None and change.grant is not None and _same(target, change.grant):
        raise Refused("A212", grant=change.target)


def _same(one: Grant, other: Grant) -> bool:
    return replace(one, version=0, approved_by=()) == replace(other, version=0, approved_by=())


def _proposal(wanted: Wanted, stands: Mapping[str, Grant], by: str, now: datetime) -> Proposal:
    days = [last_day(one.grant) for one in wanted.changes if one.grant is not None]
    return Proposal(
        id=proposal_id(by, to_us(now), dumps(wanted.changes)),
        action=wanted.action,
        changes=wanted.changes,
        reason=wanted.reason,
        proposed_by=by,
        proposed_at=now,
        review_by=wanted.review_by or min(days, default=day_of(now)),
        needs=needed(wanted.changes, stands),
    )


def _decisions(
    change: Change, stands: Mapping[str, Grant], last: Mapping[str, Made], names: Iterable[str], on: date
) -> Iterable[Decision]:
    """What holds after `change`. A grant that gives way to one of another first day holds until that day."""
    target, grant = stands.get(change.target), change.grant
    if (target.version if target else 0) != change.target_version or (change.target and target is None):
        raise Refused("A215", grant=change.target)
    if grant is not None and grant.id != change.target and grant.id in stands:
        raise Refused("A215", grant=grant.id)
    if grant is not None and last_day(grant) < on:
        raise Refused("A209", grant=grant.id)
    if target is not None and (grant is None or grant.id != target.id):
        until = None
        if grant is not None and grant.valid_from > on:
            until = replace(
                target,
                version=_next(target.id, stands, last),
                valid_to=min(target.valid_to, grant.valid_from - timedelta(days=1)),
            )
        yield Decision(target.id, _next(target.id, stands, last), until)
    if grant is not None:
        version = _next(grant.id, stands, last)
        yield Decision(grant.id, version, replace(grant, version=version, approved_by=tuple(names)))


def _next(id_: str, stands: Mapping[str, Grant], last: Mapping[str, Made]) -> int:
    """One version is one wording: what the audit names can be looked up for good."""
    known = [stands[id_].version] if id_ in stands else []
    known += [last[id_].decision.version] if id_ in last else []
    return max(known, default=0) + 1
