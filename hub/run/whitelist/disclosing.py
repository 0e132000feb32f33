"""What holds beyond the whitelist for one whistle at this moment, as its page shows it: reveals of who looks, and emergencies of
its matter. Projected, counted and audited in the transaction that reads; each showing is a look of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hub.access.beyond import (
    EMERGENCY,
    REVEAL,
    Emergency,
    Reveal,
    State,
    emergency_grants,
    reveal_grants,
)
from hub.access.exits import Exit
from hub.access.projected import Projected
from hub.access.vault import Vault
from hub.access.whitelist import Whitelist
from hub.clock import day_of
from hub.model import Grant, Whistle
from hub.pack import Pack
from hub.run.exits.beyond import gives_in_full, look_beyond, reports_seen
from hub.run.exits.linked import people_of
from hub.run.exits.looking import Look, audit_rows, shown
from hub.run.exits.showing import OpenedReport
from hub.run.ground.ledger import Ledger, written
from hub.store import emergencies, incidents, reveals, whistles
from hub.store.engine import Store


@dataclass(frozen=True, slots=True)
class Told:
    """One report under one of both: what it gives now, data set → leaf → value. `event_id`: which report."""

    of: Reveal | Emergency
    event_id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """For one account and one whistle: what is shown now, what was asked for, and the emergencies of its matter."""

    revealed: Sequence[Told]
    opened: Sequence[Told]
    reveals: Sequence[Reveal]
    emergencies: Sequence[Emergency]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A look that is about to be taken, and by which of both."""

    of: Reveal | Emergency
    opened: OpenedReport
    look: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosing:
    """One object serves all threads of a process."""

    store: Store
    vault: Vault
    pack: Pack
    whitelist: Whitelist

    def of_whistle(self, account: str, whistle_id: str, *, ledger: Ledger, now: datetime) -> Disclosed:
        """`whistle_id` is of the department of `account`: who asks has opened it."""
        with self.store.read() as conn:
            whistle = whistles.load(conn, [whistle_id])[whistle_id]
            mine = reveals.of_account(conn, whistle_id, account)
            known = emergencies.of_incident(conn, whistle.incident_id)
        some: list[Reveal | Emergency] = [*mine, *known]
        live = [one for one in some if one.state_at(now) is State.LIVE]
        told = self._shown(whistle, live, account, ledger, now) if live else []
        return Disclosed(
            revealed=[one for one in told if isinstance(one.of, Reveal)],
            opened=[one for one in told if isinstance(one.of, Emergency)],
            reveals=mine,
            emergencies=known,
        )

    def _shown(
        self,
        whistle: Whistle,
        live: Sequence[Reveal | Emergency],
        account: str,
        ledger: Ledger,
        now: datetime,
    ) -> list[Told]:
        with written(self.store, ledger, now) as (conn, rows):
            asked = list(self._looks(conn, whistle, live, now))
            projected = shown(conn, [one.look for one in asked], now)
            rows += [
                row
                for one, given in zip(asked, projected, strict=True)
                for row in audit_rows(
                    given,
                    whistle,
                    through=Exit.PAGE,
                    at=now,
                    rows=(one.opened.event.id,),
                    account=account,
                )
            ]
            reveals.looked(conn, [one.of.id for one in asked if isinstance(one.of, Reveal)])
        return [_told(one, given) for one, given in zip(asked, projected, strict=True)]

    def _looks(
        self, conn: Connection, whistle: Whistle, live: Sequence[Reveal | Emergency], now: datetime
    ) -> Iterator[_Asked]:
        """Nothing of a report that its department may not see any more; nor of a field that a reveal does not give in
        full now: the report has become secret since, say."""
        reports = reports_seen(conn, self.vault, whistle)
        known = people_of(conn, self.vault, whistle.incident_id)
        incident = incidents.load(conn, [whistle.incident_id])[whistle.incident_id]
        in_force = self.whitelist.now().grants
        for one in live:
            grants = self._grants(whistle, one, in_force, now)
            for opened in reports:
                if isinstance(one, Reveal) and opened.event.key != one.event_key:
                    continue
                look = look_beyond(
                    opened,
                    incident,
                    grants,
                    in_force=in_force,
                    department=whistle.department,
                    purpose=REVEAL if isinstance(one, Reveal) else EMERGENCY,
                    known=known,
                    at=now,
                )
                if isinstance(one, Emergency) or gives_in_full(look, one.field):
                    yield _Asked(one, opened, look)

    def _grants(
        self, whistle: Whistle, one: Reveal | Emergency, in_force: Sequence[Grant], now: datetime
    ) -> Sequence[Grant]:
        rules, on = self.pack.beyond, day_of(now)
        if isinstance(one, Reveal):
            named = one.field in rules.reveal.fields
            return reveal_grants(one, in_force, rules.reveal.legal_basis, on) if named else ()
        kind = rules.kind(one.kind)
        return emergency_grants(one, kind, whistle.department, on) if kind else ()


def _told(one: _Asked, given: Projected) -> Told:
    return Told(one.of, one.opened.event.id, given.as_json())
