"""What an administrator sets for the voice gateway. Strict and closed."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class VoiceConfig(BaseModel):
    """Configuration of `voice_gateway`. Secrets are `SecretStr`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    base_url: str
    """The gateway's interface, `https://host[:port]`."""
    app_key: str
    app_secret: SecretStr
    """Signs each request, HMAC-SHA256."""
    ring_s: Annotated[int, Field(ge=5, le=120)] = 40
    """How long it rings before nobody answers."""
    repeats: Annotated[int, Field(ge=1, le=5)] = 3
    """How often the words are read aloud while no key is pressed."""
