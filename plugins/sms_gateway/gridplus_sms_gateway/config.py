"""What an administrator sets for the SMS gateway. Strict and closed."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class SmsConfig(BaseModel):
    """Configuration of `sms_gateway`. Secrets are `SecretStr`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    base_url: str
    """The gateway's interface, `https://host[:port]`."""
    app_key: str
    app_secret: SecretStr
    """Signs each request, HMAC-SHA256."""
    signature: Annotated[str, Field(min_length=2, max_length=20)] = "网格吹哨"
    """短信签名, registered with the operator; stands in 【】 before the words."""
    most_segments: Annotated[int, Field(ge=1, le=10)] = 3
    """A longer message is refused before it is sent: what is cut says something else."""
