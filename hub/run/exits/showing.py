"""What a department is shown of a whistle: views built from stored nouns, then `access.project`.

The views hold full values for one call only; what leaves this file is a `Look`, and what leaves that `Projected`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from hub.access.fields import is_personal, split
from hub.access.identifiers import is_child
from hub.access.masks import FULL, strictest
from hub.access.plan import Plan
from hub.access.planbook import PlanBook
from hub.access.project import View
from hub.access.row import Care, RowScope, areas_of
from hub.access.whitelist import Renewed, Whitelist
from hub.clock import day_of
from hub.contract.wire import HANDLE
from hub.model import (
    Contract,
    DepartmentId,
    Event,
    EventText,
    Grant,
    Incident,
    Output,
    Resident,
    ShareType,
    Whistle,
)
from hub.pack import Pack
from hub.run.exits.looking import Look

ATTACHMENTS: Final = "event.attachments"
CALLBACK: Final = "callback"
"""The purpose for which a requester is called back."""
PHONE: Final = "resident.phone"
_REACHES: Final = frozenset((FULL, "phone_3_4"))
"""Masks under which a phone is still somebody's to be called; a stricter one, such as a child's, is not."""
_DOSSIER: Final = "dossier"
_OF_DOSSIERS: Final = ("dossier", "report")
"""Data sets of which nothing ever comes with a whistle."""


@dataclass(frozen=True, slots=True)
class OpenedReport:
    """One linked report with what the vault holds of it; both are fetched only when a grant needs them."""

    event: Event
    text: Callable[[], EventText]
    resident: Callable[[], Resident | None]
    is_told_again: bool = False
    """Whether there is a newer revision, which is not shown: who reported is kept as that one says, and not shown."""


class Showing:
    """What may be shown under the grants in force."""

    def __init__(self, pack: Pack, whitelist: Whitelist) -> None:
        self._pack: Final = pack
        self._books: Final = Renewed(whitelist, _Books)

    def whistle(
        self,
        whistle: Whistle,
        incident: Incident,
        contract: Contract,
        *,
        output: Output,
        purpose: str,
        at: datetime,
    ) -> Look:
        """The whistle and its matter as `whistle.department` may see them through `output` at that moment."""
        plan = self._plan(contract, output, purpose, at)
        view = {"incident": self.incident_view(incident), "whistle": whistle_view(whistle)}
        return Look(view, plan, scope_of(incident), {"incident": incident.id, "whistle": whistle.id})

    def ended(
        self,
        whistle: Whistle,
        incident: Incident,
        contract: Contract,
        *,
        output: Output,
        purpose: str,
        at: datetime,
    ) -> Look:
        """Of a whistle that was called off, which one it is."""
        plan = self._plan(contract, output, purpose, at)
        return Look({"whistle": {"id": whistle.id}}, plan, scope_of(incident), {"whistle": whistle.id})

    def summons(
        self,
        whistle: Whistle,
        incident: Incident,
        contract: Contract,
        *,
        department: DepartmentId,
        at: datetime,
    ) -> Look:
        """Of an emergency, what may be said on a duty phone of `department`: which one it is, its level, its category and
        its subdistrict, and of a secret matter not even the last two. Another department than the contract's, the
        district's centre, has no contract: its own grants decide.
        """
        shown: dict[str, Mapping[str, object]] = {"whistle": {"id": whistle.id, "level": whistle.level.value}}
        if not incident.secret:
            told = self.incident_view(incident)
            shown["incident"] = {leaf: told[leaf] for leaf in ("category_zh", "subdistrict_name")}
        if department == contract.department:
            plan = self._plan(contract, Output.STREAM, HANDLE, at)
        else:
            plan = self._own_plan(department, Output.STREAM, at)
        return Look(shown, plan, scope_of(incident), {"incident": incident.id, "whistle": whistle.id})

    def report(
        self,
        opened: OpenedReport,
        incident: Incident,
        contract: Contract,
        *,
        known: Callable[[], Iterable[str]],
        purpose: str,
        at: datetime,
        output: Output = Output.API,
    ) -> Look:
        """One linked report as the contract's department may see it through `output` at that moment.

        `known` gives the personal values of all linked reports: a neighbour's words may name another's.
        """
        plan = self._plan(contract, output, purpose, at)
        care = care_of(opened, incident, plan, day_of(at))
        event = opened.event
        rows = {"event": event.key} | ({"resident": event.requester} if event.requester else {})
        return Look(report_view(opened), plan, scope_of(incident, known, care), rows)

    def contact(
        self, one: Event | OpenedReport, incident: Incident, contract: Contract, *, at: datetime
    ) -> Look | None:
        """What lets the contract's department contact who told a report, through the hub and without a number: a grant of
        their phone for calling back, by whatever door, in full or with its middle hidden; None where there is none. The look holds no
        value. Of an opened report it is also looked at whether a child told it.
        """
        event = one if isinstance(one, Event) else one.event
        for output in (Output.VIEW, Output.API):
            plan = self._plan(contract, output, CALLBACK, at)
            care = frozenset[Care]() if isinstance(one, Event) else care_of(one, incident, plan, day_of(at))
            rows = {"event": event.key, "resident": str(event.requester)}
            look = Look({"resident": {"phone": ""}}, plan, scope_of(incident, care=care), rows)
            lines = look.shown(frozenset()).lines
            if any(line.field == PHONE and line.mask in _REACHES for line in lines):
                return look
        return None

    def attachments(
        self,
        opened: OpenedReport,
        incident: Incident,
        contract: Contract,
        *,
        released: Mapping[str, object],
        purpose: str,
        at: datetime,
        output: Output = Output.API,
    ) -> Look:
        """What was `released` of one report's files, as the contract's department may see it through `output` then."""
        plan = self._plan(contract, output, purpose, at, field=ATTACHMENTS)
        care = care_of(opened, incident, plan, day_of(at))
        rows = {"event": opened.event.key}
        return Look({"event": {"attachments": released}}, plan, scope_of(incident, None, care), rows)

    def matter_for(
        self, incident: Incident, *, organisation: DepartmentId, output: Output, at: datetime
    ) -> Look:
        """A matter as `organisation`, which works in its area and has no contract for it, may see it: by its grants alone."""
        plan = self._own_plan(organisation, output, at)
        return Look(
            {"incident": self.incident_view(incident)}, plan, scope_of(incident), {"incident": incident.id}
        )

    def report_for(
        self,
        opened: OpenedReport,
        incident: Incident,
        *,
        organisation: DepartmentId,
        known: Callable[[], Iterable[str]],
        output: Output,
        at: datetime,
    ) -> Look:
        """One of its reports in the same way; `known` as of `report`."""
        plan = self._own_plan(organisation, output, at)
        care = care_of(opened, incident, plan, day_of(at))
        event = opened.event
        rows = {"event": event.key} | ({"resident": event.requester} if event.requester else {})
        return Look(report_view(opened), plan, scope_of(incident, known, care), rows)

    def _own_plan(self, organisation: DepartmentId, output: Output, at: datetime) -> Plan:
        book = self._books.now().of_all()
        return book.plan(department=organisation, purpose=HANDLE, output=output, on=day_of(at))

    def dossier(
        self,
        view: View,
        incident: Incident,
        *,
        department: DepartmentId,
        contract: Contract | None,
        rows: Mapping[str, str],
        known: Callable[[], Iterable[str]],
        opened: OpenedReport | None,
        purpose: str,
        at: datetime,
    ) -> Look:
        """One entry of a dossier as `department` may export it at that moment; `contract` None: it is called by none.

        `opened`: the report that the entry is a revision of.
        """
        book = self._books.now().of_dossiers(department, contract)
        plan = book.plan(department=department, purpose=purpose, output=Output.EXPORT, on=day_of(at))
        care = frozenset[Care]() if opened is None else care_of(opened, incident, plan, day_of(at))
        return Look(view, plan, scope_of(incident, known, care), rows)

    def book_of(self, contract: Contract) -> PlanBook:
        """The plans of what holds under `contract` now."""
        return self._books.now().of_contract(contract)

    def plan(self, contract: Contract, output: Output, purpose: str, at: datetime) -> Plan:
        """What the contract's department may be shown through `output` at that moment."""
        return self._plan(contract, output, purpose, at)

    def _plan(
        self, contract: Contract, output: Output, purpose: str, at: datetime, *, field: str = ""
    ) -> Plan:
        """With `field`, of that field alone."""
        book = self._books.now().of_contract(contract, field)
        return book.plan(department=contract.department, purpose=purpose, output=output, on=day_of(at))

    def incident_view(self, one: Incident) -> dict[str, object]:
        """The matter in full, leaf → value."""
        pack, place = self._pack, one.place
        community = pack.areas.get(place.community_id) if place.community_id else None
        subdistrict = pack.areas.get(place.subdistrict_id) if place.subdistrict_id else None
        category = pack.taxonomy.categories.get(one.category)
        where = "".join(a.name for a in (subdistrict, community) if a)
        what = category.zh if category else "未登记类别"
        return {
            "id": one.id,
            "category": one.category,
            "category_zh": what,
            "urgency": one.urgency.value,
            "level": one.level.value,
            "grid_id": place.grid_id,
            "grid_code": place.grid_id,
            "community_id": place.community_id,
            "community_name": community.name if community else None,
            "subdistrict_id": place.subdistrict_id,
            "subdistrict_name": subdistrict.name if subdistrict else None,
            "lon": place.lon,
            "lat": place.lat,
            "place_summary": where,
            "summary": f"{where}：{what}，{one.event_count} 件反映",
            "opened_at": one.opened_at,
            "last_reported_at": one.last_reported_at,
            "event_count": one.event_count,
        }


class _Books:
    """The books of plans of one moment's grants, each made at first use."""

    def __init__(self, grants: tuple[Grant, ...]) -> None:
        self._grants: Final = grants
        self._made: Final[dict[tuple[str, str], PlanBook]] = {}

    def of_all(self) -> PlanBook:
        """Of grants alone, whatever a contract asks for."""
        return self._book(("", ""), lambda: self._grants)

    def of_contract(self, contract: Contract, field: str = "") -> PlanBook:
        """Of what holds under `contract`; with `field`, of that field alone."""
        return self._book(
            (contract.id, field),
            lambda: under(contract, (one for one in self._grants if not field or one.field == field)),
        )

    def of_dossiers(self, department: str, contract: Contract | None) -> PlanBook:
        """A contract says what comes with a whistle; what only a dossier holds is for grants alone to say."""
        if contract is None:
            return self._book((department, _DOSSIER), lambda: self._grants)
        own = (one for one in self._grants if split(one.field)[0] in _OF_DOSSIERS)
        return self._book((contract.id, _DOSSIER), lambda: (*under(contract, self._grants), *own))

    def _book(self, name: tuple[str, str], grants: Callable[[], Iterable[Grant]]) -> PlanBook:
        book = self._made.get(name)
        if book is None:
            book = self._made[name] = PlanBook(grants())
        return book


def under(contract: Contract, grants: Iterable[Grant]) -> Iterator[Grant]:
    """What of `grants` holds under `contract`: a field that it does not ask for shows nothing, since both
    must say so, and of its mask and the grant's the stricter one holds. What any grant calls not shared
    stays in: it closes the field for everyone."""
    asked = {(f.field, f.purpose): f.mask for f in contract.fields}
    for one in grants:
        mask = asked.get((one.field, one.purpose)) if one.department == contract.department else None
        if mask is not None:
            yield replace(one, mask=strictest((one.mask, mask)))
        elif one.share_type is ShareType.NOT_SHARED:
            yield one


def care_of(opened: OpenedReport, incident: Incident, plan: Plan, on: date) -> frozenset[Care]:
    """Why the report's personal fields need more than an ordinary grant (N58). Whoever reported is looked at
    only where the plan gives a personal field; how old they are is computed now and never stored."""
    care = {Care.SECRET} if opened.event.secret or incident.secret else set()
    if any(map(is_personal, plan.by_field)):
        person = opened.resident()
        if person is not None and is_child(person.id_number, on):
            care.add(Care.MINOR)
    return frozenset(care)


def scope_of(
    incident: Incident,
    known: Callable[[], Iterable[str]] | None = None,
    care: frozenset[Care] = frozenset(),
) -> RowScope:
    """Where the matter is, of what it is, and why it needs more care: what narrows a grant. `known`: as of `report`."""
    place = incident.place
    return RowScope(
        areas=areas_of(place.community_id or place.subdistrict_id),
        category=incident.category,
        known=known,
        care=care | {Care.SECRET} if incident.secret else care,
    )


def whistle_view(one: Whistle) -> dict[str, object]:
    """The whistle in full, leaf → value."""
    return {
        "id": one.id,
        "role": one.role.value,
        "level": one.level.value,
        "contract_id": one.contract_id,
        "clause": one.clause,
        "state": one.state.value,
        "version": one.version,
        "round": one.round,
        "blown_at": one.blown_at,
        "deadlines": {d.step: d.counts_at for d in one.deadlines},
        "reasons": [r.rule for r in one.reasons],
    }


def report_view(opened: OpenedReport) -> View:
    """The report and who told it in full; what the vault holds is fetched when it is needed."""
    event = opened.event
    resident: dict[str, Any] = {
        name: (lambda name=name: getattr(person, name) if (person := opened.resident()) else None)
        for name in ("name", "phone", "address", "callback", "id_number")
    }
    return {
        "event": {
            "id": event.id,
            "source": event.source,
            "channel": event.channel,
            "request_type": event.request_type.value,
            "occurred_at": event.occurred_at,
            "reported_at": event.reported_at,
            "status_raw": event.status_raw,
            "stage": event.stage.value,
            "attachments": event.attachments,
            "title": lambda: opened.text().title,
            "content": lambda: opened.text().content,
            "address": lambda: opened.text().address,
        },
        "resident": {} if opened.is_told_again else resident,
    }
