"""The platform's open interface, pull side: sign in, rolling token. No retries.

Every answer carries the next token in `X-Next-Token`; a token ends after two hours, or whenever the
platform likes, also in the middle of a page (N71): then one new sign-in, and the same request again.
"""

from collections.abc import Mapping
from typing import Any

from gridplus_hotline_12345.config import HotlineConfig
from hub import SignInAgain, TryLater
from hub.plugin.transport.credentials import Credentials, Unsigned
from hub.plugin.transport.http import Reply, call, document, opened
from hub.plugin.transport.rest_pull import RestPull
from hub.plugin.transport.signing import signature_of, sorted_parameters


class SignedIn(RestPull[HotlineConfig]):
    """An adapter that reads with the token of the last answer. Opens no connection before the first request."""

    _token = ""

    def credentials(self) -> Credentials:
        """Each request is given the token of its moment; see `exchange`."""
        return Unsigned()

    def check(self) -> None:
        """Signs in once; raises SignInAgain S106 where the platform refuses the app."""
        asked = {
            "appKey": self.config.app_key,
            "timestamp": str(round(self.tools.clock.now().timestamp() * 1000)),
            "nonce": self.tools.nonce(),
        }
        asked["sign"] = signature_of(self.config.app_secret, sorted_parameters(asked))
        data = opened(document(call(self.client, "POST", "/open/token", json=asked))).get("data")
        token = data.get("token") if isinstance(data, Mapping) else None
        if not isinstance(token, str) or not token:
            raise TryLater("S104")
        self._token = token

    def exchange(self, method: str, path: str, **how: Any) -> tuple[Reply, Mapping[str, object]]:
        """As `RestPull`, by the token of the last answer; where it has ended, by a new one."""
        if not self._token:
            self.check()
        try:
            return self._send(method, path, **how)
        except SignInAgain:
            self.check()
            return self._send(method, path, **how)

    def _send(self, method: str, path: str, **how: Any) -> tuple[Reply, Mapping[str, object]]:
        reply, said = super().exchange(method, path, headers={"X-Access-Token": self._token}, **how)
        self._token = reply.headers.get("x-next-token", self._token)
        return reply, said
