"""XML in CDATA that says what it is not, and a system that does not always answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.errors import HeldRecord, SignInAgain
from hub.model import RequestType, Stage
from hub.plugin import Utterance

Start = Callable[..., Any]
Say = Callable[..., Utterance]


@pytest.mark.nasty("N30", "GB2312 declared and UTF-8 sent, inside CDATA and around it")
@pytest.mark.parametrize(
    "failures", [(), ("gb2312_declared",), ("gbk_bytes",), ("double_escaped",), ("url_encoded",)]
)
def test_the_words_arrive_whatever_wraps_them(start: Start, say: Say, failures: tuple[str, ...]) -> None:
    (draft,) = start(say(address="青石路𠮷祥苑"), failures=failures).drafts()
    assert ("反映青石路片区拆迁安置", "青石路𠮷祥苑") == (draft.title, draft.address)


@pytest.mark.nasty("N30", "control characters inside CDATA")
def test_control_characters_in_cdata_are_left_out(start: Start, say: Say) -> None:
    (draft,) = start(say(defect="control_character")).drafts()
    assert "井盖破损" == draft.title


@pytest.mark.nasty("N30", "XXE")
def test_an_entity_is_never_resolved_and_the_page_comes_later(start: Start, say: Say) -> None:
    reading = start(say(), failures=("xxe",))
    assert ["反映青石路片区拆迁安置"] == [draft.title for draft in reading.drafts()]
    assert ["S104", "S104"] == reading.troubles


@pytest.mark.nasty("N65", "N67")
@pytest.mark.parametrize(
    "failure",
    [
        "http_200_with_error",
        "html_login_page",
        "rate_limited",
        "connection_reset",
        "half_an_answer",
        "soap_fault",
    ],
)
def test_a_system_that_fails_is_asked_again_and_nothing_is_lost(start: Start, say: Say, failure: str) -> None:
    reading = start(say(1), say(2), failures=(failure,))
    assert 2 == len(reading.drafts())
    assert reading.troubles


def test_an_account_that_is_refused_is_a_persons_matter(start: Start, say: Say) -> None:
    with pytest.raises(SignInAgain):
        start(say(), password="another").adapter.check()


@pytest.mark.nasty("N64")
def test_in_its_quiet_hours_it_is_not_asked(start: Start, say: Say) -> None:
    reading = start(say(), quiet_hours="22:00-06:00")
    reading.clock.pause(timedelta(hours=11).total_seconds())
    assert [] == reading.all_read()
    reading.clock.pause(timedelta(hours=8).total_seconds())
    assert 1 == len(reading.all_read())


@pytest.mark.parametrize(
    ("stage", "word"),
    [
        (Stage.RECEIVED, "登记"),
        (Stage.DISPATCHED, "转送"),
        (Stage.ACCEPTED, "已受理"),
        (Stage.DONE_BY_DEPT, "已办结"),
        (Stage.CANCELLED, "已撤回"),
        (Stage.REOPENED, "复查"),
    ],
)
def test_where_it_stands_is_said_in_the_offices_words(
    start: Start, say: Say, stage: Stage, word: str
) -> None:
    (draft,) = start(say(stage=stage)).drafts()
    assert (stage, word) == (draft.stage, draft.status_raw)


@pytest.mark.parametrize("request_type", [RequestType.HELP, RequestType.SUGGESTION])
def test_what_is_asked_for_is_help_or_a_suggestion(start: Start, say: Say, request_type: RequestType) -> None:
    (draft,) = start(say(request_type=request_type)).drafts()
    assert request_type is draft.request_type


@pytest.mark.nasty("N33", "N35")
def test_times_are_local_and_a_date_that_means_none_is_none(start: Start, say: Say) -> None:
    first, second = start(say(1), say(2, defect="null_date")).drafts()
    assert (datetime(2026, 3, 9, 7, 20, tzinfo=UTC), None) == (first.reported_at, second.reported_at)
    assert first.occurred_at is None
    assert "2026-03-10T01:12:00+00:00" == first.version


@pytest.mark.parametrize(("defect", "code"), [("missing_ref", "R201"), ("bad_time", "R203")])
def test_what_lacks_something_is_held(start: Start, say: Say, defect: str, code: str) -> None:
    with pytest.raises(HeldRecord) as held:
        start(say(defect=defect)).drafts()
    assert code == held.value.code


@pytest.mark.nasty("N77")
def test_a_test_is_marked(start: Start, say: Say) -> None:
    (draft,) = start(say(defect="test_data")).drafts()
    assert ("test_data",) == draft.flags
