"""Departments' reports that come over the bus: from `grid.reports.<department>`, one topic each.

Who may write to such a topic is the broker's to check, so the topic names the department. A report
that is refused is answered on no topic: it is logged and counted by code, and the offset goes on.
"""

from collections.abc import Sequence
from typing import Final

import structlog

from hub.bus import Consumer, Delivered
from hub.bus.message import Fenced
from hub.bus.topics import department_of
from hub.clock import Clock
from hub.errors import Refused
from hub.run.ground.ledger import Ledger
from hub.run.ground.trouble import Patience, may_be_put_aside, together
from hub.run.matters import refusals
from hub.run.matters.casework import moves_of
from hub.run.matters.reporting import Reporting, Sent, parse_json
from hub.store import outbox
from hub.store.engine import Store

log = structlog.get_logger()

GROUP: Final = "reports"
_LOOK: Final = 500
"""Reports that one look takes."""


class Reports:
    """One member of the reports group."""

    def __init__(
        self, *, store: Store, consumer: Consumer, reporting: Reporting, ledger: Ledger, clock: Clock
    ) -> None:
        self._store, self._consumer, self._ledger = store, consumer, ledger
        self._reporting, self._clock = reporting, clock
        self._patience = Patience()

    def step(self, timeout_s: float = 0.2) -> int:
        """Takes what has come in one transaction; returns how many came. One that is refused is passed over; raises
        TryLater where store or bus is away."""
        delivered = self._consumer.poll(_LOOK, timeout_s)
        if not delivered:
            return 0
        try:
            self._take(delivered)
        except Fenced:
            log.info("reports_fenced", events=len(delivered))
            self._patience.collided(moves_of(delivered))
            self._consumer.rewind()
            return 0
        except BaseException:
            self._consumer.rewind()
            raise
        self._patience.went_on()
        return len(delivered)

    def _take(self, delivered: Sequence[Delivered]) -> None:
        try:
            self._commit(delivered)
        except Exception as error:
            if not self._patience.is_over(error, moves_of(delivered)):
                raise
            for one in delivered:
                self._alone(one)

    def _alone(self, one: Delivered) -> None:
        """Nobody but us can mend a report that fails; the others must not wait behind it."""
        try:
            together(lambda: self._commit([one]))
        except Exception as error:
            if not may_be_put_aside(error):
                raise
            _log_refused(one, "B102", error=type(error).__name__)
            with self._store.write() as conn:
                outbox.advance(conn, GROUP, moves_of([one]))
                refusals.note(conn, department_of(one.topic), "B102", self._clock.now())

    def _commit(self, delivered: Sequence[Delivered]) -> None:
        read = [(one, _read(one)) for one in delivered]
        sent = [said for _, said in read if isinstance(said, Sent)]
        self._ledger.begin()
        with self._store.write() as conn:
            outbox.advance(conn, GROUP, moves_of(delivered))
            taken = iter(self._reporting.take_all(conn, sent, self._ledger, self._clock.now()))
            ends = [(one, next(taken) if isinstance(said, Sent) else said) for one, said in read]
            refused = [(one, end.code) for one, end in ends if isinstance(end, Refused)]
            for one, code in refused:
                refusals.note(conn, department_of(one.topic), code, self._clock.now())
        self._ledger.committed()
        for one, code in refused:
            _log_refused(one, code)

    def close(self) -> None:
        """Leaves the group."""
        self._consumer.close()


def _log_refused(one: Delivered, code: str, **facts: str) -> None:
    log.warning("report_refused", topic=one.topic, offset=one.offset, code=code, **facts)


def _read(one: Delivered) -> Sent | Refused:
    """The report of a CloudEvent, by whose topic it is; its `source` is never believed."""
    try:
        envelope = parse_json(one.value)
    except Refused as refused:
        return refused
    subject, data = envelope.get("subject"), envelope.get("data")
    if not isinstance(subject, str) or not isinstance(data, dict):
        return Refused("W102")
    return Sent(department_of(one.topic), subject, data)
