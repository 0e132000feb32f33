"""A new blind key: every index is made anew from what is sealed, in portions, while workers go on."""

import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.exc import DBAPIError
from tenacity import Retrying, retry_if_exception, stop_after_attempt

from hub.access.keyring import KEY_BYTES, load_keys
from hub.access.vault import DataKey, Vault
from hub.model import Resident
from hub.pack import Pack
from hub.run.ground import staff
from hub.run.ground.sealing import open_resident, seal_resident
from hub.run.keys.keyfile import replace as write_file
from hub.run.sources.intake import LEASES
from hub.store import keys, leases
from hub.store.engine import Store, is_unavailable
from hub.store.engine import update as update_rows
from hub.store.tables import resident

_PORTION: Final = 500
_PATIENCE: Final = 10


@dataclass(slots=True)
class Done:
    """What a rotation came to."""

    indexes: int = 0
    """People and staff whose index was made anew."""
    damaged: set[str] = field(default_factory=set)
    """Ids of residents that could not be opened: they have no index, by the old key neither."""


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


def finish(store: Store, file: Path, pack: Pack) -> Done:
    """Makes every index anew and takes the old key out of `file`. Running it again finishes what was interrupted, and
    makes the indexes of those who were damaged and have been brought back from a copy.

    Who indexes holds a lease: all of them are fenced first, so that a step that began with the old key is committed by
    then, and found, or never is. A worker that could not read the file at that moment may still write by the old key:
    the last pass is one that finds nothing.
    """
    vault, done = Vault(load_keys(file)), Done()
    with store.write() as conn:
        leases.count_up(conn, LEASES)
    changed = -1
    while changed:
        changed, done.damaged = _pass(store, vault)
        done.indexes += changed
    with store.write() as conn:
        done.indexes += staff.keep_only(conn, staff.rows_of(pack, vault))
    write_file(file, replace(load_keys(file), blind_before=b""))
    return done


def _pass(store: Store, vault: Vault) -> tuple[int, set[str]]:
    """Looks at every resident once; (how many had another index, those that cannot be opened)."""
    after: str | None = ""
    number, damaged = 0, set[str]()
    attempts = Retrying(stop=stop_after_attempt(_PATIENCE), retry=retry_if_exception(_passes), reraise=True)
    while after is not None:
        after, changed = attempts(_portion, store, vault, after, damaged)
        number += changed
    return number, damaged


def _passes(error: BaseException) -> bool:
    """A worker that locked the same people in another order: one of the two begins again."""
    return isinstance(error, DBAPIError) and is_unavailable(error)


def _portion(store: Store, vault: Vault, after: str, damaged: set[str]) -> tuple[str | None, int]:
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
        stale = [fresh for r in rows if (fresh := _fresh(r, vault, known.get(r.id), damaged))]
        update_rows(conn, resident, stale, key=("id",))
    return (rows[-1].id if rows else None), len(stale)


def _fresh(row: Row[Any], vault: Vault, key: DataKey | None, damaged: set[str]) -> dict[str, Any]:
    """The row's indexes by the present key; empty where they are so already."""
    phone = number = None  # who has no key any more, or cannot be opened, is not to be found either
    if key is not None and (person := _opened(row, vault, key, damaged)) is not None:
        made = seal_resident(vault, key, person)
        phone, number = made.phone_index, made.id_number_index
    if (phone, number) == (_bytes(row.phone_index), _bytes(row.id_number_index)):
        return {}
    return {"id": row.id, "phone_index": phone, "id_number_index": number}


def _opened(row: Row[Any], vault: Vault, key: DataKey, damaged: set[str]) -> Resident | None:
    try:
        return open_resident(vault, key, row.sealed)
    except Exception:  # one of many: whatever is wrong with it, it is named, and the others go on
        damaged.add(row.id)
        return None


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)  # some drivers give a memoryview
