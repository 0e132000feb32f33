"""The exchange service over a real socket: every failure mode of the platform, and write-back."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from gridplus_urban_management.adapter import CASE, UrbanManagement

from hub.errors import HubError, Refused, SignInAgain, TryLater
from hub.model import Crs, Person, Stage, Urgency
from hub.place.coords import to_cgcs2000
from hub.plugin import Answer, Fetches, Lists, Reads, Tells

if TYPE_CHECKING:
    from plugins.urban_management.tests.conftest import Desk, Say, Start

EARLIER = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
ONLY_SERVICE = ("no_view",)


def outcome(desk: "Desk") -> list[str]:
    """Each body's number, or the code that ends it."""
    told = []
    for body in desk.pull()[0]:
        try:
            told.append(desk.draft(body).source_ref[-1])
        except HubError as error:
            told.append(error.code)
    return told


def answer(**changes: object) -> Answer:
    told: dict[str, object] = {
        "source_ref": "UM20260310000001",
        "part": "",
        "stage": Stage.DONE_BY_DEPT,
        "at": EARLIER,
        "text": "已清理",
        "department": "城管",
        "nonce": "n1",
    }
    return Answer(**(told | changes))  # type: ignore[arg-type]  # a test's shorthand


def test_a_case_comes_through_as_it_was_entered(say: "Say", start: "Start") -> None:
    entered = say(
        code="B0102",
        condition="车行道",
        urgency=Urgency.CRITICAL,
        stage=Stage.DISPATCHED,
        requester=Person("测试甲", "13800000000"),
        grid_code="32990100100312",
    )
    desk = start(entered, failures=ONLY_SERVICE)
    desk.adapter.check()
    (draft,) = desk.drafts()
    assert (entered.ref, "cg-2023", "B0102") == (draft.source_ref, draft.category.table, draft.category.value)
    assert (draft.stage, draft.urgency, draft.condition) == (Stage.DISPATCHED, Urgency.CRITICAL, "车行道")
    assert (entered.occurred_at, entered.reported_at) == (draft.occurred_at, draft.reported_at)
    assert (entered.content, entered.address, entered.grid_code) == (
        draft.content,
        draft.address,
        draft.grid_code,
    )
    assert entered.requester == draft.requester
    assert draft.position is not None
    assert Crs.CGCS2000_GK is draft.position.crs
    assert pytest.approx(to_cgcs2000(draft.position), abs=1e-7) == (120.85, 32.0)


def test_pages_follow_each_other_without_gap_or_repeat(say: "Say", start: "Start") -> None:
    desk = start(*(say(number) for number in range(1, 8)), failures=ONLY_SERVICE, soap={"page_size": 3})
    assert [str(number) for number in range(1, 8)] == outcome(desk)
    bodies, cursor = desk.pull()
    assert desk.platform.said() == 7
    assert desk.platform.done()
    assert ([], cursor) == desk.pull(cursor)
    assert {CASE} == {body.kind for body in bodies}


@pytest.mark.nasty("N67", "errors and login pages inside HTTP 200")
@pytest.mark.nasty("N65", "rate limit and silent empty page")
@pytest.mark.parametrize(
    ("failure", "code"),
    [
        ("http_200_with_error", "S103"),
        ("html_login_page", "S104"),
        ("rate_limited", "S105"),
        ("server_error", "S102"),
        ("connection_reset", "S101"),
        ("half_an_answer", "S101"),
        ("silent_empty_page", "S110"),
        ("soap_fault", "S102"),
        ("xxe", "S104"),
    ],
)
def test_a_failing_service_is_tried_again_and_loses_nothing(
    say: "Say", start: "Start", failure: str, code: str
) -> None:
    desk = start(say(1), say(2), failures=(*ONLY_SERVICE, failure))
    for _ in range(2):
        with pytest.raises(TryLater) as caught:
            desk.adapter.read("")
        assert code == caught.value.code
    assert outcome(desk) == ["1", "2"]


def test_a_service_that_never_answers_is_given_up_after_a_while(say: "Say", start: "Start") -> None:
    desk = start(say(1), failures=(*ONLY_SERVICE, "no_answer"))
    with pytest.raises(TryLater) as caught:
        desk.adapter.read("")
    assert caught.value.code == "S101"
    assert outcome(desk) == ["1"]


@pytest.mark.nasty("N30", "GB2312 declared, UTF-8 sent")
@pytest.mark.parametrize("failure", ["double_escaped", "url_encoded", "gb2312_declared", "gbk_bytes"])
def test_however_the_answer_was_wrapped_the_words_are_the_same(
    say: "Say", start: "Start", failure: str
) -> None:
    desk = start(say(content="𠮷祥路 <18号> & “乙”栋"), failures=(*ONLY_SERVICE, failure))
    assert [draft.content for draft in desk.drafts()] == ["𠮷祥路 <18号> & “乙”栋"]


@pytest.mark.nasty("N66", "the same page twice: repeats, and nothing skipped")
def test_a_page_told_twice_gives_the_same_bodies_twice(say: "Say", start: "Start") -> None:
    desk = start(say(1), say(2), failures=(*ONLY_SERVICE, "page_repeated"))
    bodies, _ = desk.pull()
    assert [body.content for body in bodies[:2]] == [body.content for body in bodies[2:]]


def test_one_broken_case_ends_alone(say: "Say", start: "Start") -> None:
    defects = (
        "",
        "unreadable",
        "mojibake",
        "xxe_case",
        "bad_time",
        "odd_limit",
        "no_number",
        "control_char",
        "",
    )
    desk = start(*(say(at, defect=name) for at, name in enumerate(defects, 1)), failures=ONLY_SERVICE)
    assert outcome(desk) == ["1", "R102", "R104", "R102", "R203", "R304", "R201", "8", "9"]


@pytest.mark.nasty("N01", "the same case, byte for byte")
def test_a_resend_is_the_same_to_the_last_byte(say: "Say", start: "Start") -> None:
    once, again = start(say(defect="resend"), failures=ONLY_SERVICE).pull()[0]
    assert once == again


@pytest.mark.nasty("N02", "changed content under the same update time")
def test_a_change_within_the_second_comes_as_a_second_version(say: "Say", start: "Start") -> None:
    first, second = start(say(defect="same_time_changed"), failures=ONLY_SERVICE).drafts()
    assert (first.source_ref, first.version) == (second.source_ref, second.version)
    assert first.content != second.content


@pytest.mark.nasty("N04", "the older version arrives last")
def test_versions_sort_by_when_they_were_written_and_not_by_when_they_came(
    say: "Say", start: "Start"
) -> None:
    first, second = start(say(defect="older_after_newer"), failures=ONLY_SERVICE).drafts()
    assert first.version > second.version


@pytest.mark.nasty("N03", "an update before its creation")
def test_an_update_says_that_it_is_one(say: "Say", start: "Start") -> None:
    assert [
        draft.is_update for draft in start(say(defect="update_first"), failures=ONLY_SERVICE).drafts()
    ] == [True, False]


def test_a_state_may_go_backwards(say: "Say", start: "Start") -> None:
    desk = start(say(stage=Stage.IN_PROGRESS, defect="backwards_state"), failures=ONLY_SERVICE)
    assert [draft.stage for draft in desk.drafts()] == [Stage.IN_PROGRESS, Stage.RETURNED]


@pytest.mark.parametrize("stage", [one for one in Stage if one is not Stage.UNKNOWN])
def test_every_stage_is_understood_in_each_of_the_platforms_words(
    say: "Say", start: "Start", stage: Stage
) -> None:
    desk = start(*(say(number, stage=stage) for number in range(1, 9)), failures=ONLY_SERVICE)
    assert {stage} == {draft.stage for draft in desk.drafts()}


@pytest.mark.nasty("N77", "test data in the production stream")
@pytest.mark.parametrize(
    ("defect", "shown"),
    [
        ("test_data", {"flags": ("test_data",)}),
        ("check_word", {"stage": Stage.DONE_BY_DEPT}),
        ("state_number", {"stage": Stage.IN_PROGRESS}),
        ("no_point", {"position": None}),
    ],
)
def test_a_defect_shows_in_the_draft(
    say: "Say", start: "Start", defect: str, shown: dict[str, object]
) -> None:
    (draft,) = start(say(defect=defect), failures=ONLY_SERVICE).drafts()
    assert shown == {name: getattr(draft, name) for name in shown}


@pytest.mark.parametrize(
    ("defect", "x", "y", "decimals"),
    [
        ("two_decimals", "120.85", "32.0", 2),
        ("impossible_longitude", "171.3", "32.0", 1),
        ("swapped_axes", "3542168", "580320", None),
    ],
)
def test_a_strange_point_is_passed_on_for_the_hub_to_judge(
    say: "Say", start: "Start", defect: str, x: str, y: str, decimals: int | None
) -> None:
    (draft,) = start(say(3, defect=defect), failures=ONLY_SERVICE).drafts()
    assert draft.position is not None
    assert decimals == draft.position.decimals
    assert (float(x), float(y) % 1_000_000) == pytest.approx(
        (draft.position.x, draft.position.y % 1_000_000), abs=1
    )


@pytest.mark.nasty("N25", "a class nobody knows is passed on")
def test_an_unknown_class_and_a_class_of_one_digit(say: "Say", start: "Start") -> None:
    desk = start(say(1, defect="unknown_code"), say(2, defect="one_digit_code"), failures=ONLY_SERVICE)
    assert [draft.category.value for draft in desk.drafts()] == ["0777", "0110"]


@pytest.mark.nasty("N86", "a password that was changed on their side")
def test_a_wrong_password_asks_to_sign_in_again(say: "Say", start: "Start") -> None:
    desk = start(say(1), failures=ONLY_SERVICE, soap={"password": "rotated"})
    for ask in (desk.adapter.check, lambda: desk.adapter.read("")):
        with pytest.raises(SignInAgain):
            ask()


def test_a_result_is_told_in_the_platforms_words_and_once(say: "Say", start: "Start") -> None:
    desk = start(say(1), failures=ONLY_SERVICE)
    assert isinstance(desk.adapter, Tells)
    receipts = {desk.adapter.tell(answer()).ref for _ in range(2)}
    assert len(receipts) == 1
    assert list(desk.platform.heard()) == [
        {"ref": "UM20260310000001", "stage": "处置完成", "nonce": "n1", "text": "已清理", "dept": "城管"}
    ]


def test_a_platform_that_refuses_results_is_not_asked_again(say: "Say", start: "Start") -> None:
    desk = start(say(1), failures=(*ONLY_SERVICE, "refuses_results"))
    assert isinstance(desk.adapter, UrbanManagement)
    with pytest.raises(Refused) as caught:
        desk.adapter.tell(answer())
    assert caught.value.code == "S113"


def test_the_platform_can_list_what_it_has_changed(say: "Say", start: "Start") -> None:
    desk = start(say(1), say(2, code_table="cg-2015"), say(3))
    assert isinstance(desk.adapter, Lists)
    listed = list(desk.adapter.inventory(EARLIER, desk.clock.now()))
    assert [("1", True), ("3", True), ("2", False)] == [(one.ref[-1], bool(one.version)) for one in listed]
    assert ["2"] == [one.ref[-1] for one in desk.adapter.inventory(EARLIER, EARLIER)]


def test_a_case_that_is_in_no_list_of_changes_can_be_fetched_in_the_version_that_is_listed(
    say: "Say", start: "Start"
) -> None:
    desk = start(say(1), say(3), failures=("case_left_out", "no_view"))
    assert isinstance(desk.adapter, Fetches)
    bodies, _ = desk.pull()
    assert ["3"] == [desk.draft(body).source_ref[-1] for body in bodies]
    listed = {one.ref: one.version for one in desk.adapter.inventory(EARLIER, desk.clock.now())}
    fetched = [desk.draft(body) for body in desk.adapter.fetch([*listed, "UM0"])]
    assert listed == {one.source_ref: one.version for one in fetched}
    assert 2 == len(listed)


def test_closing_twice_leaves_nothing_open(say: "Say", start: "Start") -> None:
    desk = start(say(1))
    assert isinstance(desk.adapter, Reads)
    desk.pull()
    desk.adapter.close()
    desk.adapter.close()
