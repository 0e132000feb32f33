"""A department contacts a resident through the hub (代发、代拨): what it asks for is checked, stored and audited in one
transaction; a worker sends it (`hub.run.ringing.contacting`).

Nobody sees a number: neither who asks, nor this door, which opens no requester. What it may and may not say is one answer
for all reasons that tell of the matter (`hub.run.ringing.reachable`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from hub import ids
from hub.access.textscan import mask_text
from hub.access.vault import DataKey, Vault
from hub.clock import day_of
from hub.errors import Refused
from hub.jsonform import canonical
from hub.model import Whistle
from hub.pack import Pack
from hub.run.exits.looking import OVER_THE_LIMIT, shown
from hub.run.ground.ledger import Ledger, noted, written
from hub.run.ground.sealing import CONTACT_SEALED_AT
from hub.run.ground.trouble import together
from hub.run.ringing.asker import Asker, asked_row, refused_row
from hub.run.ringing.reachable import NOT_THIS_REPORT, Open, Reachable
from hub.store import contacts, keys, whistles
from hub.store.contacts import New
from hub.store.engine import Store
from hub.store.events import StoredEvent
from hub.store.moments import from_us, from_us_or_none
from hub.whistle.contact import LONGEST, ContactRules, ContactState, Kind, Template, counted, quiet_until
from hub.whistle.rosters import Contact

MOST_LISTED: Final = 50
"""Contacts of one whistle that are shown, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for. `report`: its id as the opened whistle has it; of a message either `template` or `text`; of a call the label of
    one of the department's own telephones."""

    nonce: str
    report: str
    kind: Kind
    template: str = ""
    text: str = ""
    extension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One contact as its department may see it. `text`: its own words; `repeated`: it had been asked for before."""

    id: str
    report: str
    kind: Kind
    template: str
    extension: str
    text: str
    state: ContactState
    code: str
    made_at: datetime
    sent_at: datetime | None
    account: str
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a department may choose from. `reports`: ids of the newest revisions; `quiet_until` None: nobody sleeps."""

    reports: tuple[str, ...]
    templates: tuple[Template, ...]
    extensions: tuple[str, ...]
    kinds: tuple[Kind, ...]
    quiet_until: datetime | None
    most_a_day: int


class Contacts:
    """Takes what departments ask for, and tells how it stands."""

    def __init__(
        self, *, store: Store, vault: Vault, pack: Pack, reachable: Reachable, ledger: Callable[[], Ledger]
    ) -> None:
        self._store, self._vault, self._pack = store, vault, pack
        self._reachable, self._ledger = reachable, ledger

    def ask(self, asker: Asker, whistle_id: str, wanted: Wanted, now: datetime) -> Made:
        """Puts a contact on its way; the same nonce again changes nothing.

        Raises Refused W103, W120, A401–A407, A123; a refusal that tells of a grant stands in the audit.
        """
        try:
            return together(lambda: self._alone(asker, whistle_id, wanted, now))
        except Refused as refused:
            if refused.code in (NOT_THIS_REPORT, OVER_THE_LIMIT):
                noted(self._store, self._ledger(), refused_row(asker, whistle_id, refused.code, now))
            raise

    def list(self, department: str, whistle_id: str) -> Sequence[Made]:
        """The newest contacts of its whistle. Raises Refused W103."""
        with self._store.read() as conn:
            _own(conn, department, whistle_id)
            rows = contacts.of_whistle(conn, whistle_id, MOST_LISTED)
            data_keys = keys.of(conn, [r.id for r in rows if r.sealed])
        return [self._made(r, data_keys.get(r.id)) for r in rows]

    def choices(self, department: str, whistle_id: str, now: datetime) -> Choices:
        """What it may choose from now. Raises Refused W103, W120, A401."""
        rules = self._pack.contacts
        with self._store.read() as conn:
            whistle = _own(conn, department, whistle_id)
            reports = self._reachable.reports(conn, whistle, now) if rules.channels else []
        return Choices(
            reports=tuple(one.event.id for one in reports),
            templates=tuple(rules.templates.values()),
            extensions=tuple(one.label for one in self._reachable.extensions(department, now)),
            kinds=tuple(kind for kind in Kind if kind in rules.channels),
            quiet_until=quiet_until(rules, whistle.level, now),
            most_a_day=rules.most_a_day,
        )

    def is_possible(self, conn: Connection, whistle: Whistle, now: datetime) -> bool:
        """Whether its department could contact anybody through it now."""
        try:
            return bool(self._pack.contacts.channels) and bool(self._reachable.reports(conn, whistle, now))
        except Refused:
            return False

    def _alone(self, asker: Asker, whistle_id: str, wanted: Wanted, now: datetime) -> Made:
        with written(self._store, self._ledger(), now) as (conn, rows):
            whistle = _own(conn, asker.department, whistle_id)
            id_ = ids.contact_id(whistle_id, asker.department, wanted.nonce)
            if (known := contacts.find(conn, id_)) is not None:
                return self._repeated(conn, known, wanted)
            found = self._reachable.of(conn, whistle)
            stored = _report(found, wanted.report)
            look = self._reachable.showing.contact(stored.event, found.incident, found.contract, at=now)
            if look is None:
                raise Refused(NOT_THIS_REPORT)
            rules = self._pack.contacts
            _check_kind(rules, self._reachable.extensions(asker.department, now), wanted)
            if (until := quiet_until(rules, whistle.level, now)) is not None:
                raise Refused("A405", until=until.strftime("%H:%M"))
            n = _next_of_day(conn, stored, rules, now)
            (projected,) = shown(conn, [look], now)
            if projected.refused:
                raise Refused(OVER_THE_LIMIT)
            row = self._new(conn, id_, asker, whistle, stored, wanted, n, now)
            contacts.add(conn, row, now)
            rows.append(asked_row(projected, asker, whistle_id, wanted.report, now))
            return self._made(contacts.find(conn, id_), None, text=wanted.text)

    def _new(
        self,
        conn: Connection,
        id_: str,
        asker: Asker,
        whistle: Whistle,
        stored: StoredEvent,
        wanted: Wanted,
        n: int,
        now: datetime,
    ) -> New:
        sealed = b""
        if wanted.text:
            key = self._vault.new_key(id_)
            keys.add(conn, [key])
            sealed = self._vault.seal(key, CONTACT_SEALED_AT, wanted.text.encode())
        return New(
            id=id_,
            whistle_id=whistle.id,
            department=asker.department,
            account=asker.account,
            event_id=wanted.report,
            event_key=stored.event.key,
            day=day_of(now).isoformat(),
            n=n,
            kind=wanted.kind,
            channel=self._pack.contacts.channels[wanted.kind],
            template=wanted.template,
            extension=wanted.extension,
            digest=self._digest(wanted),
            sealed=sealed,
        )

    def _repeated(self, conn: Connection, row: Any, wanted: Wanted) -> Made:
        if row.digest != self._digest(wanted):
            raise Refused("A406")
        return self._made(row, keys.of(conn, [row.id]).get(row.id), repeated=True)

    def _digest(self, wanted: Wanted) -> str:
        """Keyed, over what a repeat has to say again."""
        said = (wanted.report, wanted.kind.value, wanted.template, wanted.text, wanted.extension)
        return self._vault.fingerprint(canonical(said))

    def _made(self, row: Any, key: DataKey | None, *, text: str = "", repeated: bool = False) -> Made:
        """`text`: its words where they are at hand; else they are opened, and "" past retention."""
        if key is not None and row.sealed:
            text = self._vault.open(key, CONTACT_SEALED_AT, row.sealed).decode()
        return Made(
            id=row.id,
            report=row.event_id,
            kind=Kind(row.kind),
            template=row.template,
            extension=row.extension,
            text=text,
            state=ContactState(row.state),
            code=row.code,
            made_at=from_us(row.made_us),
            sent_at=from_us_or_none(row.sent_us),
            account=row.account,
            repeated=repeated,
        )


def _own(conn: Connection, department: str, whistle_id: str) -> Whistle:
    """Not there, and not yours, look alike."""
    whistle = whistles.load(conn, [whistle_id]).get(whistle_id)
    if whistle is None or whistle.department != department:
        raise Refused("W103")
    return whistle


def _report(found: Open, report: str) -> StoredEvent:
    """The one that is meant, by the id of its newest revision that may be seen."""
    for one in found.reports:
        if one.event.id == report:
            return one
    raise Refused(NOT_THIS_REPORT)


def _check_kind(rules: ContactRules, extensions: Sequence[Contact], wanted: Wanted) -> None:
    if wanted.kind not in rules.channels:
        raise Refused("A407", pointer="/kind")
    if wanted.kind is Kind.CALL:
        if wanted.extension not in {one.label for one in extensions}:
            raise Refused("A407", pointer="/extension")
        if wanted.template or wanted.text:
            raise Refused("A407", pointer="/text")
        return
    if wanted.extension:
        raise Refused("A407", pointer="/extension")
    if wanted.template and wanted.template not in rules.templates:
        raise Refused("A407", pointer="/template")
    if bool(wanted.template) is bool(wanted.text.strip()) or len(wanted.text) > LONGEST:
        raise Refused("A407", pointer="/text")
    if (
        mask_text(wanted.text) != wanted.text
    ):  # by pattern alone: what is known of the matter answers nobody here
        raise Refused("A404", pointer="/text")


def _next_of_day(conn: Connection, stored: StoredEvent, rules: ContactRules, now: datetime) -> int:
    rows = contacts.of_day(conn, stored.event.key, day_of(now).isoformat())
    used = counted((ContactState(r.state), from_us_or_none(r.sent_us)) for r in rows)
    if used >= rules.most_a_day:
        raise Refused("A403", most=rules.most_a_day)
    return max((r.n for r in rows), default=0) + 1
