"""Departments' reports that come over the bus: from `grid.reports.<department>`, one topic each.

Who may write to such a topic is the broker's to check, so the topic names the department. A report
that is refused is answered on no topic: it is logged and counted by code, and the offset goes on.
"""

from collections.abc import Mapping
from typing import Any, Final

import structlog

from hub.bus import Consumer, Delivered
from hub.bus.topics import department_of
from hub.clock import Clock
from hub.errors import Refused
from hub.run import refusals
from hub.run.casework import moves_of
from hub.run.reporting import Reporting, parse_json
from hub.run.trouble import is_of_the_batch
from hub.store import outbox
from hub.store.engine import Store

log = structlog.get_logger()

GROUP: Final = "reports"


class Reports:
    """One member of the reports group."""

    def __init__(self, *, store: Store, consumer: Consumer, reporting: Reporting, clock: Clock) -> None:
        self._store, self._consumer = store, consumer
        self._reporting, self._clock = reporting, clock

    def step(self, timeout_s: float = 0.2) -> int:
        """Takes what has come, one transaction a report; returns how many came."""
        delivered = self._consumer.poll(100, timeout_s)
        try:
            for one in delivered:
                self._take(one)
        except BaseException:
            self._consumer.rewind()
            raise
        return len(delivered)

    def _take(self, one: Delivered) -> None:
        now = self._clock.now()
        department = department_of(one.topic)
        try:
            whistle_id, message = _unwrap(parse_json(one.value))
            with self._store.write() as conn:
                outbox.advance(conn, GROUP, moves_of([one]))
                self._reporting.take_in(conn, department, whistle_id, message, now)
        except Refused as refused:
            self._pass_over(one, refused.code)
        except Exception as error:
            if not is_of_the_batch(error):
                raise
            # Nobody but us can mend it; the other departments' reports must not wait behind it.
            self._pass_over(one, "B102", error=type(error).__name__)

    def _pass_over(self, one: Delivered, code: str, **facts: str) -> None:
        log.warning("report_refused", topic=one.topic, offset=one.offset, code=code, **facts)
        with self._store.write() as conn:
            outbox.advance(conn, GROUP, moves_of([one]))
            refusals.note(conn, department_of(one.topic), code, self._clock.now())

    def close(self) -> None:
        """Leaves the group."""
        self._consumer.close()


def _unwrap(envelope: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """(whistle id, report) of a CloudEvent; its `source` is never believed."""
    subject, data = envelope.get("subject"), envelope.get("data")
    if not isinstance(subject, str) or not isinstance(data, dict):
        raise Refused("W102")
    return subject, data
