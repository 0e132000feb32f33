"""雪亮: registers with the video platform, and takes what it and its 28181 gateway push.

It moves bytes. Who may come in is `Gate`'s, what may be held `ingress`'s, what it means the protocols'.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from gridplus_xueliang_video.config import XueliangConfig
from gridplus_xueliang_video.gat1400 import alarm28181, viid
from gridplus_xueliang_video.gat1400.ingress import (
    admit_alarm28181,
    admit_notification,
    read_document,
    sifted,
    wrapped,
)
from gridplus_xueliang_video.gat1400.notification import cut, drafts_of
from gridplus_xueliang_video.gat1400.session import Session
from hub import Arrival, BadRecord, Draft, PeerRefused
from hub.plugin import Admitted, Body, PeerReply, PeerRequest, Received, Tools
from hub.plugin.transport.digest_auth import Challenged, Gate

NOTIFICATION: Final = "notification"
ALARM28181: Final = "alarm28181"


class XueliangVideo:
    """The video platform. Bodies: `notification` (JSON) and `alarm28181` (XML), one alarm each."""

    def __init__(self, config: XueliangConfig, tools: Tools) -> None:
        self._config: Final = config
        self._tools: Final = tools
        self._session: Final = Session(config, tools)
        peers = {config.platform_id: config.push_password}
        if config.gateway_id is not None and config.gateway_password is not None:
            peers[config.gateway_id] = config.gateway_password
        self._gate: Final = Gate("gridplus", peers)

    def check(self) -> None:
        """Returns where we are registered; registers where we are not."""
        self._session.check()

    def tend(self) -> float:
        """Registration, keep-alive, subscription; seconds until the next is due."""
        return self._session.tend()

    def receive(self, request: PeerRequest) -> Received:
        """The alarms of one push. Raises PeerRefused P105, P106, P103 (who), P107 (where), P108 (size)."""
        path = request.path.rstrip("/")
        if request.method != "POST" or path not in (viid.NOTIFICATIONS, alarm28181.PATH):
            raise self._refusal("P107", 404)
        verdict = self._gate.admit(
            request.headers.get("authorization", ""),
            method=request.method,
            path=request.path,
            now=self._tools.clock.now(),
            salt=self._tools.nonce(),
        )
        if isinstance(verdict, Challenged):
            return self._challenged(verdict)
        expected = self._config.platform_id if path == viid.NOTIFICATIONS else self._config.gateway_id
        # who has signed, who says to be there (N73), and whose door this is
        if not verdict.user == request.headers.get("user-identify", "").strip() == expected:
            raise self._refusal("P105", 403)
        if len(request.body) > self._config.body_limit:
            raise self._refusal("P108", 413)
        is_alarm = path == alarm28181.PATH
        received = self._alarm(request.body) if is_alarm else self._notifications(request.body)
        return replace(received, stored=lambda: self._gate.remember(verdict, self._tools.clock.now()))

    def admit(self, body: Body) -> Admitted:
        """What of `body` may be stored: device, moment, place and class of an alarm; never people or pictures."""
        return admit_alarm28181(body.content) if body.kind == ALARM28181 else admit_notification(body.content)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        """The drafts of one body, whether it has passed `admit` before or not.

        Raises BadRecord R102 (not readable), R105 (nothing that may be held), HeldRecord R201, R203, R305.
        """
        if (body.kind or arrival.kind) == ALARM28181:
            admitted = admit_alarm28181(body.content)
            if admitted.content is None:
                raise BadRecord("R102" if "unreadable" in admitted.dropped else "R105")
            return (alarm28181.draft_of(admitted.content, self._config, arrival.received_at),)
        kept, _ = sifted(body.content)
        if not kept:
            raise BadRecord("R105")
        return drafts_of(wrapped(kept), self._config, arrival.received_at)

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self._session.close()

    def _challenged(self, verdict: Challenged) -> Received:
        """The 401 that every first push gets; raises PeerRefused where something was wrong with the signature."""
        refusal = self._refusal(verdict.code, 401, {"www-authenticate": verdict.challenge.header})
        if verdict.code:
            raise refusal
        return Received((), PeerReply(refusal.status, refusal.body, refusal.headers))

    def _notifications(self, body: bytes) -> Received:
        try:
            found = tuple(cut(read_document(body)))
        except BadRecord:
            # kept as a record of its own that ends at ingress: who sent it is known, what it was is not
            return self._answered((Body(body, NOTIFICATION),), (viid.Status(viid.JSON_FORMAT),))
        bodies = tuple(Body(part, NOTIFICATION) for one in found for part in one.parts)
        return self._answered(bodies, tuple(viid.Status(self._code(one.parts), one.id) for one in found))

    def _code(self, parts: Sequence[bytes]) -> int:
        held = [admit_notification(part).content is not None for part in parts]
        return viid.OK if not held or any(held) else viid.NOT_ALLOWED

    def _alarm(self, body: bytes) -> Received:
        return Received((Body(body, ALARM28181),), alarm28181.reply(admit_alarm28181(body).content))

    def _answered(self, bodies: tuple[Body, ...], statuses: Sequence[viid.Status]) -> Received:
        now = self._tools.clock.now()
        busy = [viid.Status(viid.BUSY, one.id) for one in statuses]
        return Received(bodies, viid.status_reply(statuses, now), viid.status_reply(busy, now, http=503))

    def _refusal(self, code: str, status: int, headers: dict[str, str] | None = None) -> PeerRefused:
        """The protocol's own refusal."""
        said = viid.status_reply((viid.Status(viid.NOT_ALLOWED),), self._tools.clock.now(), http=status)
        return PeerRefused(code, status=status, body=said.body, headers={**said.headers, **(headers or {})})
