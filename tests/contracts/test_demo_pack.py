"""The demo pack is right in every file, loads fast, and holds what the demo needs."""

import shutil
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub.incident.rules import LinkRules
from hub.model import UNMAPPED, Address, AreaLevel, GridKind
from hub.pack import Pack, check, load
from hub.pack.organisations import OrganisationKind
from hub.place.coords import metres_between
from hub.run.sources.entering import ENTRIES, REPORTS


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load()


def test_pack_check_finds_nothing() -> None:
    assert check() == ()


def test_the_scenario_begins_on_a_working_tuesday(pack: Pack) -> None:
    assert datetime(2026, 3, 10, 0, 0, tzinfo=UTC) == pack.manifest.starts_at
    assert pack.calendar.why_off(date(2026, 3, 10)) == ""


@pytest.mark.nasty("N38")
@pytest.mark.parametrize(
    ("start", "due"),
    [("2026-02-13", "2026-02-27"), ("2026-09-18", "2026-09-24"), ("2026-09-30", "2026-10-13")],
)
def test_five_working_days_follow_the_packs_calendar(pack: Pack, start: str, due: str) -> None:
    assert date.fromisoformat(due) == pack.calendar.add_days(date.fromisoformat(start), 5).day


def test_the_sources_and_our_own_pages_have_code_tables_that_lead_to_categories(pack: Pack) -> None:
    assert {
        REPORTS,
        ENTRIES,
        "hotline_12345",
        "urban_management",
        "xueliang_video",
        "police_grid",
        "market_supervision",
        "grid_app",
        "petition",
        "emergency",
        "iot_sensors",
        "police_110",
        "food_safety",
        "utilities_water",
        "utilities_power",
        "utilities_gas",
        "utilities_heat",
    } == set(pack.sources)
    for source in pack.sources.values():
        for table in source.code_tables:
            lines = pack.codes.tables[table]
            assert lines
            assert {line.category for line in lines.values()} <= set(pack.taxonomy.categories)


@pytest.mark.nasty("N24")
def test_street_order_and_sudden_incident_change_places_between_two_tables(pack: Pack) -> None:
    classes = {
        table: {
            code[:2]: (pack.codes.category_of(table, code) or "").partition(".")[0]
            for code in pack.codes.tables[table]
        }
        for table in ("cg-2023", "cg-2015")
    }
    assert classes["cg-2023"]["04"] == classes["cg-2015"]["05"] == "street_order"
    assert classes["cg-2023"]["05"] == classes["cg-2015"]["04"] == "sudden_incident"


def test_the_demo_links_by_the_start_values(pack: Pack) -> None:
    """Tuned on real data in `hub.incident`; a figure changed on one side only would go unnoticed."""
    start = LinkRules()
    assert {category: start.of(category) for category in pack.taxonomy.categories} == {
        category: pack.link_rules.of(category) for category in pack.taxonomy.categories
    }
    assert pack.link_rules.of(UNMAPPED) is None


@pytest.mark.nasty("N83")
def test_every_subdistrict_has_its_office_and_an_ended_body_is_still_known(pack: Pack) -> None:
    day = date(2026, 3, 10)
    bodies = pack.organisations.on(day)
    offices = [body for body in bodies if body.kind is OrganisationKind.SUBDISTRICT]
    subdistricts = [area for area in pack.areas.values() if area.level is AreaLevel.SUBDISTRICT]
    assert len(subdistricts) == len(offices) == 16
    for number, area in enumerate(subdistricts, 1):
        assert area.name in pack.organisations[f"jiedao_{number:02d}"].name  # type: ignore[index]  # ids are strings here
    assert len(bodies) >= 20
    assert set(pack.organisations) > {body.id for body in bodies}


def test_an_address_of_the_table_is_found_again(pack: Pack) -> None:
    """Within the length of a building: the units of one are one place to the gazetteer."""
    every = pack.geography.addresses
    for address in every[:: len(every) // 150]:
        matches = pack.gazetteer.search(_written(pack, address))
        assert matches, address.id
        first = matches[0]
        assert metres_between(first.lon, first.lat, address.lon, address.lat) < 40, address.id


def _written(pack: Pack, address: Address) -> str:
    """The address as people write it."""
    text = pack.areas[address.subdistrict_id].name + pack.areas[address.community_id].name + address.road
    text += f"{address.number}号" if address.number else ""
    text += address.estate
    text += f"{address.building}幢" if address.building else ""
    return text + (f"{address.unit}单元" if address.unit else "")


def test_maps_follow_the_day(pack: Pack) -> None:
    versions = [
        found.version
        for day in (date(2025, 1, 1), date(2026, 2, 28), date(2026, 3, 1))
        if (found := pack.atlas.of(GridKind.COMPREHENSIVE, day))
    ]
    assert versions == [
        "comprehensive-2025-01-01",
        "comprehensive-2025-01-01",
        "comprehensive-2026-03-01",
    ]
    assert pack.atlas.of(GridKind.COMPREHENSIVE, date(2024, 12, 31)) is None


@pytest.mark.nasty("N50")
def test_an_old_grid_code_leads_to_the_grids_that_took_its_ground(pack: Pack) -> None:
    before, after = date(2026, 2, 28), date(2026, 3, 1)
    old_map, new_map = (pack.atlas.of(GridKind.COMPREHENSIVE, day) for day in (before, after))
    assert old_map is not None
    assert new_map is not None
    ended = [grid for grid in old_map.grids() if grid.valid_to == before]
    now = {grid.id: [heir.id for heir in pack.atlas.grids_by_code(grid.code, after)] for grid in ended}
    assert len(now) == 30
    assert all(heirs and set(heirs) <= {grid.id for grid in new_map.grids()} for heirs in now.values())
    assert {1, 2} == {len(heirs) for heirs in now.values()}


def test_a_pack_whose_maps_are_made_is_there_in_a_second_and_a_half(pack: Pack) -> None:
    assert pack.geography.maps
    before = time.process_time()
    again = load()
    assert again.atlas
    assert again.gazetteer
    assert time.process_time() - before < 1.5


def test_the_demo_pack_works_from_another_place(tmp_path: Path, pack: Pack) -> None:
    """As an installed wheel carries it: no repository around it."""
    copied = tmp_path / "site-packages" / "hub" / "_contracts" / "demo"
    shutil.copytree(pack.root, copied, ignore=shutil.ignore_patterns("__pycache__"))
    moved = load(copied, tmp_path / "cache")
    assert pack.geography.addresses == moved.geography.addresses
    assert [d.map.dump() for d in pack.geography.maps] == [d.map.dump() for d in moved.geography.maps]
