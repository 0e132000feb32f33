"""The video platform with its 28181 gateway, to play with, on 127.0.0.1.

It is registered with, kept alive and subscribed to (GA/T 1400 with Digest), and pushes what its cameras
see to whoever subscribed. Sensor alarms (codes 901–905) come through the gateway as GB/T 28181 XML.
What is pushed for an utterance is in `pushes`, how it is worded in `wording`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any, Final

import orjson
from pydantic import SecretStr

from gridplus_xueliang_video.simulator.pushes import ALARM, NOTIFY, pushes_of
from gridplus_xueliang_video.simulator.wording import compact
from hub import digest_of
from hub.plugin import PeerReply, PeerRequest, SimulatorSetup, Utterance
from hub.plugin.simulator_http import Hangup, HttpSimulator
from hub.plugin.transport.digest_auth import Challenge, Challenged, Gate, authorization, challenge_in

FAILURES: Final[Mapping[str, str]] = {
    "register_refused": "前三次带正确口令的注册也答复 401",
    "register_busy": "头两次注册答复 StatusCode 2（设备忙）",
    "registration_lost": "第二次保活时答复 401：平台已不认得本方",
    "realm_changes": "每次质询换一个 realm",
    "status_as_text": 'StatusCode 以文本 "0" 答复',
    "html_login_page": "头两次调用返回 HTTP 200 的登录页",
    "server_error": "头两次调用返回 503",
    "connection_reset": "头两次调用直接断开",
    "wrong_password_push": "每次推送前先用错误口令推一次",
    "no_identity_push": "每次推送前先推一次不带 User-Identify 的",
    "replayed_push": "每次推送后把同一请求原样重放一次",
    "ack_lost": "推送已被接收但对方当作失败，再推一次",
}
"""Failure modes by name."""

_VIID: Final = {"content-type": "application/VIID+JSON;charset=UTF-8"}
_XML: Final = {"content-type": "application/xml"}
_US: Final = "32990100005180000001"
_PLATFORM: Final = "32990100002000000001"
_GATEWAY: Final = "32990100002000000002"


class VideoPlatform(HttpSimulator):
    """The platform. Failure modes: `FAILURES`; defects: `wording.DEFECTS` and `pushes.SEVERAL` (README)."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._secrets: Final = {
            name: setup.secrets.get(name) or digest_of(name, str(setup.seed))
            for name in ("password", "push_password", "gateway_password")
        }
        self._realms = 0
        self._gate = self._gate_of("viid")
        self._registered = False
        self._subscribed = False
        self._happened: Final[Counter[str]] = Counter()
        self._challenges: dict[str, Challenge] = {}
        self._counts: Final[Counter[str]] = Counter()

    def config(self) -> Mapping[str, object]:
        """Configuration for the adapter, secrets in plain text."""
        return {
            "base_url": self.url,
            "device_id": _US,
            "platform_id": _PLATFORM,
            "gateway_id": _GATEWAY,
            **self._secrets,
        }

    @property
    def subscribed(self) -> bool:
        """True while somebody has a live subscription."""
        with self.lock:
            return self._subscribed

    # --- pushing

    def speak(self, utterance: Utterance) -> None:
        """Pushes what the utterance comes to; notifications wait until somebody has subscribed."""
        for push in pushes_of(utterance, Random(f"{self.setup.seed}/{utterance.ref}")):  # noqa: S311  a seeded scenario
            if push.path == NOTIFY:
                with self.changed:
                    self.changed.wait_for(lambda: self._subscribed or self.stopping.is_set())
            if self._push(push.path, push.body):
                self.count(push.records - 1)

    def _push(self, path: str, body: bytes) -> bool:
        """Pushes until the hub has taken or refused it; True where it was taken."""
        if self.fails("wrong_password_push"):
            self.send("POST", path, headers=self._signed(path, word="wrong"), body=body)
        if self.fails("no_identity_push"):
            unnamed = {name: text for name, text in self._signed(path).items() if name != "user-identify"}
            self.send("POST", path, headers=unnamed, body=body)
        last: dict[str, str] = {}

        def headers() -> Mapping[str, str]:
            last.update(self._signed(path))
            return last

        taken = False
        for _ in range(2 if self.fails("ack_lost") else 1):
            reply = self.deliver("POST", path, headers=headers, body=body)
            if reply is not None and self._was_challenged(path, reply):
                reply = self.deliver("POST", path, headers=headers, body=body)
            taken = reply is not None and reply.status < 300
        if self.fails("replayed_push"):
            self.send("POST", path, headers=last, body=body)
        return taken

    def _signed(self, path: str, word: str = "") -> dict[str, str]:
        """Headers of one push: unsigned until the hub has challenged, then under its nonce, counted."""
        user, name = (_GATEWAY, "gateway_password") if path == ALARM else (_PLATFORM, "push_password")
        made = {**(_XML if path == ALARM else _VIID), "user-identify": user}
        challenge = self._challenges.get(path)
        if challenge is None:
            return made
        self._counts[challenge.nonce] += 1
        signed = authorization(
            challenge,
            user=user,
            password=SecretStr(word or self._secrets[name]),
            method="POST",
            uri=path,
            count=self._counts[challenge.nonce],
            cnonce=digest_of(challenge.nonce, str(self._counts[challenge.nonce]))[:16],
        )
        return made | {"authorization": signed}

    def _was_challenged(self, path: str, reply: PeerReply) -> bool:
        challenge = challenge_in(reply.headers.get("www-authenticate", ""))
        if reply.status != 401 or challenge is None:
            return False
        self._challenges[path] = challenge
        return True

    # --- being called

    def answer(self, request: PeerRequest) -> PeerReply:
        """Registration, keep-alive, subscription."""
        trouble = self._trouble()
        if trouble is not None:
            return trouble
        if request.headers.get("user-identify") != _US:
            return self._status(request, 4, http=403)
        match request.path:
            case "/VIID/System/Register":
                return self._register(request)
            case "/VIID/System/Keepalive":
                if self.fails("registration_lost") and self._nth("keepalive") == 2:
                    self._registered = self._subscribed = False
                return self._status(request, 0) if self._registered else self._status(request, 4, http=401)
            case "/VIID/Subscribes":
                return self._subscribe(request)
        return self._status(request, 4, http=404)

    def _register(self, request: PeerRequest) -> PeerReply:
        if self.fails("realm_changes"):
            self._realms += 1
        verdict = self._gate.admit(
            request.headers.get("authorization", ""),
            method=request.method,
            path=request.path,
            now=self.setup.clock.now(),
            salt=digest_of(str(self._nth("salt"))),
        )
        refused = (
            self.fails("register_refused")
            and not isinstance(verdict, Challenged)
            and self._nth("refused") <= 3
        )
        if isinstance(verdict, Challenged) or refused:
            if self.fails("realm_changes"):
                self._gate = self._gate_of(f"viid{self._realms}")
            challenge = self._challenge()
            return replace(
                self._status(request, 4, http=401), headers=_VIID | {"www-authenticate": challenge.header}
            )
        if self.fails("register_busy") and self._nth("busy") <= 2:
            return self._status(request, 2)
        self._gate.remember(verdict, self.setup.clock.now())
        self._registered = True
        return self._status(request, 0)

    def _subscribe(self, request: PeerRequest) -> PeerReply:
        if not self._registered:
            return self._status(request, 4, http=401)
        (asked,) = orjson.loads(request.body)["SubscribeListObject"]["SubscribeObject"]
        with self.changed:
            self._subscribed = asked["OperateType"] == 0 and asked["ReceiveAddr"].endswith(NOTIFY)
            self.changed.notify_all()
        return self._status(request, 0, id_=asked["SubscribeID"], several=True)

    def _challenge(self) -> Challenge:
        verdict = self._gate.admit(
            "", method="POST", path="", now=self.setup.clock.now(), salt=digest_of(str(self._nth("salt")))
        )
        assert isinstance(verdict, Challenged)  # noqa: S101  nothing was signed
        return verdict.challenge

    def _gate_of(self, realm: str) -> Gate:
        return Gate(realm, {_US: SecretStr(self._secrets["password"])})

    def _status(
        self, request: PeerRequest, code: int, *, http: int = 200, id_: str = "", several: bool = False
    ) -> PeerReply:
        said: Mapping[str, Any] = {
            "RequestURL": request.path,
            "StatusCode": str(code) if self.fails("status_as_text") else code,
            "StatusString": "OK" if code == 0 else "错误",
            "Id": id_,
            "LocalTime": compact(self.setup.clock.now()),
        }
        wrapped_ = {"ResponseStatusObject": said}
        if several:
            wrapped_ = {"ResponseStatusListObject": {"ResponseStatusObject": [said]}}
        return PeerReply(http, orjson.dumps(wrapped_), _VIID)

    def _trouble(self) -> PeerReply | None:
        """The next failure of a call that is switched on and not yet over."""
        for name in ("html_login_page", "server_error", "connection_reset"):
            if self.fails(name) and self._nth(name) <= 2:
                if name == "connection_reset":
                    raise Hangup
                page = b"<html><title>login</title></html>"
                return PeerReply(503) if name == "server_error" else PeerReply(200, page)
        return None

    def _nth(self, name: str) -> int:
        with self.lock:
            self._happened[name] += 1
            return self._happened[name]
