"""Gaps and overlaps of a set of contracts, named as shortly as they can be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.contract.coverage import Coverage, Hole, coverage
from hub.contract.finding import Finding
from hub.model import UNMAPPED, Accept, Condition, Contract, RequestType, Urgency
from tests.unit.contract.building import (
    AREAS,
    DAY,
    DISTRICT,
    NORTH,
    NORTH_1,
    NORTH_2,
    SOUTH_1,
    clause,
    contract,
)

CATEGORIES = ("market.price", "market.food_safety", "street_order.occupy_road")


def looked_at(*contracts: Contract) -> Coverage:
    """Coverage of the three categories in the three communities."""
    return coverage(contracts, CATEGORIES, AREAS.values(), DAY)


def test_one_lead_everywhere_is_clean() -> None:
    found = looked_at(contract("a", clause("lead", "*")))
    assert found.is_clean
    assert (found.cells, found.covered) == (9, 9)
    assert found.findings() == ()


@pytest.mark.parametrize(
    ("accepts", "gap"),
    [
        pytest.param(
            (clause("lead", "market.*"),),
            Hole(("street_order.*",), (DISTRICT,), (), ""),
            id="a whole class in the whole district",
        ),
        pytest.param(
            (clause("lead", "market.price", "street_order.*"),),
            Hole(("market.food_safety",), (DISTRICT,), (), ""),
            id="one category",
        ),
        pytest.param(
            (clause("lead", "*", areas=(SOUTH_1,)),),
            Hole(("market.*", "street_order.*"), (NORTH,), (), ""),
            id="a whole subdistrict",
        ),
        pytest.param(
            (clause("lead", "*", areas=(SOUTH_1, NORTH_1)),),
            Hole(("market.*", "street_order.*"), (NORTH_2,), (), ""),
            id="one community",
        ),
    ],
)
def test_a_gap_is_named_by_the_fewest_words(accepts: tuple[Accept, ...], gap: Hole) -> None:
    found = looked_at(contract("a", *accepts))
    assert found.gaps == (gap,)
    assert found.overlaps == ()
    assert not found.is_clean


def test_cells_with_a_gap_do_not_count_as_covered() -> None:
    found = looked_at(contract("a", clause("lead", "*", areas=(NORTH,))))
    assert (found.cells, found.covered) == (9, 6)


def test_two_leads_are_an_overlap_that_names_first_the_one_who_is_called() -> None:
    found = looked_at(contract("a", clause("lead", "*")), contract("b", clause("lead", "market.price")))
    assert found.overlaps == (Hole(("market.price",), (DISTRICT,), ("b", "a"), ""),)  # type: ignore[arg-type]  # ids
    assert found.gaps == ()


def test_two_leads_of_one_department_are_no_overlap() -> None:
    assert looked_at(contract("a", clause("lead", "*"), clause("lead", "market.*"))).is_clean


def test_a_lead_only_when_urgent_leaves_a_gap_for_the_rest() -> None:
    critical = Condition(urgency=(Urgency.CRITICAL,))
    found = looked_at(contract("a", clause("lead", "*", when=critical)))
    assert {"urgency=routine", "urgency=urgent"} == {gap.when for gap in found.gaps}


def test_conditions_that_share_a_matter_out_without_rest_are_clean() -> None:
    found = looked_at(
        contract("a", clause("lead", "*", when=Condition(secret=True))),
        contract("b", clause("lead", "*", when=Condition(secret=False))),
    )
    assert found.is_clean


def test_conditions_that_overlap_in_one_circumstance_are_found() -> None:
    found = looked_at(
        contract("a", clause("lead", "*", when=Condition(secret=True))),
        contract("b", clause("lead", "*", when=Condition(secret=False))),
        contract("c", clause("lead", "market.*", when=Condition(sources=("police_grid",)))),
    )
    circumstances = {hole.when for hole in found.overlaps}
    assert {"secret=true source=police_grid", "secret=false source=police_grid"} == circumstances


def test_a_clause_that_takes_nothing_anywhere_is_told() -> None:
    found = looked_at(contract("a", clause("lead", "*"), clause("assist", "dispute.*", name="A-9")))
    assert found.idle == (("contracts/a.yaml", "A-9"),)
    assert found.findings() == (Finding("contracts/a.yaml", 0, "K234", {"clause": "A-9"}),)


def test_gaps_and_overlaps_become_findings_with_words() -> None:
    found = looked_at(contract("a", clause("lead", "market.*")), contract("b", clause("lead", "market.*")))
    gap, overlap = found.findings()
    assert gap == Finding("contracts", 0, "K231", {"categories": "street_order.*", "areas": "329901"})
    assert overlap == Finding(
        "contracts", 0, "K232", {"categories": "market.*", "areas": "329901", "departments": "a, b"}
    )
    assert "street_order.*" in gap.told().cause
    assert "a, b" in overlap.told().cause


def test_a_hole_in_some_circumstances_says_which_and_where() -> None:
    urgent = Condition(urgency=(Urgency.CRITICAL, Urgency.URGENT), request_types=(RequestType.REPORT,))
    found = looked_at(
        contract("a", clause("lead", "*", areas=(NORTH_1, SOUTH_1))),
        contract("b", clause("lead", "market.price", "street_order.*", when=urgent, areas=(NORTH_2,))),
    )
    routine = next(gap for gap in found.gaps if "urgency=routine request_type=report" == gap.when)
    assert (("market.price", "street_order.*"), (NORTH_2,)) == (routine.categories, routine.areas)
    told = {finding.facts["categories"] for finding in found.findings()}
    assert "market.price, street_order.* (urgency=routine request_type=report)" in told
    assert "market.food_safety" in told
    assert not any("urgency=urgent request_type=report" == gap.when for gap in found.gaps)


def test_a_community_that_does_not_exist_on_the_day_is_not_looked_at() -> None:
    north_1, north_2, south_1 = (AREAS[each] for each in (NORTH_1, NORTH_2, SOUTH_1))
    day = timedelta(days=1)
    areas = [
        replace(north_1, valid_from=DAY, valid_to=DAY),
        replace(north_2, valid_from=DAY + day),
        replace(south_1, valid_to=DAY - day),
    ]
    assert 1 == coverage([contract("a", clause("lead", "*"))], CATEGORIES, areas, DAY).communities


def test_unmapped_is_the_desks_and_no_gap() -> None:
    found = coverage(
        [contract("a", clause("lead", "market.*"))], ["market.price", UNMAPPED], AREAS.values(), DAY
    )
    assert found.is_clean
    assert found.categories == 1


def test_a_hole_that_is_there_under_every_circumstance_is_told_once() -> None:
    found = looked_at(
        contract("a", clause("lead", "*")),
        contract("b", clause("lead", "market.*"), clause("assist", "*", when=Condition(secret=False))),
    )
    assert [(hole.categories, hole.when) for hole in found.overlaps] == [(("market.*",), "")]
