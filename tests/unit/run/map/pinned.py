"""Matters on a map, invented, and what a viewer is given of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Final

from hub.access.plan import Plan
from hub.access.planbook import PlanBook
from hub.access.territory import Territory
from hub.model import DepartmentId, Grant, Handling, Output, Sensitivity, ShareType, WhistleState
from hub.run.map.marks import Marker
from hub.run.map.sheet import Sheet
from hub.store.pins import Call, Pin

DAY: Final = date(2026, 3, 10)
WHO: Final = DepartmentId("zhongxin")
ALL: Final = (
    *("incident.id", "incident.category", "incident.urgency", "incident.level", "incident.opened_at"),
    *("incident.grid_id", "incident.community_id", "incident.subdistrict_id", "incident.lon", "incident.lat"),
    *("whistle.state", "whistle.contract_id", "event.source"),
)
DISTRICT: Final = Territory(area="")
BLOWN: Final = (Call("shizheng", True, WhistleState.BLOWN),)
LEAST: Final = 5


def pin(n: int = 1, **changes: Any) -> Pin:
    """A routine matter of a covered grid; `changes` are fields of Pin."""
    one = Pin(
        id=f"in_{n}",
        version=1,
        opened_us=n,
        closed_us=None,
        lon=120.85,
        lat=32.0,
        category="street_order.occupy_road",
        urgency="routine",
        level="routine",
        secret=False,
        sources=("hotline_12345",),
        grid_id="32990100100101",
        community_id="329901001001",
        subdistrict_id="329901001",
        calls=BLOWN,
        handling=Handling.CALL,
        accused=frozenset(),
    )
    return replace(one, **changes)


def grant(field: str, **changes: Any) -> Grant:
    """The field, in full, for the map of `WHO`."""
    one = Grant(
        id=f"g-{field}",
        department=WHO,
        field=field,
        purpose="handle",
        legal_basis="条例",
        sensitivity=Sensitivity.GENERAL,
        share_type=ShareType.UNCONDITIONAL,
        outputs=(Output.MAP,),
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        approved_by=("hub_owner", "data_owner"),
    )
    return replace(one, **changes)


def plan_of(grants: Iterable[Grant]) -> Plan:
    """What they give to `WHO`."""
    return PlanBook(grants).plan(WHO, "handle", Output.MAP, DAY)


def marker(*grants: Grant, territory: Territory = DISTRICT) -> Marker:
    """For these grants, or for all fields."""
    given = grants or tuple(grant(field) for field in ALL)
    return Marker(territory, plan_of(given), lambda grid: (120.8, 31.9) if grid else None)


def sheet(pins: Iterable[Pin], *grants: Grant) -> Sheet:
    """The marks of `pins`."""
    return Sheet(marker(*grants), pins, hidden_below=LEAST)
