"""Sends what departments say to residents, by one channel: the number is opened here, handed to the gateway, and kept nowhere.

One worker a channel, as for duty phones (`hub.run.ringing.calling`), and with the same promise: at least once, under a stable
id by which a gateway contacts nobody twice. Whether it may still be sent is asked again at that moment, under the grants of
that moment; it is audited before it leaves.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from hub.access.audit import AuditRow
from hub.access.phones import numbers_in
from hub.access.textscan import mask_text
from hub.access.vault import Vault
from hub.clock import Clock
from hub.errors import Refused
from hub.model import Resident, Whistle
from hub.pack import Pack
from hub.plugin import Bridge, CallReceipt, CallState, Channel, Connects, Follows, Letter, Writes
from hub.run.exits.linked import people_of, reports_of
from hub.run.exits.looking import OVER_THE_LIMIT, shown
from hub.run.ground.ledger import Ledger, written
from hub.run.ground.sealing import CONTACT_SEALED_AT
from hub.run.ringing.asker import Asker, asked_row
from hub.run.ringing.outcome import LOOK_S, Kept, Later, Lost, Outcome, asked, tried_again_at, unless_long_ago
from hub.run.ringing.reachable import NOT_THIS_REPORT, Open, Reachable
from hub.store import contacts, keys, leases, whistles
from hub.store.engine import Store
from hub.store.moments import from_us, to_us
from hub.whistle.contact import ContactState, Kind, is_stale, quiet_until, reference_of

QUIET: Final = "A405"
TOO_LATE: Final = "A408"
NOBODY_THERE: Final = "A409"
CANNOT: Final = "A410"
NO_EXTENSION: Final = "S124"
_DIGITS: Final = re.compile(r"[0-9]{7,20}")
_BETWEEN: Final = re.compile(r"[\s\-()+]+")
_STATES: Final = {
    CallState.ACCEPTED: ContactState.SENT,
    CallState.DELIVERED: ContactState.DELIVERED,
    CallState.TAKEN: ContactState.ANSWERED,
    CallState.FAILED: ContactState.FAILED,
}


@dataclass(frozen=True, slots=True)
class PutOff:
    """Not now: nobody is woken for it."""

    until: datetime


Said = Letter | Bridge | Lost | PutOff


class Contacting:
    """The contacts of one channel."""

    def __init__(
        self,
        channel: str,
        *,
        gateway: Callable[[], Channel],
        reachable: Reachable,
        pack: Pack,
        vault: Callable[[], Vault],
        ledger: Ledger,
        store: Store,
        clock: Clock,
        worker: str,
        lease_s: float,
    ) -> None:
        self._channel, self._gateway, self._reachable, self._pack = channel, gateway, reachable, pack
        self._vault, self._ledger, self._store, self._clock = vault, ledger, store, clock
        self._lease = leases.Holding(store, f"contacting:{channel}", worker, timedelta(seconds=lease_s))

    def step(self) -> int:
        """Sends one, or asks after one; returns 1 where there was one. 0 while another has the channel."""
        now = self._clock.now()
        with self._store.look() as conn:
            row = contacts.next_due(conn, self._channel, now)
        if row is None:
            return 0
        held = self._lease.at(now)
        if held is None:
            return 0
        outcome = self._send(row, now) if row.state == ContactState.QUEUED else self._follow(row)
        with self._store.write() as conn:
            leases.hold(conn, held)
            contacts.settle(conn, row.id, self._values(row, outcome))
        return 1

    def _send(self, row: Any, now: datetime) -> Outcome | PutOff:
        said = self._said(row, now)
        if isinstance(said, Letter):
            return self._asked(lambda it: it.write(said) if isinstance(it, Writes) else Kept())
        if isinstance(said, Bridge):
            return self._asked(lambda it: it.connect(said) if isinstance(it, Connects) else Kept())
        return said

    def _asked(self, ask: Callable[[Channel], CallReceipt | Kept]) -> Outcome:
        outcome = asked(self._channel, self._gateway, ask)
        return Lost(CANNOT) if isinstance(outcome, Kept) else outcome

    def _follow(self, row: Any) -> Outcome:
        return asked(
            self._channel,
            self._gateway,
            lambda it: it.follow(row.id, row.receipt) if isinstance(it, Follows) else Kept(),
        )

    def _said(self, row: Any, now: datetime) -> Said:
        """What goes to the gateway, audited before it leaves; or why nothing does."""
        with written(self._store, self._ledger, now) as (conn, rows):
            try:
                said, shown = self._allowed(conn, row, now)
            except Refused as refused:
                return Lost(refused.code)
            rows += shown
        return said

    def _allowed(self, conn: Connection, row: Any, now: datetime) -> tuple[Said, list[AuditRow]]:
        whistle = whistles.load(conn, [row.whistle_id])[row.whistle_id]
        kind = Kind(row.kind)
        if is_stale(kind, from_us(row.made_us), now):
            return Lost(TOO_LATE), []
        if (until := quiet_until(self._pack.contacts, whistle.level, now)) is not None:
            return (PutOff(until) if kind is Kind.MESSAGE else Lost(QUIET)), []
        found = self._reachable.of(conn, whistle)
        stored = [one for one in found.reports if one.event.key == row.event_key]
        opened = reports_of(conn, self._vault(), stored)
        person = opened[0].resident() if opened else None
        number = number_of(person.phone) if person else ""
        look = (
            self._reachable.showing.contact(opened[0], found.incident, found.contract, at=now)
            if number
            else None
        )
        if person is None or look is None:
            return Lost(NOT_THIS_REPORT), []
        (projected,) = shown(conn, [look], now)
        if projected.refused:
            return Lost(OVER_THE_LIMIT), []
        audited = asked_row(projected, Asker(row.department, row.account), whistle.id, row.event_id, now)
        said = self._words(conn, row, found, person, number)
        return said, [replace(audited, reason="contact.sent")]

    def _words(
        self, conn: Connection, row: Any, found: Open, person: Resident, number: str
    ) -> Letter | Bridge | Lost:
        reference = reference_of(found.whistle.id)
        if row.kind == Kind.CALL.value:
            extension = self._extension(row)
            text = f"正在为您接通诉求人，哨号 {reference}，请稍候。"
            return (
                Bridge(id=row.id, text=text, extension=extension, number=number)
                if extension
                else Lost(NO_EXTENSION)
            )
        text = self._text(conn, row, found.whistle, person, reference)
        return Letter(id=row.id, text=text, number=number) if text else Lost(TOO_LATE)

    def _extension(self, row: Any) -> str:
        """The number of the department's own telephone as the roster has it today; "" where it has none any more."""
        for one in self._reachable.extensions(row.department, self._clock.now()):
            if one.label == row.extension:
                return one.numbers.get(self._channel, "")
        return ""

    def _text(self, conn: Connection, row: Any, whistle: Whistle, person: Resident, reference: str) -> str:
        """All that is sent; "" where its words are gone. Of other people of the matter words say nothing."""
        organisation = self._pack.organisations.get(whistle.department)
        department = organisation.name if organisation else whistle.department
        if row.template:
            template = self._pack.contacts.templates.get(row.template)
            return template.words(department=department, reference=reference) if template else ""
        key = keys.of(conn, [row.id]).get(row.id)
        if key is None:
            return ""
        others = set(people_of(conn, self._vault(), whistle.incident_id)()) - set(person.values)
        words = mask_text(self._vault().open(key, CONTACT_SEALED_AT, row.sealed).decode(), sorted(others))
        return f"{department}：{words}"

    def _values(self, row: Any, outcome: Outcome | PutOff) -> dict[str, object]:
        now = self._clock.now()
        if isinstance(outcome, PutOff):
            return {"code": QUIET, "next_us": to_us(outcome.until)}
        if isinstance(outcome, Later):
            again = tried_again_at(row.tries, contacts.LONGEST_REST, now)
            return {"code": outcome.code, "tries": row.tries + 1, "next_us": unless_long_ago(row, again)}
        if isinstance(outcome, Lost):
            return {"state": ContactState.FAILED.value, "code": outcome.code, "next_us": None}
        if isinstance(outcome, Kept):
            return {"next_us": None}
        asked_on = outcome.state is CallState.ACCEPTED
        return {
            "state": _STATES[outcome.state].value,
            "code": NOBODY_THERE if outcome.state is CallState.FAILED else "",
            "receipt": outcome.ref,
            "detail": outcome.detail,
            "tries": 0,
            "sent_us": row.sent_us or to_us(now),
            "next_us": unless_long_ago(row, now + timedelta(seconds=LOOK_S)) if asked_on else None,
        }


def number_of(phone: str) -> str:
    """What is dialled for what stands in a report: its first telephone number, else its digits; "" where it is none."""
    for number in numbers_in(phone):
        return number
    digits = _BETWEEN.sub("", unicodedata.normalize("NFKC", phone))
    return digits if _DIGITS.fullmatch(digits) else ""
