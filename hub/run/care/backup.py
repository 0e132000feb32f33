"""A copy of everything the hub keeps, taken while workers run, and back into an empty place.

The copy is a directory: the store as its own database copies it (SQLite's online back-up, `pg_dump`), the adapters'
small state, and a manifest with digests and counts of the very moment the store was copied. The keys never lie in it:
they go to a file of their own, so that who has one of the two can read nothing. Pack and settings are not copied:
they are files that people keep under version control.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Connection, delete, func, inspect, select, update

from hub.access.keyring import load_keys
from hub.bus import embedded
from hub.bus.topics import EVENTS
from hub.errors import FixSettings, Refused
from hub.run.care import postgresql_copy
from hub.run.care.account import account
from hub.run.exits.auditing import Whole, broken, examine_by
from hub.run.keys.keyfile import check_keys, key_check
from hub.store import migrate, outbox
from hub.store.engine import Store
from hub.store.tables import audit_head, data_key, fact, lease, message

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
_SOURCES: Final = "sources"
_READ: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands in a copy. `files`: path in the copy → SHA-256; `counts`: what the store held."""

    format: int
    hub: str
    migration: str
    made_at: str
    store: str
    """File of the store: `store.sqlite` or `store.pgdump`."""
    bus: str
    """Which log the stored positions belong to."""
    pack: str
    counts: Mapping[str, Any]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a copy is told of where it was taken."""

    hub: str
    made_at: str
    bus: str
    pack: str


def backup(store: Store, home: Path, keys: Path, *, into: Path, keys_into: Path, origin: Origin) -> Manifest:
    """The manifest of a copy in the new directory `into`; the keys' file goes to `keys_into`, for its owner alone.

    The adapters' state is copied before the store and the keys after it: what a source sent in between comes again,
    and every key that the copy needs is there. Raises FixSettings C154 where a target is taken or the keys would lie
    in the copy, A122 where the keys are another store's, C108 where PostgreSQL's programs are missing.
    """
    _check_targets(into, keys_into)
    draft = into.with_name(f".{into.name}.{os.getpid()}")
    draft.mkdir(mode=0o700, parents=True)
    try:
        _copy_sources(home / _SOURCES, draft / _SOURCES)
        name, migration, counts = _copy_store(store, draft)
        _copy_keys(store, keys, keys_into)
        told = Manifest(
            format=FORMAT,
            **asdict(origin),
            migration=migration,
            store=name,
            counts=counts,
            files=_digests(draft),
        )
        (draft / MANIFEST).touch(mode=0o600)
        (draft / MANIFEST).write_bytes(orjson.dumps(asdict(told), option=orjson.OPT_INDENT_2))
        _make_durable(draft)
        draft.rename(into)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return told


def read_manifest(place: Path) -> Manifest:
    """The manifest of a copy that is whole; raises Refused C155 where a file differs, is missing or too many."""
    try:
        told = Manifest(**orjson.loads((place / MANIFEST).read_bytes()))
    except (OSError, ValueError, TypeError):
        raise Refused("C155", name=MANIFEST) from None
    found = {name: digest for name, digest in _digests(place).items() if name != MANIFEST}
    for name in sorted(found.keys() | told.files.keys()):
        if found.get(name) != told.files.get(name):
            raise Refused("C155", name=name)
    if told.format != FORMAT:
        raise FixSettings("C118")
    return told


def restore(place: Path, keys: Path, *, store_url: str, home: Path, keys_into: Path, bus: str) -> Manifest:
    """The manifest of the copy in `place`, after it stands in the empty `store_url` and was verified there.

    `bus` is the log that the hub goes on with: on another than the copy's, what was on the old one and not handled is
    said again. Raises Refused C155 for a copy that is not whole, FixSettings C156 where the place is not empty, A122
    where the keys are another store's, HubError A104 or Refused C157 where what stands there is not what was copied.
    """
    told = read_manifest(place)
    _check_empty(store_url, home, keys, keys_into)
    _load(place / told.store, store_url)
    _place_keys(keys, keys_into)
    if (place / _SOURCES).is_dir():
        shutil.copytree(place / _SOURCES, home / _SOURCES, dirs_exist_ok=True)
    store = Store(store_url)
    try:
        _verify(store, keys_into, told)
        migrate.up(store)
        with store.write() as conn:  # whoever held them works on another store
            conn.execute(update(lease).values(holder=""))
        if bus != told.bus:
            _begin_anew(store, outbox_is_log=bus == embedded.NAME)
    finally:
        store.close()
    return told


# -- taking ------------------------------------------------------------------------------------------------


def _check_targets(into: Path, keys_into: Path) -> None:
    if into.exists():
        raise FixSettings("C154", name=str(into))
    if keys_into.exists() or into.resolve() in keys_into.resolve().parents:
        raise FixSettings("C154", name=str(keys_into))


def _copy_sources(place: Path, into: Path) -> None:
    """SQLite files by their own back-up, since adapters write while we copy; all else as it stands."""
    for file in sorted(place.rglob("*")) if place.is_dir() else []:
        target = into / file.relative_to(place)
        if file.is_dir():
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif _is_sqlite(file):
            _copy_sqlite(file, target)
        elif not file.name.endswith(("-wal", "-shm", "-journal")):
            _copy_file(file, target)


def _is_sqlite(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(16) == b"SQLite format 3\x00"


def _copy_file(file: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    target.chmod(0o600)


def _copy_sqlite(file: Path, target: Path) -> None:
    """All pages of one moment; in WAL mode no writer waits for it."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600)
    with closing(sqlite3.connect(file)) as from_, closing(sqlite3.connect(target)) as to:
        from_.backup(to)
        to.execute("PRAGMA journal_mode=DELETE")  # one file: nothing of it lies beside it


def _copy_store(store: Store, draft: Path) -> tuple[str, str, dict[str, Any]]:
    """(file, migration, counts): the counts are those of the copy, not of a moment later."""
    if store.is_postgresql:
        with postgresql_copy.snapshot(store) as (conn, snapshot):
            counts = count(conn)
            postgresql_copy.dump(store.url, snapshot, draft / "store.pgdump", postgresql_copy.major(conn))
            return "store.pgdump", str(migrate.of(conn)), counts
    file = draft / "store.sqlite"
    _copy_sqlite(Path(str(store.engine.url.database)), file)
    copy = Store(f"sqlite:///{file}")
    try:
        with copy.read() as conn:
            counts, migration = count(conn), str(migrate.of(conn))
    finally:
        copy.close()
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA journal_mode=DELETE")  # opening it as a store made it WAL again
    return file.name, migration, counts


def _copy_keys(store: Store, keys: Path, into: Path) -> None:
    ring = load_keys(keys)
    with store.read() as conn:
        known = conn.execute(select(fact.c.value).where(fact.c.name == "key_check")).scalar()
    if known not in (None, key_check(ring)):
        raise FixSettings("A122")
    _place_keys(keys, into)


def _place_keys(keys: Path, into: Path) -> None:
    if into.exists() and into.read_bytes() == keys.read_bytes():
        return
    into.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(keys.read_bytes())
        file.flush()
        os.fsync(file.fileno())


def _digests(place: Path) -> dict[str, str]:
    return {
        str(file.relative_to(place)): _digest(file) for file in sorted(place.rglob("*")) if file.is_file()
    }


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while part := opened.read(_READ):
            digest.update(part)
    return digest.hexdigest()


def _make_durable(place: Path) -> None:
    for file in (*place.rglob("*"), place):
        handle = os.open(file, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def count(conn: Connection) -> dict[str, Any]:
    """What must be the same on both sides: the account, keys of the vault, blocks of the audit."""
    blocks = conn.execute(select(func.coalesce(func.sum(audit_head.c.seq), 0))).scalar_one()
    keys = conn.execute(select(func.count()).select_from(data_key)).scalar_one()
    counted = account(conn)
    return {name: counted[name] for name in ("records", "fates", "events", "incidents", "whistles")} | {
        "data_keys": keys,
        "audit_blocks": int(blocks),
    }


# -- bringing back -----------------------------------------------------------------------------------------


def _check_empty(store_url: str, home: Path, keys: Path, keys_into: Path) -> None:
    if keys_into.exists() and keys_into.read_bytes() != keys.read_bytes():
        raise FixSettings("C156", name=str(keys_into))
    if (home / _SOURCES).is_dir() and any((home / _SOURCES).iterdir()):
        raise FixSettings("C156", name=str(home / _SOURCES))
    store = Store(store_url)
    try:
        if not store.is_postgresql and Path(str(store.engine.url.database)).exists():
            raise FixSettings("C156", name=str(store.engine.url.database))
        if store.is_postgresql and inspect(store.engine).get_table_names():
            raise FixSettings("C156", name=str(store.engine.url.database))
    finally:
        store.close()


def _load(file: Path, store_url: str) -> None:
    store = Store(store_url)
    try:
        if store.is_postgresql is not file.name.endswith(".pgdump"):
            raise FixSettings("C101", name="store")
        if not store.is_postgresql:
            _copy_file(file, Path(str(store.engine.url.database)))
            return
        with store.read() as conn:
            major = postgresql_copy.major(conn)
    finally:
        store.close()
    postgresql_copy.load(store_url, file, major)


def _verify(store: Store, keys: Path, told: Manifest) -> None:
    """Counts, fates, the keys and every chain of the audit, before anything is changed there."""
    ring = load_keys(keys)
    with store.read() as conn:
        counts = count(conn)
    if counts != told.counts:
        differing = sorted(name for name in counts if counts[name] != told.counts.get(name))
        raise Refused("C157", what=", ".join(differing))
    check_keys(store, ring)
    with store.read() as conn:
        said = examine_by(conn, ring)
    if not isinstance(said, Whole):
        raise broken(said)


def _begin_anew(store: Store, *, outbox_is_log: bool) -> None:
    """On another log: positions mean nothing there, messages are said again, and what was in casework is read again.

    Ids are the same as before, so what arrives twice changes nothing.
    """
    with store.write() as conn:
        conn.exec_driver_sql("DELETE FROM consumer_offset")
        conn.exec_driver_sql(
            "UPDATE record SET stage = 0, fate = NULL, code = NULL, pointer = NULL, owner = NULL, hold_key = NULL, "
            "settled_us = NULL WHERE stage = 1 OR id IN (SELECT record_id FROM event WHERE fate IS NULL)"
        )
        conn.exec_driver_sql("DELETE FROM event WHERE fate IS NULL")
        conn.execute(delete(message).where(message.c.topic == EVENTS))  # the others are handled already
        outbox.send_again(conn, is_log=outbox_is_log)
