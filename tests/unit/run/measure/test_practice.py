"""What practice showed becomes contracts that route the same way."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract.route import Routers
from hub.model import AreaId, DepartmentId
from hub.run.measure.practice import NEVER, Handled, agreement, contracts_of, leads

DAY = date(2018, 1, 1)
AT = datetime(2018, 6, 1, 4, tzinfo=UTC)
HERE, NEXT_DOOR, ELSEWHERE = AreaId("440310901001"), AreaId("440310901002"), AreaId("440310902001")


def handled(unit: str, category: str = "road.hole", community: AreaId = HERE) -> Handled:
    return Handled(category, community, DepartmentId(unit))


def lead(cases: list[Handled], asked: Handled, *, least: int = 1) -> DepartmentId | None:
    return leads(Routers(contracts_of(cases, least=least, begins=DAY)), asked, AT)


@pytest.mark.parametrize(
    ("expected", "asked"),
    [
        pytest.param("works", handled("?"), id="who did most in the community"),
        pytest.param("patrol", handled("?", community=NEXT_DOOR), id="who did most in the next one"),
        pytest.param("works", handled("?", community=AreaId("440310901009")), id="else in the subdistrict"),
        pytest.param(
            "county", handled("?", community=ELSEWHERE), id="another subdistrict is another practice"
        ),
        pytest.param("works", handled("?", community=AreaId("440310903001")), id="else in the district"),
        pytest.param("works", handled("?", "road.dust"), id="an unseen kind goes where its class goes"),
        pytest.param("works", handled("?", "tree.dead"), id="an unseen class goes to who does most here"),
    ],
)
def test_the_closest_practice_routes_a_case(expected: str, asked: Handled) -> None:
    cases = [
        *[handled("works")] * 3,
        *[handled("patrol", community=NEXT_DOOR)] * 2,
        *[handled("county", community=ELSEWHERE)] * 2,
    ]
    assert expected == lead(cases, asked)


def test_few_cases_of_one_community_say_nothing_of_duty() -> None:
    cases = [*[handled("works", community=NEXT_DOOR)] * 5, *[handled("patrol")] * 2]
    assert [DepartmentId("patrol"), DepartmentId("works")] == [
        lead(cases, handled("?"), least=least) for least in (2, 3)
    ]


def test_of_equals_who_does_most_around_leads() -> None:
    cases = [handled("works"), handled("patrol"), handled("patrol", community=NEXT_DOOR)]
    assert "patrol" == lead(cases, handled("?"))


def test_agreement_counts_who_was_routed_to_the_unit_that_handled_it() -> None:
    contracts = contracts_of([handled("works")], least=1, begins=DAY)
    assert (1, 2) == agreement(contracts, [(handled("works"), AT), (handled("patrol"), AT)])


CASES = st.lists(
    st.builds(
        Handled,
        st.sampled_from(["road.hole", "road.dust", "tree.dead"]),
        st.sampled_from([HERE, NEXT_DOOR, ELSEWHERE]),
        st.sampled_from([DepartmentId("works"), DepartmentId("patrol"), DepartmentId("county")]),
    ),
    min_size=1,
    max_size=20,
)


@given(cases=CASES)
def test_somebody_leads_every_case_that_practice_knows(cases: list[Handled]) -> None:
    routers = Routers(contracts_of(cases, least=NEVER, begins=DAY))
    units = {case.unit for case in cases}
    assert all(leads(routers, case, AT) in units for case in cases)


@given(cases=CASES)
def test_with_a_clause_for_each_community_nobody_did_more_there_than_who_is_called(
    cases: list[Handled],
) -> None:
    routers = Routers(contracts_of(cases, least=1, begins=DAY))
    for asked in cases:
        here = [case.unit for case in cases if case[:2] == asked[:2]]
        called = leads(routers, asked, AT)
        assert max(map(here.count, here)) == here.count(called or DepartmentId(""))
