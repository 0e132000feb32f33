"""A copy as one file: a page that opens itself in any browser, offline, by the passphrase it was sealed under.

PBKDF2-HMAC-SHA256 and AES-256-GCM, since that is what browsers can do by themselves. Who has no browser opens it with
`opened`.
"""

import base64
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from hub.access.rights import LEAST_PASSPHRASE
from hub.errors import Refused

ROUNDS: Final = 600_000
"""Of PBKDF2, as OWASP's sheet of 2023 says for HMAC-SHA256."""
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_HOLE: Final = "{{sealed}}"
_SEALED: Final = re.compile(r'data-sealed="([A-Za-z0-9+/=]+)"')


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with (name, value) below it."""

    heading: str
    said: tuple[tuple[str, str], ...]


def check_passphrase(passphrase: str) -> None:
    """Raises Refused A508 for one that is too short."""
    if len(passphrase.strip()) < LEAST_PASSPHRASE:
        raise Refused("A508", limit=LEAST_PASSPHRASE)


def sealed(
    parts: Sequence[Part], passphrase: str, *, random_bytes: Callable[[int], bytes] = os.urandom
) -> bytes:
    """The file; nothing of `parts` stands in it in the open."""
    salt, nonce = random_bytes(_SALT_BYTES), random_bytes(_NONCE_BYTES)
    plain = orjson.dumps([{"heading": one.heading, "said": one.said} for one in parts])
    whole = salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, plain, None)
    page = Path(__file__).with_name("copy.html").read_text("utf-8")
    return page.replace(_HOLE, base64.b64encode(whole).decode()).encode()


def opened(page: bytes, passphrase: str) -> list[Part]:
    """What stands in a file that `sealed` made. Raises Refused A513 for another passphrase, or what is no such file."""
    found = _SEALED.search(page.decode("utf-8", "replace"))
    if found is None:
        raise Refused("A513")
    whole = base64.b64decode(found[1])
    salt, nonce = whole[:_SALT_BYTES], whole[_SALT_BYTES : _SALT_BYTES + _NONCE_BYTES]
    try:
        plain = AESGCM(_key(passphrase, salt)).decrypt(nonce, whole[_SALT_BYTES + _NONCE_BYTES :], None)
    except InvalidTag:
        raise Refused("A513") from None
    return [
        Part(one["heading"], tuple((name, value) for name, value in one["said"]))
        for one in orjson.loads(plain)
    ]


def _key(passphrase: str, salt: bytes) -> bytes:
    derive = PBKDF2HMAC(algorithm=SHA256(), length=32, salt=salt, iterations=ROUNDS)
    return derive.derive(passphrase.strip().encode())
