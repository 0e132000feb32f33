"""A sheet gathers marks by zoom, counts them, and stays right whatever changes."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model import WhistleState
from hub.run.map.cells import FINEST, TILE_ZOOM, Box, cell_of, degrees, mercator
from hub.run.map.live import Live
from hub.run.map.wanted import EVERYTHING, Wanted, refused, wanted_of
from hub.store.pins import Call, Pin
from tests.unit.run.map.pinned import LEAST, grant, pin, plan_of, sheet

LONS = st.floats(120.75, 120.95)
LATS = st.floats(31.92, 32.08)
PINS = st.builds(
    pin,
    st.integers(0, 20),
    lon=LONS,
    lat=LATS,
    urgency=st.sampled_from(["routine", "urgent", "critical"]),
    subdistrict_id=st.sampled_from(["329901001", "329901002"]),
    calls=st.sampled_from([(), (Call("shizheng", True, WhistleState.SIGNED),)]),
)
CHANGES = st.lists(st.tuples(st.integers(0, 20), st.none() | PINS), max_size=30)


def counted(told: list[dict[str, Any]]) -> int:
    """How many matters the cells stand for."""
    return sum(cell.get("n", 1) for cell in told)


def normal(told: list[dict[str, Any]]) -> list[str]:
    """The same in one order, places to a metre: sums of floats depend on their order."""
    return sorted(
        str(
            {
                **cell,
                "lon": round(cell["lon"], 5),
                "lat": round(cell["lat"], 5),
                "ids": sorted(cell.get("ids", ())),
                "by": sorted(cell.get("by", {}).items()),
            }
        )
        for cell in told
    )


@given(st.lists(PINS, unique_by=lambda one: one.id), st.integers(0, FINEST))
def test_at_every_zoom_cells_stand_for_all_marks(pins: list[Pin], zoom: int) -> None:
    assert len(pins) == counted(sheet(pins).cells(zoom, EVERYTHING, "stage"))


@given(st.lists(PINS, unique_by=lambda one: one.id), CHANGES, st.integers(8, 19))
def test_a_sheet_that_changed_is_as_one_made_anew(
    pins: list[Pin], changes: list[tuple[int, Pin | None]], zoom: int
) -> None:
    changed, now = sheet(pins), {one.id: one for one in pins}
    for n, after in changes:
        id_ = after.id if after else f"in_{n}"
        now.pop(id_, None)
        if after:
            now[id_] = after
        changed.change(id_, after)
    fresh = sheet(now.values())
    assert fresh.counts(EVERYTHING) == changed.counts(EVERYTHING)
    assert normal(fresh.cells(zoom, EVERYTHING, "stage")) == normal(changed.cells(zoom, EVERYTHING, "stage"))


@given(LONS, LATS, st.integers(0, FINEST - 1))
def test_a_cell_lies_in_the_cell_of_the_zoom_before(lon: float, lat: float, zoom: int) -> None:
    x, y = mercator(lon, lat)
    assert cell_of(x, y, zoom) == tuple(n >> 1 for n in cell_of(x, y, zoom + 1))
    assert (lon, lat) == pytest.approx(degrees(x, y), abs=1e-6)


def test_a_near_view_of_the_whole_world_costs_no_more_than_there_is() -> None:
    one, world = sheet([pin()]), Box(-180.0, -85.0, 180.0, 85.0)
    began = time.process_time()
    assert 1 == counted(one.cells(TILE_ZOOM, EVERYTHING, "stage", world))
    assert 1 == len(list(one.placed(EVERYTHING, world)))
    assert time.process_time() - began < 1.0


def test_near_views_look_at_the_tiles_in_sight_alone() -> None:
    two = sheet([pin(1), pin(2, lon=120.95, lat=32.07)])
    near = Box(120.849, 31.999, 120.851, 32.001)
    assert ["in_1"] == [cell["id"] for cell in two.cells(TILE_ZOOM, EVERYTHING, "stage", near)]


def test_matters_of_one_place_are_told_by_their_ids() -> None:
    (cell,) = sheet([pin(1), pin(2)]).cells(20, EVERYTHING, "urgency")
    assert (2, {"routine": 2}, ["in_1", "in_2"]) == (cell["n"], cell["by"], cell["ids"])


def test_filters_of_one_kind_add_and_of_two_kinds_narrow() -> None:
    some = sheet(
        [
            pin(1),
            pin(2, urgency="urgent"),
            pin(3, urgency="critical", subdistrict_id="329901002"),
            pin(4, urgency="critical"),
        ]
    )
    wanted = wanted_of({"urgency": ["urgent", "critical"], "subdistrict": ["329901001"], "who": ["x"]})
    told = some.counts(wanted)
    assert (2, {"329901001": 2}) == (told["total"], told["areas"]["subdistrict"])
    assert 2 == counted(some.cells(12, wanted, "stage"))
    assert ["in_4", "in_2"] == [one.id for one in some.rows(wanted)]
    assert 4 == some.counts(Wanted(category=frozenset({"street_order."})))["total"]


def test_a_filter_needs_its_field_in_full_and_for_all_records() -> None:
    plan = plan_of([grant("incident.urgency"), grant("incident.category", areas=("329901001",))])
    assert refused(Wanted(urgency=frozenset({"urgent"})), plan) is None
    denied = refused(Wanted(category=frozenset({"x."}), stage=frozenset({"done"})), plan)
    assert denied is not None
    assert ("incident.category", "whistle.state") == denied.fields


def test_what_may_not_be_named_is_counted_by_its_finest_area_and_few_of_it_are_hidden() -> None:
    many = [pin(n) for n in range(LEAST)]
    few = [pin(n + 50, subdistrict_id="329901002") for n in range(LEAST - 1)]
    blind = sheet(
        [*many, *few], grant("incident.subdistrict_id"), grant("incident.lon"), grant("incident.lat")
    )
    told = blind.counts(EVERYTHING)
    assert (0, {}) == (told["total"], told["areas"]["subdistrict"])
    assert {"329901001": None, "329901002": None} == told["unnamed"]["subdistrict"]  # partners hide together
    assert [] == blind.cells(12, EVERYTHING, "stage")
    assert [] == blind.rows(EVERYTHING)
    assert "unnamed" not in blind.counts(Wanted(urgency=frozenset({"routine"})))
    assert {"329901001": LEAST} == sheet(many, grant("incident.subdistrict_id")).counts(EVERYTHING)[
        "unnamed"
    ]["subdistrict"]


def test_a_matter_without_a_point_is_counted_and_listed_where_it_may_be_named() -> None:
    one = sheet([pin(1, lon=None, lat=None)])
    assert [] == one.cells(12, EVERYTHING, "stage")
    assert (1, ["in_1"]) == (one.counts(EVERYTHING)["total"], [mark.id for mark in one.rows(EVERYTHING)])


def live() -> tuple[Live, str]:
    """A sheet with three matters, and where its news begin."""
    made = Live(sheet([pin(1), pin(2), pin(3)]))
    return made, made.number


def changed(one: Live, n: int, **changes: Any) -> None:
    """Matter `n` changes."""
    one.change({f"in_{n}": (None, pin(n, **changes))})


def test_who_was_away_hears_what_it_missed_and_no_more() -> None:
    one, began = live()
    changed(one, 1, urgency="urgent")
    middle = one.number
    changed(one, 2, urgency="critical")
    assert ([], one.number) == one.since(one.number)
    missed, last = one.since(middle)
    assert (1, one.number) == (len(missed), last)
    assert b'"urgency":"critical"' in missed[0]
    assert 2 == len(one.since(began)[0])


def test_what_shows_no_difference_is_no_news() -> None:
    one, began = live()
    changed(one, 1, version=2)
    assert began == one.number


@pytest.mark.parametrize(
    "number", ["", "x", "0-1", "{epoch}-99", "{epoch}--1", "{epoch}-９", "{epoch}-" + "1" * 40]
)
def test_who_comes_with_another_number_draws_anew(number: str) -> None:
    one, began = live()
    (said,), last = one.since(number.format(epoch=began.split("-")[0]))
    assert b'"reload":true' in said
    assert one.number == last


def test_news_of_what_may_not_be_named_say_only_that_counts_are_old() -> None:
    one = Live(sheet([pin(1)], grant("incident.subdistrict_id")))
    began = one.number
    changed(one, 1, subdistrict_id="329901002")
    (said,), _ = one.since(began)
    assert b'{"changes":[],"counts":true}' in said
    assert b"in_1" not in said


def test_nobody_sees_a_sheet_without_grants() -> None:
    assert 0 == len(sheet([pin()], grant("resident.phone")))
