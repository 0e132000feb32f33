"""Departments beside what they were told: deliveries, what they have read of their topic, reports that were refused.

Looks only. Over Kafka a department's own groups tell how far it has read; over pull and webhook the deliveries do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from hub.bus import Bus
from hub.bus.rules import groups
from hub.bus.topics import whistles as whistle_topic
from hub.errors import TryLater
from hub.model import Channel, Whistle
from hub.reconcile.difference import Difference, Kind, difference
from hub.reconcile.result import DepartmentSide, Window
from hub.run.ground.contractbook import ContractBook
from hub.run.matters import refusals
from hub.store import outbox, sides
from hub.store.engine import Store
from hub.whistle.follow import still_open

TAKEN_WITHIN: Final = timedelta(hours=4)
"""What a department has not taken for longer, it is asked about."""


@dataclass(slots=True, kw_only=True)
class DepartmentSides:
    """Compares departments. `desk`: who owns what is ours to mend."""

    store: Store
    contracts: ContractBook
    bus: Bus
    desk: str
    trouble: str = ""
    """Code of what went wrong where the bus was asked; it is asked no more in this run then."""

    def side(self, department: str, window: Window) -> DepartmentSide:
        """One department."""
        told = known = 0
        missing: set[str] = set()
        on_topic = False
        with self.store.read() as conn:
            for portion in sides.blown(conn, department, window.since):
                told += len(portion)
                known += len(sides.known(conn, (one.id for one in portion)))
                ways = [
                    (one, way) for one in portion for way in self.contracts.of(conn, one.contract_id).channels
                ]
                on_topic = on_topic or any(way is Channel.KAFKA for _, way in ways)
                missing |= self._undelivered(ways, sides.delivered(conn, (one.id for one in portion)))
            late = window.now - TAKEN_WITHIN
            refused = sides.deliveries(conn, department, ["failed"], window.now)
            waiting = sides.deliveries(conn, department, ["waiting", "fetched"], late)
            not_taken = refusals.since(conn, department, window.since)
            fresh = outbox.made_since(conn, whistle_topic(department), late) if on_topic else 0
        return DepartmentSide(
            department=department,
            told=told,
            known=known,
            differences=(
                *difference(Kind.DELIVERY_MISSING, department, self.desk, missing),
                *difference(Kind.WEBHOOK_REFUSED, department, department, refused),
                *difference(Kind.NOT_TAKEN, department, department, waiting),
                *(self._unread(department, fresh) if on_topic else ()),
                *_counted(Kind.REPORTS_REFUSED, department, not_taken),
            ),
        )

    @staticmethod
    def _undelivered(ways: Iterable[tuple[Whistle, Channel]], there: set[tuple[str, str]]) -> set[str]:
        """Whistles that are open and whose blowing is on no way; a topic's lies in the outbox, in their own transaction."""
        return {
            one.id
            for one, way in ways
            if way is not Channel.KAFKA and still_open([one]) and (one.id, way.value) not in there
        }

    def _unread(self, department: str, fresh: int) -> Iterator[Difference]:
        """What lies on its topic behind the foremost of its groups, but for what came just now."""
        if self.trouble:
            return
        here = (whistle_topic(department), 0)
        try:
            followers = self.bus.followers(groups(department))
            read = max((one.get(here, 0) for one in followers.values()), default=0)
            unread = self.bus.unread({here: read})[here] - fresh
        except TryLater as error:
            self.trouble = error.code
            return
        if unread > 0:
            yield Difference(
                kind=Kind.UNREAD,
                name=department,
                owner=department,
                count=unread,
                ids=tuple(sorted(followers)),
            )


def _counted(kind: Kind, department: str, codes: dict[str, int]) -> Iterator[Difference]:
    if codes:
        yield Difference(
            kind=kind, name=department, owner=department, count=sum(codes.values()), ids=tuple(sorted(codes))
        )
