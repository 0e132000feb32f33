"""The promise of block keys: two reports that could be one matter are always found by one look-up."""

import re
from dataclasses import replace

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from hub.incident import Join, Sighting, blocks, decide, judge
from hub.incident.blocks import Box, box_of, is_of_place
from hub.model import IncidentState, Verdict
from tests.unit.incident.reports import (
    COVER,
    FLOODED,
    FOOD,
    NEIGHBOURS,
    NOISE,
    PIPE,
    RAIN_COVER,
    RULES,
    UNMAPPED,
    door,
    matter,
    told,
)

FOUND_BY_BLOCK = (Verdict.SAME, Verdict.LIKELY, Verdict.RECURRENCE, Verdict.RELATED)
DOORS = (door(), door("云杉路", "85"), door("云杉路", "12"), door(estate="青杏园", building="3", room="402"))


@st.composite
def reports(draw: st.DrawFn) -> Sighting:
    """Reports within some 500 m anywhere in the country, with every mix of points, doors and devices."""
    has_point = draw(st.booleans())
    report = told(
        draw(st.sampled_from(["", "水管爆裂", "云杉路85号水管爆裂"])),
        draw(st.sampled_from([PIPE, FLOODED, COVER, RAIN_COVER, NOISE, NEIGHBOURS, FOOD])),
        ref=str(draw(st.integers(0, 10**9))),
        error_m=draw(st.sampled_from([0.0, 5.0, 50.0, 200.0, 201.0])),
        minutes=draw(st.integers(0, 120)),
        address=draw(st.sampled_from(DOORS)),
        address_id=draw(st.sampled_from(["", "a-1", "a-2"])),
        device=draw(st.sampled_from(["", "", "d-1"])),
    )
    if not has_point:
        return replace(report, lon=None, lat=None, error_m=None)
    east, north = draw(st.floats(-0.003, 0.003)), draw(st.floats(-0.003, 0.003))
    return replace(report, lon=120.8475 + east, lat=32.0025 + north)


@settings(max_examples=400)
@given(reports(), reports(), st.sampled_from([IncidentState.OPEN, IncidentState.VERIFIED]))
def test_what_may_be_one_matter_shares_a_block(one: Sighting, other: Sighting, state: IncidentState) -> None:
    known = matter(other, state=state, closed_days=1)
    assume(one.event_key != other.event_key)
    may_be_one = judge(one, known, RULES).verdict in FOUND_BY_BLOCK or isinstance(
        decide(one, [known], RULES), Join
    )
    assert not may_be_one or are_found(one, other)


def are_found(one: Sighting, other: Sighting) -> bool:
    """Whether they share a key; one of a place counts only where their boxes meet, as the store asks."""
    shared = set(blocks(one, RULES)) & set(blocks(other, RULES))
    mine, theirs = box_of(one, RULES), box_of(other, RULES)
    meet = mine is not None and theirs is not None and overlap(mine, theirs)
    return any(meet or not is_of_place(key) for key in shared)


def overlap(one: Box, other: Box) -> bool:
    return (
        one.west <= other.east
        and one.east >= other.west
        and one.south <= other.north
        and one.north >= other.south
    )


@example(lat=53.0, lon=100.0012, error_m=200.0, bearing=0.0)  # a degree of longitude is short there
@given(st.floats(18.0, 53.0), st.floats(74.0, 134.0), st.floats(0, 200), st.floats(0, 6.283))
def test_points_within_reach_share_a_cell_anywhere_in_the_country(
    lat: float, lon: float, error_m: float, bearing: float
) -> None:
    from math import cos, radians, sin

    reach_m = 150 + error_m * 1.414
    one = replace(told(category=FLOODED), lat=lat, lon=lon, error_m=error_m)
    other = replace(
        one,
        lat=lat + reach_m * sin(bearing) / 111_320,
        lon=lon + reach_m * cos(bearing) / 111_320 / cos(radians(lat)),
    )
    assert are_found(one, other)


def test_an_incident_stands_in_the_blocks_of_all_its_reports() -> None:
    one, other = told("水管爆裂"), told("水管爆裂", east_m=2_000)
    assert set(blocks(matter(one, other), RULES)) == {*blocks(one, RULES), *blocks(other, RULES)}


def test_kin_categories_share_blocks_and_strangers_none() -> None:
    pipe = set(blocks(told(category=PIPE), RULES))
    assert not pipe.isdisjoint(blocks(told(category=FLOODED), RULES))
    assert pipe.isdisjoint(blocks(told(category=COVER), RULES))


def test_a_report_that_no_rule_links_stands_in_no_block() -> None:
    assert blocks(told(category=UNMAPPED), RULES) == ()


def test_a_report_stands_in_few_cells() -> None:
    assert max(len(blocks(told(east_m=e), RULES)) for e in range(0, 1000, 50)) <= 4


def test_a_report_without_a_point_stands_at_its_entry_its_door_and_its_device() -> None:
    def keys(by: str = "xueliang_video") -> tuple[str, ...]:
        at = door("云杉路", "85")
        report = told(category=COVER, by=by, nowhere="unknown", address=at, address_id="a-1", device="d-1")
        return blocks(report, RULES)

    entry, doorplate, device = keys()
    assert "covers|aa-1" == entry
    assert re.fullmatch(r"covers\|d[0-9a-f]+-[0-9a-f]+", doorplate)
    assert re.fullmatch(r"covers\|v[0-9a-f]{16}", device)
    assert {entry, doorplate} == set(keys()) & set(keys(by="urban_management"))
    assert () == blocks(told(category=COVER, nowhere="unknown"), RULES)


def test_keys_hold_nothing_that_was_said() -> None:
    keys = " ".join(blocks(told("云杉路85号", address=door("云杉路", "85"), device="门磁一号"), RULES))
    assert "云杉路" not in keys
    assert "门磁" not in keys
