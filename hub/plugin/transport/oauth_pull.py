"""A source read over HTTP that lets in whoever shows an OAuth 2.0 token, got by client credentials (`oauth2`)."""

from typing import ClassVar, TypeVar

from pydantic import SecretStr

from hub.plugin.transport.oauth2 import ClientCredentials
from hub.plugin.transport.rest_pull import RestPull, RestPullConfig


class OAuthPullConfig(RestPullConfig):
    """What an administrator sets for any such source. Closed: a misspelt setting stops the start."""

    client_id: str
    client_secret: SecretStr
    """OAuth 2.0 client credentials."""


Config = TypeVar("Config", bound=OAuthPullConfig)


class OAuthPull(RestPull[Config]):
    """An adapter that reads with a token, renewed in time and where it has ended."""

    token_path: ClassVar[str] = "/oauth/token"  # noqa: S105  a path
    """Behind `base_url`."""

    def credentials(self) -> ClientCredentials:
        """OAuth 2.0 client credentials."""
        config = self.config
        return ClientCredentials(
            config.base_url + self.token_path,
            config.client_id,
            config.client_secret,
            clock=self.tools.clock,
        )
