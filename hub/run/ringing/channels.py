"""The gateways of one process: one a channel, made at first use, and anew where a file of its secrets changed.

Each channel has one worker thread, and that alone asks for it. Making and closing one is foreign code, which holds up
that worker and no other.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from hub.clock import Clock
from hub.errors import FixSettings, Refused, TryLater
from hub.pack import Pack
from hub.plugin import CallReceipt, CallState, Channel, Summons, Tools
from hub.plugin.configured import checked
from hub.plugin.lent import http_client
from hub.plugin.registry import Registry
from hub.run.exits.webhooks import Webhooks
from hub.run.ground.secretfiles import files_of, filled
from hub.run.ground.watched import Watched
from hub.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Made:
    channel: Channel
    watched: Watched


class Channels:
    """One gateway a channel of the pack."""

    def __init__(
        self, settings: Settings, pack: Callable[[], Pack], registry: Callable[[], Registry], clock: Clock
    ) -> None:
        """`pack` and `registry` are asked for when the first one is made."""
        self._settings, self._pack, self._registry, self._clock = settings, pack, registry, clock
        self._made: dict[str, _Made] = {}

    def now(self, name: str) -> Channel:
        """The gateway of this moment. Raises FixSettings C101, C102, and TryLater C119 for a secret that cannot be
        read now; one that works is kept meanwhile."""
        known = self._made.get(name)
        if known is not None and not known.watched.changed():
            return known.channel
        try:
            made = self._make(name)
        except (FixSettings, TryLater):
            if known is None:
                raise
            return known.channel
        if known is not None:
            _close(name, known.channel)
        self._made[name] = made
        return made.channel

    def _make(self, name: str) -> _Made:
        entry = self._registry().channel(self._pack().rosters.channels[name])
        said: Mapping[str, Any] = self._settings.channels.get(name, {})
        where = f"channels.{name}"
        files = files_of(entry.config, said, where)
        watched = Watched(tuple(files.values()), self._clock)  # before they are read: no change is missed
        config = checked(entry.config, filled(said, files), where)
        tools = Tools(source=name, clock=self._clock, http=http_client, nonce=lambda: secrets.token_hex(16))
        return _Made(entry.make(config, tools), watched)

    def close(self) -> None:
        """Closes all of them; may be called twice."""
        made, self._made = self._made, {}
        for name, one in made.items():
            _close(name, one.channel)


class DepartmentWebhook:
    """A department's own webhook as a channel: its whistle once more, the same message under the same id."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    def check(self) -> None:
        """Always there; whether it answers shows when it is called."""

    def send(self, call: Summons) -> CallReceipt:
        """Tells the department now; raises TryLater S118, Refused S119 or A121."""
        code = self._webhooks.tell(call.whistle_id, call.whistle_id)
        if code == "S118":
            raise TryLater(code)
        if code:
            raise Refused(code)
        return CallReceipt(CallState.DELIVERED)

    def close(self) -> None:
        """The client is the process's own."""


def _close(name: str, channel: Channel) -> None:
    try:
        channel.close()
    except Exception as error:  # foreign code: nobody needs this one any more
        log.warning("channel_not_closed", channel=name, error=type(error).__name__)
