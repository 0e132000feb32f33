"""HTTP Digest (RFC 2617, `qop="auth"`, MD5) for peers that know nothing better: both sides of it.

GA/T 1400 prescribes it, and MD5 with it. It proves who sends a request, not what the request says: it
belongs on a network of its own. Adapters that call a source use `httpx.DigestAuth`; here is what they
lack: the gate for requests that come in, and an answer to a challenge without httpx.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import SecretStr

from hub.plugin.transport.seen_requests import Seen

NONCE_LASTS_S: Final = 300
"""After that a peer is challenged anew, with `stale=true`, and signs again without asking a person."""

_FIELD: Final = re.compile(r'([a-z]{1,12})\s*=\s*(?:"([^"]{0,256})"|([^\s,"]{1,256}))', re.IGNORECASE)
_COUNT: Final = re.compile(r"[0-9a-fA-F]{1,8}")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a 401 asks for. `stale`: the credentials were good, only the nonce is old."""

    realm: str
    nonce: str
    opaque: str = ""
    stale: bool = False

    @property
    def header(self) -> str:
        """The value of `WWW-Authenticate`."""
        made = f'Digest realm="{self.realm}", nonce="{self.nonce}", qop="auth", algorithm=MD5'
        made += f', opaque="{self.opaque}"' if self.opaque else ""
        return made + (", stale=true" if self.stale else "")


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who signed the request; nonce and count are what this request is known by."""

    user: str
    nonce: str
    count: str


@dataclass(frozen=True, slots=True)
class Challenged:
    """Not let in; the answer carries `challenge`. `code`: P106 wrong, P103 replayed, "" where nothing is
    wrong yet: the first request is never signed, and a nonce grows old.
    """

    code: str
    challenge: Challenge


def challenge_in(header: str) -> Challenge | None:
    """The challenge that a `WWW-Authenticate` header holds; None where it is no Digest with a nonce."""
    scheme, _, rest = header.strip().partition(" ")
    found = _fields(rest)
    if scheme.lower() != "digest" or not found.get("nonce"):
        return None
    stale = found.get("stale", "").lower() == "true"
    return Challenge(found.get("realm", ""), found["nonce"], found.get("opaque", ""), stale)


def authorization(
    challenge: Challenge, *, user: str, password: SecretStr, method: str, uri: str, count: int, cnonce: str
) -> str:
    """The value of `Authorization` for the `count`-th request under this challenge."""
    nc = f"{count:08x}"
    answer = _response(user, challenge.realm, password, method, uri, challenge.nonce, nc, cnonce)
    made = f'Digest username="{user}", realm="{challenge.realm}", nonce="{challenge.nonce}", uri="{uri}"'
    made += f', qop=auth, nc={nc}, cnonce="{cnonce}", response="{answer}", algorithm=MD5'
    return made + (f', opaque="{challenge.opaque}"' if challenge.opaque else "")


class Gate:
    """Lets requests in that are signed by one of `passwords`' users, each until it is remembered.

    A nonce is its own proof (moment and keyed digest), so every worker accepts what another has given
    out. Counts are remembered in this process only; a replay that reaches another worker in time is a
    resend there.
    """

    def __init__(
        self, realm: str, passwords: Mapping[str, SecretStr], *, lasts_s: int = NONCE_LASTS_S
    ) -> None:
        self._realm: Final = realm
        self._passwords: Final = passwords
        self._lasts_s: Final = lasts_s
        together = "\n".join(f"{user}:{one.get_secret_value()}" for user, one in sorted(passwords.items()))
        self._key: Final = hashlib.sha256(f"nonce\n{realm}\n{together}".encode()).digest()
        self._seen: Final = Seen(2 * lasts_s)

    def admit(
        self, header: str, *, method: str, path: str, now: datetime, salt: str
    ) -> Admitted | Challenged:
        """Who signed `method path` with the `Authorization` header, or the challenge to answer with.

        `path` is the one behind the address that was handed out: a gateway may stand before it. `salt`
        makes a new nonce unlike any other.
        """
        moment = now.timestamp()
        if not header.strip():
            return Challenged("", self._challenge(moment, salt))
        scheme, _, rest = header.strip().partition(" ")
        given = _fields(rest) if scheme.lower() == "digest" else {}
        user = given.get("username", "")
        # an unknown user costs the same as a wrong password
        password = self._passwords.get(user, SecretStr(""))
        signed = _response(
            user, self._realm, password, method, given.get("uri", ""), given.get("nonce", ""),
            given.get("nc", ""), given.get("cnonce", ""),
        )  # fmt: skip
        right = hmac.compare_digest(signed.encode(), given.get("response", "").lower().encode())
        if not right or user not in self._passwords or not self._is_for(given, path):
            return Challenged("P106", self._challenge(moment, salt))
        if not self._is_ours(given["nonce"]):
            return Challenged("P106", self._challenge(moment, salt))
        if not self._is_fresh(given["nonce"], moment):
            return Challenged("", self._challenge(moment, salt, stale=True))
        admitted = Admitted(user, given["nonce"], given["nc"])
        if self._seen.holds(admitted):
            return Challenged("P103", self._challenge(moment, salt))
        return admitted

    def remember(self, admitted: Admitted, now: datetime) -> None:
        """From now on this request is a replay; to be called once it is stored."""
        self._seen.add(admitted, now.timestamp())

    def _challenge(self, moment: float, salt: str, *, stale: bool = False) -> Challenge:
        stamp = f"{int(moment):x}.{salt[:16]}"
        return Challenge(self._realm, f"{stamp}.{self._mac(stamp)}", stale=stale)

    def _mac(self, stamp: str) -> str:
        return hmac.new(self._key, stamp.encode(), hashlib.sha256).hexdigest()[:32]

    @staticmethod
    def _is_for(given: Mapping[str, str], path: str) -> bool:
        whole = given.get("qop") == "auth" and _COUNT.fullmatch(given.get("nc", "")) and given.get("cnonce")
        return bool(whole) and given.get("uri", "").partition("?")[0].endswith(path)

    def _is_ours(self, nonce: str) -> bool:
        stamp, _, mac = nonce.rpartition(".")
        return hmac.compare_digest(self._mac(stamp).encode(), mac.encode())

    def _is_fresh(self, nonce: str, moment: float) -> bool:
        """For a nonce of ours, whose first part is the moment that it was made at."""
        return abs(moment - int(nonce.partition(".")[0], 16)) <= self._lasts_s


def _fields(text: str) -> dict[str, str]:
    return {name.lower(): quoted or bare for name, quoted, bare in _FIELD.findall(text[:4096])}


def _response(
    user: str, realm: str, password: SecretStr, method: str, uri: str, nonce: str, nc: str, cnonce: str
) -> str:
    ha1 = _md5(f"{user}:{realm}:{password.get_secret_value()}")
    return _md5(f"{ha1}:{nonce}:{nc}:{cnonce}:auth:{_md5(f'{method.upper()}:{uri}')}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # the standard's, not our choice
