"""The platform's open interface, pull side: sign in, rolling token, one object per answer. No retries.

Every answer carries the next token in `X-Next-Token`; a token ends after two hours, or whenever the
platform likes, also in the middle of a page (N71): then one new sign-in, and the same request again.
"""

from collections.abc import Mapping
from typing import Any, Final

from gridplus_hotline_12345.config import HotlineConfig
from hub.errors import SignInAgain, TryLater
from hub.plugin import Tools
from hub.plugin.transport.http import Reply, call, document, opened
from hub.plugin.transport.signing import signature_of, sorted_parameters


class Session:
    """One signed-in app at the platform. Opens no connection before the first request."""

    def __init__(self, config: HotlineConfig, tools: Tools) -> None:
        self._config: Final = config
        self._tools: Final = tools
        self._client: Final = tools.http(base_url=config.base_url)
        self._token = ""

    def sign_in(self) -> str:
        """A fresh token; raises SignInAgain S106 where the platform refuses the app."""
        asked = {
            "appKey": self._config.app_key,
            "timestamp": str(round(self._tools.clock.now().timestamp() * 1000)),
            "nonce": self._tools.nonce(),
        }
        asked["sign"] = signature_of(self._config.app_secret, sorted_parameters(asked))
        data = opened(document(call(self._client, "POST", "/open/token", json=asked))).get("data")
        token = data.get("token") if isinstance(data, Mapping) else None
        if not isinstance(token, str) or not token:
            raise TryLater("S104")
        self._token = token
        return token

    def get(self, path: str, **parameters: str) -> Reply:
        """The answer to a question, checked for errors inside; raises as `hub.plugin.transport.http`."""
        return self._ask("GET", path, params=parameters)

    def post(self, path: str, content: Mapping[str, str]) -> Reply:
        """The answer to something told; besides, raises Refused S113 where it is not taken."""
        return self._ask("POST", path, json=content)

    def close(self) -> None:
        """Gives the connections back."""
        self._client.close()

    def _ask(self, method: str, path: str, **how: Any) -> Reply:
        token = self._token or self.sign_in()
        try:
            return self._send(token, method, path, **how)
        except SignInAgain:
            return self._send(self.sign_in(), method, path, **how)

    def _send(self, token: str, method: str, path: str, **how: Any) -> Reply:
        reply = call(self._client, method, path, headers={"X-Access-Token": token}, **how)
        opened(document(reply))
        self._token = reply.headers.get("x-next-token", token)
        return reply
