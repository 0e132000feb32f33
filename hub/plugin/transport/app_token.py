"""A source read over HTTP that lets in whoever shows a token, got by signing in with an app's key and secret.

Each answer may carry the token for the next question. A token ends when its time is over, or whenever the platform likes,
also in the middle of a page (domain.md N71): then one new sign-in, and the same question again. No other retry lives here.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import SecretStr

from hub.errors import SignInAgain, TryLater
from hub.plugin.transport.credentials import Credentials, Unsigned
from hub.plugin.transport.http import Reply, call, document, opened
from hub.plugin.transport.paging import Answered
from hub.plugin.transport.rest_pull import RestPull, RestPullConfig
from hub.plugin.transport.signing import signature_of, sorted_parameters

PATH: Final = "/open/token"
TOKEN: Final = "x-access-token"  # noqa: S105  the name of a header
NEXT: Final = "x-next-token"


class AppTokenConfig(RestPullConfig):
    """What an administrator sets for any such source. Closed: a misspelt setting stops the start."""

    app_key: str
    app_secret: SecretStr
    """Signs our requests to the platform."""


Config = TypeVar("Config", bound=AppTokenConfig)


class AppTokenPull(RestPull[Config]):
    """An adapter that reads with the token of the last answer. Opens no connection before the first question."""

    _token = ""

    def credentials(self) -> Credentials:
        """Each question is given the token of its moment; see `exchange`."""
        return Unsigned()

    def check(self) -> None:
        """Signs in once; raises SignInAgain S106 where the platform refuses the app."""
        asked = {
            "appKey": self.config.app_key,
            "timestamp": str(round(self.tools.clock.now().timestamp() * 1000)),
            "nonce": self.tools.nonce(),
        }
        asked["sign"] = signature_of(self.config.app_secret, sorted_parameters(asked))
        said = opened(document(call(self.client, "POST", PATH, json=asked)))
        token = Answered((), said).at(("data", "token"))
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
        reply, said = super().exchange(method, path, headers={TOKEN: self._token}, **how)
        self._token = reply.headers.get(NEXT, self._token)
        return reply, said
