"""Platform and office: what is asked of the one, and what the other sends.

What they say is in `wording.py`. The platform is a log of letters read by cursor; about one letter in
four comes from the office as a table instead. Which, follows from the seed and the letter's number.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from random import Random
from typing import ClassVar, Final
from urllib.parse import parse_qsl, unquote
from zlib import crc32

import orjson

from gridplus_market_supervision.simulator.wording import (
    TABLE_DEFECTS,
    called_off,
    changed_within_the_second,
    local,
    table_of,
    written,
)
from hub.plugin import PeerReply, PeerRequest, SimulatorSetup, Utterance
from hub.plugin.simulator_troubles import PAGE_TROUBLES, PageTroubles
from hub.plugin.systems.excel_upload import OF_SENDING, Office

FAILURES: Final[Mapping[str, str]] = {
    **PAGE_TROUBLES,
    "token_expires_mid_page": "令牌每用三次即失效，返回 401",
    **OF_SENDING,
    "refuses_replies": "反馈一律以 code 422 拒收",
}
"""Failure modes by name."""

ONLY_READ: Final = frozenset({"resend", "same_time_changed", "unreadable", "cancelled"})
"""Defects that need a second letter in the platform's log, or an entry that is no letter."""
ONLY_TABLED: Final = frozenset({*TABLE_DEFECTS, "no_workbook", "form_upload"})
_TOKEN_LIFE_S: Final = 7200
_USES: Final = 3
_JSON: Final = {"content-type": "application/json;charset=UTF-8"}


class MarketPlatform(Office):
    """Platform and office. Failure modes: `FAILURES`; defects: README."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._dice: Final = Random(setup.seed)  # noqa: S311  a seeded scenario, not a secret's source
        self._secrets: Final = {
            name: setup.secrets.get(name) or f"{self._dice.getrandbits(128):032x}"
            for name in ("client_id", "client_secret", "upload_key")
        }
        self._log: Final[list[bytes]] = []
        self._read_up_to = 0
        self._numbers: Final[dict[str, str]] = {}
        self._feedback: Final[dict[str, str]] = {}
        self._token = ""
        self._token_uses = 0
        self._token_until = 0.0
        self._tokens_given = 0
        self._troubles: Final = PageTroubles(
            setup.failures,
            self.stopping,
            error=_said({"code": "500", "message": "系统异常"}),
            empty=_said({"code": "0", "message": "ok", "total": 1, "items": [], "nextCursor": ""}),
        )

    def config(self) -> Mapping[str, object]:
        """Configuration for the adapter, secrets in plain text."""
        return {"base_url": self.url, **self._secrets}

    def outstanding(self) -> int:
        """Letters of the log that nobody has read."""
        return len(self._log) - self._read_up_to

    def speak(self, utterance: Utterance) -> None:
        """Puts the letter into the log, or sends it as a table."""
        with self.lock:
            self._numbers[utterance.ref] = local(utterance.at)
        if self._is_tabled(utterance):
            self._upload(utterance)
        else:
            with self.lock:
                self._log.extend(self._entries(utterance))

    def forget_token(self) -> None:
        """Ends the token in use, as another client of the same app would (N71)."""
        with self.lock:
            self._token = ""

    def tokens_given(self) -> int:
        """How many tokens were asked for so far."""
        with self.lock:
            return self._tokens_given

    @property
    def upload_key(self) -> str:
        """The key that the office was given."""
        return self._secrets["upload_key"]

    def _is_tabled(self, said: Utterance) -> bool:
        if said.defect in ONLY_READ or said.defect in ONLY_TABLED:
            return said.defect in ONLY_TABLED
        way = said.extra.get("way") or (
            "table" if crc32(f"{self.setup.seed}/{said.ref}".encode()) % 4 == 0 else "read"
        )
        return way == "table"

    def _entries(self, said: Utterance) -> tuple[bytes, ...]:
        letter = written(said)
        once = orjson.dumps(letter)
        match said.defect:
            case "resend":
                return once, once
            case "same_time_changed":
                return once, orjson.dumps(changed_within_the_second(letter))
            case "cancelled":
                return once, orjson.dumps(called_off(said))
            case "unreadable":
                return (orjson.dumps(f"<letter>{said.ref}"),)
        return (once,)

    # --- the office

    def _upload(self, said: Utterance) -> None:
        workbook, rows = table_of(written(said), said.defect)
        if said.defect == "no_workbook":
            workbook, rows = workbook[: len(workbook) // 2], 1
        self.upload(workbook, rows, form=said.defect == "form_upload")

    # --- the platform

    def answer(self, request: PeerRequest) -> PeerReply:
        """Token, letters, numbers, feedback."""
        if (request.method, request.path) == ("POST", "/oauth/token"):
            return self._give_token(request)
        if not self._is_live(request.headers.get("authorization", "")):
            return PeerReply(401, b"", {"www-authenticate": 'Bearer error="invalid_token"'})
        routes: dict[tuple[str, str], Callable[[PeerRequest], PeerReply]] = {
            ("GET", "/api/v2/letters"): self._list,
            ("GET", "/api/v2/letters/ids"): self._list_ids,
        }
        route = routes.get((request.method, request.path))
        if route is not None:
            return route(request)
        if request.method == "POST" and request.path.endswith("/feedback"):
            return self._take_feedback(request)
        return PeerReply(404)

    def _give_token(self, request: PeerRequest) -> PeerReply:
        """RFC 6749, 4.4. A new token ends the one before: one token an app (N71)."""
        asked = dict(parse_qsl(request.body.decode()))
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        expected = f"{self._secrets['client_id']}:{self._secrets['client_secret']}"
        if asked.get("grant_type") != "client_credentials":
            return _said({"error": "unsupported_grant_type"}, 400)
        if scheme.lower() != "basic" or b64decode(shown).decode() != expected:
            return _said({"error": "invalid_client"}, 401)
        with self.lock:
            self._token = f"{self._dice.getrandbits(128):032x}"
            self._token_uses = 0
            self._tokens_given += 1
            self._token_until = self.setup.clock.now().timestamp() + _TOKEN_LIFE_S
            return _said({"access_token": self._token, "token_type": "Bearer", "expires_in": _TOKEN_LIFE_S})

    def _is_live(self, authorization: str) -> bool:
        with self.lock:
            self._token_uses += 1
            used_up = self.fails("token_expires_mid_page") and self._token_uses > _USES
            over = used_up or self.setup.clock.now().timestamp() >= self._token_until
            return bool(self._token) and not over and authorization == f"Bearer {self._token}"

    def _list(self, request: PeerRequest) -> PeerReply:
        trouble = self._troubles.next()
        if trouble is not None:
            return trouble
        asked = dict(parse_qsl(request.query))
        at, limit = int(asked.get("cursor") or 0), int(asked.get("limit", "50"))
        with self.lock:
            page, total = self._log[at : at + limit], len(self._log) - at
            end = at + len(page)
            fresh = max(0, end - self._read_up_to)
            self._read_up_to = max(self._read_up_to, end)
        self.count(fresh)
        items = [orjson.Fragment(entry) for entry in page]
        return _said(
            {
                "code": "0",
                "message": "ok",
                "total": total,
                "items": items,
                "nextCursor": str(end),
                "hasMore": total > len(page),
            }
        )

    def _list_ids(self, request: PeerRequest) -> PeerReply:
        asked = dict(parse_qsl(request.query))
        since, until = asked.get("since", ""), asked.get("until", "9")
        with self.lock:
            found = sorted(ref for ref, at in self._numbers.items() if since <= at < until)
        return _said({"code": "0", "message": "ok", "items": found})

    def _take_feedback(self, request: PeerRequest) -> PeerReply:
        if self.fails("refuses_replies"):
            return _said({"code": "422", "message": "信件已归档，不接受反馈"})
        told = orjson.loads(request.body)
        number = unquote(request.path.split("/")[-2])
        with self.lock:
            known = told["nonce"] in self._feedback
            receipt = self._feedback.setdefault(told["nonce"], f"FK{len(self._feedback) + 1:08d}")
        if not known:
            self.hear(
                ref=number,
                stage=told["status"],
                nonce=told["nonce"],
                part=told["part"],
                text=told["result"],
                dept=told["dept"],
            )
        return _said({"code": "0", "message": "ok", "feedbackNo": receipt})


def _said(content: Mapping[str, object], status: int = 200) -> PeerReply:
    return PeerReply(status, orjson.dumps(content), _JSON)
