"""临时查看: an operator asks for one personal field of one report, and somebody of the centre or of the security
administration agrees or not. One transaction each, audited in it. Showing it is `hub.run.whitelist.disclosing`'s."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.access import audit
from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.beyond import REVEAL, WAITS_FOR, Decided, Reveal, State, Verdict, check_decide, reveal_grants
from hub.access.exits import Exit
from hub.access.vault import Vault
from hub.access.whitelist import Whitelist
from hub.clock import day_of
from hub.errors import Refused
from hub.model import DepartmentId, Whistle
from hub.model.account import Account, Role
from hub.pack import Pack
from hub.run.exits.beyond import gives_in_full, look_beyond, reports_seen
from hub.run.exits.linked import people_of
from hub.run.exits.showing import OpenedReport
from hub.run.ground.ledger import Ledger, noted, written
from hub.run.ground.trouble import together
from hub.run.whitelist.reasons import check_reason, kept
from hub.store import incidents, reveals, whistles
from hub.store.engine import Store

DECIDERS: Final = frozenset((Role.DISTRICT, Role.SECURITY_ADMIN))
"""Who agrees: never somebody of the department that asks (decision 72)."""
_MOST: Final = 500
_OPEN: Final = frozenset((State.WAITING, State.LIVE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an operator asks for: `event_id` as its page shows it."""

    whistle_id: str
    event_id: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealing:
    """One object serves all threads of a process; `ledger` gives the calling thread's own."""

    store: Store
    vault: Vault
    pack: Pack
    whitelist: Whitelist
    ledger: Callable[[], Ledger]

    def ask(self, wish: Wish, who: Account, now: datetime) -> Reveal:
        """Waits for a second person from now on. Raises Refused W103 where the whistle is not its department's, A443 for a
        report or field that cannot be revealed, whatever the reason: secret, a child's, not there; A444 where the same
        waits or is shown already; A204, A213. A refusal for the field stands in the audit."""
        try:
            return together(lambda: self._ask(wish, who, now))
        except Refused as refused:
            if refused.code == "A443":
                self._note_refusal(wish, who, now)
            raise

    def _ask(self, wish: Wish, who: Account, now: datetime) -> Reveal:
        with written(self.store, self.ledger(), now) as (conn, rows):
            whistle = whistles.load(conn, [wish.whistle_id]).get(wish.whistle_id)
            if whistle is None or whistle.department != who.organisation:
                raise Refused("W103")
            check_reason(wish.reason)
            reveals.hold(conn, whistle.id)
            one = self._wanted(conn, wish, whistle, who, now)
            before = reveals.of_account(conn, whistle.id, who.name)
            if any(_is_same(each, one) and each.state_at(now) in _OPEN for each in before):
                raise Refused("A444")
            reveals.add(conn, one)
            rows.append(_row(one, who.name, "ask", now))
        return one

    def _wanted(self, conn: Connection, wish: Wish, whistle: Whistle, who: Account, now: datetime) -> Reveal:
        """Looked at as if it had been agreed to: nobody is asked for what would not be shown."""
        opened = next(
            (one for one in reports_seen(conn, self.vault, whistle) if one.event.id == wish.event_id), None
        )
        if opened is None or wish.field not in self.pack.beyond.reveal.fields:
            raise Refused("A443")
        one = Reveal(
            id=reveals.reveal_id(whistle.id, opened.event.key, wish.field, who.name, now),
            whistle_id=whistle.id,
            department=whistle.department,
            event_key=opened.event.key,
            field=wish.field,
            reason=kept(wish.reason, people_of(conn, self.vault, whistle.incident_id)()),
            by=who.name,
            at=now,
        )
        if not self._is_open(conn, one, whistle, opened, now):
            raise Refused("A443")
        return one

    def _is_open(
        self, conn: Connection, one: Reveal, whistle: Whistle, opened: OpenedReport, now: datetime
    ) -> bool:
        in_force = self.whitelist.now().grants
        look = look_beyond(
            opened,
            incidents.load(conn, [whistle.incident_id])[whistle.incident_id],
            reveal_grants(one, in_force, self.pack.beyond.reveal.legal_basis, day_of(now)),
            in_force=in_force,
            department=whistle.department,
            purpose=REVEAL,
            known=people_of(conn, self.vault, whistle.incident_id),
            at=now,
        )
        return gives_in_full(look, one.field)

    def _note_refusal(self, wish: Wish, who: Account, now: datetime) -> None:
        row = audit.refused(
            (wish.field,), at=now, who=who.name, through=Exit.PAGE, purpose=REVEAL, reason="A443",
            matter=wish.whistle_id,
        )  # fmt: skip
        noted(self.store, self.ledger(), row)

    def decide(self, id_: str, verdict: Verdict, who: Account, now: datetime) -> Reveal:
        """The verdict of a second person; approved, it is shown from now on for half an hour. Raises Refused A440 where
        there is none, A441 for one's own, A442 where it does not wait any more, A303 for an account of another role."""
        return together(lambda: self._decide(id_, Decided(verdict=verdict, by=who.name, at=now), who, now))

    def _decide(self, id_: str, said: Decided, who: Account, now: datetime) -> Reveal:
        if who.role not in DECIDERS:
            raise Refused("A303")
        with written(self.store, self.ledger(), now) as (conn, rows):
            one = reveals.find(conn, id_)
            if one is None:
                raise Refused("A440")
            check_decide(one, who.name, now)
            reveals.decide(conn, id_, said)
            rows.append(_row(one, who.name, said.verdict.value, now))
        return one

    def waiting(self, now: datetime) -> int:
        """How many wait for a second person."""
        with self.store.read() as conn:
            return reveals.waiting(conn, now - WAITS_FOR)

    def listed(self, *, department: DepartmentId | None = None) -> Sequence[Reveal]:
        """The newest five hundred, newest first; of one department, or of all."""
        with self.store.read() as conn:
            return reveals.latest(conn, _MOST, department=department or "")


def _is_same(one: Reveal, other: Reveal) -> bool:
    return (one.event_key, one.field) == (other.event_key, other.field)


def _row(one: Reveal, who: str, what: str, at: datetime) -> AuditRow:
    """Who said what of it: nothing was shown by that."""
    return AuditRow(
        at=at,
        who=who,
        exit=Exit.PAGE,
        result=Result.DENY if what == Verdict.REFUSE else Result.ALLOW,
        purpose="whitelist",
        fields=(one.field,),
        rows=(one.whistle_id, one.event_key),
        count=0,
        matter=one.id,
        on_behalf_of=one.department,
        reason=what,
    )
