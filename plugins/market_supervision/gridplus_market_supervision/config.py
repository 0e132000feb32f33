"""What an administrator sets for the market supervision platform. Strict and closed."""

from typing import Annotated

from pydantic import Field, SecretStr

from hub.plugin.transport.rest_pull import RestPullConfig


class MarketConfig(RestPullConfig):
    """Configuration of `market_supervision`. Secrets are `SecretStr`."""

    client_id: str
    client_secret: SecretStr
    """OAuth 2.0 client credentials."""
    upload_key: SecretStr
    """Who sends tables to `/upload` shows this key; long and random, another for each hub."""
    code_table: str = "sj-2026"
    page_size: Annotated[int, Field(ge=1, le=500)] = 50
