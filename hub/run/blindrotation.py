"""A new blind key: every index is made anew from what is sealed, in portions, while workers go on."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.exc import DBAPIError
from tenacity import Retrying, retry_if_exception, stop_after_attempt

from hub.access.keyring import KEY_BYTES, load_keys
from hub.access.vault import DataKey, Vault
from hub.pack import Pack
from hub.run import staff
from hub.run.keyfile import replace as write_file
from hub.run.sealing import open_resident, seal_resident
from hub.store import keys
from hub.store.engine import Store, is_unavailable
from hub.store.engine import update as update_rows
from hub.store.tables import resident

_PORTION: Final = 500
_PATIENCE: Final = 10


def begin(file: Path) -> None:
    """Puts a new blind key into `file`: what is written from now on is indexed by it, and the old one is asked too.

    One that was begun and not finished is gone on with. Contents keep their fingerprints: those are not looked up by
    anybody's number, and a resend must be known as one ever after.
    """
    ring = load_keys(file)
    if not ring.blind_before:
        fresh = secrets.token_bytes(KEY_BYTES)
        content = ring.content or ring.blind
        write_file(file, replace(ring, blind=fresh, blind_before=ring.blind, content=content))


def finish(store: Store, file: Path, pack: Pack, *, wait: Callable[[], None]) -> int:
    """Makes every index anew and takes the old key out of `file`; returns how many were. Running it again finishes what was interrupted.

    `wait` returns when no step that began before `begin` is still at work: what such a step wrote by the old key is
    found by the passes after it. The last pass is one that finds nothing.
    """
    vault = Vault(load_keys(file))
    number = _pass(store, vault)
    wait()
    while done := _pass(store, vault):
        number += done
    with store.write() as conn:
        number += staff.keep_only(conn, staff.rows_of(pack, vault))
    write_file(file, replace(load_keys(file), blind_before=b""))
    return number


def _pass(store: Store, vault: Vault) -> int:
    """Looks at every resident once; returns how many had another index."""
    after: str | None = ""
    number = 0
    attempts = Retrying(stop=stop_after_attempt(_PATIENCE), retry=retry_if_exception(_passes), reraise=True)
    while after is not None:
        after, changed = attempts(_portion, store, vault, after)
        number += changed
    return number


def _passes(error: BaseException) -> bool:
    """A worker that locked the same people in another order: one of the two begins again."""
    return isinstance(error, DBAPIError) and is_unavailable(error)


def _portion(store: Store, vault: Vault, after: str) -> tuple[str | None, int]:
    """(the last one looked at, None where there was none; how many had another index)."""
    with store.write() as conn:
        rows = conn.execute(
            select(resident)
            .where(resident.c.id > after)
            .order_by(resident.c.id)
            .limit(_PORTION)
            .with_for_update()  # who is told of again meanwhile waits, and is written after us
        ).all()
        known = keys.of(conn, [r.id for r in rows])
        stale = [fresh for r in rows if (fresh := _fresh(r, vault, known.get(r.id)))]
        update_rows(conn, resident, stale, key=("id",))
    return (rows[-1].id if rows else None), len(stale)


def _fresh(row: Row[Any], vault: Vault, key: DataKey | None) -> dict[str, Any]:
    """The row's indexes by the present key; empty where they are so already."""
    phone = number = None  # who has no key any more is not to be found either
    if key is not None:
        made = seal_resident(vault, key, open_resident(vault, key, row.sealed))
        phone, number = made.phone_index, made.id_number_index
    if (phone, number) == (_bytes(row.phone_index), _bytes(row.id_number_index)):
        return {}
    return {"id": row.id, "phone_index": phone, "id_number_index": number}


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)  # some drivers give a memoryview
