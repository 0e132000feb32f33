"""The promise of block keys: two reports that could be one matter are always found by one look-up."""

import re
from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from hub.incident import Candidate, Join, Sighting, blocks, decide, judge
from hub.incident.blocks import Box, box_of, is_of_place, since_of
from hub.model import EventKey, IncidentState, Verdict
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

HOUR = timedelta(hours=1)
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
        days=draw(st.sampled_from([0, 0, 0, 1, 7, 21, 22, 90, 91, 371, 1095])),
        address=draw(st.sampled_from(DOORS)),
        address_id=draw(st.sampled_from(["", "a-1", "a-2"])),
        device=draw(st.sampled_from(["", "", "d-1"])),
    )
    if not has_point:
        return replace(report, lon=None, lat=None, error_m=None)
    east, north = draw(st.floats(-0.003, 0.003)), draw(st.floats(-0.003, 0.003))
    return replace(report, lon=120.8475 + east, lat=32.0025 + north)


STATES = (IncidentState.OPEN, IncidentState.CLOSED, IncidentState.VERIFIED)


def test_what_still_takes_reports_is_never_among_what_can_only_be_repeated() -> None:
    for days in range(10):
        known = matter(told(category=COVER), state=IncidentState.CLOSED, closed_days=0)
        report = told(category=COVER, days=days)
        since = since_of(report, blocks(report, RULES)[0], RULES)
        takes = judge(report, known, RULES).verdict in (Verdict.SAME, Verdict.LIKELY)
        assert takes == (days <= 7) == (known.closed_at is not None and known.closed_at >= since.closed)


@settings(max_examples=1_000)
@given(reports(), reports(), st.sampled_from(STATES), st.sampled_from([0.0, 1.0, 7.0, 90.0]))
def test_what_may_be_one_matter_is_found(
    one: Sighting, other: Sighting, state: IncidentState, closed_days: float
) -> None:
    known = matter(other, state=state, closed_days=closed_days)
    assume(one.event_key != other.event_key)
    assert not may_be_one(one, known) or is_found(one, known)


@example(last=120, at=130, state=IncidentState.OPEN)  # long after the device, soon after the last
@given(st.integers(0, 200), st.integers(0, 200), st.sampled_from(STATES))
def test_a_device_finds_its_matter_by_what_others_told_of_it_elsewhere(
    last: int, at: int, state: IncidentState
) -> None:
    alarm = told(category=FLOODED, device="d-1", ref="1", by="xueliang_video")
    other = told(category=FLOODED, ref="2", east_m=3_000, minutes=60 * last)
    again = replace(alarm, source_ref="3", event_key=EventKey("3"), occurred_at=alarm.occurred_at + at * HOUR)
    known = matter(alarm, other, state=state, closed_days=5)
    assert not may_be_one(again, known) or is_found(again, known)


def may_be_one(one: Sighting, known: Candidate) -> bool:
    return judge(one, known, RULES).verdict in FOUND_BY_BLOCK or isinstance(decide(one, [known], RULES), Join)


def is_found(one: Sighting, known: Candidate) -> bool:
    """Whether the store finds the matter, by one of its reports."""
    return any(are_found(one, other, known) for other in known.sightings)


def are_found(one: Sighting, other: Sighting, known: Candidate) -> bool:
    """Whether they share a key that is not too old; one of a place counts only where their boxes meet."""
    shared = set(blocks(one, RULES)) & set(blocks(other, RULES))
    mine, theirs = box_of(one, RULES), box_of(other, RULES)
    meet = mine is not None and theirs is not None and overlap(mine, theirs)
    return any((meet or not is_of_place(key)) and is_young(one, key, other, known) for key in shared)


def is_young(one: Sighting, key: str, other: Sighting, known: Candidate) -> bool:
    since = since_of(one, key, RULES)
    if known.state is IncidentState.OPEN:
        return other.occurred_at >= since.told
    closed_at = known.closed_at or known.last_reported_at
    return since.repeated <= since.closed and closed_at >= since.repeated


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
    assert are_found(one, other, matter(other))


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


@given(boxes := st.builds(Box, *[st.floats(-10, 10)] * 4), boxes)
def test_two_boxes_together_reach_as_far_as_either(one: Box, other: Box) -> None:
    both = one.with_(other)
    assert (min(one.west, other.west), max(one.east, other.east)) == (both.west, both.east)
    assert (min(one.south, other.south), max(one.north, other.north)) == (both.south, both.north)


def test_a_key_of_a_cell_is_told_from_all_others() -> None:
    near, far = told(address_id="a1"), told(address_id="a1", east_m=5_000)
    cells = [key for key in blocks(near, RULES) if is_of_place(key)]
    assert cells
    assert not set(cells) & set(blocks(far, RULES))
    assert [key for key in blocks(near, RULES) if not is_of_place(key)]
