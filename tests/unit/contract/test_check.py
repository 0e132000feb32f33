"""The examples inside contracts, run against all contracts."""

from datetime import UTC, date, datetime

import pytest

from hub.contract.check import check, double_validity, matter_of
from hub.model import AreaId, Condition, Example, Level, RequestType, Urgency
from tests.unit.contract.building import AREAS, NORTH, NORTH_1, SOUTH, SOUTH_1, clause, contract


def example(
    expect: str, *, area: AreaId = NORTH_1, name: str = "样例", by: str = "", secret: bool = False
) -> Example:
    """An example about a price."""
    return Example(name=name, category="market.price", area=area, secret=secret, expect=expect, clause=by)


@pytest.mark.parametrize(
    ("expect", "area", "by"),
    [
        pytest.param("lead", NORTH_1, "A-1", id="a community"),
        pytest.param("lead", NORTH, "A-1", id="a subdistrict"),
        pytest.param("lead", NORTH_1, "", id="any clause"),
        pytest.param("none", SOUTH_1, "", id="elsewhere"),
        pytest.param("none", SOUTH, "", id="in another subdistrict"),
    ],
)
def test_an_example_that_holds_is_no_finding(expect: str, area: AreaId, by: str) -> None:
    mine = contract(
        "a",
        clause("lead", "market.*", name="A-1", areas=(NORTH,)),
        examples=(example(expect, area=area, by=by),),
    )
    found = check([mine], AREAS)
    assert found.findings == ()
    assert (found.contracts, found.examples) == (1, 1)


@pytest.mark.parametrize(
    ("expect", "by", "found"),
    [
        pytest.param("assist", "", "lead A-1", id="another role"),
        pytest.param("lead", "A-2", "lead A-1", id="another clause"),
        pytest.param("none", "", "lead A-1", id="called after all"),
    ],
)
def test_an_example_that_fails_says_what_was_expected_and_what_came(expect: str, by: str, found: str) -> None:
    mine = contract("a", clause("lead", "market.*", name="A-1"), examples=(example(expect, by=by),))
    (finding,) = check([mine], AREAS).findings
    expected = f"{expect} {by}".strip()
    assert finding.code == "K221"
    assert finding.facts == {"name": "样例", "expected": expected, "found": found}


def test_an_example_is_a_matter_at_noon_of_the_contract_s_first_day() -> None:
    day = date(2026, 1, 1)
    noon = datetime(2026, 1, 1, 4, tzinfo=UTC)
    in_north = matter_of(example("lead", area=NORTH), AREAS, day)
    assert (NORTH, None, noon) == (in_north.subdistrict_id, in_north.community_id, in_north.at)
    in_north_1 = matter_of(example("lead"), AREAS, day)
    assert (NORTH, NORTH_1) == (in_north_1.subdistrict_id, in_north_1.community_id)
    nowhere = matter_of(example("lead", area=AreaId("329909")), AREAS, day)
    assert ("329909", None) == (nowhere.subdistrict_id, nowhere.community_id)


def test_a_contract_that_takes_a_matter_away_turns_the_others_example_red() -> None:
    mine = contract("b", clause("lead", "market.*", name="B-1"), examples=(example("lead"),))
    assert check([mine], AREAS).findings == ()
    rival = contract("a", clause("lead", "market.price"), examples=(example("lead"),))
    (finding,) = check([mine, rival], AREAS).findings
    assert (finding.file, finding.facts["found"]) == ("contracts/b.yaml", "none")


def test_an_example_may_say_urgency_level_request_type_source_and_secrecy() -> None:
    narrow = Condition(
        urgency=(Urgency.CRITICAL,),
        levels=(Level.HARD,),
        request_types=(RequestType.REPORT,),
        sources=("police_grid",),
        secret=True,
    )
    fitting = Example(
        name="全部条件",
        category="market.price",
        area=NORTH_1,
        urgency=Urgency.CRITICAL,
        level=Level.HARD,
        request_type=RequestType.REPORT,
        source="police_grid",
        secret=True,
        expect="lead",
    )
    mine = contract("a", clause("lead", "market.*", when=narrow), examples=(fitting, example("none")))
    assert check([mine], AREAS).findings == ()


def test_a_contract_without_examples_is_a_finding() -> None:
    (finding,) = check([contract("a", clause("lead", "*"))], AREAS).findings
    assert (finding.code, finding.line) == ("K222", 0)


def test_a_failing_example_is_found_at_its_line() -> None:
    text = "department: a\nexamples:\n  - name: 样例\n    expect: assist\n"
    mine = contract("a", clause("lead", "market.*"), examples=(example("assist"),))
    (finding,) = check([mine], AREAS, {"contracts/a.yaml": text}).findings
    assert finding.where == "contracts/a.yaml:3"


def test_two_contracts_of_one_department_on_one_day_are_told() -> None:
    first = contract("a", clause("lead", "*"), valid_to=date(2026, 3, 31))
    second = contract("a", clause("lead", "*"), version=2, valid_from=date(2026, 3, 31))
    third = contract("a", clause("lead", "*"), version=2, valid_from=date(2026, 4, 1))
    (finding,) = double_validity((second, first))
    assert ("K233", "contracts/a.yaml", 0) == (finding.code, finding.file, finding.line)
    assert {"department": "a", "one": "a-v1", "other": "a-v2"} == finding.facts
    assert double_validity((first, third)) == ()
