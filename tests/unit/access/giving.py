"""Invented grants and the record that they are asked about."""

from collections.abc import Iterable
from datetime import date

from hub.access.plan import Plan
from hub.access.plan import compile as compile_plan
from hub.access.project import View
from hub.access.row import RowScope, areas_of
from hub.access.whitelist import InForce
from hub.model import AreaId, DepartmentId, Grant, Output, Sensitivity, ShareType

CHENGGUAN = DepartmentId("chengguan")
SHUIWU = DepartmentId("shuiwu")
TODAY = date(2026, 3, 10)
XINGHU = AreaId("329901001")
BAIDANG = AreaId("329901001003")
ELSEWHERE = AreaId("329901002")

ROW = RowScope(areas_of(BAIDANG), "street_order.unlicensed_vendor", known=lambda: ())

VIEW: View = {
    "incident": {
        "id": "in_1",
        "category": "street_order.unlicensed_vendor",
        "lon": 120.85123,
        "lat": 32.00187,
    },
    "event": {"content": "测试甲来电，电话13800000000，路灯不亮"},
    "resident": {
        "name": "测试甲",
        "phone": "13800000000",
        "id_number": "329901199003071230",
        "birth_date": "1990-03-07",
    },
}


def grant(
    field: str,
    mask: str = "",
    *,
    id_: str = "",
    department: DepartmentId = CHENGGUAN,
    purpose: str = "handle",
    outputs: tuple[Output, ...] = (Output.API,),
    areas: tuple[AreaId, ...] = (),
    categories: tuple[str, ...] = (),
    valid_from: date = date(2026, 1, 1),
    valid_to: date = date(2026, 12, 31),
    sensitivity: Sensitivity = Sensitivity.GENERAL,
    share_type: ShareType = ShareType.CONDITIONAL,
    approved_by: tuple[str, ...] = ("provider", "privacy_officer"),
    legal_basis: str = "权责清单 第12项",
    version: int = 1,
) -> Grant:
    """A live grant of `field` to 城管 for handling, unless told otherwise."""
    return Grant(
        id=id_ or f"{department}:{field}:{mask}",
        department=department,
        field=field,
        purpose=purpose,
        legal_basis=legal_basis,
        sensitivity=sensitivity,
        share_type=share_type,
        mask=mask,
        outputs=outputs,
        areas=areas,
        categories=categories,
        valid_from=valid_from,
        valid_to=valid_to,
        approved_by=approved_by,
        version=version,
    )


def plan_of(
    grants: Iterable[Grant],
    *,
    department: DepartmentId = CHENGGUAN,
    purpose: str = "handle",
    output: Output = Output.API,
    on: date = TODAY,
) -> Plan:
    """What `grants` give 城管 today for handling over HTTP, unless told otherwise."""
    return compile_plan(grants, department=department, purpose=purpose, output=output, on=on)


class Changing:
    """A whitelist that changes when a test says so."""

    def __init__(self, *grants: Grant) -> None:
        self.are(*grants)

    def are(self, *grants: Grant) -> None:
        """From now on these."""
        self._in_force = InForce(0, grants)

    def now(self) -> InForce:
        """As said last."""
        return self._in_force
