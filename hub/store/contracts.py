"""Contract versions that were ever used: what a whistle was blown under can be read as long as the whistle."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from hub.contract.packs import same_but_for_its_end
from hub.jsonform import dumps, loads
from hub.model import Contract
from hub.store.engine import insert
from hub.store.moments import from_us_or_none, to_us
from hub.store.tables import contract_version


def keep(conn: Connection, contracts: Iterable[Contract], at: datetime) -> None:
    """Stores versions that are used for the first time; one that stands stays as it was first used."""
    insert(
        conn,
        contract_version,
        [{"id": one.id, "first_used_us": to_us(at), "body": _body(one)} for one in contracts],
    )


def load(conn: Connection, id_: str) -> Contract | None:
    """The version as it was first used; None where no process ever used it."""
    body = conn.execute(select(contract_version.c.body).where(contract_version.c.id == id_)).scalar()
    return loads(Contract, body) if body is not None else None


def kept_since(conn: Connection, id_: str) -> datetime | None:
    """When the version was first used; None where no process ever used it."""
    used_us = conn.execute(
        select(contract_version.c.first_used_us).where(contract_version.c.id == id_)
    ).scalar()
    return from_us_or_none(used_us)


def changed(conn: Connection, contracts: Iterable[Contract]) -> list[str]:
    """Ids of those that are not what was first used under the same version. When one ends is no part of that: it is
    written into its file once another is to follow it."""
    kept = {one.id: one for one in all_used(conn)}
    return [one.id for one in contracts if not same_but_for_its_end(kept.get(one.id, one), one)]


def all_used(conn: Connection) -> list[Contract]:
    """Every version that any process ever used, as it was then."""
    return [loads(Contract, body) for body in conn.execute(select(contract_version.c.body)).scalars()]


def _body(one: Contract) -> str:
    """Where it was loaded from is no part of what was agreed."""
    return dumps(replace(one, file=""))
