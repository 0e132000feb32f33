"""What an administrator sets for one hotline. Strict: a misspelt setting stops the start, not the night."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from hub.model import Crs
from hub.plugin.times import zone_of


class HotlineConfig(BaseModel):
    """Configuration of `hotline_12345`. Secrets are `SecretStr`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    base_url: str
    """The platform's open interface, `https://host[:port]`."""
    app_key: str
    app_secret: SecretStr
    """Signs our requests to the platform."""
    push_key: str
    push_secret: SecretStr
    """Signs the platform's pushes to us; never the same as `app_secret`."""
    code_table: str = "hl-2024"
    zone: str = "+08:00"
    """Zone of times without one (N33)."""
    crs: Annotated[Crs, Field(strict=False)] = Crs.GCJ02
    """Coordinate system of orders that name none (N45)."""
    since: str = ""
    """Orders changed before are not pulled; in the platform's own time format, "" for all."""
    page_size: Annotated[int, Field(ge=1, le=1000)] = 100
    overlap_s: Annotated[int, Field(ge=0, le=3600)] = 120
    """A pull begins so long before the last order seen: changes within the same second, and rows that
    the platform stored late, are not missed (N02, N66)."""

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        zone_of(value)
        return value
