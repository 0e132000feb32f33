"""What an administrator sets for the market supervision platform. Strict and closed."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from hub.plugin.times import zone_of


class MarketConfig(BaseModel):
    """Configuration of `market_supervision`. Secrets are `SecretStr`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    base_url: str
    """The platform's interface, `https://host[:port]`."""
    client_id: str
    client_secret: SecretStr
    """OAuth 2.0 client credentials."""
    upload_key: SecretStr
    """Who sends tables to `/upload` shows this key; long and random, another for each hub."""
    code_table: str = "sj-2026"
    zone: str = "+08:00"
    """Zone of times without one (N33)."""
    page_size: Annotated[int, Field(ge=1, le=500)] = 50

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        zone_of(value)
        return value
