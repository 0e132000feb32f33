"""Coordinates, shared words and remarks, as people and systems write them."""

import pytest

from hub.model import Crs, Position, RequestType, Satisfaction, Stage, Urgency
from hub.plugin.notes import flags_of, looks_like_a_test, original_numbers
from hub.plugin.points import both_of, crs_of, point_of
from hub.plugin.words import meanings, request_type_of, satisfaction_of, stage_of, told_as, urgency_of


@pytest.mark.nasty("N43", "N44")
@pytest.mark.parametrize(
    ("x", "y", "position"),
    [
        pytest.param("120.851234", "32.0012", Position(120.851234, 32.0012, Crs.WGS84, 4), id="plain"),
        pytest.param("120.85", "32.00", Position(120.85, 32.0, Crs.WGS84, 2), id="two decimals"),
        pytest.param("121", "32", Position(121, 32, Crs.WGS84, 0), id="whole degrees"),
        pytest.param("32.0", "120.9", Position(32.0, 120.9, Crs.WGS84, 1), id="swapped: the hub judges"),
        pytest.param("-120.8", "32.1", Position(-120.8, 32.1, Crs.WGS84, 1), id="negative: the hub judges"),
        pytest.param("１２０.８", "32.1", Position(120.8, 32.1, Crs.WGS84, 1), id="full width"),
        pytest.param("120°30'", "32°30'36\"", Position(120.5, 32.51, Crs.WGS84, 3), id="degrees and minutes"),
        pytest.param("40512345.6", "3541234.5", Position(40512345.6, 3541234.5, Crs.WGS84, 1), id="metres"),
        *(
            pytest.param(x, y, None, id=f"none: {x!r} {y!r}")
            for x, y in [
                ("", ""),
                ("120.8", ""),
                ("0", "0"),
                ("0.0", "32"),
                ("null", "null"),
                ("NaN", "1"),
                ("东", "北"),
                ("1e400", "x"),
            ]
        ),
    ],
)
def test_a_point_is_taken_as_sent_or_not_at_all(x: str, y: str, position: Position | None) -> None:
    assert point_of(x, y, Crs.WGS84) == position


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("120.85,32.00", ("120.85", "32.00")),
        (" 120.85； 32.00 ", ("120.85", "32.00")),
        ("120.85", None),
        ("", None),
    ],
)
def test_east_and_north_may_stand_in_one_text(text: str, both: tuple[str, str] | None) -> None:
    assert both_of(text) == both


@pytest.mark.nasty("N45")
@pytest.mark.parametrize(
    ("named", "crs"), [("GCJ-02", Crs.GCJ02), ("高德", Crs.GCJ02), ("", Crs.WGS84), ("火星", Crs.WGS84)]
)
def test_a_coordinate_system_has_many_names_and_one_that_nobody_knows_is_none(named: str, crs: Crs) -> None:
    assert crs_of(named, Crs.WGS84) is crs


@pytest.mark.nasty("N28")
@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("结案", Stage.CLOSED),
        ("已办结", Stage.DONE_BY_DEPT),
        ("办结", Stage.DONE_BY_DEPT),
        ("Closed", Stage.CLOSED),
        ("退 单", Stage.RETURNED),
        ("已发布", Stage.RECEIVED),
        ("抢修中", Stage.IN_PROGRESS),
        ("提前恢复", Stage.DONE_BY_DEPT),
        ("取消", Stage.CANCELLED),
        ("", Stage.RECEIVED),
        ("某某", Stage.UNKNOWN),
    ],
)
def test_a_stage_has_many_words(word: str, stage: Stage) -> None:
    assert stage_of(word) is stage


@pytest.mark.nasty("N81")
@pytest.mark.parametrize(
    ("word", "satisfaction"),
    [
        ("满意", Satisfaction.SATISFIED),
        ("基本 满意", Satisfaction.SATISFIED),
        ("一般", Satisfaction.NEUTRAL),
        ("非常不满意", Satisfaction.DISSATISFIED),
        ("未评价", None),
        ("未接通", None),
        ("", None),
    ],
)
def test_a_requester_is_content_or_not_or_was_not_asked(word: str, satisfaction: Satisfaction | None) -> None:
    assert satisfaction is satisfaction_of(word)
    assert Satisfaction.NEUTRAL is satisfaction_of("3.0", {"3": Satisfaction.NEUTRAL})


def test_a_systems_own_numbers_win_over_shared_words() -> None:
    assert stage_of("5.0", {"5": Stage.CLOSED}) is Stage.CLOSED
    assert stage_of("结案", {"结案": Stage.DONE_BY_DEPT}) is Stage.DONE_BY_DEPT


def test_a_systems_own_words_are_written_as_a_list_for_each_meaning() -> None:
    own = meanings(Stage, received="10", closed="50 完结")
    assert [stage_of(word, own) for word in ("10", "50.0", "完结")] == [
        Stage.RECEIVED,
        Stage.CLOSED,
        Stage.CLOSED,
    ]
    assert told_as(closed="归档") == {Stage.CLOSED: "归档"}


def test_a_word_with_two_meanings_or_none_is_the_authors_mistake() -> None:
    with pytest.raises(ValueError, match="two"):
        meanings(Stage, received="10", closed="10")
    with pytest.raises(ValueError, match="finished"):
        meanings(Stage, finished="10")
    with pytest.raises(ValueError, match="finished"):
        told_as(finished="10")


@pytest.mark.parametrize(
    ("word", "urgency"),
    [
        ("特急", Urgency.CRITICAL),
        ("红", Urgency.CRITICAL),
        ("紧急", Urgency.URGENT),
        ("", Urgency.ROUTINE),
        ("??", Urgency.ROUTINE),
    ],
)
def test_urgency_is_one_scale(word: str, urgency: Urgency) -> None:
    assert urgency_of(word) is urgency


@pytest.mark.parametrize(
    ("word", "kind"),
    [("投诉举报", RequestType.COMPLAINT), ("表扬", RequestType.THANKS), ("意见", RequestType.OTHER)],
)
def test_request_types_have_words(word: str, kind: RequestType) -> None:
    assert request_type_of(word) is kind


@pytest.mark.nasty("N10")
@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("重复件 原单号：HL2026030900012", ("HL2026030900012",)),
        ("重复件，原工单编号为hl2026030900012，请并单", ("HL2026030900012",)),
        ("原单号ＨＬ２０２６０３０９０００１２", ("HL2026030900012",)),
        ("原单号 HL2026030900012；原单号 HL2026030900013", ("HL2026030900012", "HL2026030900013")),
        ("原因不明，联系 13800000000", ()),
        ("原单号 HL2026031000001", ()),
        ("", ()),
    ],
)
def test_a_duplicate_note_names_other_numbers_only(words: str, numbers: tuple[str, ...]) -> None:
    assert original_numbers(words, own={"HL2026031000001"}) == numbers


@pytest.mark.nasty("N77")
@pytest.mark.parametrize(
    ("words", "test"),
    [
        ("测试工单", True),
        ("【测试】勿动", True),
        ("系统联调，请勿派单", True),
        ("消防栓水压测试不合格", False),
        ("来电人测试甲反映井盖缺失", False),
        ("", False),
    ],
)
def test_trial_runs_are_noticed_and_people_who_test_things_are_not(words: str, test: bool) -> None:
    assert looks_like_a_test(words) is test
    assert flags_of(words) == (("test_data",) if test else ())
