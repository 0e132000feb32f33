"""What waits for departments: by pull and webhook from the store; over Kafka nothing waits here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.clock import day_of
from hub.errors import FixSettings
from hub.model import Channel
from hub.pack import Pack
from hub.run.care.deeds import Deeds
from hub.store import deliveries, outbox
from hub.store.deliveries import Standing

_NOTHING: Final[Mapping[str, int]] = {}


@dataclass(frozen=True, slots=True)
class Waiting:
    """All departments' channels, and how many messages the bus does not have yet."""

    channels: tuple[Standing, ...]
    outbox: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Deliveries:
    """One object serves all threads of a process."""

    pack: Callable[[], Pack]
    deeds: Deeds

    def look(self) -> Waiting:
        """Each channel of each contract in force, and whatever else there are deliveries of, by name."""
        now = self.deeds.clock.now()
        with self.deeds.store.read() as conn:
            found = {(one.department, one.channel): one for one in deliveries.standings(conn)}
            waiting = outbox.waiting(conn)
        for contract in self.pack().contracts_on(day_of(now)):
            for channel in contract.channels:
                key = (contract.department, channel.value)
                found.setdefault(key, Standing(*key, _NOTHING, None, ""))
        return Waiting(tuple(found[key] for key in sorted(found)), waiting, now)

    def send_again(self, department: str, by: str) -> int:
        """Puts what the department's webhook refused back on its way, in its old order. Returns how many. Raises FixSettings
        C106 for a department that no contract names."""
        if all(one.department != department for one in self.pack().contracts):
            raise FixSettings("C106", id=department)
        return self.deeds.do(
            "send_again", department, by, lambda conn, at: deliveries.send_again(conn, department, at)
        )


RETRIED: Final = Channel.WEBHOOK
"""The one channel that we send by: what waits on the others is fetched by the department."""
