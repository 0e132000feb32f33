"""Accounts as administrators keep them: one proposes, another one lets hold; every step stands in the audit."""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.fourhands import check_decider
from hub.access.territory import LEVELS
from hub.clock import Clock
from hub.errors import Refused
from hub.model import AreaId
from hub.model.account import Account, AccountChange, ProposedChange
from hub.pack import Pack
from hub.run.ground.ledger import Ledger, written
from hub.run.people.hashing import hashed
from hub.run.people.said import said
from hub.run.people.second import written_code
from hub.store import accounts, changes, recovery
from hub.store.engine import Store

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{2,63}")
_SUBJECT: Final = re.compile(r"[\x21-\x7e]{1,255} [\x21-\x7e]{1,255}")
_TITLE: Final = 64


@dataclass(frozen=True, slots=True)
class Standing:
    """All accounts, and what waits for a second person."""

    accounts: Sequence[Account]
    proposals: Sequence[ProposedChange]


class Keeping:
    """Adds, disables, resets; and lets hold what somebody else proposed."""

    def __init__(
        self,
        *,
        store: Store,
        pack: Pack,
        ledger: Callable[[], Ledger],
        clock: Clock,
        through: Exit = Exit.PAGE,
    ) -> None:
        self._store, self._pack, self._ledger, self._clock = store, pack, ledger, clock
        self._through = through

    def standing(self) -> Standing:
        """As it is now, by name."""
        with self._store.read() as conn:
            return Standing(accounts.every(conn), changes.waiting(conn))

    def add(self, one: Account, *, by: str) -> str:
        """A new account whose role opens nothing before a second person lets it hold; returns its first password, "" for
        one that signs in elsewhere alone. Raises Refused A327 for what is no name, title, organisation, area or subject
        here, A328 where there is one of that name, A333 where the subject is another account's."""
        first = "" if one.subject else secrets.token_urlsafe(12)
        kept = hashed(first) if first else ""

        def act(conn: Connection, now: datetime) -> None:
            self._check(one)
            if accounts.find(conn, one.name) is not None:
                raise Refused("A328")
            self._check_free(conn, one.subject)
            if not accounts.add(conn, one, password=kept, at=now):
                raise Refused("A328")
            changes.add(conn, ProposedChange(account=one.name, change=AccountChange.ROLE, by=by, at=now))

        self._do(by, "account_add", one.name, act, reason=one.role.value)
        return first

    def disable(self, name: str, *, by: str) -> None:
        """From now on it opens nothing: this waits for nobody. Raises Refused A329, A331 for one's own."""

        def act(conn: Connection, now: datetime) -> None:
            if by == self._found(conn, name).name:
                raise Refused("A331")
            accounts.disable(conn, name, now)

        self._do(by, "account_disable", name, act)

    def reset_password(self, name: str, *, by: str) -> str:
        """Another first password, which is returned; it holds once a second person lets it. Raises Refused A329, A331 for
        one's own, A332 where one waits already."""
        first = secrets.token_urlsafe(12)
        self._propose(name, AccountChange.PASSWORD, hashed(first), by)
        return first

    def propose(self, name: str, change: AccountChange, *, by: str, subject: str = "") -> None:
        """`change` waits for a second person from now on; `subject` where it binds one. Raises Refused A329, A331 for
        one's own, A332 where the same waits already or nothing would change, A327, A333."""
        self._propose(name, change, subject, by)

    def _propose(self, name: str, change: AccountChange, value: str, by: str) -> None:
        def act(conn: Connection, now: datetime) -> None:
            one = self._found(conn, name)
            if by == name:
                raise Refused("A331")
            if change is AccountChange.SUBJECT and not _SUBJECT.fullmatch(value):
                raise Refused("A327", what="subject")
            if not _would_change(one, change, value):
                raise Refused("A332")
            self._check_free(conn, value if change is AccountChange.SUBJECT else "")
            wanted = ProposedChange(account=name, change=change, by=by, at=now, value=value)
            if not changes.add(conn, wanted):
                raise Refused("A332")

        self._do(by, "account_propose", name, act, reason=change.value)

    def confirm(self, name: str, change: AccountChange, *, by: str) -> str:
        """What was proposed holds from now on. Returns the second half of a first password where there is one: it goes to
        the person by another way than the first half. Raises Refused A330 where nothing waits, A331 for who proposed it
        or whom it is about, A333 where the subject was given away meanwhile."""
        handed: list[str] = []

        def act(conn: Connection, _: datetime) -> None:
            wanted = self._taken(conn, name, change, by)
            handed.append(self._hold(conn, self._found(conn, name), wanted, by))

        self._do(by, "account_confirm", name, act, reason=change.value)
        return handed[0]

    def reject(self, name: str, change: AccountChange, *, by: str) -> None:
        """What was proposed does not hold; a new account is disabled. Raises Refused A330, A331."""

        def act(conn: Connection, now: datetime) -> None:
            self._taken(conn, name, change, by)
            if change is AccountChange.ROLE:
                accounts.disable(conn, name, now)

        self._do(by, "account_reject", name, act, reason=change.value)

    def _taken(self, conn: Connection, name: str, change: AccountChange, by: str) -> ProposedChange:
        wanted = changes.take(conn, name, change)
        if wanted is None:
            raise Refused("A330")
        check_decider(wanted, by)  # what it raises brings the proposal back
        return wanted

    def _hold(self, conn: Connection, one: Account, wanted: ProposedChange, by: str) -> str:
        """A first password has a second half, so that neither of the two who give it can come in as the third."""
        name, half = one.name, written_code()
        match wanted.change:
            case AccountChange.ROLE:
                accounts.confirm(conn, name, by)
                if one.must_change:
                    accounts.hand_over(conn, name, recovery.digest_of(half))
                    return half
            case AccountChange.PASSWORD:
                handover = recovery.digest_of(half)
                accounts.set_password(conn, name, wanted.value, must_change=True, handover=handover)
                return half
            case AccountChange.SECOND:
                accounts.drop_second(conn, name)
                recovery.renew(conn, name, ())
            case AccountChange.SUBJECT:
                self._check_free(conn, wanted.value)
                accounts.bind(conn, name, wanted.value)
            case AccountChange.ENABLE:
                accounts.enable(conn, name)
        return ""

    def _do(
        self,
        by: str,
        what: str,
        name: str,
        act: Callable[[Connection, datetime], None],
        *,
        reason: str = "",
    ) -> None:
        """Changes and their line hold together; what is refused has changed nothing, and has its line too."""
        now = self._clock.now()
        about = name if _NAME.fullmatch(name) else "?"
        try:
            line = said(by, what, now, about=about, reason=reason, through=self._through)
            self._written(lambda conn: act(conn, now), line, now)
        except Refused as refused:
            line = said(by, what, now, about=about, refused=refused.code, through=self._through)
            self._written(lambda _: None, line, now)
            raise

    def _written(self, act: Callable[[Connection], None], line: AuditRow, now: datetime) -> None:
        with written(self._store, self._ledger(), now) as (conn, rows):
            act(conn)
            rows.append(line)

    def _found(self, conn: Connection, name: str) -> Account:
        found = accounts.find(conn, name)
        if found is None:
            raise Refused("A329")
        return found

    def _check_free(self, conn: Connection, subject: str) -> None:
        if subject and accounts.of_subject(conn, subject) is not None:
            raise Refused("A333")

    def _check(self, one: Account) -> None:
        pack = self._pack
        is_fine = {
            "name": _NAME.fullmatch(one.name),
            "title": 0 < len(one.title.strip()) <= _TITLE and one.title.isprintable(),
            "organisation": one.organisation in pack.organisations,
            "area": self._is_area_of(one),
            "subject": not one.subject or _SUBJECT.fullmatch(one.subject),
        }
        wrong = [name for name, fine in is_fine.items() if not fine]
        if wrong:
            raise Refused("A327", what=", ".join(wrong))

    def _is_area_of(self, one: Account) -> bool:
        """Of its own level: nobody of a subdistrict is given the district by its area."""
        level = LEVELS.get(one.role)
        if level is None:
            return not one.area
        area = self._pack.areas.get(AreaId(one.area))
        return area is not None and area.level is level


def _would_change(one: Account, change: AccountChange, value: str) -> bool:
    return {
        AccountChange.ROLE: False,
        AccountChange.PASSWORD: bool(value),  # nobody chooses one: `reset_password` does
        AccountChange.SECOND: one.has_second,
        AccountChange.SUBJECT: True,
        AccountChange.ENABLE: one.is_disabled and bool(one.confirmed_by),
    }[change]
