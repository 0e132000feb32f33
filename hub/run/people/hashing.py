"""Passwords as they may be kept: argon2id, a few at a time."""

import secrets
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.errors import Refused

_HASHER: Final = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
"""RFC 9106's second recommended set (64 MiB, 3 passes, 4 lanes): 163 ms of one core (docs/measured.md)."""
_AT_ONCE: Final = BoundedSemaphore(4)
"""256 MiB, whoever knocks; who comes fifth waits."""
_WAITS_S: Final = 5.0


@cache
def nobodys() -> str:
    """Compared with where there is no such account, so that both take as long. Made once a process, which takes as long
    again: who opens a door calls it before."""
    return _HASHER.hash(secrets.token_hex())


def hashed(password: str) -> str:
    """`password` as it may be kept."""
    return _HASHER.hash(password)


def fits(kept: str, password: str) -> bool:
    """Whether `password` is the one that is `kept`; takes as long where none is. Raises Refused A337 where so many are
    looked at that this one would wait too long."""
    if not _AT_ONCE.acquire(timeout=_WAITS_S):
        raise Refused("A337", wait_s=int(_WAITS_S))
    try:
        _HASHER.verify(kept or nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _AT_ONCE.release()
    return bool(kept)
