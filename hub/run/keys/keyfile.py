"""The file of the keys: made at the first start of an embedded hub, readable by its owner alone; one store's own."""

import os
import secrets
from pathlib import Path

from sqlalchemy import select

from hub.access.chain import GENESIS, head_seal
from hub.access.keyring import KEY_BYTES, KeyRing, load_keys
from hub.access.vault import Vault
from hub.errors import FixSettings
from hub.store.engine import Store, insert
from hub.store.tables import fact


def open_keys(path: Path) -> KeyRing:
    """The ring in `path`; a new one is made where there is none. Raises FixSettings A109 for a wrong file."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        master, blind, audit = (secrets.token_bytes(KEY_BYTES) for _ in range(3))
        fresh = KeyRing({"m1": master}, "m1", blind, audit)
        _write_once(path, fresh)
    return load_keys(path)


def _write_once(path: Path, ring: KeyRing) -> None:
    """Two processes that start together agree on one file: whoever links first wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(ring.as_toml())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def replace(path: Path, ring: KeyRing) -> None:
    """Writes the ring anew, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(ring.as_toml())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def check_keys(store: Store, ring: KeyRing) -> None:
    """Returns where `store` was written under the keys of `ring`, or under none yet. Raises FixSettings A122
    where it was under others: nothing may be added to it, and nothing said of it."""
    check = key_check(ring)
    with store.write() as conn:
        insert(conn, fact, [{"name": "key_check", "value": check}])
        known = conn.execute(select(fact.c.value).where(fact.c.name == "key_check")).scalar_one()
    if known != check:
        raise FixSettings("A122")


def key_check(ring: KeyRing) -> str:
    """What a store remembers of its keys; tells nothing of them."""
    audit = head_seal(ring.first_audit, "key check", 0, GENESIS)
    return Vault(ring).fingerprint(f"key check {audit}".encode())
