"""Accounts of people: who they are, and what guards their passwords."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select, update

from hub.model.account import Account, Role
from hub.store.copying import insert_new
from hub.store.moments import from_us, to_us
from hub.store.tables import account


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """An account, and what its password is compared with."""

    account: Account
    password: str
    """argon2id, "" where it signs in elsewhere."""
    failures: int
    locked_until: datetime
    second: bytes = b""
    """Sealed secret of the second factor, b"" where there is none."""
    second_step: int = 0
    """Time step of the last code that was taken."""
    handover: str = ""
    """Digest of the second half of a first password, "" where one half is enough."""


def add(conn: Connection, one: Account, *, password: str, at: datetime) -> bool:
    """Stores a new account; False where there is one of that name, which stays as it is."""
    row = {
        "name": one.name,
        "title": one.title,
        "role": one.role.value,
        "organisation": one.organisation,
        "area": one.area,
        "made_us": to_us(at),
        "made_by": one.made_by,
        "confirmed_by": one.confirmed_by,
        "disabled_us": to_us(at) if one.is_disabled else None,
        "password": password,
        "must_change": int(one.must_change),
        "failures": 0,
        "locked_us": 0,
        "epoch": one.epoch,
        "subject": one.subject or None,
        "second_step": 0,
        "handover": "",
    }
    return insert_new(conn, account, [row]) == 1


def find(conn: Connection, name: str) -> Account | None:
    """The account of that name."""
    row = conn.execute(select(account).where(account.c.name == name)).first()
    return of_row(row) if row else None


def every(conn: Connection) -> Sequence[Account]:
    """All accounts, by name."""
    return [of_row(r) for r in conn.execute(select(account).order_by(account.c.name))]


def guarded(conn: Connection, name: str, *, locked: bool = False) -> Guarded | None:
    """The account of that name and its guard; `locked`: nobody else changes it until commit."""
    query = select(account).where(account.c.name == name)
    row = conn.execute(query.with_for_update() if locked else query).first()
    if row is None:
        return None
    return Guarded(
        account=of_row(row),
        password=row.password,
        failures=row.failures,
        locked_until=from_us(row.locked_us),
        second=row.second or b"",
        second_step=row.second_step,
        handover=row.handover,
    )


def note_failure(conn: Connection, one: Guarded, *, locked_until: datetime | None) -> None:
    """One more wrong password; where `locked_until` is given, no password is looked at until then."""
    values: dict[str, Any] = {"failures": one.failures + 1}
    if locked_until is not None:
        values["locked_us"] = to_us(locked_until)
    _set(conn, one.account.name, **values)


def note_success(conn: Connection, name: str) -> None:
    """It came in: wrong passwords and codes are counted anew."""
    _set(conn, name, failures=0)


def set_password(
    conn: Connection, name: str, password: str, *, must_change: bool, handover: str = ""
) -> None:
    """Another password from now on; all sessions of the account are over. `handover`: digest of its second half."""
    values = {
        "password": password,
        "must_change": int(must_change),
        "failures": 0,
        "locked_us": 0,
        "handover": handover,
    }
    _set(conn, name, **values, **_OVER)


def hand_over(conn: Connection, name: str, digest: str) -> None:
    """Who changes the first password has to know what `digest` is of."""
    _set(conn, name, handover=digest)


def confirm(conn: Connection, name: str, by: str) -> None:
    """The role of the account holds."""
    _set(conn, name, confirmed_by=by)


def disable(conn: Connection, name: str, at: datetime) -> None:
    """It opens nothing any more, nor do its sessions."""
    _set(conn, name, disabled_us=to_us(at), **_OVER)


def enable(conn: Connection, name: str) -> None:
    """It may work again."""
    _set(conn, name, disabled_us=None)


def end_sessions(conn: Connection, name: str) -> None:
    """All its sessions are over."""
    _set(conn, name, **_OVER)


def bind(conn: Connection, name: str, subject: str) -> None:
    """It is the account of `subject` at the identity provider, and nobody else's."""
    _set(conn, name, subject=subject)


def of_subject(conn: Connection, subject: str) -> Account | None:
    """The account of that person at the identity provider."""
    row = conn.execute(select(account).where(account.c.subject == subject)).first()
    return of_row(row) if row else None


def begin_second(conn: Connection, name: str, sealed: bytes) -> None:
    """Its second factor lies there, and opens nothing before a code confirmed it."""
    _set(conn, name, second=sealed, second_us=None, second_step=0)


def confirm_second(conn: Connection, name: str, step: int, at: datetime) -> None:
    """From now on a code is asked for; that of `step` was taken."""
    _set(conn, name, second_us=to_us(at), second_step=step)


def take_step(conn: Connection, name: str, step: int) -> None:
    """The code of that time step, and of those before it, is used up."""
    _set(conn, name, second_step=step)


def drop_second(conn: Connection, name: str) -> None:
    """It has no second factor any more, and all its sessions are over."""
    _set(conn, name, second=None, second_us=None, second_step=0, **_OVER)


_OVER: Final[Mapping[str, Any]] = {"epoch": account.c.epoch + 1}


def _set(conn: Connection, name: str, **values: Any) -> None:
    conn.execute(update(account).where(account.c.name == name).values(**values))


def of_row(r: Row[Any]) -> Account:
    """The account in a row of its table."""
    return Account(
        name=r.name,
        title=r.title,
        role=Role(r.role),
        organisation=r.organisation,
        area=r.area,
        made_by=r.made_by,
        confirmed_by=r.confirmed_by,
        must_change=bool(r.must_change),
        is_disabled=r.disabled_us is not None,
        epoch=r.epoch,
        subject=r.subject or "",
        has_second=r.second_us is not None,
    )
