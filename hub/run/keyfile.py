"""The file of the master keys: made at the first start of an embedded hub, readable by its owner alone."""

import os
import secrets
from pathlib import Path

from hub.access.keyring import KEY_BYTES, KeyRing, load_keys


def open_keys(path: Path) -> KeyRing:
    """The ring in `path`; a new one is made where there is none. Raises FixSettings A109 for a wrong file."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = KeyRing({"m1": secrets.token_bytes(KEY_BYTES)}, "m1", secrets.token_bytes(KEY_BYTES))
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
