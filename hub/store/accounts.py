"""Accounts of people: who they are, and what guards their passwords."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    )


def note_failure(conn: Connection, one: Guarded, *, locked_until: datetime | None) -> None:
    """One more wrong password; where `locked_until` is given, no password is looked at until then."""
    values: dict[str, Any] = {"failures": one.failures + 1}
    if locked_until is not None:
        values["locked_us"] = to_us(locked_until)
    conn.execute(update(account).where(account.c.name == one.account.name).values(**values))


def note_success(conn: Connection, name: str) -> None:
    """The right password."""
    conn.execute(update(account).where(account.c.name == name).values(failures=0))


def set_password(conn: Connection, name: str, password: str, *, must_change: bool) -> None:
    """Another password from now on; all sessions of the account are over."""
    values = {
        "password": password,
        "must_change": int(must_change),
        "failures": 0,
        "locked_us": 0,
        "epoch": account.c.epoch + 1,
    }
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
    )
