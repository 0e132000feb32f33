"""The demo pack's contracts: one lead for every matter everywhere, examples that hold, duties that stay put."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from hub.contract.check import check
from hub.contract.clauses import Unrouted
from hub.contract.coverage import coverage
from hub.contract.matter import Matter
from hub.contract.route import Routed, Router
from hub.model import (
    UNMAPPED,
    AreaId,
    Channel,
    Contract,
    DepartmentId,
    Duration,
    Level,
    RequestType,
    Role,
    Unit,
    Urgency,
)
from hub.pack import Pack, load
from hub.pack.organisations import OrganisationKind
from hub.whistle.clocks import due_from

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)  # a Tuesday, 12:00 in Shanghai
DAY = NOON.date()
SUBDISTRICT, COMMUNITY = AreaId("329901003"), AreaId("329901003001")
MATTER = Matter(
    category="street_order.occupy_road", subdistrict_id=SUBDISTRICT, community_id=COMMUNITY, at=NOON
)


@cache
def pack() -> Pack:
    """The demo pack, read once."""
    return load()


@cache
def router() -> Router:
    """Routing of the scenario's first day."""
    return Router(pack().contracts, DAY)


def called(matter: Matter) -> list[str]:
    """Departments: the lead, then those who assist."""
    found = router().route(matter, due_from(NOON, pack().calendar))
    assert isinstance(found, Routed), found
    return [call.department for call in found.calls]


def by_department() -> Mapping[DepartmentId, Contract]:
    """Contracts by their department."""
    return {contract.department: contract for contract in pack().contracts}


def test_every_category_in_every_community_has_exactly_one_lead() -> None:
    found = coverage(pack().contracts, pack().taxonomy.categories, pack().areas.values(), DAY)
    assert (found.gaps, found.overlaps, found.idle) == ((), (), ())
    assert found.communities == 96
    assert found.categories >= 90
    assert found.cells == found.covered == found.categories * found.communities


@pytest.mark.parametrize("department", ["chengguan", "xiaofang", "shijian", "jiedao_07"])
def test_without_one_departments_contract_there_are_gaps(department: str) -> None:
    rest = [each for each in pack().contracts if each.department != department]
    found = coverage(rest, pack().taxonomy.categories, pack().areas.values(), DAY)
    assert found.gaps
    assert found.overlaps == ()


def test_every_clause_of_every_contract_is_needed() -> None:
    """Taking a lead clause away opens a gap: none is there for show."""
    for contract in pack().contracts:
        for clause in contract.accepts:
            if clause.role is not Role.LEAD:
                continue
            less = replace(contract, accepts=tuple(each for each in contract.accepts if each is not clause))
            rest = [less if each is contract else each for each in pack().contracts]
            taken = [each for each in pack().taxonomy.categories if _is_named(each, clause.categories)]
            assert coverage(rest, taken, pack().areas.values(), DAY).gaps, (contract.id, clause.clause)


def _is_named(category: str, patterns: tuple[str, ...]) -> bool:
    return any(pattern in (category, f"{category.partition('.')[0]}.*") for pattern in patterns)


def test_all_examples_hold() -> None:
    found = check(pack().contracts, pack().areas)
    assert found.findings == ()
    assert found.examples >= 4 * len(pack().contracts)


@pytest.mark.parametrize("contract", load().contracts, ids=lambda contract: contract.department)
def test_every_contract_has_four_examples_and_one_of_a_matter_that_is_not_its_own(contract: Contract) -> None:
    expected = Counter(example.expect for example in contract.examples)
    assert expected.total() >= 4
    assert expected["none"] >= 1
    assert expected["lead"] >= 1


def test_departments_companies_and_all_sixteen_subdistricts_have_a_contract() -> None:
    kinds = Counter(pack().organisations[department].kind for department in by_department())
    assert kinds == {
        OrganisationKind.DEPARTMENT: 16,
        OrganisationKind.COMPANY: 3,
        OrganisationKind.SUBDISTRICT: 16,
    }


def test_most_departments_take_kafka_four_pull_and_two_have_a_webhook() -> None:
    channels = Counter(contract.channels for contract in pack().contracts)
    assert channels == {(Channel.KAFKA,): 29, (Channel.PULL,): 4, (Channel.WEBHOOK,): 2}


@pytest.mark.parametrize(
    ("category", "departments"),
    [
        ("street_order.fire_lane_blocked", ["xiaofang", "chengguan", "gongan", "jiedao_03"]),
        ("sudden_incident.water_pipe_burst", ["zilai", "jiedao_03", "shizheng"]),
        ("sudden_incident.road_collapse", ["shizheng", "gongan", "jiaotong", "jiedao_03", "shuiwu"]),
        ("construction.dust", ["zhujian", "chengguan", "huanbao"]),
        ("city_appearance.open_air_burning", ["chengguan", "huanbao", "jiedao_03"]),
        ("city_appearance.corridor_clutter", ["jiedao_03", "xiaofang"]),
        ("dispute.neighbour", ["jiedao_03"]),
        ("market.food_safety", ["shijian"]),
        ("public_utility.street_lamp", ["shizheng"]),
    ],
)
def test_well_known_matters_call_whom_a_clerk_would_call(category: str, departments: list[str]) -> None:
    assert departments == called(replace(MATTER, category=category))


def test_an_emergency_calls_the_emergency_bureau_too_and_runs_in_minutes() -> None:
    burst = replace(
        MATTER,
        category="sudden_incident.gas_pipe_burst",
        level=Level.EMERGENCY,
        urgency=Urgency.CRITICAL,
    )
    found = router().route(burst, due_from(NOON, pack().calendar))
    assert isinstance(found, Routed)
    assert [call.department for call in found.calls] == [
        "ranqi", "gongan", "jiedao_03", "xiaofang", "yingji", "zhujian",
    ]  # fmt: skip
    limits = {each.step: each.limit for each in found.calls[0].deadlines}
    assert limits["sign"] == Duration(5, Unit.URGENT_MINUTE)
    assert limits["arrive"] == Duration(30, Unit.URGENT_MINUTE)


@pytest.mark.nasty("N42")
def test_an_emergency_at_ten_to_midnight_on_a_holiday_is_due_minutes_later() -> None:
    national_day = datetime(2026, 10, 1, 15, 50, tzinfo=UTC)  # 23:50 in Shanghai
    burst = replace(MATTER, category="sudden_incident.gas_pipe_burst", level=Level.EMERGENCY, at=national_day)
    found = Router(pack().contracts, DAY).route(burst, due_from(national_day, pack().calendar))
    assert isinstance(found, Routed)
    due = {each.step: each for each in found.calls[0].deadlines}
    assert due["arrive"].due_at == datetime(2026, 10, 1, 16, 20, tzinfo=UTC)
    assert not any(each.provisional for each in due.values())


def test_every_contract_has_shorter_limits_for_emergencies() -> None:
    for contract in pack().contracts:
        assert {"sign", "finish"} <= contract.level_deadlines["emergency"].keys(), contract.id
        assert contract.level_deadlines["emergency"]["sign"].unit is Unit.URGENT_MINUTE


def test_a_subdistrict_leads_only_what_its_own_list_names() -> None:
    """国办函〔2025〕66号: what a department must do is not handed down (domain.md 0 #4)."""
    led = {
        category
        for category in pack().taxonomy.categories
        if category != UNMAPPED and called(replace(MATTER, category=category))[0].startswith("jiedao")
    }
    assert led == {
        "public_utility.fitness_equipment",
        "sanitation_facility.notice_board",
        "city_appearance.balcony_clutter",
        "city_appearance.corridor_clutter",
        "dispute.neighbour",
        "dispute.family",
        "dispute.other_dispute",
        "livelihood_service.policy_consult",
        "livelihood_service.convenience",
    }


def test_a_secret_report_calls_no_subdistrict_to_assist() -> None:
    secret = replace(
        MATTER, category="safety_hazard.group_renting", secret=True, request_type=RequestType.REPORT
    )
    assert not any(department.startswith("jiedao") for department in called(secret))


@pytest.mark.nasty("N59")
def test_a_matter_about_its_own_lead_goes_to_the_centre_with_nobody_called() -> None:
    against = replace(MATTER, accused=frozenset({DepartmentId("chengguan")}))
    found = router().route(against, due_from(NOON, pack().calendar))
    assert isinstance(found, Unrouted)
    assert found.reasons[0].rule == "lead_is_accused"


@pytest.mark.nasty("N82")
def test_two_departments_that_claim_one_category_are_an_overlap_and_still_one_leads() -> None:
    rival = by_department()[DepartmentId("shizheng")]
    claim = replace(rival.accepts[0], clause="SZ-9", categories=("street_order.occupy_road",))
    contracts = [
        replace(each, accepts=(*each.accepts, claim)) if each is rival else each for each in pack().contracts
    ]
    found = coverage(contracts, pack().taxonomy.categories, pack().areas.values(), DAY)
    assert [(hole.categories, hole.leads) for hole in found.overlaps] == [
        (("street_order.occupy_road",), (DepartmentId("shizheng"), DepartmentId("chengguan")))
    ]
    routed = Router(contracts, DAY).route(MATTER, due_from(NOON, pack().calendar))
    assert isinstance(routed, Routed)
    assert [call.department for call in routed.calls if call.role is Role.LEAD] == ["shizheng"]


@pytest.mark.nasty("N38")
def test_on_the_eve_of_spring_festival_five_working_days_end_on_the_27th() -> None:
    friday = datetime(2026, 2, 13, 2, tzinfo=UTC)
    found = Router(pack().contracts, DAY).route(replace(MATTER, at=friday), due_from(friday, pack().calendar))
    assert isinstance(found, Routed)
    due = {each.step: each.due_at for each in found.calls[0].deadlines}
    assert due["finish"] == datetime(2026, 2, 27, 10, tzinfo=UTC)  # 18:00 in Shanghai
