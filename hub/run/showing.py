"""What a department is shown of a whistle: views built from stored nouns, then `access.project`.

The views hold full values for one call only; what leaves this file is `Projected`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.planbook import PlanBook
from hub.access.project import View, project
from hub.access.projected import Projected
from hub.access.row import Care, RowScope, areas_of
from hub.clock import day_of
from hub.jsonform import plain
from hub.model import Event, EventText, Grant, Incident, Output, Resident, ShareType, Whistle
from hub.pack import Pack


@dataclass(frozen=True, slots=True)
class OpenedReport:
    """One linked report with what the vault holds of it; both are fetched only when a grant needs them."""

    event: Event
    text: Callable[[], EventText]
    resident: Callable[[], Resident | None]


class Showing:
    """Projections under the grants in force."""

    def __init__(self, pack: Pack, grants: Sequence[Grant]) -> None:
        self._pack: Final = pack
        asked = {(c.department, f.field, f.purpose) for c in pack.contracts for f in c.fields}
        # A grant for a field that the contract does not ask for shows nothing: both must say so. What any
        # grant calls not shared stays in, since it closes the field for everyone.
        self._plans = PlanBook(
            g
            for g in grants
            if (g.department, g.field, g.purpose) in asked or g.share_type is ShareType.NOT_SHARED
        )

    def whistle(
        self, whistle: Whistle, incident: Incident, *, output: Output, purpose: str, at: datetime
    ) -> Projected:
        """The whistle and its matter as `whistle.department` may see them through `output`."""
        plan = self._plans.plan(department=whistle.department, purpose=purpose, output=output, on=day_of(at))
        view = {"incident": self._incident(incident), "whistle": _whistle(whistle)}
        return project(view, plan, _scope(incident))

    def ended(
        self, whistle: Whistle, incident: Incident, *, output: Output, purpose: str, at: datetime
    ) -> Projected:
        """Of a whistle that was called off, which one it is."""
        plan = self._plans.plan(department=whistle.department, purpose=purpose, output=output, on=day_of(at))
        return project({"whistle": {"id": whistle.id}}, plan, _scope(incident))

    def report(
        self,
        opened: OpenedReport,
        whistle: Whistle,
        incident: Incident,
        *,
        known: Callable[[], Iterable[str]],
        purpose: str,
        at: datetime,
    ) -> Projected:
        """One linked report as `whistle.department` may see it over HTTP.

        `known` gives the personal values of all linked reports: a neighbour's words may name another's.
        """
        plan = self._plans.plan(
            department=whistle.department, purpose=purpose, output=Output.API, on=day_of(at)
        )
        return project(_report_view(opened), plan, _scope(incident, known, secret=opened.event.secret))

    def _incident(self, one: Incident) -> dict[str, object]:
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
            "opened_at": plain(one.opened_at),
            "last_reported_at": plain(one.last_reported_at),
            "event_count": one.event_count,
        }

    @staticmethod
    def audit_row(
        shown: Projected,
        whistle: Whistle,
        *,
        exit_: Exit,
        purpose: str,
        at: datetime,
        rows: tuple[str, ...] = (),
        caller: str = "",
    ) -> AuditRow:
        """The line that says who was shown what, under which grants."""
        account = shown.account
        return AuditRow(
            at=at,
            who=caller or whistle.department,
            exit=exit_,
            result=account.result,
            purpose=purpose,
            fields=account.fields,
            masks=account.masks,
            grants=account.grants,
            matter=whistle.id,
            rows=rows,
        )


def _scope(
    incident: Incident, known: Callable[[], Iterable[str]] | None = None, *, secret: bool = False
) -> RowScope:
    place = incident.place
    return RowScope(
        areas=areas_of(place.community_id or place.subdistrict_id),
        category=incident.category,
        known=known,
        care=frozenset({Care.SECRET}) if secret or incident.secret else frozenset(),
    )


def _whistle(one: Whistle) -> dict[str, object]:
    return {
        "id": one.id,
        "role": one.role.value,
        "level": one.level.value,
        "contract_id": one.contract_id,
        "clause": one.clause,
        "state": one.state.value,
        "blown_at": plain(one.blown_at),
        "deadlines": {d.step: plain(d.due_at) for d in one.deadlines},
        "reasons": [r.rule for r in one.reasons],
    }


def _report_view(opened: OpenedReport) -> View:
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
            "occurred_at": plain(event.occurred_at),
            "reported_at": plain(event.reported_at),
            "status_raw": event.status_raw,
            "stage": event.stage.value,
            "title": lambda: opened.text().title,
            "content": lambda: opened.text().content,
            "address": lambda: opened.text().address,
        },
        "resident": resident,
    }
