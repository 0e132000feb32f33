"""The hotline's platform, to play with: speaks the same signed REST to both sides, on 127.0.0.1.

What it says is in `wording.py`. It pushes some orders and shows the rest for pulling; which, follows from
the seed and the order's number, so that a scenario is the same each time.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final
from urllib.parse import parse_qsl, unquote
from zlib import crc32

import orjson
from pydantic import SecretStr

from gridplus_hotline_12345.adapter import ORDERS
from gridplus_hotline_12345.simulator import files
from gridplus_hotline_12345.simulator.wording import Order, called_off, changed_within_the_second, written
from hub.plugin import PeerReply, PeerRequest, SimulatorSetup, Utterance
from hub.plugin.simulator_troubles import PAGE_TROUBLES, PageTroubles
from hub.plugin.systems.pushing import JSON, PUSH_TROUBLES, Pushing
from hub.plugin.transport.signing import Signer, signature_of, sorted_parameters

FAILURES: Final[Mapping[str, str]] = {
    **PAGE_TROUBLES,
    **PUSH_TROUBLES,
    "token_expires_mid_page": "令牌每用三次即失效，返回 200 内含 code 401",
    "refuses_replies": "回写一律以 code 422 拒收",
    "order_left_out": "第一件供拉取的工单列在单号清单里，却不在任何一页上",
    "reply_forgotten": "第一次回写答复成功，但不给编号，也没有存下",
}
"""Failure modes by name."""

ONLY_PUSHED: Final = frozenset(
    {"resend", "same_time_changed", "unreadable", "gbk_bytes", "cancelled", "update_first"}
)
"""Defects that need the order of two bodies, or bytes that a list cannot hold."""
_TOKEN_LIFE_S: Final = 7200
_USES: Final = 3
"""Uses of a token under `token_expires_mid_page`."""


class HotlineSystem(Pushing):
    """The platform. Failure modes: `FAILURES`; defects: `wording.DEFECTS` and `ONLY_PUSHED` (README)."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._secrets: Final = {
            name: setup.secrets.get(name) or self.nonce()
            for name in ("app_key", "app_secret", "push_key", "push_secret")
        }
        self._shown: Final[dict[str, tuple[str, bytes]]] = {}
        self._held: Final[dict[str, bytes]] = {}
        """Every order as it stands, pushed and shown ones alike."""
        self._forgot = False
        self._left_out = ""
        self._fetched: Final[set[bytes]] = set()
        self._numbers: Final[dict[str, str]] = {}
        self._replies: Final[dict[str, str]] = {}
        self._troubles: Final = PageTroubles(
            setup.failures,
            self.stopping,
            error=_said(200, {"code": 500, "msg": "系统异常"}),
            empty=_said(200, {"code": 0, "msg": "ok", "data": {"total": 1, "list": [], "more": False}}),
        )
        self._token = ""
        self._token_uses = 0
        self._token_until = 0.0

    def config(self) -> Mapping[str, object]:
        """Configuration for the adapter, secrets in plain text."""
        return {"base_url": self.url, **self._secrets}

    def outstanding(self) -> int:
        """Orders shown that nobody has pulled in their present state."""
        return sum(row not in self._fetched for _, row in self._shown.values())

    def speak(self, utterance: Utterance) -> None:
        """Pushes the order, or shows it for pulling."""
        order = written(utterance, self._dice_for(utterance))
        if pictures := files.offered(utterance, self.url):
            order["attachments"] = pictures
        with self.lock:
            self._numbers[utterance.ref] = str(order["updateTime"])
            self._held[utterance.ref] = orjson.dumps(order)
        if self._is_left_out(utterance):
            return
        if self._is_pushed(utterance):
            for body in self._bodies(order, utterance):
                self.send_in(ORDERS, body, self._signed)
        else:
            with self.lock:
                self._shown[utterance.ref] = (str(order["updateTime"]), orjson.dumps(order))

    def _is_left_out(self, said: Utterance) -> bool:
        """Whether nobody is shown it: the first of those that are pulled."""
        if self.fails("order_left_out") and not self._left_out and not self._is_pushed(said):
            self._left_out = said.ref
        return bool(said.ref) and self._left_out == said.ref

    def _is_pushed(self, said: Utterance) -> bool:
        way = said.extra.get("way", "")
        if said.defect in ONLY_PUSHED or way:
            return way != "pull"
        return crc32(f"{self.setup.seed}/{said.ref}".encode()) % 2 == 0

    def _bodies(self, order: Order, said: Utterance) -> tuple[bytes, ...]:
        once = orjson.dumps(order)
        match said.defect:
            case "resend":
                return once, once
            case "same_time_changed":
                return once, orjson.dumps(changed_within_the_second(order))
            case "cancelled":
                return once, orjson.dumps(called_off(said, self._dice_for(said)))
            case "update_first":
                return orjson.dumps(order | {"opType": "update"}), orjson.dumps(order | {"opType": "create"})
            case "unreadable":
                return (once[: len(once) // 2],)
            case "gbk_bytes":
                return (once.decode().encode("gb18030"),)
        return (once,)

    def _dice_for(self, said: Utterance) -> Random:
        """Each order has dice of its own, so that what one says never depends on threads."""
        return Random(f"{self.setup.seed}/{said.ref}/{said.revision}")  # noqa: S311  a seeded scenario

    # --- pushing

    def _signed(self, body: bytes) -> Mapping[str, str]:
        secret = SecretStr(self._secrets["push_secret"])
        signer = Signer(self._secrets["push_key"], secret, clock=self.clock, nonce=self.nonce)
        return signer.sign(ORDERS.method, ORDERS.path, body=body)

    # --- being pulled, and told

    def answer(self, request: PeerRequest) -> PeerReply:
        """The open interface: token, orders, numbers, replies."""
        if (request.method, request.path) == ("POST", "/open/token"):
            return self._give_token(request)
        if request.path.startswith(files.PREFIX):  # its links carry what they need: no token
            return files.served(request.path)
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        routes: dict[tuple[str, str], Callable[[PeerRequest], PeerReply]] = {
            ("GET", "/open/orders"): self._list,
            ("GET", "/open/orders/ids"): self._list_ids,
        }
        route = routes.get((request.method, request.path))
        if route is not None:
            return route(request)
        if request.method == "GET" and request.path.startswith("/open/orders/"):
            return self._one(unquote(request.path.removeprefix("/open/orders/")))
        if request.method == "POST" and request.path.endswith("/replies"):
            return self._take_reply(request)
        return _said(404, {"code": 404, "msg": "接口不存在"})

    def _give_token(self, request: PeerRequest) -> PeerReply:
        asked = {name: str(value) for name, value in orjson.loads(request.body).items()}
        given = asked.pop("sign", "")
        expected = signature_of(SecretStr(self._secrets["app_secret"]), sorted_parameters(asked))
        if asked.get("appKey") != self._secrets["app_key"] or given != expected:
            return _said(200, {"code": 403, "msg": "应用未授权或签名错误"})
        with self.lock:
            self._roll()
            self._token_uses = 0
            self._token_until = self.setup.clock.now().timestamp() + _TOKEN_LIFE_S
            return _said(
                200, {"code": 0, "msg": "ok", "data": {"token": self._token, "expiresIn": _TOKEN_LIFE_S}}
            )

    def _refusal(self, request: PeerRequest) -> PeerReply | None:
        """Checks the token and uses it up once: the answer will carry the next."""
        with self.lock:
            self._token_uses += 1
            over = self.setup.clock.now().timestamp() >= self._token_until
            if self.fails("token_expires_mid_page") and self._token_uses > _USES:
                over = True
            if over or not self._token or request.headers.get("x-access-token") != self._token:
                return _said(200, {"code": 401, "msg": "令牌已失效，请重新获取"})
            self._roll()
            return None

    def _list(self, request: PeerRequest) -> PeerReply:
        trouble = self._troubles.next()
        if trouble is not None:
            return trouble
        asked = dict(parse_qsl(request.query))
        after = (asked.get("since", ""), asked.get("afterNo", ""))
        size = int(asked.get("size", "100"))
        with self.lock:
            found = sorted(
                (at, number, row) for number, (at, row) in self._shown.items() if (at, number) > after
            )
            page = found[:size]
            fresh = [row for _, _, row in page if row not in self._fetched]
            self._fetched.update(fresh)
        self.count(len(fresh))
        data: dict[str, Any] = {
            "total": len(found),
            "list": [orjson.Fragment(row) for _, _, row in page],
            "more": len(found) > size,
            "last": {"updateTime": page[-1][0], "platformNo": page[-1][1]} if page else None,
        }
        return self._ok(data)

    def _list_ids(self, request: PeerRequest) -> PeerReply:
        asked = dict(parse_qsl(request.query))
        since, until = asked.get("since", ""), asked.get("until", "9")
        with self.lock:
            found = [
                {"platformNo": ref, "updateTime": at}
                for ref, at in sorted(self._numbers.items())
                if since <= at < until
            ]
        return self._ok({"list": found})

    def _one(self, number: str) -> PeerReply:
        with self.lock:
            row = self._held.get(number)
        return self._ok({"list": [] if row is None else [orjson.Fragment(row)]})

    def _take_reply(self, request: PeerRequest) -> PeerReply:
        if self.fails("refuses_replies"):
            return _said(200, {"code": 422, "msg": "工单已归档，不接受回写"})
        told = orjson.loads(request.body)
        number = unquote(request.path.split("/")[-2])
        if self.fails("reply_forgotten") and not self._forgot:
            self._forgot = True
            return self._ok({})
        with self.lock:
            known = self._replies.get(told["nonce"])
            receipt = self._replies.setdefault(told["nonce"], f"HF{len(self._replies) + 1:08d}")
        if known is None:
            self.hear(
                ref=number, stage=told["status"], nonce=told["nonce"], text=told["result"], dept=told["dept"]
            )
        return self._ok({"replyNo": receipt})

    def _ok(self, data: Mapping[str, object]) -> PeerReply:
        with self.lock:
            return _said(200, {"code": 0, "msg": "ok", "data": data}, {"x-next-token": self._token})

    def _roll(self) -> None:
        self._token = self.nonce()


def _said(status: int, content: Mapping[str, object], headers: Mapping[str, str] | None = None) -> PeerReply:
    return PeerReply(status, orjson.dumps(content), {**JSON, **(headers or {})})
