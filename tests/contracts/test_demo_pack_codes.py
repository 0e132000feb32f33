"""The demo pack's code tables: every category can be reported, and no code is read without its table."""

from functools import cache

import pytest

from hub.model import UNMAPPED
from hub.pack import Pack, load

PAGES = "wg-2026"
"""Of the hub's own pages: its codes are the categories."""
TABLES = {
    "cg-2015",
    "cg-2023",
    "fj-2026",
    "fs-2026",
    "gy-2026",
    "hl-2024",
    "jg-2025",
    "qw-2026",
    "sj-2026",
    "video-v1",
    "xf-2026",
    "wl-2026",
    "yj-2026",
    PAGES,
}


@cache
def pack() -> Pack:
    """The demo pack, read once."""
    return load()


def test_there_are_at_least_ninety_categories_with_names_in_both_languages() -> None:
    categories = [each for each in pack().taxonomy.categories.values() if each.id != UNMAPPED]
    assert len(categories) >= 90
    assert all(category.zh and category.en for category in categories)
    assert len({category.zh for category in categories}) == len(categories)


def test_every_category_can_be_reached_through_at_least_one_table() -> None:
    tables = [table for name, table in pack().codes.tables.items() if name != PAGES]
    reached = {line.category for table in tables for line in table.values()}
    assert set(pack().taxonomy.categories) - {UNMAPPED} == reached


def test_the_pages_offer_every_category_by_its_own_name() -> None:
    categories = pack().taxonomy.categories
    assert {(id_, one.zh) for id_, one in categories.items() if id_ != UNMAPPED} == {
        (line.category, line.title) for line in pack().codes.tables[PAGES].values()
    }


def test_every_source_has_its_tables_and_no_table_is_nobodys() -> None:
    used = {table for source in pack().sources.values() for table in source.code_tables}
    assert TABLES == set(pack().codes.tables) == used


@pytest.mark.nasty("N24")
@pytest.mark.parametrize(
    ("code", "in_2023", "in_2015"),
    [
        ("0401", "street_order.unlicensed_vendor", "sudden_incident.water_pipe_burst"),
        ("0501", "sudden_incident.water_pipe_burst", "street_order.unlicensed_vendor"),
        ("0406", "street_order.occupy_road", "sudden_incident.waterlogging"),
        ("0506", "sudden_incident.waterlogging", "street_order.occupy_road"),
        ("0110", "city_appearance.exposed_garbage", "city_appearance.exposed_garbage"),
    ],
)
def test_classes_04_and_05_are_swapped_between_two_tables_of_one_city(
    code: str, in_2023: str, in_2015: str
) -> None:
    assert (in_2023, in_2015) == (
        pack().codes.category_of("cg-2023", code),
        pack().codes.category_of("cg-2015", code),
    )


@pytest.mark.nasty("N24")
def test_every_code_of_the_two_swapped_classes_means_another_category_in_the_other_table() -> None:
    new, old = pack().codes.tables["cg-2023"], pack().codes.tables["cg-2015"]
    shared = [code for code in new if code in old and code[:2] in {"04", "05"}]
    assert len(shared) >= 10
    assert all(new[code].category != old[code].category for code in shared)


@pytest.mark.nasty("N25")
def test_a_code_that_no_table_knows_has_no_category() -> None:
    assert pack().codes.category_of("hl-2024", "999999") is None


@pytest.mark.parametrize(
    ("table", "code", "category"),
    [
        ("hl-2024", "120101", "street_order.fire_lane_blocked"),
        ("video-v1", "890", "city_appearance.exposed_garbage"),
        ("video-v1", "895", "street_order.occupy_road"),
        ("jg-2025", "JG0101", "dispute.neighbour"),
        ("sj-2026", "SJ0201", "market.food_safety"),
        ("cg-2023", "B0102", "public_utility.sewage_cover"),
    ],
)
def test_well_known_codes_mean_what_their_source_means(table: str, code: str, category: str) -> None:
    assert category == pack().codes.category_of(table, code)
