"""The hub's HTTP interface without HTTP: calls as values, answers judged. Nothing here waits or opens a socket."""

import mimetypes
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any, Final
from urllib.parse import quote

import httpx

from gridplus_client.errors import ClientError, KeyRefused, NotOpen, NotThere, Refused, Unavailable
from gridplus_client.messages import Message, read

ME: Final = "/departments/me/whistles"
MEASURES: Final = "/departments/me/measures"
MOST_ACKNOWLEDGED: Final = 500
"""Ids in one acknowledgement; the hub takes no more."""
_NONCE: Final = 64
"""Characters of a nonce; the hub takes no more."""
_LATER: Final = frozenset({408, 425, 429})
"""Client errors that say "later": time-out, too early, too many. So does every 5xx."""
_KIND: Final[Mapping[int, type[Refused]]] = {401: KeyRefused, 403: KeyRefused, 404: NotThere}
_BY_CODE: Final[Mapping[str, type[Refused]]] = {"W101": NotOpen}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. Each may be sent again: the hub drops repeats by nonce, by id or by content."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    content: bytes | None = None
    content_type: str = ""

    def request(self, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """The request for `http` to send."""
        headers = {"content-type": self.content_type} if self.content_type else {}
        return http.build_request(
            self.method,
            self.path,
            params=dict(self.params),
            json=self.json,
            content=self.content,
            headers=headers,
        )


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a call is sent, and how long it rests in between: `first_s`, doubled each time, with jitter."""

    tries: int = 5
    first_s: float = 0.5
    longest_s: float = 30.0

    def rests(self) -> Iterator[float]:
        """Seconds before each further try."""
        for number in range(self.tries - 1):
            rest = min(self.longest_s, self.first_s * 2**number)
            yield rest * random.uniform(0.5, 1.0)  # noqa: S311 spread out, no secret


RETRY: Final = Retry()


def headers_of(key: str, language: str) -> dict[str, str]:
    """What every call carries. `key` speaks for its department: no call names one."""
    return {"authorization": f"Bearer {key}", "accept-language": language}


def whistle_id_of(call: Message | str) -> str:
    """`wh_…` of a message, of its id or of a whistle's."""
    return call.whistle_id if isinstance(call, Message) else call.partition(":")[0]


def nonce_of(call: Message | str, move: str, nth: int = 1) -> str:
    """The nonce of a report: always the same for the same call, move and `nth`.

    `call`: the message, or its id. A whistle that was called again has a message id, and so nonces, of its own.
    `nth` tells moves apart that are made several times within one call, a second pause for instance.
    """
    id_ = call.id if isinstance(call, Message) else call
    nonce = f"{id_}:{move}" + (f":{nth}" if nth > 1 else "")
    return nonce if len(nonce) <= _NONCE else sha256(nonce.encode()).hexdigest()


def fetch(limit: int, behind: str = "") -> Call:
    """What waits for us, oldest first; with `behind`, a message's id, what follows it."""
    params = {"limit": str(limit)} | ({"behind": behind} if behind else {})
    return Call(method="GET", path=ME, params=params)


def next_behind(page: Sequence[Message], limit: int, behind: str, stuck: AbstractSet[str]) -> str:
    """Behind which message to go on: the last of a full page that kept some of those who are `stuck`; "" where there
    is no need. A hub that does not know `behind` gives the same page again: that is the end, too."""
    if len(page) < limit or page[-1].id == behind or stuck.isdisjoint(one.whistle_id for one in page):
        return ""
    return page[-1].id


def fetched(said: Mapping[str, Any]) -> list[Message]:
    """The messages of an answer to `fetch`."""
    return [read(one) for one in said.get("whistles", ()) if isinstance(one, dict)]


def acknowledgements(ids: Iterable[str]) -> Iterator[Call]:
    """Says that these messages are stored on our side."""
    listed = [one for one in ids if one]
    for start in range(0, len(listed), MOST_ACKNOWLEDGED):
        part = listed[start : start + MOST_ACKNOWLEDGED]
        yield Call(method="POST", path=f"{ME}/acknowledgements", json={"ids": part})


def open_(call: Message | str, purpose: str) -> Call:
    """The matter and its reports."""
    return Call(method="GET", path=_of(call), params={"purpose": purpose})


def pictures(call: Message | str, purpose: str) -> Call:
    """The list of released pictures."""
    return Call(method="GET", path=_of(call, "attachments"), params={"purpose": purpose})


def picture(call: Message | str, id_: str, purpose: str) -> Call:
    """One released picture."""
    return Call(method="GET", path=_of(call, "attachments", id_), params={"purpose": purpose})


def report(call: Message | str, said: Mapping[str, Any]) -> Call:
    """报到."""
    return Call(method="POST", path=_of(call, "reports"), json=dict(said))


def said_of(
    call: Message | str,
    move: str,
    *,
    nonce: str = "",
    reason_code: str = "",
    note: str = "",
    form: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The body of a report; `more` are fields that this version of the client does not know."""
    said: dict[str, Any] = {"nonce": nonce or nonce_of(call, move), "move": str(move)}
    told = {"reason_code": reason_code, "note": note, "form": None if form is None else dict(form)}
    return said | {name: value for name, value in told.items() if value not in ("", None)} | dict(more or {})


def evidence(call: Message | str, content: bytes | Path, content_type: str) -> Call:
    """A file of ours for the whistle: the body is the file itself."""
    if isinstance(content, Path):
        content_type = content_type or mimetypes.guess_type(content.name)[0] or ""
        content = content.read_bytes()
    content_type = content_type or "application/octet-stream"
    return Call(method="POST", path=_of(call, "evidence"), content=content, content_type=content_type)


def contacts(call: Message | str) -> Call:
    """Whom we contacted for the whistle."""
    return Call(method="GET", path=_of(call, "contacts"))


def contact(call: Message | str, report: str, nonce: str, **said: str) -> Call:
    """代发、代拨. Of `said`, what is empty is left out."""
    told = {name: value for name, value in said.items() if value}
    body = {"nonce": nonce or token_hex(16), "report": report, **told}
    return Call(method="POST", path=_of(call, "contacts"), json=body)


def measures(limit: int) -> Call:
    """What we have to answer for."""
    return Call(method="GET", path=MEASURES, params={"limit": str(limit)})


def answer(measure: str, words: str, nonce: str, version: int | None) -> Call:
    """答复."""
    said: dict[str, Any] = {"nonce": nonce or token_hex(16), "words": words}
    told = {} if version is None else {"version": version}
    return Call(method="POST", path=f"{MEASURES}/{quote(measure, safe='')}/answer", json=said | told)


def _of(call: Message | str, *below: str) -> str:
    # Quoted: an id comes out of a message, and must not become another path.
    return "/".join((ME, *(quote(one, safe="") for one in (whistle_id_of(call), *below))))


def is_later(answer: httpx.Response) -> bool:
    """Whether the same call may go through by itself later."""
    return answer.status_code >= 500 or answer.status_code in _LATER


def rest_of(answer: httpx.Response | None, rest_s: float, longest_s: float) -> float:
    """How long to rest: what the answer asks for in whole seconds, but never beyond `longest_s`."""
    asked = answer.headers.get("retry-after", "") if answer is not None else ""
    return min(longest_s, max(rest_s, float(asked))) if asked.isascii() and asked.isdecimal() else rest_s


def json_of(answer: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of a good answer; raises Unavailable where something else answers in the hub's place."""
    try:
        said = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Unavailable("the answer is not the hub's", "check the address", status=answer.status_code)
    return said


def check(answer: httpx.Response) -> httpx.Response:
    """A good answer as it is; raises Refused, or Unavailable where it says "later"."""
    if answer.is_success:
        return answer
    status = answer.status_code
    told = _problem(answer)
    code = told.get("code", "")
    kind: type[ClientError] = _BY_CODE.get(code) or _KIND.get(status, Refused)
    if is_later(answer):
        kind = Unavailable
    raise kind(
        told.get("cause", f"HTTP {status}"),
        told.get("next_step", "" if told else "check the address of the hub"),
        code=code,
        pointer=told.get("pointer", ""),
        status=status,
    )


def _problem(answer: httpx.Response) -> dict[str, str]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    if not isinstance(said, dict) or not isinstance(said.get("code"), str):
        return {}
    return {name: value for name, value in said.items() if isinstance(value, str)}


def silence(error: httpx.HTTPError) -> Unavailable:
    """What is raised when the last try ended without an answer."""
    return Unavailable(f"no answer from the hub ({type(error).__name__})", "try again later")
