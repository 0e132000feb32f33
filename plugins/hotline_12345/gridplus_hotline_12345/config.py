"""What an administrator sets for one hotline. Strict: a misspelt setting stops the start, not the night."""

from typing import Annotated

from pydantic import Field, SecretStr

from hub import Crs
from hub.plugin.transport.rest_pull import RestPullConfig


class HotlineConfig(RestPullConfig):
    """Configuration of `hotline_12345`. Secrets are `SecretStr`."""

    app_key: str
    app_secret: SecretStr
    """Signs our requests to the platform."""
    push_key: str
    push_secret: SecretStr
    """Signs the platform's pushes to us; never the same as `app_secret`."""
    code_table: str = "hl-2024"
    crs: Annotated[Crs, Field(strict=False)] = Crs.GCJ02
    """Coordinate system of orders that name none (N45)."""
    since: str = ""
    """Orders changed before are not pulled; in the platform's own time format, "" for all."""
    overlap_s: Annotated[int, Field(ge=0, le=3600)] = 120
    """A pull begins so long before the last order seen: changes within the same second, and rows that
    the platform stored late, are not missed (N02, N66)."""
