"""Our standing with the platform: registered, kept alive, subscribed.

One call at a time. GA/T 1400: a registration ends after about five minutes, a peer that is silent for
90 s counts as gone, and after a failed registration one waits a random time up to 300 s, so that all
the devices of a city do not come back in the same second (domain.md 2.8, N73, N74).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import orjson

from gridplus_xueliang_video.config import XueliangConfig
from gridplus_xueliang_video.gat1400 import viid
from hub import SHANGHAI, FixSettings, SignInAgain, TryLater, digest_of
from hub.plugin import Tools
from hub.plugin.transport.http import call, document

LONGEST_WAIT_S: Final = 300.0
_NONCES: Final = 16**32


class Session:
    """Does what is due. Raises TryLater or SourceGone where the platform does not answer as agreed."""

    def __init__(self, config: XueliangConfig, tools: Tools) -> None:
        self._config: Final = config
        self._tools: Final = tools
        self._auth: Final = httpx.DigestAuth(config.device_id, config.password.get_secret_value())
        self._client: httpx.Client | None = None
        self._renew_at: datetime | None = None
        self._subscribe_at: datetime | None = None
        self._wait_until: datetime | None = None
        self._trouble: TryLater | None = None

    def check(self) -> None:
        """Returns where we are registered, registering where we are not.

        While the wait after a failed registration lasts, the platform is left alone and its last answer
        is raised again.
        """
        if self._seconds_to_wait() and self._trouble is not None:
            raise self._trouble
        if self._renew_at is None or self._now() >= self._renew_at:
            self._register()

    def tend(self) -> float:
        """Registers, subscribes or keeps alive, whichever is due; seconds until the next call is."""
        waiting_s = self._seconds_to_wait()
        if waiting_s:
            return waiting_s
        self.check()
        if self._subscribe_at is None or self._now() >= self._subscribe_at:
            self._subscribe()
        else:
            self._keep_alive()
        return self._config.keepalive_s

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _register(self) -> None:
        self._renew_at = self._subscribe_at = None
        try:
            self._post("/VIID/System/Register", {"RegisterObject": {"DeviceID": self._config.device_id}})
        except TryLater as trouble:
            share = int(self._tools.nonce(), 16) / _NONCES
            self._wait_until = self._now() + timedelta(seconds=share * LONGEST_WAIT_S)
            self._trouble = trouble
            raise
        lasts_s = self._config.registration_s - self._config.keepalive_s
        self._renew_at = self._now() + timedelta(seconds=lasts_s)
        self._wait_until = self._trouble = None

    def _keep_alive(self) -> None:
        """Says that we are there; a platform that has forgotten us is registered with and asked anew."""
        try:
            self._post("/VIID/System/Keepalive", {"KeepaliveObject": {"DeviceID": self._config.device_id}})
        except SignInAgain:
            self._register()
            self._subscribe()

    def _subscribe(self) -> None:
        """Asks for what this source takes; the same number each time, so that asking twice is asking once."""
        begin = self._now()
        end = begin + timedelta(hours=self._config.subscription_h)
        self._post(
            "/VIID/Subscribes",
            {"SubscribeListObject": {"SubscribeObject": [self._subscription(begin, end)]}},
        )
        self._subscribe_at = end - timedelta(hours=self._config.subscription_h / 4)

    def _subscription(self, begin: datetime, end: datetime) -> dict[str, Any]:
        if not self._tools.public_url:
            raise FixSettings("C101", name="public_url")
        serial = f"{int(digest_of(self._tools.source, self._tools.public_url), 16) % 10**11:011d}"
        return {
            "SubscribeID": f"{self._config.device_id}03{serial}",  # 33 digits (GA/T 1400.1)
            "Title": self._tools.source,
            "SubscribeDetail": ",".join(self._config.subscribe),
            "ResourceClass": 4,
            "ResourceURI": self._config.platform_id,
            "ApplicantName": self._tools.source,
            "ApplicantOrg": self._config.device_id,
            "BeginTime": _compact(begin),
            "EndTime": _compact(end),
            "ReceiveAddr": self._tools.public_url.rstrip("/") + viid.NOTIFICATIONS,
            "ReportInterval": 1,
            "Reason": "网格事项",
            "OperateType": 0,
            "SubscribeStatus": 0,
            "ResultImageDeclare": "0",
        }

    def _post(self, path: str, content: Mapping[str, Any]) -> None:
        """One call, signed when the platform asks for it; returns where it says OK."""
        self._client = self._client or self._tools.http()
        reply = call(
            self._client,
            "POST",
            self._config.base_url.rstrip("/") + path,
            content=orjson.dumps(content),
            headers=viid.headers(self._config.device_id),
            auth=self._auth,
        )
        viid.checked(document(reply))

    def _seconds_to_wait(self) -> float:
        return 0.0 if self._wait_until is None else max(0.0, (self._wait_until - self._now()).total_seconds())

    def _now(self) -> datetime:
        return self._tools.clock.now()


def _compact(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
