"""What comes of asking a gateway: a receipt, or why there is none. Foreign code is called here and nowhere else in this room
but where gateways are made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from hub.errors import HubError, TryLater
from hub.plugin import CallReceipt, Channel
from hub.store.moments import from_us, to_us

log = structlog.get_logger()

PLUGIN_FAILED: Final = "S123"
FOLLOWED_FOR: Final = timedelta(minutes=15)
"""A gateway that knows nothing more by then is not asked any more."""
LOOK_S: Final = 5.0
"""Between two questions what became of a call, and the first rest after a gateway that did not answer."""
_DOUBLINGS: Final = 10


@dataclass(frozen=True, slots=True)
class Later:
    """The gateway may answer next time."""

    code: str


@dataclass(frozen=True, slots=True)
class Lost:
    """This call will not be made: by which code; "" where that is no fault."""

    code: str


@dataclass(frozen=True, slots=True)
class Kept:
    """It stays as it stands, and nobody asks any more."""


Outcome = CallReceipt | Later | Lost | Kept


def asked(
    channel: str, gateway: Callable[[], Channel], ask: Callable[[Channel], CallReceipt | Kept]
) -> Outcome:
    """What the gateway of `channel` says; a plugin that raises anything fails this call, and no other."""
    try:
        receipt = ask(gateway())
    except TryLater as error:
        return Later(error.code)
    except HubError as error:
        return Lost(error.code)
    except Exception as error:  # foreign code: this call fails, no other
        log.warning("channel_failed", channel=channel, error=type(error).__name__)
        return Lost(PLUGIN_FAILED)
    return receipt if isinstance(receipt, CallReceipt | Kept) else Lost(PLUGIN_FAILED)


def tried_again_at(tries: int, longest: timedelta, now: datetime) -> datetime:
    """When a gateway that did not answer is asked again, after so many tries in vain."""
    return now + min(timedelta(seconds=LOOK_S * 2.0 ** min(tries, _DOUBLINGS)), longest)


def unless_long_ago(row: Any, at: datetime) -> int | None:
    """What a gateway took long ago is not asked about for ever; what none has taken is sent until one does."""
    is_old = row.sent_us is not None and at - from_us(row.sent_us) > FOLLOWED_FOR
    return None if is_old else to_us(at)
