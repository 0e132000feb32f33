"""A department's own listener: is this POST from the hub? Pure, but for the time where none is given."""

import hmac
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from gridplus_client.errors import NotFromTheHub

STAMP: Final = "x-gridplus-timestamp"
SIGNATURE: Final = "x-gridplus-signature"
OLDEST_S: Final = 300
"""How far the hub's clock and ours may be apart, and how long a stolen call could be sent again."""


def is_from_the_hub(
    secret: str | Sequence[str], headers: Mapping[str, str], body: bytes, *, now: float | None = None
) -> bool:
    """True where `body` was signed with our secret within the last five minutes.

    `body`: the bytes as they came, before any JSON parser. `secret`: several while one takes the place of another.
    `now`: Unix time; header names in any case.
    """
    named = {name.lower(): value for name, value in headers.items()}
    stamp, signature = named.get(STAMP, ""), named.get(SIGNATURE, "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 20 and signature.isascii()):
        return False
    if abs((time.time() if now is None else now) - int(stamp)) > OLDEST_S:
        return False
    secrets = [secret] if isinstance(secret, str) else secret
    # An empty secret is one that was forgotten, and everybody knows it.
    return any(one and hmac.compare_digest(sign(one, stamp, body), signature) for one in secrets)


def check(
    secret: str | Sequence[str], headers: Mapping[str, str], body: bytes, *, now: float | None = None
) -> None:
    """Returns where `is_from_the_hub` is true; raises NotFromTheHub otherwise: answer 401 then."""
    if not is_from_the_hub(secret, headers, body, now=now):
        raise NotFromTheHub("the signature does not hold", "answer 401, and compare the secrets")


def sign(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 in hex over `stamp.body`, as the hub signs; for tests of your listener."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, sha256).hexdigest()
