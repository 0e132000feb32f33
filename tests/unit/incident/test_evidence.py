"""What a judgement tells of its evidence, ground by ground: a clerk reads there why, and what was missing."""

from dataclasses import replace
from math import exp

import pytest

from hub.incident import Candidate, Sighting, judge
from hub.incident.decide import Join, Open, decide
from hub.incident.evidence import reach_m
from hub.model import IncidentState, Verdict
from tests.unit.incident.reports import COVER, FLOODED, FOOD, LAMP, NOISE, RULES, door, matter, told

BURST = told("云杉路85号门口自来水管爆裂，水柱有两米高，路面全是水")
NOISY = told("星光烧烤店噪音", NOISE)
MILK = "超市卖过期牛奶"
AT_85, AT_87 = door("云杉路", "85"), door("云杉路", "87")
SENSOR = told(category=COVER, by="xueliang_video", device="d1")


@pytest.mark.parametrize(
    ("known", "report", "grounds"),
    [
        pytest.param(
            BURST,
            told("云杉路水管爆裂", east_m=70, error_m=40, minutes=5),
            "rule distance near_by_errors_only same_category words time",
            id="within reach by the errors of the points alone",
        ),
        pytest.param(
            BURST,
            told("云杉路水管还在漏", east_m=10, minutes=200),
            "rule distance same_category words time past_the_window",
            id="after the window",
        ),
        pytest.param(
            BURST,
            told("云杉路水管还在漏", east_m=10, minutes=120),
            "rule distance same_category words time",
            id="at the window's end",
        ),
        pytest.param(
            told("施工噪音", NOISE),
            told("半夜唱歌很吵", NOISE, east_m=20, minutes=60),
            "rule distance same_category no_shared_firm words time",
            id="a nuisance of nobody in particular",
        ),
        pytest.param(
            NOISY,
            told("星光烧烤店很吵", NOISE, east_m=20, minutes=60),
            "rule distance same_category same_firm words time",
            id="one firm",
        ),
        pytest.param(
            NOISY,
            told("月亮饭店很吵", NOISE, east_m=20, minutes=60),
            "rule distance same_category other_firm no_shared_firm words time",
            id="another firm",
        ),
        pytest.param(
            told(MILK, FOOD, address=AT_85),
            told(MILK, FOOD, address=AT_85, days=2),
            "rule distance same_door same_category words time",
            id="one door",
        ),
        pytest.param(
            told(MILK, FOOD, address=AT_85),
            told(MILK, FOOD, address=AT_87, days=2),
            "rule distance other_door other_address same_category no_shared_address words time",
            id="another door",
        ),
        pytest.param(
            told(MILK, FOOD),
            told(MILK, FOOD, days=2),
            "rule distance same_category no_shared_address words time",
            id="premises that nobody names",
        ),
        pytest.param(
            told(MILK, FOOD, address_id="a1"),
            told("老鼠", FOOD, address_id="a1", days=2),
            "rule distance same_address same_category words words_below_minimum time",
            id="one entry of the table, of another thing",
        ),
        pytest.param(
            told("", FOOD, address_id="a1"),
            told("", FOOD, address_id="a1", days=2),
            "rule distance same_address same_category no_words time",
            id="one entry of the table, without words",
        ),
        pytest.param(
            told(MILK, FOOD, address_id="a1"),
            told(MILK, FOOD, address_id="a2", days=2),
            "rule distance other_address same_category no_shared_address words time",
            id="another entry of the table",
        ),
        pytest.param(
            SENSOR,
            told(category=COVER, by="xueliang_video", device="d1", nowhere="sensor", minutes=9),
            "rule same_device same_category time",
            id="one sensor, without a point",
        ),
        pytest.param(
            SENSOR,
            told(category=COVER, by="xueliang_video", device="d2", minutes=9),
            "rule distance other_device same_category time",
            id="another sensor",
        ),
        pytest.param(
            SENSOR,
            told(category=COVER, by="urban_management", device="d1", minutes=9),
            "rule distance same_category time",
            id="the same number in another system",
        ),
        pytest.param(
            told("云杉路85号路灯不亮", LAMP),
            told("云杉路87号路灯不亮", LAMP, east_m=10, days=1),
            "rule distance other_door same_category words time",
            id="a thing before another door",
        ),
        pytest.param(
            BURST, told("水管", secret="保密"), "secret", id="a secret report", marks=pytest.mark.nasty("N16")
        ),
        pytest.param(BURST, told("水管", east_m=900), "nothing_shared", id="far away"),
    ],
)
def test_a_judgement_names_its_grounds_in_order(known: Sighting, report: Sighting, grounds: str) -> None:
    reasons = judge(report, matter(known), RULES).reasons
    assert grounds.split() == [one.rule for one in reasons]


@pytest.mark.parametrize(
    ("case", "grounds"),
    [
        pytest.param(
            matter(BURST, state=IncidentState.CLOSED, closed_days=0.1),
            "rule distance same_door same_category words incident_closed",
            id="closed",
        ),
        pytest.param(
            matter(BURST, state=IncidentState.VERIFIED, closed_days=0.1),
            "rule distance same_door same_category words incident_verified",
            id="verified",
        ),
        pytest.param(matter(BURST, state=IncidentState.MERGED), "merged_or_cancelled", id="merged"),
        pytest.param(matter(BURST, state=IncidentState.CANCELLED), "merged_or_cancelled", id="cancelled"),
    ],
)
def test_a_matter_s_state_is_among_the_grounds(case: Candidate, grounds: str) -> None:
    reasons = judge(told("云杉路85号又爆水管", days=3, east_m=3), case, RULES).reasons
    assert grounds.split() == [one.rule for one in reasons]


def test_a_matter_that_walked_away_from_its_first_report_says_so() -> None:
    case = matter(BURST, told("水管爆裂", east_m=75, minutes=5))
    judgement = judge(told("水管爆裂", east_m=125, minutes=9), case, RULES)
    assert "far_from_first_report" == judgement.reasons[-1].rule
    assert Verdict.LIKELY is judgement.verdict
    near = judge(told("水管爆裂", east_m=110, minutes=9), case, RULES)
    assert "far_from_first_report" not in [one.rule for one in near.reasons]


def test_figures_stand_beside_their_ground() -> None:
    kin = judge(told("积水", FLOODED, east_m=10, minutes=5), matter(BURST), RULES)
    facts = {one.rule: dict(one.facts) for one in kin.reasons}
    assert {"known": BURST.category, "points": -0.6} == facts["kin_category"]
    assert {"similarity": 0.0} == facts["words"]
    entry = judge(told(MILK, FOOD, address_id="a1", days=2), matter(told(MILK, FOOD, address_id="a1")), RULES)
    facts = {one.rule: dict(one.facts) for one in entry.reasons}
    assert {"address_id": "a1", "points": 2.0} == facts["same_address"]
    assert {"similarity": 1.0, "points": 1.2} == facts["words"]
    capped = judge(told(MILK, FOOD, days=2), matter(told(MILK, FOOD)), RULES)
    assert {} == next(one.facts for one in capped.reasons if "no_shared_address" == one.rule)


@pytest.mark.parametrize(
    "report",
    [
        told("云杉路水管爆裂", east_m=70, error_m=40, minutes=5),
        told("云杉路水管还在漏", east_m=10, minutes=200),
        told("积水", FLOODED, east_m=10, minutes=5),
    ],
)
def test_the_score_is_what_the_points_told_add_up_to(report: Sighting) -> None:
    judgement = judge(report, matter(BURST), RULES)
    points = sum(float(one.facts.get("points", 0)) for one in judgement.reasons)
    assert 1 / (1 + exp(-points)) == pytest.approx(judgement.score, abs=0.005)


def test_what_is_certain_has_no_score_between() -> None:
    assert 0.0 == judge(told("水管", secret="保密"), matter(BURST), RULES).score
    joined = decide(told("别的", ref="7", east_m=5_000), [matter(told("水管", ref="7"))], RULES)
    assert isinstance(joined, Join)
    assert (1.0, Verdict.SAME) == (joined.judgement.score, joined.judgement.verdict)


def test_of_several_matters_of_one_number_the_oldest_comes_first() -> None:
    """Closed ones are repeated, oldest first; open ones joined, the nearest or else the oldest."""
    closed = IncidentState.VERIFIED
    new = matter(told("水管", ref="7", days=2), state=closed, closed_days=1, name="a")
    old = matter(told("水管", ref="7"), state=closed, closed_days=1, name="z")
    report = told("水管", ref="7", days=9, nowhere="unknown")
    opened = decide(report, [new, old], RULES)
    assert isinstance(opened, Open)
    assert ["z", "a"] == [one.incident_id for one in opened.recurrences]
    assert "z" == opened.recurrence_of
    alarm = told(category=COVER, by="xueliang_video", ref="3", device="d1", minutes=9, nowhere="sensor")
    first = matter(told(category=COVER, by="xueliang_video", ref="1", device="d1"), name="z")
    later = matter(told(category=COVER, by="xueliang_video", ref="2", device="d1", minutes=5), name="a")
    folded = decide(alarm, [later, first], RULES)
    assert isinstance(folded, Join)
    assert "z" == folded.incident_id


def test_points_without_an_error_lie_as_far_apart_as_the_rule_says_and_no_further() -> None:
    one, other = (replace(told("水管爆裂"), error_m=None) for _ in range(2))
    rule = RULES.between(one.category, other.category)
    assert rule is not None
    assert rule.distance_m == reach_m(one, other, rule)
    assert rule.distance_m + 5.0 == pytest.approx(reach_m(one, told("水管爆裂", error_m=5.0), rule))


def test_the_time_between_two_reports_is_told_in_whole_minutes() -> None:
    judgement = judge(told("水管爆裂", minutes=2.5), matter(told("水管爆裂")), RULES)
    (time,) = (one for one in judgement.reasons if one.rule == "time")
    assert isinstance(time.facts["minutes"], int)
    assert 2 == time.facts["minutes"]


def test_a_door_is_found_again_behind_one_that_the_other_report_does_not_know() -> None:
    one, other = told("水管爆裂", nowhere="x"), told("水管爆裂", minutes=1, nowhere="x")
    mine = replace(one, features=replace(one.features, doors={1: frozenset({7}), 2: frozenset({5})}))
    known = replace(other, features=replace(other.features, doors={2: frozenset({5})}))
    assert "same_door" in {reason.rule for reason in judge(mine, matter(known), RULES).reasons}


def test_a_report_without_a_device_shares_no_place_with_one_that_has_one() -> None:
    nowhere = told("水管爆裂", nowhere="x", minutes=1)
    judgement = judge(nowhere, matter(told("水管爆裂", nowhere="x", device="d1")), RULES)
    assert judgement.verdict not in (Verdict.SAME, Verdict.LIKELY)


def test_rooms_of_one_number_behind_two_doors_of_a_road_are_two_rooms() -> None:
    flats = [
        told("漏水", address=door("云杉路", number, building="3栋", room="502"))
        for number in ("12号", "14号")
    ]
    assert flats[0].features.doors.keys() != flats[1].features.doors.keys()
