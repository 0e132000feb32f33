"""What an administrator sets for one video platform. Strict: a misspelt setting stops the start."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from hub import Crs
from hub.plugin.times import Zone

_OF_PEOPLE: Final = frozenset({"11", "12", "13", "14"})
"""SubscribeDetail of persons, faces, motor vehicles and others (GA/T 1400.4)."""

DeviceId = Annotated[str, Field(pattern=r"^[0-9]{20}$")]
"""GB/T 28181 number of a device or platform."""


class XueliangConfig(BaseModel):
    """Configuration of `xueliang_video`. Secrets are `SecretStr`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    base_url: str
    """The platform, `http://host[:port]`, without `/VIID`."""
    device_id: DeviceId
    """Our own number there: sent as User-Identify with every call."""
    password: SecretStr
    """Ours, for registering there."""
    platform_id: DeviceId
    """The platform's number: who may push notifications here."""
    push_password: SecretStr
    """The platform's, for pushing here; never the same as `password`."""
    gateway_id: DeviceId | None = None
    """The GB/T 28181 gateway's number: who may forward alarms here."""
    gateway_password: SecretStr | None = None
    subscribe: Annotated[tuple[str, ...], Field(strict=False)] = ("3", "15")
    """SubscribeDetail: 3 devices, 15 the platform's own number for things and alarms."""
    code_table: str = "video-v1"
    zone: Zone = "+08:00"
    """Zone of times without one (N33)."""
    crs: Annotated[Crs, Field(strict=False)] = Crs.WGS84
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.5
    """What a machine is less sure of waits for a person."""
    device_fault_code: str = "905"
    """Code in `code_table` for a camera that went off line."""
    alarm_codes: dict[str, str] = {"6": "905", "2/1": "905", "2/2": "905", "5/11": "905"}
    """AlarmMethod, or AlarmMethod/AlarmType of GB/T 28181, → code in `code_table`. AlarmType 100 and above
    is the vendor's own code; what is not listed goes on as `28181-method-type`, unmapped.
    """
    keepalive_s: Annotated[float, Field(ge=5, le=90)] = 60.0
    """GA/T 1400: a peer that is silent for 90 s counts as gone."""
    registration_s: Annotated[float, Field(ge=60, le=3600)] = 300.0
    """How long a registration lasts; it is renewed one keep-alive earlier."""
    subscription_h: Annotated[int, Field(ge=1, le=8760)] = 24
    body_limit: Annotated[int, Field(ge=1024)] = 20 * 1024 * 1024
    """Bytes of one push: others' pictures come inside, and are cut here."""

    @field_validator("subscribe")
    @classmethod
    def _nothing_of_people(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if _OF_PEOPLE & set(value):
            raise ValueError("persons, faces and vehicles are never subscribed to")
        return value
