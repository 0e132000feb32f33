"""One shop, many licences; and a kitchen's camera, which tells of the shop and of nobody in it."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
import pytest

from hub.incident.ties import identities
from hub.kit.subject import journey
from hub.model import Mode, RecordId, RequestType, Stage
from hub.plugin import Body
from hub.understood import Origin, Understood

if TYPE_CHECKING:
    from plugins.food_safety.tests.conftest import Say, Start

LATER = timedelta(minutes=1)


def test_a_matter_is_one_however_many_licences_its_shop_has(start: "Start", say: "Say") -> None:
    desk = start(say(extra={"licences": "JY23299010000001、JY33299010000002、XCY3299010000001"}))
    (draft,) = desk.drafts(desk.read())
    assert (draft.source_ref, draft.accused_uscc) == ("SA329901202603100001", "92329901MA0TE5T01N")
    assert "许可证：JY23299010000001、JY33299010000002、XCY3299010000001" in draft.content
    assert [] == desk.read()


def test_two_matters_of_one_shop_are_not_one_by_its_licence(start: "Start", say: "Say") -> None:
    desk = start(say(1), say(2, code="FS0105"))
    one, other = desk.drafts(desk.read())
    origin = Origin(
        record_id=RecordId("rc_" + "0" * 32),
        source="food_safety",
        mode=Mode.LIVE,
        received_at=desk.clock.now(),
    )
    both = [journey().understand(draft, origin) for draft in (one, other)]
    first, second = (each.event for each in both if isinstance(each, Understood))
    assert not identities(first) & identities(second)


def test_a_licence_that_ends_or_comes_is_a_change_of_the_matter_and_never_its_end(
    start: "Start", say: "Say"
) -> None:
    matter = say(extra={"licences": "JY23299010000001、XCY3299010000001"})
    fewer = replace(matter, at=matter.at + 2 * timedelta(hours=1), extra={"licences": "JY23299010000001"})
    desk = start(matter, fewer)
    assert 1 == len(desk.drafts(desk.read()))
    desk.clock.pause(2 * 3600)
    found = [draft for _ in range(8) for draft in desk.drafts(desk.read())]
    assert [(Stage.DISPATCHED, "SA329901202603100001")] == [(one.stage, one.source_ref) for one in found]
    assert "XCY" not in found[0].content


@pytest.mark.nasty("N09", "a matter that stands in several rows")
def test_a_matter_is_called_off_once_when_all_its_rows_are_gone(start: "Start", say: "Say") -> None:
    said = [*(say(number) for number in range(1, 6)), say(6, at=say().at + timedelta(hours=1))]
    desk = start(*said, failures=("row_vanishes",))
    assert 5 == len(desk.drafts(desk.read()))
    desk.clock.pause(3600)
    found = [draft for _ in range(8) for draft in desk.drafts(desk.read())]
    assert [said[5].ref, said[0].ref] == [one.source_ref for one in found]
    assert (found[1].stage, found[1].is_update) == (Stage.CANCELLED, True)


def test_rows_that_are_being_written_count_as_the_newest_of_them(start: "Start", say: "Say") -> None:
    desk = start(say(defect="being_written"))
    (draft,) = desk.drafts(desk.read())
    assert (draft.stage, draft.status_raw) == (Stage.DONE_BY_DEPT, "待复查")
    assert draft.version == "2026-03-10T03:41:00+00:00"


def test_an_alarm_of_a_kitchen_is_a_matter_of_the_shop(start: "Start", say: "Say") -> None:
    words = "厨师虚构甲未戴口罩"
    desk = start(say(code="FS0301", title="未戴口罩帽子", content=words, device_ref="MC-0412-02"))
    (body,) = desk.read()
    admitted = desk.adapter.admit(body)
    assert words not in (admitted.content or b"").decode()
    assert ("wtms",) == admitted.dropped
    (draft,) = desk.drafts([body])
    assert (draft.title, draft.accused_name, draft.device_ref) == ("未戴口罩帽子", "测试小吃店", "MC-0412-02")
    assert draft.requester is None
    assert words not in draft.content


def test_the_words_of_a_kind_that_nobody_knows_are_not_held_either(start: "Start", say: "Say") -> None:
    desk = start(say(defect="unknown_kind"))
    (draft,) = desk.drafts(desk.read())
    assert "消毒柜" not in draft.content
    assert ("智能巡检", "餐饮具消毒不合格") == (draft.channel, draft.title)


def test_faces_and_pictures_end_at_ingress_should_the_view_ever_bring_them(start: "Start") -> None:
    desk = start()
    row = {
        "sxbh": "SA1",
        "sxlx": "检查问题",
        "wtms": "甲",
        "cyryxm": "虚构乙",
        "ztlj": "/a.jpg",
        "tsrdh": "13800000000",
    }
    admitted = desk.adapter.admit(Body(orjson.dumps(row), "row"))
    assert {"sxbh": "SA1", "sxlx": "检查问题", "wtms": "甲"} == orjson.loads(admitted.content or b"")
    assert ("unlisted",) == admitted.dropped


def test_a_complaint_is_one_and_its_secrecy_is_kept(start: "Start", say: "Say") -> None:
    desk = start(say(request_type=RequestType.COMPLAINT, secret=True))
    (draft,) = desk.drafts(desk.read())
    assert (draft.request_type, draft.secret) == (RequestType.COMPLAINT, True)


@pytest.mark.nasty("N87", "the shop's code")
def test_a_credit_code_that_does_not_check_is_not_believed(start: "Start", say: "Say") -> None:
    desk = start(say(defect="bad_uscc"))
    (draft,) = desk.drafts(desk.read())
    assert ("", "测试小吃店", ("uscc_invalid",)) == (draft.accused_uscc, draft.accused_name, draft.flags)
