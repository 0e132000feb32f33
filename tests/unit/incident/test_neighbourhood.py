"""A seeded morning of an invented district: what is linked by itself is right, and little is missed.

The truth is known because the reports are made from the matters. Every report meets the incidents
that share a block with it, in the order of arrival, as casework would do it.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import combinations

import pytest

from hub.incident import Candidate, Doorplate, Join, Sighting, blocks, decide
from tests.unit.incident.reports import (
    COVER,
    FLOODED,
    FOOD,
    GARBAGE,
    LAMP,
    NOISE,
    ODOUR,
    PIPE,
    RULES,
    matter,
    told,
)

SOURCES = ("hotline_12345", "urban_management", "xueliang_video", "police_grid", "market_supervision")
PHRASES = {
    PIPE: (
        "自来水管爆裂，水喷得很高",
        "水管爆了，路面全是水",
        "地下水管破了一直冒水",
        "供水管破裂漏水严重",
        "喷水了，请赶紧派人",
        "家里没水，楼下水管炸了",
    ),
    FLOODED: ("路面积水，车子过不去", "积水很深", "道路大量积水"),
    COVER: ("污水井盖破损", "井盖坏了有个大洞", "下水道井盖松动，车过有响声", "井盖碎裂有危险"),
    LAMP: ("路灯不亮", "路灯坏了，晚上很黑", "灯杆上的灯灭了几天"),
    GARBAGE: ("垃圾成堆没人清", "生活垃圾堆了一地，很臭", "垃圾桶旁暴露垃圾"),
    NOISE: ("深夜放音乐太吵", "噪音扰民睡不着", "音响声音很大，半夜不停"),
    ODOUR: ("油烟很大，窗都不敢开", "油烟味刺鼻", "厨房油烟直排"),
    FOOD: ("吃出虫子", "用过期食材", "菜里有异物，吃了拉肚子"),
}
ROADS = ("云杉路", "白榆路", "青藤街", "木槿路", "海棠大道", "银杏街")
FIRMS = ("老杨烧烤店", "柳记面馆", "小海棠火锅店", "阿林小吃店", "好运超市", "月牙酒吧")


@dataclass
class Truth:
    """A matter with its spot; `by_firm` where a shop is what the report is about."""

    name: str
    category: str
    east_m: float
    north_m: float
    road: str
    number: int
    firm: str = ""
    minutes: float = 0.0
    reports: int = 3
    kin: tuple[str, ...] = field(default=())


def matters(dice: random.Random) -> list[Truth]:
    """A hundred and twenty matters, most of them beside another of their category on purpose."""
    found: list[Truth] = []
    for n in range(12):
        east, north = 1800.0 * (n % 4) + dice.uniform(0, 300), 1500.0 * (n // 4) + dice.uniform(0, 300)
        road, number, at = dice.choice(ROADS), dice.randrange(10, 200), dice.uniform(0, 300)
        one, other = dice.sample(FIRMS, 2)
        found += [
            Truth(
                f"pipe{n}",
                PIPE,
                east,
                north,
                road,
                number,
                minutes=at,
                reports=20 if n < 4 else 5,
                kin=(FLOODED,),
            ),
            Truth(f"cover{n}a", COVER, east + 300, north, road, number + 20, minutes=at),
            Truth(f"cover{n}b", COVER, east + 340, north, road, number + 24, minutes=at + 20),
            Truth(f"lamp{n}a", LAMP, east, north + 300, road, number + 40, minutes=at, reports=2),
            Truth(f"lamp{n}b", LAMP, east + 35, north + 300, road, number + 42, minutes=at, reports=2),
            Truth(f"food{n}a", FOOD, east + 600, north, road, number + 2, one, at, 2),
            Truth(f"food{n}b", FOOD, east + 608, north, road, number + 4, other, at, 2),
            Truth(f"smoke{n}a", ODOUR, east + 900, north, road, number + 6, one, at, 4),
            Truth(f"smoke{n}b", ODOUR, east + 925, north, road, number + 8, other, at, 3),
            Truth(f"garbage{n}", GARBAGE, east, north + 600, road, number + 60, minutes=at, reports=4),
        ]
    return found


def reported(truth: Truth, n: int, dice: random.Random) -> Sighting:
    """One report of `truth`: its own words and source, off by its own error, some by address only."""
    by = SOURCES[n % 3] if truth.category != FOOD else ("hotline_12345", "market_supervision")[n % 2]
    category = dice.choice((truth.category, truth.category, *truth.kin))
    witness = dice.gauss(0, 12) if truth.category in (PIPE, ODOUR) else 0.0
    off_m = dice.choice((3.0, 5.0, 8.0))
    spoken = truth.firm or (f"{truth.road}{truth.number}号" if dice.random() < 0.5 else truth.road)
    words = (
        ""
        if by == "xueliang_video"
        else f"{spoken if dice.random() < 0.8 else ''}{dice.choice(PHRASES[category])}"
    )
    with_address = truth.category == FOOD or dice.random() < 0.25
    return replace(
        told(
            words,
            category,
            by=by,
            ref=f"{truth.name}/{n}",
            east_m=truth.east_m + witness + dice.gauss(0, off_m * 0.7),
            north_m=truth.north_m + dice.gauss(0, off_m * 0.7),
            error_m=off_m,
            minutes=truth.minutes + n * dice.uniform(0.5, 4),
            address=Doorplate(truth.road, str(truth.number)) if with_address else None,
        ),
        address_id=f"{truth.road}{truth.number}" if with_address else "",
    )


@dataclass
class Linked:
    """What came of it: report → incident, and the pairs of incidents a person would be asked about."""

    incident: dict[str, str]
    asked: set[frozenset[str]]


def link_all(reports: list[Sighting]) -> Linked:
    cases: dict[str, Candidate] = {}
    cells: dict[str, set[str]] = defaultdict(set)
    linked = Linked({}, set())
    for report in sorted(reports, key=lambda one: one.occurred_at):
        keys = blocks(report, RULES)
        near = sorted({name for key in keys for name in cells[key]})
        decision = decide(report, [cases[name] for name in near], RULES)
        if isinstance(decision, Join):
            name = str(decision.incident_id)
            cases[name] = matter(*cases[name].sightings, report, name=name)
        else:
            name = f"in_{report.event_key}"
            cases[name] = matter(report, name=name)
            linked.asked |= {frozenset((name, str(one.incident_id))) for one in decision.likely}
        linked.incident[report.source_ref] = name
        for key in keys:
            cells[key].add(name)
    return linked


def figures(seed: int) -> tuple[float, float]:
    """Precision of what is linked by itself, and recall of that together with what a person is asked."""
    dice = random.Random(seed)
    reports = [reported(truth, n, dice) for truth in matters(dice) for n in range(truth.reports)]
    linked = link_all(reports)
    joined = right = true = found = 0
    for one, other in combinations(linked.incident, 2):
        same_truth = one.partition("/")[0] == other.partition("/")[0]
        mine, theirs = linked.incident[one], linked.incident[other]
        joined += mine == theirs
        right += mine == theirs and same_truth
        true += same_truth
        found += same_truth and (mine == theirs or frozenset((mine, theirs)) in linked.asked)
    return right / joined, found / true


@pytest.mark.nasty("N15", "N16")
@pytest.mark.parametrize("seed", range(5))
def test_neighbours_are_linked_and_neighbouring_matters_are_not(seed: int) -> None:
    precision, recall = figures(seed)
    assert precision >= 0.98
    assert recall >= 0.90
