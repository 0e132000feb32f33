"""Which rule holds for which categories, and which categories may name one matter."""

from datetime import timedelta

import pytest

from hub.incident import LinkRule, LinkRules
from hub.incident.rules import COMPONENT, START_FAMILIES, STREET, SUDDEN, WATER
from tests.unit.incident.reports import COVER, FLOODED, LAMP, PIPE, RULES, UNMAPPED


@pytest.mark.parametrize(
    ("rule", "category"),
    [
        pytest.param(COMPONENT, COVER, id="by its class"),
        pytest.param(WATER, FLOODED, id="the category before its class"),
        pytest.param(SUDDEN, PIPE, id="the class where the category has none"),
        pytest.param(STREET, "other_event.street_slaughter", id="any other"),
        pytest.param(None, UNMAPPED, id="unmapped follows no rule"),
    ],
)
def test_the_closest_pattern_holds(rule: LinkRule | None, category: str) -> None:
    assert rule == RULES.of(category)


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [
        pytest.param(COMPONENT, COVER, COVER, id="one category"),
        pytest.param(WATER, PIPE, FLOODED, id="kin take the wider rule"),
        pytest.param(None, PIPE, LAMP, id="strangers"),
        pytest.param(None, UNMAPPED, UNMAPPED, id="unmapped, even to itself"),
    ],
)
def test_two_categories_have_one_rule_or_none(rule: LinkRule | None, one: str, other: str) -> None:
    assert rule == RULES.between(one, other)
    assert rule == RULES.between(other, one)


def test_kinship_does_not_reach_over_two_families() -> None:
    street = LinkRule(name="street", distance_m=50, window=timedelta(hours=1))
    rules = LinkRules({"*": street}, {"first": frozenset("ab"), "second": frozenset("bc")})
    assert street == rules.between("a", "b") == rules.between("b", "c")
    assert rules.between("a", "c") is None


def test_a_pack_without_a_rule_for_a_category_links_nothing_of_it() -> None:
    assert LinkRules({COVER: COMPONENT}).of(LAMP) is None


def test_every_kin_category_of_the_start_values_has_a_rule() -> None:
    assert [one for kin in START_FAMILIES.values() for one in sorted(kin) if RULES.of(one) is None] == []
