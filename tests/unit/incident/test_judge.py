"""Pairs of invented reports and how they stand to each other; a clerk can read every row."""

import pytest

from hub.incident import judge
from hub.incident.sighting import Sighting
from hub.model import Verdict
from tests.unit.incident.reports import (
    BROKEN_ROAD,
    CARD,
    COVER,
    DIRTY_ROAD,
    FLOODED,
    FOOD,
    GARBAGE,
    LAMP,
    NEIGHBOURS,
    NOISE,
    ODOUR,
    PENSION,
    RAIN_COVER,
    RULES,
    SHOP_OUTSIDE,
    UNMAPPED,
    VENDOR,
    door,
    matter,
    told,
)

SAME, LIKELY, RELATED, DIFFERENT = Verdict.SAME, Verdict.LIKELY, Verdict.RELATED, Verdict.DIFFERENT

BURST = told("云杉路85号门口自来水管爆裂，水柱有两米高，路面全是水")

BURST_PIPE = [
    pytest.param(
        SAME,
        BURST,
        told("云杉路上水管爆了，水往小区里灌", east_m=20, minutes=5),
        id="a neighbour in other words",
    ),
    pytest.param(
        SAME,
        BURST,
        told("我家楼下在喷水，赶紧来人", east_m=30, minutes=9),
        id="a neighbour without a single common word",
    ),
    pytest.param(
        SAME, BURST, told("云杉路87号前面喷水", east_m=15, minutes=8), id="a neighbour who gives his own door"
    ),
    pytest.param(
        SAME, BURST, told(by="xueliang_video", east_m=12, error_m=15, minutes=2), id="a camera without words"
    ),
    pytest.param(
        SAME,
        BURST,
        told("供水管破裂", by="urban_management", east_m=4, north_m=-3, minutes=25),
        id="a patrol, a few metres off by its map",
    ),
    pytest.param(
        SAME,
        BURST,
        told(
            "云杉路85号水管破裂漏水",
            by="police_grid",
            address=door("云杉路", "85"),
            east_m=35,
            error_m=40,
            minutes=15,
        ),
        id="an address without a point of its own",
    ),
    pytest.param(
        SAME,
        BURST,
        told(
            "云杉路85号门口路面积水严重，怀疑水管爆裂", FLOODED, by="urban_management", east_m=18, minutes=12
        ),
        id="what another table calls waterlogging",
    ),
    pytest.param(
        LIKELY,
        BURST,
        told("路面大量积水", FLOODED, by="xueliang_video", east_m=60, error_m=15, minutes=12),
        id="waterlogging further down the street",
    ),
    pytest.param(
        DIFFERENT,
        BURST,
        told("路面有坑洼", BROKEN_ROAD, by="urban_management", east_m=120, minutes=90),
        id="a damaged road a hundred metres on, later",
    ),
    pytest.param(
        LIKELY,
        BURST,
        told("云杉路水管还在漏", east_m=10, minutes=200),
        id="the same spot, three hours later, nobody between",
    ),
    pytest.param(
        DIFFERENT, BURST, told("云杉路水管爆裂", east_m=5, minutes=600), id="the same spot ten hours later"
    ),
    pytest.param(DIFFERENT, BURST, told("白榆路12号水管爆裂", east_m=300, minutes=10), id="another street"),
    pytest.param(DIFFERENT, BURST, told("路灯不亮", LAMP, east_m=5, minutes=5), id="a lamp beside it"),
]

COVER_85 = told("云杉路85号门口污水井盖破损，车辆经过有响声", COVER)

THINGS = [
    pytest.param(
        SAME,
        COVER_85,
        told("污水井盖坏了，有个洞", COVER, by="urban_management", east_m=6, days=2),
        id="a cover, seen again by a patrol after two days",
    ),
    pytest.param(
        SAME,
        COVER_85,
        told("云杉路85号前井盖松动破损", RAIN_COVER, by="police_grid", east_m=5, days=1),
        id="the same cover, taken for a rain cover",
    ),
    pytest.param(
        SAME,
        COVER_85,
        told("井盖破了", COVER, address=door("云杉路", "85"), east_m=12, error_m=30, days=3),
        id="a cover by its address only",
    ),
    pytest.param(
        SAME,
        COVER_85,
        told("破了", COVER, address=door("云杉路", "85"), east_m=40, error_m=30, days=3),
        id="a cover by its address only, geocoded across the street",
    ),
    pytest.param(
        DIFFERENT,
        COVER_85,
        told("云杉路95号门口污水井盖破损", COVER, east_m=40, minutes=30),
        id="two broken covers 40 m apart",
    ),
    pytest.param(
        RELATED,
        COVER_85,
        told("云杉路91号门口污水井盖破损", COVER, east_m=20, error_m=15, minutes=30),
        id="two broken covers at two doors 20 m apart",
    ),
    pytest.param(
        LIKELY,
        COVER_85,
        told("污水井盖破损", COVER, east_m=25, error_m=20, minutes=30),
        id="a cover 25 m off by a coarse point",
    ),
    pytest.param(
        SAME,
        told("云杉路路灯不亮", LAMP),
        told("路灯坏了好几天", LAMP, east_m=3, days=5),
        id="a dark lamp, told twice in a week",
    ),
    pytest.param(
        DIFFERENT,
        told("云杉路路灯不亮", LAMP),
        told("云杉路路灯不亮", LAMP, east_m=35, minutes=2),
        id="the next lamp, in the same words",
    ),
    pytest.param(
        LIKELY,
        told(category=COVER, by="xueliang_video", device="c-1", error_m=2),
        told(category=COVER, by="xueliang_video", device="c-2", error_m=2, east_m=8),
        id="two cover sensors side by side, after rain",
    ),
    pytest.param(
        SAME,
        told(category=COVER, by="xueliang_video", device="c-1", nowhere="sensor"),
        told(category=COVER, by="xueliang_video", device="c-1", nowhere="sensor", days=1),
        id="one cover sensor, the next day",
    ),
    pytest.param(
        SAME,
        told("垃圾成堆没人清", GARBAGE),
        told("白榆路口垃圾堆了一地", GARBAGE, by="urban_management", east_m=15, days=1),
        id="one heap of garbage, next day",
    ),
    pytest.param(
        DIFFERENT,
        told("垃圾成堆没人清", GARBAGE),
        told("垃圾成堆没人清", GARBAGE, east_m=90),
        id="another heap, same words",
    ),
]

GRILL = told("云杉路老杨烧烤店噪音大，半夜还在放音乐，无法休息", NOISE)

STREETS = [
    pytest.param(
        SAME,
        GRILL,
        told("老杨烧烤店音响太吵，晚上睡不着", NOISE, east_m=40, minutes=60),
        id="one loud shop, heard from another house",
    ),
    pytest.param(
        SAME,
        GRILL,
        told(
            "老杨烧烤店通宵营业，楼上住着老人孩子，根本没法休息",
            NOISE,
            by="police_grid",
            east_m=75,
            minutes=660,
        ),
        id="one loud shop, only named, far down the street",
    ),
    pytest.param(
        LIKELY,
        GRILL,
        told("楼下商家深夜噪音扰民", NOISE, by="police_grid", east_m=20, minutes=30),
        id="noise, shop not named",
    ),
    pytest.param(
        RELATED,
        GRILL,
        told("小海棠火锅店噪音大，半夜还在放音乐", NOISE, east_m=60, minutes=30),
        id="the loud shop across the street",
    ),
    pytest.param(
        DIFFERENT,
        GRILL,
        told("老杨烧烤店油烟大", ODOUR, east_m=5, minutes=10),
        id="smoke of the same shop is another matter",
    ),
    pytest.param(
        SAME,
        told("流动摊贩占道", VENDOR),
        told("有人无证摆摊卖水果", VENDOR, by="urban_management", east_m=12, minutes=40),
        id="one vendor, two words",
    ),
    pytest.param(
        LIKELY,
        told("流动摊贩占道经营", VENDOR),
        told("店外经营占道", SHOP_OUTSIDE, by="xueliang_video", east_m=15, error_m=15, minutes=20),
        id="vendor or shop, two tables",
    ),
    pytest.param(
        DIFFERENT,
        told("流动摊贩占道", VENDOR),
        told("流动摊贩占道", VENDOR, days=2),
        id="the vendor of two days later",
    ),
]

UPSTAIRS = told(
    "楼上深夜拖动桌椅，多次沟通无果",
    NEIGHBOURS,
    address=door(estate="青杏园", building="3", room="402"),
    address_id="a-3",
)
NOODLES = told("在柳记面馆吃出虫子", FOOD, address=door("云杉路", "12"), address_id="a-12")

ADDRESSES = [
    pytest.param(
        SAME,
        UPSTAIRS,
        told(
            "楼上深夜拖动桌椅，沟通多次没有结果",
            NEIGHBOURS,
            by="police_grid",
            address=door(estate="青杏园", building="3", room="402"),
            address_id="a-3",
            days=20,
        ),
        id="a dispute, told to the police grid three weeks later",
    ),
    pytest.param(
        LIKELY,
        UPSTAIRS,
        told(
            "邻居吵闹，要求调解",
            NEIGHBOURS,
            by="police_grid",
            address=door(estate="青杏园", building="3"),
            address_id="a-3",
            days=2,
        ),
        id="a dispute in the same house, other words",
    ),
    pytest.param(
        RELATED,
        UPSTAIRS,
        told(
            "楼上深夜拖动桌椅，多次沟通无果",
            NEIGHBOURS,
            address=door(estate="青杏园", building="3", room="602"),
            address_id="a-3",
            days=2,
        ),
        id="the same trouble in another flat",
    ),
    pytest.param(
        RELATED,
        UPSTAIRS,
        told(
            "楼上深夜拖动桌椅，多次沟通无果",
            NEIGHBOURS,
            address=door(estate="青杏园", building="5"),
            address_id="a-5",
            east_m=30,
            days=2,
        ),
        id="the same trouble in the next house",
    ),
    pytest.param(
        SAME,
        NOODLES,
        told(
            "柳记面馆吃出虫子，要求处理",
            FOOD,
            by="market_supervision",
            address=door("云杉路", "12"),
            address_id="a-12",
            days=1,
        ),
        id="one meal, told to two systems",
    ),
    pytest.param(
        DIFFERENT,
        NOODLES,
        told(
            "在好运小吃店吃出虫子",
            FOOD,
            address=door("云杉路", "14"),
            address_id="a-14",
            east_m=8,
            minutes=50,
        ),
        id="two shops next door",
    ),
    pytest.param(
        LIKELY,
        NOODLES,
        told(
            "柳记面馆后厨脏乱，工作人员不戴口罩",
            FOOD,
            address=door("云杉路", "12"),
            address_id="a-12",
            days=4,
        ),
        id="another complaint about the same shop",
    ),
    pytest.param(
        DIFFERENT,
        NOODLES,
        told("柳记面馆办卡后不退钱", CARD, address=door("云杉路", "12"), address_id="a-12", days=1),
        id="another kind of complaint about the same shop",
    ),
    pytest.param(
        LIKELY, NOODLES, told("面馆吃出虫子", FOOD, east_m=6, days=1), id="a meal without an address"
    ),
    pytest.param(
        LIKELY,
        told("咨询养老金何时到账", PENSION, address=door(estate="青杏园", building="3"), address_id="a-3"),
        told(
            "咨询社保卡怎么补办",
            PENSION,
            address=door(estate="青杏园", building="3"),
            address_id="a-3",
            days=1,
        ),
        id="two questions from one house",
    ),
]

PLACES = [
    pytest.param(
        SAME,
        told("云杉路85号水管爆裂", nowhere="address only", address=door("云杉路", "85")),
        told("云杉路85号水管爆了一直喷水", nowhere="address only", address=door("云杉路", "85"), minutes=10),
        id="two addresses, no point at all",
    ),
    pytest.param(
        DIFFERENT,
        told("云杉路85号水管爆裂", nowhere="address only", address=door("云杉路", "85")),
        told("云杉路12号水管爆裂", nowhere="address only", address=door("云杉路", "12"), minutes=10),
        id="two doors, no point at all",
    ),
    pytest.param(
        DIFFERENT,
        told("水管爆裂，水漫一地", nowhere="not said"),
        told("水管爆裂，水漫一地", nowhere="not said", minutes=1),
        id="the same words, no place",
    ),
    pytest.param(
        DIFFERENT,
        told("水管爆裂", error_m=500),
        told("水管爆裂", error_m=500, minutes=1),
        id="points too coarse to mean anything",
    ),
    pytest.param(
        DIFFERENT,
        told("水管爆裂"),
        told("水管爆裂", error_m=500, minutes=1),
        id="one point too coarse to mean anything",
    ),
    pytest.param(
        DIFFERENT,
        told("水管爆裂", error_m=500),
        told("水管爆裂", minutes=1),
        id="the known point too coarse to mean anything",
    ),
    pytest.param(
        SAME,
        told("垃圾成堆", GARBAGE, address_id="a-7"),
        told(
            "垃圾成堆，路面很脏",
            DIRTY_ROAD,
            by="urban_management",
            address_id="a-7",
            east_m=45,
            error_m=40,
            minutes=50,
        ),
        id="kin at one entry of the address table",
    ),
    pytest.param(
        LIKELY,
        told("垃圾成堆", GARBAGE),
        told("垃圾成堆，路面很脏", DIRTY_ROAD, by="urban_management", east_m=48, error_m=40, minutes=50),
        id="kin near each other, no address",
    ),
    pytest.param(
        SAME,
        told("水管爆裂", error_m=150, address_id="a-9"),
        told("自来水管爆了", error_m=150, east_m=160, address_id="a-9", minutes=8),
        id="two coarse points at one address",
    ),
]

OTHERS = [
    pytest.param(
        DIFFERENT,
        told("水管爆裂", UNMAPPED),
        told("水管爆裂", UNMAPPED, minutes=1),
        id="a code that no table knows",
    ),
    pytest.param(
        DIFFERENT,
        told("水管爆裂", ref="7", part="complaint"),
        told("水管爆裂", ref="7", part="report"),
        id="two matters of one letter",
        marks=pytest.mark.nasty("N13", "N14"),
    ),
    pytest.param(
        DIFFERENT,
        told("水管爆裂", secret="保密"),
        told("水管爆裂", minutes=1),
        id="a secret report is known",
        marks=pytest.mark.nasty("N16"),
    ),
    pytest.param(
        DIFFERENT,
        told("水管爆裂"),
        told("水管爆裂", secret="保密", minutes=1),
        id="a secret report comes in",
        marks=pytest.mark.nasty("N16"),
    ),
]


@pytest.mark.parametrize(
    ("verdict", "known", "report"), [*BURST_PIPE, *THINGS, *STREETS, *ADDRESSES, *PLACES, *OTHERS]
)
def test_two_reports_stand_to_each_other(verdict: Verdict, known: Sighting, report: Sighting) -> None:
    judgement = judge(report, matter(known), RULES)
    assert verdict == judgement.verdict, judgement.reasons


def test_of_a_long_incident_only_the_first_and_the_latest_reports_are_compared() -> None:
    reports = [told("水管爆裂", ref=str(n), north_m=1_000 if n == 5 else 0) for n in range(30)]
    there = told("水管爆裂", ref="there", north_m=1_000)
    assert judge(there, matter(*reports[:7]), RULES).verdict is not DIFFERENT
    assert judge(there, matter(*reports), RULES).verdict is DIFFERENT
    assert judge(there, matter(*reports[:12]), RULES).verdict is not DIFFERENT  # the seventh from the end


def test_every_judgement_says_why_in_figures_of_ours() -> None:
    reasons = judge(told("云杉路85号水管爆了", east_m=12, minutes=7), matter(BURST), RULES).reasons
    facts = {reason.rule: reason.facts for reason in reasons}
    assert facts["rule"] == {"name": "sudden"}
    assert facts["distance"] == {"metres": 12.0, "reach_m": 57.07, "points": 1.76}
    assert facts["time"] == {"minutes": 7, "points": 0.53}
    assert set(facts) == {"rule", "distance", "same_door", "same_category", "words", "time"}
