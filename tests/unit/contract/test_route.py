"""Who leads, who assists, and why: routing by contract."""

from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract.clauses import Unrouted
from hub.contract.matter import Matter
from hub.contract.route import Routed, Router, Routers, route
from hub.model import (
    UNMAPPED,
    Accept,
    AreaId,
    Condition,
    Contract,
    Duration,
    Level,
    RequestType,
    Role,
    Unit,
    Urgency,
)
from tests.unit.contract.building import (
    DAY,
    DISTRICT,
    NORTH,
    NORTH_1,
    NORTH_2,
    SOUTH,
    SOUTH_1,
    clause,
    contract,
    due,
    matter,
)

FIRE_LANE = "street_order.fire_lane_blocked"
BURST = "sudden_incident.water_pipe_burst"


def called(found: Routed | Unrouted) -> list[str]:
    """`role department`, in the order of the calls."""
    assert isinstance(found, Routed), found
    return [f"{call.role.value} {call.department}" for call in found.calls]


def rules(found: Routed | Unrouted) -> list[str]:
    """The rules of the reasons of the whole decision."""
    return [reason.rule for reason in found.reasons]


def test_one_department_leads_and_all_that_assist_are_called() -> None:
    contracts = (
        contract("xiaofang", clause("lead", FIRE_LANE)),
        contract("gongan", clause("assist", FIRE_LANE)),
        contract("chengguan", clause("assist", "street_order.*")),
        contract("shijian", clause("lead", "market.*")),
    )
    found = route(matter(FIRE_LANE), contracts, due)
    assert called(found) == ["lead xiaofang", "assist chengguan", "assist gongan"]
    assert rules(found) == []


def test_a_call_tells_contract_version_clause_and_what_matched() -> None:
    basis = clause("lead", "street_order.*", name="CG-2", areas=(NORTH,))
    found = route(matter(), (contract("chengguan", basis, version=3),), due)
    assert isinstance(found, Routed)
    (call,) = found.calls
    assert (call.contract_id, call.clause, call.role) == ("chengguan-v3", "CG-2", Role.LEAD)
    assert call.reasons[0].rule == "contract_clause"
    assert call.reasons[0].facts == {
        "contract": "chengguan-v3",
        "clause": "CG-2",
        "role": "lead",
        "category": "street_order.*",
        "area": NORTH,
    }


def test_deadlines_are_those_of_the_contract_by_the_clock_that_was_given() -> None:
    found = route(matter(), (contract("chengguan", clause("lead", "*")),), due)
    assert isinstance(found, Routed)
    limits = {each.step: each.limit for each in found.calls[0].deadlines}
    assert limits == {"sign": Duration(1, Unit.URGENT_HOUR), "finish": Duration(5, Unit.WORK_DAY)}


def test_at_emergency_level_the_emergency_limits_replace_those_of_their_steps() -> None:
    found = route(matter(level=Level.EMERGENCY), (contract("chengguan", clause("lead", "*")),), due)
    assert isinstance(found, Routed)
    limits = {each.step: each.limit for each in found.calls[0].deadlines}
    assert limits == {"sign": Duration(3, Unit.URGENT_MINUTE), "finish": Duration(5, Unit.WORK_DAY)}


def test_a_matter_that_no_contract_takes_is_unrouted_and_says_what_and_where() -> None:
    found = route(matter("market.price"), (contract("chengguan", clause("lead", "street_order.*")),), due)
    assert isinstance(found, Unrouted)
    assert found.reasons[0].rule == "no_contract"
    assert found.reasons[0].facts == {"category": "market.price", "subdistrict": NORTH}


def test_departments_that_only_assist_are_not_called_without_a_lead() -> None:
    found = route(matter(), (contract("gongan", clause("assist", "*")),), due)
    assert isinstance(found, Unrouted)


@pytest.mark.nasty("N25")
def test_an_unmapped_matter_goes_to_the_desk_even_where_a_contract_takes_everything() -> None:
    found = route(matter(UNMAPPED), (contract("chengguan", clause("lead", "*")),), due)
    assert rules(found) == ["category_unmapped"]


@pytest.mark.nasty("N24")
def test_the_same_code_means_two_categories_and_each_goes_its_own_way() -> None:
    """`0401` is 无照经营游商 in cg-2023 and 供水管破裂 in cg-2015: contracts speak of categories, never of codes."""
    meaning = {("cg-2023", "0401"): "street_order.unlicensed_vendor", ("cg-2015", "0401"): BURST}
    contracts = (
        contract("chengguan", clause("lead", "street_order.*")),
        contract("zilai", clause("lead", BURST)),
    )
    by_table = {table: called(route(matter(each), contracts, due)) for (table, _), each in meaning.items()}
    assert by_table == {"cg-2023": ["lead chengguan"], "cg-2015": ["lead zilai"]}


# --- the rule for ties


@pytest.mark.nasty("N82")
@pytest.mark.parametrize(
    ("first", "second", "lead"),
    [
        pytest.param(
            clause("lead", "street_order.*"), clause("lead", "street_order.occupy_road"), "b", id="kind"
        ),
        pytest.param(clause("lead", "*"), clause("lead", "street_order.*"), "b", id="class before all"),
        pytest.param(
            clause("lead", "street_order.*"),
            clause("lead", "street_order.*", areas=(DISTRICT,)),
            "b",
            id="a district before no area",
        ),
        pytest.param(
            clause("lead", "street_order.*", areas=(DISTRICT,)),
            clause("lead", "street_order.*", areas=(NORTH,)),
            "b",
            id="a subdistrict before the district",
        ),
        pytest.param(
            clause("lead", "street_order.*", areas=(NORTH,)),
            clause("lead", "street_order.*", areas=(SOUTH, NORTH_1)),
            "b",
            id="a community before its subdistrict",
        ),
        pytest.param(
            clause("lead", "street_order.*", areas=(NORTH_1,)),
            clause("lead", "street_order.occupy_road"),
            "b",
            id="the category before the area",
        ),
        pytest.param(clause("lead", "*"), clause("lead", "*"), "a", id="the lower id where all is equal"),
    ],
)
def test_two_departments_that_both_claim_the_lead_are_decided_by_rule_and_it_is_told(
    first: Accept, second: Accept, lead: str
) -> None:
    contracts = (contract("a", first), contract("b", second))
    for order in (contracts, contracts[::-1]):
        found = route(matter(), order, due)
        assert called(found) == [f"lead {lead}"]
        assert isinstance(found, Routed)
        assert found.reasons[0].rule == "lead_overlap"
        assert found.reasons[0].facts == {"lead": lead, "passed_over": "b" if lead == "a" else "a"}


def test_a_department_that_lost_the_lead_still_assists_where_it_says_so() -> None:
    contracts = (
        contract("a", clause("lead", "street_order.occupy_road")),
        contract("b", clause("lead", "street_order.*"), clause("assist", "street_order.*", name="B-2")),
    )
    assert called(route(matter(), contracts, due)) == ["lead a", "assist b"]


def test_a_department_is_called_once_and_leads_rather_than_assists() -> None:
    both = contract("a", clause("assist", "street_order.occupy_road"), clause("lead", "*"))
    assert called(route(matter(), (both,), due)) == ["lead a"]


# --- areas, exceptions, conditions


@pytest.mark.parametrize(
    ("areas", "community", "expected"),
    [
        ((), NORTH_1, True),
        ((), None, True),
        ((DISTRICT,), SOUTH_1, True),
        ((NORTH,), NORTH_2, True),
        ((NORTH,), SOUTH_1, False),
        ((NORTH_1,), NORTH_1, True),
        ((NORTH_1,), NORTH_2, False),
        ((NORTH, SOUTH_1), SOUTH_1, True),
        ((NORTH,), None, False),
        ((DISTRICT,), None, False),
    ],
)
def test_a_clause_holds_in_its_areas_only(
    areas: tuple[AreaId, ...], community: AreaId | None, expected: bool
) -> None:
    contracts = (contract("a", clause("lead", "*", areas=areas)),)
    assert expected is isinstance(route(matter(community=community), contracts, due), Routed)


def test_an_exception_takes_a_category_out_of_a_class() -> None:
    contracts = (contract("a", clause("lead", "street_order.*", excepted=(FIRE_LANE,))),)
    assert isinstance(route(matter(FIRE_LANE), contracts, due), Unrouted)
    assert isinstance(route(matter("street_order.shop_outside"), contracts, due), Routed)


@pytest.mark.parametrize(
    ("when", "met", "not_met"),
    [
        pytest.param(
            Condition(urgency=(Urgency.URGENT, Urgency.CRITICAL)),
            matter(urgency=Urgency.CRITICAL),
            matter(urgency=Urgency.ROUTINE),
            id="urgency",
        ),
        pytest.param(
            Condition(levels=(Level.HARD,)), matter(level=Level.HARD), matter(level=Level.KEY), id="level"
        ),
        pytest.param(
            Condition(request_types=(RequestType.REPORT,)),
            matter(request_type=RequestType.REPORT),
            matter(request_type=RequestType.COMPLAINT),
            id="request type",
        ),
        pytest.param(
            Condition(sources=("police_grid",)),
            matter(sources=("hotline_12345", "police_grid")),
            matter(sources=("hotline_12345",)),
            id="one of several sources",
        ),
        pytest.param(Condition(secret=True), matter(secret=True), matter(secret=False), id="secret only"),
        pytest.param(Condition(secret=False), matter(secret=False), matter(secret=True), id="never secret"),
    ],
)
def test_a_clause_with_a_condition_takes_only_what_meets_it(
    when: Condition, met: Matter, not_met: Matter
) -> None:
    contracts = (contract("a", clause("lead", "*")), contract("b", clause("assist", "*", when=when)))
    assert called(route(met, contracts, due)) == ["lead a", "assist b"]
    assert called(route(not_met, contracts, due)) == ["lead a"]


# --- the accused


@pytest.mark.nasty("N59")
def test_an_accused_department_does_not_assist() -> None:
    contracts = (contract("a", clause("lead", "*")), contract("b", clause("assist", "*")))
    found = route(matter(accused="b"), contracts, due)
    assert called(found) == ["lead a"]
    assert rules(found) == ["accused_not_called"]


@pytest.mark.nasty("N59")
def test_where_the_lead_is_accused_the_next_that_claims_it_leads() -> None:
    contracts = (contract("a", clause("lead", "street_order.*")), contract("b", clause("lead", "*")))
    assert called(route(matter(accused="a"), contracts, due)) == ["lead b"]


@pytest.mark.nasty("N59")
def test_where_only_the_accused_could_lead_nobody_is_called() -> None:
    contracts = (contract("a", clause("lead", "*")), contract("b", clause("assist", "*")))
    found = route(matter(accused="a"), contracts, due)
    assert isinstance(found, Unrouted)
    assert rules(found) == ["lead_is_accused", "accused_not_called"]


@pytest.mark.nasty("N59")
def test_what_a_called_department_is_told_does_not_name_the_accused() -> None:
    contracts = (contract("a", clause("lead", "*")), contract("accused_one", clause("assist", "*")))
    found = route(matter(accused="accused_one"), contracts, due)
    assert isinstance(found, Routed)
    assert "accused_one" not in repr(found.calls)


def test_an_accused_department_that_nobody_would_call_changes_nothing() -> None:
    contracts = (contract("a", clause("lead", "*")),)
    assert route(matter(), contracts, due) == route(matter(accused="c"), contracts, due)


# --- validity


@pytest.mark.nasty("N83")
def test_after_a_reform_matters_go_to_the_successor_and_old_ones_stay_where_they_were() -> None:
    """环卫处 became part of 城管局 at the end of 2025: each matter by the contracts of its own day."""
    contracts = (
        contract("huanwei", clause("lead", "*"), valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31)),
        contract("chengguan", clause("lead", "*"), valid_from=date(2026, 1, 1)),
    )
    last_minute = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    new_year = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)  # midnight there
    assert called(route(matter(at=last_minute), contracts, due)) == ["lead huanwei"]
    assert called(route(matter(at=new_year), contracts, due)) == ["lead chengguan"]


@pytest.mark.nasty("N83")
def test_a_bureau_that_was_split_leads_only_in_the_part_that_stayed() -> None:
    before = contract("gongyong", clause("lead", "*"), valid_to=date(2026, 2, 28))
    roads = contract("shizheng", clause("lead", "city_appearance.*"), valid_from=date(2026, 3, 1))
    water = contract("shuiwu", clause("lead", "sudden_incident.*"), valid_from=date(2026, 3, 1))
    contracts = (before, roads, water)
    in_february = matter(BURST, at=datetime(2026, 2, 10, tzinfo=UTC))
    assert called(route(in_february, contracts, due)) == ["lead gongyong"]
    assert called(route(matter(BURST), contracts, due)) == ["lead shuiwu"]


def test_days_on_which_the_same_contracts_hold_share_one_router() -> None:
    routers = Routers([contract("a", clause("lead", "*"), valid_to=date(2026, 3, 10)), contract("b")])
    assert routers.on(date(2026, 3, 9)) is routers.on(date(2026, 3, 10))
    assert routers.on(date(2026, 3, 10)) is not routers.on(date(2026, 3, 11))


# --- laws

departments = st.sampled_from(["a", "b", "c", "d"])
patterns = st.sampled_from(["*", "street_order.*", "street_order.occupy_road", FIRE_LANE, "market.*"])
places = st.sampled_from([(), (DISTRICT,), (NORTH,), (SOUTH,), (NORTH_1,), (NORTH_2, SOUTH_1)])
conditions = st.builds(
    Condition,
    urgency=st.sampled_from([(), (Urgency.CRITICAL,)]),
    secret=st.sampled_from([None, True, False]),
)
clauses = st.builds(
    lambda role, pattern, areas, when, name: clause(role, pattern, areas=areas, when=when, name=name),
    st.sampled_from(["lead", "assist"]),
    patterns,
    places,
    conditions,
    st.uuids().map(str),
)
contract_sets = st.dictionaries(departments, st.lists(clauses, max_size=4), max_size=4).map(
    lambda sets: tuple(contract(department, *accepts) for department, accepts in sets.items())
)
matters = st.builds(
    matter,
    st.sampled_from(["street_order.occupy_road", FIRE_LANE, "market.price", UNMAPPED]),
    community=st.sampled_from([NORTH_1, NORTH_2, SOUTH_1, None]),
    urgency=st.sampled_from(Urgency),
    secret=st.booleans(),
    accused=st.sampled_from([None, "a", "b"]),
)


@given(contract_sets, matters)
def test_exactly_one_leads_no_department_is_called_twice_and_the_accused_never(
    contracts: tuple[Contract, ...], about: Matter
) -> None:
    found = route(about, contracts, due)
    if isinstance(found, Unrouted):
        assert found.reasons
        return
    names = [call.department for call in found.calls]
    assert [Role.LEAD] + [Role.ASSIST] * (len(names) - 1) == [call.role for call in found.calls]
    assert len(set(names)) == len(names)
    assert about.accused.isdisjoint(names)


@given(contract_sets, matters, st.randoms())
def test_the_order_of_contracts_does_not_matter(
    contracts: tuple[Contract, ...], about: Matter, dice: Random
) -> None:
    shuffled = list(contracts)
    dice.shuffle(shuffled)
    assert route(about, contracts, due) == route(about, shuffled, due)


@given(contract_sets, st.lists(matters, max_size=8))
def test_a_router_that_is_kept_answers_like_a_fresh_one(
    contracts: tuple[Contract, ...], several: list[Matter]
) -> None:
    kept = Router(contracts, DAY)
    assert [route(each, contracts, due) for each in several] == [kept.route(each, due) for each in several]
