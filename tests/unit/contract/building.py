"""Contracts and matters in a line each, for tests of the contract room."""

from datetime import UTC, date, datetime

from hub.contract.matter import Matter
from hub.model import (
    Accept,
    Area,
    AreaId,
    AreaLevel,
    Channel,
    Condition,
    Contract,
    Deadline,
    DepartmentId,
    Duration,
    Example,
    Level,
    RequestType,
    ReturnRules,
    Role,
    Unit,
    Urgency,
)

DISTRICT = AreaId("329901")
NORTH, SOUTH = AreaId("329901001"), AreaId("329901002")
NORTH_1, NORTH_2, SOUTH_1 = AreaId("329901001001"), AreaId("329901001002"), AreaId("329901002001")
AREAS = {
    area.id: area
    for area in (
        Area(DISTRICT, "测试区", AreaLevel.DISTRICT, None),
        Area(NORTH, "北街道", AreaLevel.SUBDISTRICT, DISTRICT),
        Area(SOUTH, "南街道", AreaLevel.SUBDISTRICT, DISTRICT),
        Area(NORTH_1, "北一社区", AreaLevel.COMMUNITY, NORTH),
        Area(NORTH_2, "北二社区", AreaLevel.COMMUNITY, NORTH),
        Area(SOUTH_1, "南一社区", AreaLevel.COMMUNITY, SOUTH),
    )
}
DAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)  # 12:00 in Shanghai


def clause(
    role: str,
    *categories: str,
    name: str = "",
    areas: tuple[AreaId, ...] = (),
    excepted: tuple[str, ...] = (),
    when: Condition | None = None,
) -> Accept:
    """One clause; named after its first category unless told otherwise."""
    return Accept(
        clause=name or f"{role} {categories[0]}",
        categories=categories,
        except_categories=excepted,
        areas=areas,
        role=Role(role),
        when=when or Condition(),
    )


def contract(
    department: str,
    *accepts: Accept,
    version: int = 1,
    valid_from: date = date(2026, 1, 1),
    valid_to: date | None = None,
    examples: tuple[Example, ...] = (),
) -> Contract:
    """A contract with one deadline and one emergency deadline."""
    return Contract(
        department=DepartmentId(department),
        version=version,
        valid_from=valid_from,
        valid_to=valid_to,
        title=department,
        legal_basis=(),
        accepts=accepts,
        deadlines={"sign": Duration(1, Unit.URGENT_HOUR), "finish": Duration(5, Unit.WORK_DAY)},
        level_deadlines={"emergency": {"sign": Duration(3, Unit.URGENT_MINUTE)}},
        channels=(Channel.KAFKA,),
        form={"properties": {}},
        returns=ReturnRules(),
        fields=(),
        examples=examples,
        file=f"contracts/{department}.yaml",
    )


def matter(
    category: str = "street_order.occupy_road",
    *,
    community: AreaId | None = NORTH_1,
    urgency: Urgency = Urgency.ROUTINE,
    level: Level = Level.ROUTINE,
    request_type: RequestType = RequestType.OTHER,
    sources: tuple[str, ...] = (),
    secret: bool = False,
    accused: str | None = None,
    at: datetime = NOON,
) -> Matter:
    """A matter in one community, reported at noon of DAY."""
    return Matter(
        category=category,
        subdistrict_id=AreaId(community[:9]) if community else None,
        community_id=community,
        urgency=urgency,
        level=level,
        request_type=request_type,
        sources=sources,
        secret=secret,
        accused=frozenset({DepartmentId(accused)} if accused else ()),
        at=at,
    )


def due(step: str, limit: Duration) -> Deadline:
    """Stands for the clocks: the limit comes back, the moment does not matter here."""
    return Deadline(step=step, due_at=NOON, limit=limit, from_at=NOON, provisional=False)
