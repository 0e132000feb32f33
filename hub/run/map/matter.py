"""One matter as this viewer may see it: its reports, why they are linked, its whistles with their clocks.

Each part is projected and audited in the transaction that reads it. A department sees its own whistle and what that
opens (`insight`), under its contract; who works in an area sees all whistles, under their organisation's grants alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection

from hub.access import audit
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.plan import Plan
from hub.access.planbook import PlanBook
from hub.access.projected import Projected
from hub.access.vault import Vault
from hub.clock import day_of
from hub.errors import Refused
from hub.model import DepartmentId, Incident, Output, Whistle
from hub.run.exits.insight import insight
from hub.run.exits.linked import people_of, reports_of, stored_of
from hub.run.exits.looking import OVER_THE_LIMIT, Look, shown
from hub.run.exits.showing import OpenedReport, Showing, care_of, report_view, scope_of, whistle_view
from hub.run.ground.contractbook import ContractBook
from hub.run.ground.ledger import Ledger
from hub.run.map.marks import is_within
from hub.run.map.pictures import PURPOSE, Pictures, Viewer
from hub.store import incidents, pins, whistles
from hub.store.engine import Store
from hub.whistle.lifecycle import UNBLOWN


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of a matter is open to the viewer, before any grant is asked."""

    incident: Incident
    whistles: Sequence[Whistle]
    reports: Sequence[OpenedReport]
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterPage:
    """Opens matters from the map."""

    store: Store
    vault: Vault
    showing: Showing
    plans: Callable[[], PlanBook]
    contracts: ContractBook
    pictures: Pictures

    def open(self, viewer: Viewer, id_: str, *, ledger: Ledger, now: datetime) -> dict[str, Any]:
        """The matter, `reports` and `whistles`; raises Refused P204 where it is not on this viewer's map: not there and
        not yours look alike."""
        self.pictures.named(viewer, id_)
        with self.store.write() as conn:
            seen = self._seen(conn, viewer, id_, now)
            known = people_of(conn, self.vault, seen.incident.id)
            looks = list(self._looks(seen, known, now))
            head, *rest = projected = shown(conn, looks, now)
            ids = (seen.incident.id, *(w.id for w in seen.whistles), *(r.event.id for r in seen.reports))
            rows = [
                row
                for one, of in zip(projected, ids, strict=True)
                for row in _audited(one, viewer, seen, of, now)
            ]
            ledger.append(conn, rows, now)
            links = _links(conn, seen.incident)
        ledger.committed()
        called, reports = rest[: len(seen.whistles)], rest[len(seen.whistles) :]
        return {
            **head.as_json(),
            "whistles": [self._whistle(one, of) for one, of in zip(called, seen.whistles, strict=True)],
            "reports": [
                {**one.as_json(), "why": links.get(of.event.key, []) if one.text("event.id") else []}
                for one, of in zip(reports, seen.reports, strict=True)
            ],
        }

    def _seen(self, conn: Connection, viewer: Viewer, id_: str, now: datetime) -> _Seen:
        pin = pins.load(conn, [id_]).get(id_)
        if pin is None or not is_within(pin, viewer.territory):
            raise Refused("P204")
        incident = incidents.load(conn, [id_])[id_]
        called = whistles.of_incidents(conn, [id_]).get(id_, [])
        if viewer.territory.department is None:
            plan = self._plan(self.plans(), viewer.organisation, now)
            blown = [one for one in called if one.state not in UNBLOWN]
            return _Seen(incident, blown, reports_of(conn, self.vault, stored_of(conn, incident.id)), plan)
        mine = [one for one in called if one.department == viewer.territory.department]
        for one in reversed(mine):  # the newest that opens the matter
            if one.state not in UNBLOWN and (found := insight(conn, one)).is_of_the_matter:
                contract = self.contracts.of(conn, one.contract_id)
                book = self.showing.book_of(contract)
                reports = reports_of(conn, self.vault, found.shown, found.later)
                return _Seen(incident, [one], reports, self._plan(book, one.department, now))
        raise Refused("P204")

    @staticmethod
    def _plan(book: PlanBook, organisation: str, now: datetime) -> Plan:
        return book.plan(DepartmentId(organisation), PURPOSE, Output.VIEW, day_of(now))

    def _looks(self, seen: _Seen, known: Callable[[], Sequence[str]], now: datetime) -> Iterator[Look]:
        incident, plan = seen.incident, seen.plan
        scope = scope_of(incident)
        yield Look({"incident": self.showing.incident_view(incident)}, plan, scope, {"incident": incident.id})
        for one in seen.whistles:
            yield Look({"whistle": whistle_view(one)}, plan, scope, {"whistle": one.id})
        for opened in seen.reports:
            care = care_of(opened, incident, plan, day_of(now))
            event = opened.event
            rows = {"event": event.key} | ({"resident": event.requester} if event.requester else {})
            yield Look(report_view(opened), plan, scope_of(incident, known, care), rows)

    @staticmethod
    def _whistle(one: Projected, of: Whistle) -> dict[str, Any]:
        """Whoever sees the contract sees whose it is."""
        said: dict[str, Any] = {}
        said.update(cast("dict[str, Any]", one.as_json().get("whistle", {})))
        return {**said, "department": of.department} if one.text("whistle.contract_id") else said


def _audited(one: Projected, viewer: Viewer, seen: _Seen, id_: str, now: datetime) -> Iterator[AuditRow]:
    who = {"who": viewer.account}
    row = audit.shown(one, at=now, through=Exit.PAGE, rows=(id_,), matter=seen.incident.id, **who)
    yield replace(row, on_behalf_of=viewer.organisation)
    if one.refused:
        no = audit.refused(
            one.refused,
            at=now,
            through=Exit.PAGE,
            purpose=PURPOSE,
            reason=OVER_THE_LIMIT,
            matter=seen.incident.id,
            **who,
        )
        yield replace(no, rows=(id_,), on_behalf_of=viewer.organisation)


def _links(conn: Connection, incident: Incident) -> Mapping[str, list[dict[str, Any]]]:
    """Report → the rules that joined it, with what they measured: numbers only, for texts may be of another's report."""
    return {
        one.event_key: [
            {
                "rule": why.rule,
                "verdict": one.link.verdict.value,
                "by": "rule" if one.link.linked_by == "rule" else "person",
            }
            | {name: value for name, value in why.facts.items() if not isinstance(value, str)}
            for why in one.link.reasons
        ]
        for one in incidents.links_of(conn, [incident.id]).get(incident.id, [])
    }
