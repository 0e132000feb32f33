"""Which incident a report joins: certain ties, secrecy, closed matters, and the best of several."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.incident import Candidate, Join, Open, Sighting, decide
from hub.model import Alias, IncidentState, Reason, Verdict
from tests.unit.incident.reports import COVER, FLOODED, GARBAGE, LAMP, PIPE, RULES, UNMAPPED, matter, told

CLOSED, VERIFIED, CANCELLED, MERGED = (
    IncidentState.CLOSED,
    IncidentState.VERIFIED,
    IncidentState.CANCELLED,
    IncidentState.MERGED,
)


def joined(decision: Join | Open) -> str | None:
    return str(decision.incident_id) if isinstance(decision, Join) else None


def rules_of(decision: Join | Open) -> list[str]:
    return [reason.rule for reason in decision.judgement.reasons] if isinstance(decision, Join) else []


def test_a_report_without_neighbours_opens_its_own_incident() -> None:
    assert Open() == decide(told("水管爆裂"), [], RULES)


def test_twenty_neighbours_about_one_pipe_make_one_incident() -> None:
    words = ("水管爆了", "路上喷水", "自来水管破裂", "一直在漏水", "水漫到楼道里")
    case = matter(told("云杉路水管爆裂", ref="0"), name="burst")
    for n in range(1, 20):
        report = told(words[n % 5], ref=str(n), east_m=(n * 7) % 25, north_m=-(n * 5) % 20, minutes=n / 2)
        decision = decide(report, [case], RULES)
        assert joined(decision) == "burst"
        case = matter(*case.sightings, report, name="burst")


@pytest.mark.nasty("N06")
def test_the_second_number_of_one_order_links_across_sources_whatever_the_rest_says() -> None:
    hotline = told("水管爆裂", ref="GD-1", aliases=(Alias("urban_management", "CG-9"),))
    city = told("路灯不亮", LAMP, by="urban_management", ref="CG-9", east_m=900, days=3)
    decision = decide(city, [matter(hotline, name="one")], RULES)
    assert joined(decision) == "one"
    assert rules_of(decision) == ["same_number"]


@pytest.mark.nasty("N06")
def test_one_number_given_by_two_systems_is_no_tie() -> None:
    one = told("水管爆裂", ref="000123")
    assert isinstance(
        decide(told("水管爆裂", LAMP, by="police_grid", ref="000123"), [matter(one)], RULES), Open
    )


@pytest.mark.nasty("N10")
def test_a_report_that_names_the_original_number_joins_it() -> None:
    original = told("水管爆裂", ref="2026-7")
    again = told("重复件，仍未解决", ref="2026-9", same_as=("2026-7",), days=5)
    assert joined(decide(again, [matter(original, name="one")], RULES)) == "one"


@pytest.mark.nasty("N10")
def test_a_report_that_was_named_before_it_came_joins_and_says_by_whom() -> None:
    again = told("重复件，仍未解决", ref="2026-9", same_as=("2026-7",), days=5)
    original = told("路灯不亮", LAMP, ref="2026-7", east_m=900)
    decision = decide(original, [matter(again, name="one")], RULES)
    assert isinstance(decision, Join)
    assert ("one", Verdict.SAME) == (decision.incident_id, decision.judgement.verdict)
    (why,) = decision.judgement.reasons
    assert Reason("same_number", {"how": "named", "report": again.event_key}) == why


@pytest.mark.nasty("N10")
def test_a_report_that_was_named_by_what_is_verified_by_now_repeats_it() -> None:
    again = matter(
        told("重复件", ref="2026-9", same_as=("2026-7",)), state=VERIFIED, closed_days=2, name="one"
    )
    decision = decide(told("路灯不亮", LAMP, ref="2026-7", east_m=900, days=5), [again], RULES)
    assert isinstance(decision, Open)
    assert ("one", ["same_number"]) == (decision.recurrence_of, [one.rule for one in decision.reasons])


@pytest.mark.nasty("N10")
def test_a_report_that_names_a_verified_original_repeats_it() -> None:
    original = matter(told("水管爆裂", ref="2026-7"), state=VERIFIED, closed_days=2, name="one")
    decision = decide(told("重复件", ref="2026-9", same_as=("2026-7",), days=5), [original], RULES)
    assert isinstance(decision, Open)
    assert decision.recurrence_of == "one"
    assert [reason.rule for reason in decision.reasons] == ["same_number"]


@pytest.mark.nasty("N10")
@pytest.mark.parametrize(
    ("state", "days", "outcome"),
    [
        pytest.param(IncidentState.OPEN, 20.0, "joins", id="a cover still open after three weeks"),
        pytest.param(CLOSED, 14.0, "joins", id="a cover closed four days ago, unverified"),
        pytest.param(CLOSED, 20.0, "repeats", id="a cover closed ten days ago"),
        pytest.param(VERIFIED, 11.0, "repeats", id="a cover verified yesterday"),
        pytest.param(VERIFIED, 2.0, "repeats", id="a late report of a verified cover"),
        pytest.param(VERIFIED, 200.0, "opens", id="a cover verified half a year ago"),
        pytest.param(CANCELLED, 11.0, "opens", id="a cancelled cover"),
        pytest.param(MERGED, 11.0, "opens", id="a cover merged into another"),
    ],
)
def test_a_closed_matter_takes_reports_only_in_its_grace(
    state: IncidentState, days: float, outcome: str
) -> None:
    closed = None if state is IncidentState.OPEN else 10.0
    case = matter(told("井盖破损", COVER), state=state, closed_days=closed, name="one")
    decision = decide(told("井盖破损了", COVER, by="police_grid", east_m=3, days=days), [case], RULES)
    seen = (
        "joins"
        if joined(decision)
        else "repeats"
        if isinstance(decision, Open) and decision.recurrence_of
        else "opens"
    )
    assert outcome == seen


@pytest.mark.nasty("N10")
@pytest.mark.parametrize(
    ("state", "days", "category", "outcome"),
    [
        pytest.param(CLOSED, 16.0, COVER, "joins", id="a cover, six days after it was closed"),
        pytest.param(CLOSED, 18.0, COVER, "repeats", id="a cover, eight days after it was closed"),
        pytest.param(CLOSED, 9.0, PIPE, "joins", id="a pipe that burst before it was closed"),
        pytest.param(CLOSED, 11.0, PIPE, "repeats", id="a pipe: no grace"),
        pytest.param(CLOSED, 11.0, UNMAPPED, "repeats", id="a code without a rule has no grace"),
        pytest.param(VERIFIED, 9.0, COVER, "repeats", id="verified"),
    ],
)
def test_a_number_ties_to_a_closed_matter_only_in_its_grace(
    state: IncidentState, days: float, category: str, outcome: str
) -> None:
    case = matter(told("原单", category, ref="2026-7"), state=state, closed_days=10.0, name="one")
    decision = decide(told("重复件", LAMP, ref="2026-9", same_as=("2026-7",), days=days), [case], RULES)
    assert outcome == ("joins" if joined(decision) else "repeats")
    assert isinstance(decision, Join) or decision.recurrence_of == "one"


@pytest.mark.nasty("N16")
def test_a_secret_report_is_tied_to_nothing_even_by_number() -> None:
    one = told("水管爆裂", ref="1")
    assert Open() == decide(told("水管爆裂", ref="2", same_as=("1",), secret="保密"), [matter(one)], RULES)


@pytest.mark.nasty("N16")
def test_nothing_joins_an_incident_with_a_secret_report_even_by_number() -> None:
    case = matter(told("水管爆裂", ref="1"), told("水管爆裂", ref="3", secret="保密"))
    assert Open() == decide(told("水管爆裂", ref="2", same_as=("1",)), [case], RULES)


@pytest.mark.nasty("N13", "N14")
def test_the_matters_of_one_order_stay_apart() -> None:
    parts = [
        told(words, category, ref="1", part=part)
        for words, category, part in (
            ("水管爆裂", PIPE, "a"),
            ("路面积水", FLOODED, "b"),
            ("垃圾没清", GARBAGE, "c"),
        )
    ]
    known: list[Candidate] = []
    for part in parts:
        assert Open() == decide(part, known, RULES)
        known.append(matter(part))


@pytest.mark.nasty("N13", "N14")
def test_the_matters_of_one_order_stay_apart_though_another_report_names_the_order() -> None:
    again = told("重复件", ref="9", same_as=("1",))
    first = told("水管爆裂", ref="1", part="a", east_m=900)
    case = matter(again, first, name="one")
    assert joined(decide(first, [matter(again, name="one")], RULES)) == "one"
    assert Open() == decide(told("垃圾没清", GARBAGE, ref="1", part="b", east_m=2000), [case], RULES)


def test_of_two_tied_matters_the_one_that_tells_the_same_is_joined() -> None:
    ties = (Alias("12315", "X-1"),)
    complaint = matter(told("水管爆裂", ref="1", part="a", aliases=ties), name="a")
    other = matter(told("垃圾没清", GARBAGE, ref="1", part="b", aliases=ties), name="b")
    report = told("垃圾堆了很久", GARBAGE, by="urban_management", ref="9", aliases=ties, minutes=30)
    decision = decide(report, [complaint, other], RULES)
    assert joined(decision) == "b"
    assert isinstance(decision, Join)
    assert decision.likely == ()  # two parts of one letter: its source told them apart


def test_of_two_tied_matters_neither_of_which_is_near_the_older_one_is_joined() -> None:
    older = matter(told("水管爆裂", ref="1", aliases=(Alias("12315", "X-1"),)), name="z")
    newer = matter(told("水管爆裂", ref="2", aliases=(Alias("12315", "X-1"),), minutes=5), name="a")
    report = told(
        "路灯不亮", LAMP, by="urban_management", ref="9", aliases=(Alias("12315", "X-1"),), east_m=5_000
    )
    for known in ([older, newer], [newer, older]):
        decision = decide(report, known, RULES)
        assert isinstance(decision, Join)
        assert decision.incident_id == "z"
        assert [near.incident_id for near in decision.likely] == ["a"]


def test_of_two_tied_matters_a_person_is_asked_about_the_other() -> None:
    ties = (Alias("12315", "X-1"),)
    one = matter(told("水管爆裂", ref="1"), name="one")
    other = matter(told("水管爆裂", ref="2", aliases=ties, east_m=3000), name="other")
    report = told("水管爆裂", by="urban_management", ref="9", aliases=(*ties, Alias("hotline_12345", "1")))
    decision = decide(report, [other, one], RULES)
    assert isinstance(decision, Join)
    assert decision.incident_id == "one"
    assert [near.incident_id for near in decision.likely] == ["other"]


def test_the_likely_wait_for_a_person_best_first() -> None:
    near = matter(told(category=FLOODED, by="xueliang_video", east_m=60), name="near")
    far = matter(told(category=FLOODED, by="xueliang_video", east_m=85), name="far")
    decision = decide(told("云杉路水管爆裂"), [far, near], RULES)
    assert isinstance(decision, Open)
    assert [one.incident_id for one in decision.likely] == ["near", "far"]
    assert all(one.judgement.verdict is Verdict.LIKELY for one in decision.likely)


def test_of_two_equally_near_matters_the_older_takes_the_report() -> None:
    older = matter(told("水管爆裂", ref="1"), name="z")
    newer = matter(told("水管爆裂", ref="2", minutes=20), name="a")
    report = told("水管爆裂", ref="3", minutes=10)
    assert joined(decide(report, [newer, older], RULES)) == "z"
    assert joined(decide(report, [older, newer], RULES)) == "z"


def test_an_unmapped_report_opens_its_own_incident() -> None:
    assert Open() == decide(told("水管爆裂", UNMAPPED), [matter(told("水管爆裂", UNMAPPED, ref="2"))], RULES)


def test_reports_that_follow_each_other_down_the_street_do_not_become_one_matter() -> None:
    case = matter(told("水管爆裂", ref="0"), name="one")
    for n in range(1, 30):
        report = told("水管爆裂", ref=str(n), east_m=n * 20, minutes=n)
        if joined(decide(report, [case], RULES)) is None:
            break
        case = matter(*case.sightings, report, name="one")
    assert n * 20 <= 2 * 60


def test_a_number_of_a_verified_matter_does_not_keep_a_report_from_an_open_one() -> None:
    old = matter(told("水管爆裂", ref="7"), state=VERIFIED, closed_days=1, name="old")
    open_ = matter(told("云杉路85号水管爆裂", ref="8", days=9), name="new")
    report = told("云杉路85号水管爆裂", ref="7", days=9, minutes=5)
    assert joined(decide(report, [old, open_], RULES)) == "new"


@pytest.mark.nasty("N75")
def test_one_flapping_sensor_makes_one_incident_and_every_alarm_is_counted() -> None:
    case = matter(told(category=COVER, by="xueliang_video", ref="0", device="door-1"), name="one")
    for n in range(1, 200):
        alarm = told(
            category=COVER, by="xueliang_video", ref=str(n), device="door-1", minutes=n, nowhere="sensor"
        )
        decision = decide(alarm, [case], RULES)
        assert rules_of(decision) == ["folded_alarm"]
        case = matter(case.sightings[0], alarm, name="one")


@pytest.mark.nasty("N75")
@pytest.mark.parametrize(
    ("device", "category", "minutes"),
    [
        pytest.param("door-2", COVER, 5, id="another sensor"),
        pytest.param("door-1", LAMP, 5, id="another kind of alarm"),
        pytest.param("door-1", COVER, 13 * 60, id="the night after"),
    ],
)
def test_what_is_not_the_same_alarm_is_not_folded(device: str, category: str, minutes: int) -> None:
    known = told(category=COVER, by="xueliang_video", ref="0", device="door-1", nowhere="sensor")
    alarm = told(category=category, by="xueliang_video", device=device, minutes=minutes, nowhere="sensor")
    assert "folded_alarm" not in rules_of(decide(alarm, [matter(known)], RULES))


NEAR_REPORTS = st.builds(
    lambda n, category, east, minutes, words: told(words, category, ref=str(n), east_m=east, minutes=minutes),
    st.integers(1, 10_000),
    st.sampled_from([PIPE, FLOODED, COVER]),
    st.integers(0, 150),
    st.integers(0, 200),
    st.sampled_from(["水管爆裂", "路面积水", "井盖破损", ""]),
)


@given(NEAR_REPORTS, st.lists(NEAR_REPORTS, max_size=4, unique_by=lambda one: one.source_ref))
def test_the_order_of_candidates_changes_nothing(report: Sighting, others: list[Sighting]) -> None:
    known = [matter(one) for one in others]
    decisions = [decide(report, list(order), RULES) for order in itertools.permutations(known)]
    assert all(decisions[0] == decision for decision in decisions)


@given(NEAR_REPORTS, NEAR_REPORTS, st.sampled_from([VERIFIED, CANCELLED, MERGED]))
def test_nothing_ever_joins_what_is_verified_cancelled_or_merged(
    report: Sighting, known: Sighting, state: IncidentState
) -> None:
    assert isinstance(decide(report, [matter(known, state=state, closed_days=1)], RULES), Open)
