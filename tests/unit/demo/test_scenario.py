"""The demo's day: what its truth calls one matter, its words and places allow to be one."""

import re
from collections import defaultdict
from datetime import timedelta
from functools import cache
from itertools import combinations

import pytest

from hub.demo.scenario import Scenario, make
from hub.model import UNMAPPED
from hub.plugin import Utterance
from tests.instruments import demo_pack

ONE_CONCERN = ("dispute.", "livelihood_service.", "market.", "safety_hazard.fire")
CHANCE = re.compile("^m[0-9]+$")


@cache
def day() -> Scenario:
    pack = demo_pack()
    return make(pack, start=pack.manifest.starts_at, length=timedelta(hours=10), matters=900, seed=20260310)


def told_of() -> dict[str, list[tuple[str, Utterance]]]:
    """Matter → category and report, of the matters that came by chance; not what is nasty by intent."""
    found: dict[str, list[tuple[str, Utterance]]] = defaultdict(list)
    for source, said in day().utterances.items():
        for one in said:
            matter = day().truth[source, one.ref]
            category = demo_pack().codes.category_of(one.code_table, one.code) or UNMAPPED
            if CHANCE.match(matter):
                found[matter].append((category, one))
    return found


def test_whoever_tells_of_one_persons_concern_tells_the_same_story() -> None:
    titles = {
        matter: {one.title for category, one in reports if category.startswith(ONE_CONCERN)}
        for matter, reports in told_of().items()
    }
    assert {0, 1} == {len(some) for some in titles.values()}


def test_what_lies_in_the_street_is_seen_differently_by_each() -> None:
    titles = [
        {one.title for category, one in reports if category.startswith("sudden_")}
        for reports in told_of().values()
    ]
    assert max(map(len, titles)) > 1


@pytest.mark.parametrize("field", ["address", "content"])
def test_a_house_number_never_stands_without_its_road_or_village(field: str) -> None:
    alone = re.compile("(?<![0-9\u4e00-\u9fff-])[0-9]+号(?!楼)")
    assert [] == [
        one.ref for reports in told_of().values() for _, one in reports if alone.search(getattr(one, field))
    ]


def test_no_two_matters_of_a_class_happen_in_one_building() -> None:
    """Within some 10 m by the patrols' own points."""
    spots = {
        (category.partition(".")[0], matter): (one.lon, one.lat)
        for matter, reports in told_of().items()
        for category, one in reports
        if one.code_table.startswith("cg-") and one.lon is not None and one.lat is not None
    }
    near = [
        (mine, other)
        for (mine, (lon, lat)), (other, (its_lon, its_lat)) in combinations(spots.items(), 2)
        if mine[0] == other[0] and abs(lon - its_lon) + abs(lat - its_lat) < 1e-4
    ]
    assert [] == near
