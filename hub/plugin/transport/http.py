"""One HTTP call to a source and what its outcome means for recovery.

No retry lives here: the supervisor backs off (TryLater), signs in again (SignInAgain) or calls a person
(SourceGone). Bodies are read up to a limit. Rules: domain.md N65 (rate limits), N67 (errors and login
pages inside HTTP 200), N71 (tokens that end).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx

from hub.errors import Refused, SignInAgain, SourceGone, TryLater
from hub.plugin.json_text import read_page

LIMIT_BYTES: Final = 20 * 1024 * 1024
"""A page's size; one order with base64 photos has reached this (N29)."""

_BUSY: Final = 429
_PASSING: Final = frozenset({408, 409, 425})
"""Refusals that say nothing about the source itself: the same call may work next time."""
_GOOD: Final = frozenset({"0", "00", "0000", "200", "success", "ok", "true"})
_SIGN_IN: Final = frozenset({"401", "403"})


Found = TypeVar("Found", bound=Mapping[str, object])


@dataclass(frozen=True, slots=True)
class Reply:
    """What a source answered. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def call(
    client: httpx.Client,
    method: str,
    path: str,
    *,
    limit_bytes: int = LIMIT_BYTES,
    answers: Collection[int] = (),
    **how: Any,
) -> Reply:
    """The source's answer to one request; `how` are httpx's own keyword arguments. `answers` are statuses beyond 2xx
    that hold an answer in the source's protocol.

    Raises TryLater (no answer S101, 5xx S102, 429 S105, a redirect S104, too large S104), SignInAgain
    (401 and 403, S106) and SourceGone (404, 410 and other refusals, S102).
    """
    try:
        with client.stream(method, path, **how) as response:
            if response.status_code not in answers:
                raise_for(response.status_code)
            content = _read(response, limit_bytes)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, headers, content)
    except httpx.RequestError:
        raise TryLater("S101") from None  # the cause may quote the address with its parameters


def raise_for(status: int) -> None:
    """Nothing for 2xx; for any other status the error that tells how to go on."""
    if status < 300:
        return
    if status < 400:
        raise TryLater("S104")  # sources redirect to their login page; it is never followed
    if status in (401, 403):
        raise SignInAgain("S106")
    if status == _BUSY:
        raise TryLater("S105")
    if status >= 500 or status in _PASSING:
        raise TryLater("S102", status=status)
    raise SourceGone("S102", status=status)


def document(reply: Reply) -> Mapping[str, object]:
    """The JSON object that was answered; raises TryLater S104 for anything else: a login page, half of
    an answer. Its words are not checked: rows are records of their own (`hub.plugin.json_text.cut_rows`).
    """
    try:
        found = read_page(reply.content)
    except ValueError:
        raise TryLater("S104") from None
    if not isinstance(found, Mapping):
        raise TryLater("S104")
    return found


def opened(
    found: Found,
    *,
    code: str = "code",
    good: frozenset[str] = _GOOD,
    sign_in: frozenset[str] = _SIGN_IN,
    busy: frozenset[str] = frozenset({"429"}),
    refused: frozenset[str] = frozenset({"409", "422"}),
) -> Found:
    """`found` itself where the code inside it is a good one (N67).

    Raises TryLater S104 (no code at all), SignInAgain S106, TryLater S105 (busy), Refused S113 (what was
    written is not taken) or TryLater S103 (any other). The code may be a number, a text or a truth value.
    """
    if code not in found:
        raise TryLater("S104")
    said = str(found[code]).strip().lower()
    if said in good:
        return found
    if said in sign_in:
        raise SignInAgain("S106")
    if said in refused:
        raise Refused("S113")
    raise TryLater("S105" if said in busy else "S103")


def _read(response: httpx.Response, limit_bytes: int) -> bytes:
    """The body, decompressed; reading stops at the limit, whatever `content-length` says."""
    pieces: list[bytes] = []
    size = 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > limit_bytes:
            raise TryLater("S104")
        pieces.append(piece)
    return b"".join(pieces)
