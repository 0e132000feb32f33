"""Whether a source that ought to speak has been silent for too long: hours in which it is left alone do not count (N64)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.pack.sources import SourceSetup
from hub.plugin.times import zone_of
from hub.plugin.transport.quiet import awake_s


def is_silent(setup: SourceSetup, said: Mapping[str, Any], last_at: datetime | None, now: datetime) -> bool:
    """`said`: what the settings say of it; `last_at`: when its last record came, None where none ever did."""
    if not setup.freshness_s or last_at is None:
        return bool(setup.freshness_s)
    config = {**setup.config, **said}
    hours, zone = str(config.get("quiet_hours", "")), zone_of(str(config.get("zone", "+08:00")))
    return awake_s(hours, last_at, now, zone) > setup.freshness_s
