"""The cache of what is slow to make: one folder a key, written whole or not at all.

Several processes may start at once: each may make the folder, the first to finish puts it in place, and
nobody ever sees half of one.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import orjson

from hub.ids import digest_of

_FORGOTTEN_S: Final = 30 * 86400
_SEAL: Final = "seal.json"
"""Digests of all other files of a folder, written last: a folder that a full disk cut short has none."""


def default_root() -> Path:
    """`$XDG_CACHE_HOME/gridplus`, or `~/.cache/gridplus`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not base or not Path(base).is_absolute():  # the XDG standard: relative paths are to be ignored
        base = os.path.expanduser("~/.cache")  # noqa: PTH111 - Path.expanduser raises where there is no home
    return Path(base) / "gridplus"


def folder_of(key: str, make: Callable[[Path], None], root: Path) -> Path:
    """The folder of `key` (`name-digest`); `make` fills it where it is missing or damaged.

    Where `root` cannot be written to, the folder is a temporary one and goes with the process.
    """
    folder = root / key
    if is_whole(folder):
        with suppress(OSError):  # a cache that only reads is one too
            folder.touch()
        return folder
    try:
        root.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{key}-", dir=root))
    except OSError:
        draft = Path(tempfile.mkdtemp(prefix="gridplus-"))
        atexit.register(shutil.rmtree, draft, ignore_errors=True)
        make(draft)
        return draft
    try:
        make(draft)
        _seal(draft)
        _put(draft, folder)
        _forget_old(folder)
        return folder
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def is_whole(folder: Path) -> bool:
    """Whether every file of `folder` is what was sealed."""
    try:
        seal = orjson.loads((folder / _SEAL).read_bytes())
        return all(digest_of((folder / name).read_bytes()) == digest for name, digest in seal.items())
    except (OSError, ValueError):
        return False


def _seal(draft: Path) -> None:
    seal = {path.name: digest_of(path.read_bytes()) for path in sorted(draft.iterdir())}
    (draft / _SEAL).write_bytes(orjson.dumps(seal))


def _put(draft: Path, folder: Path) -> None:
    """Moves the finished draft into place; another process may have been faster, and its folder is as good."""
    for _ in range(2):
        try:
            draft.rename(folder)
        except OSError:
            if is_whole(folder):
                break
            with suppress(OSError):  # a damaged one: out of the way, then once more
                shutil.rmtree(folder)
        else:
            break


def _forget_old(folder: Path) -> None:
    """Removes folders of the same pack that nobody has opened for a month before this one was made."""
    pack, _, _ = folder.name.rpartition("-")
    with suppress(OSError):  # another process may be tidying too
        made_at = folder.stat().st_mtime
        for other in folder.parent.glob(f"{pack}-*"):
            if made_at - other.stat().st_mtime > _FORGOTTEN_S:
                shutil.rmtree(other, ignore_errors=True)
