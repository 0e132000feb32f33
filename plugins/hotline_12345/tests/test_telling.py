"""What goes back to the platform: progress, results, once each; and the list for reconciliation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hub.errors import Refused
from hub.model import Stage
from hub.plugin import Answer, Fetches, Lists, Reads, Receives, Tells

if TYPE_CHECKING:
    from plugins.hotline_12345.tests.conftest import Say, Start

DONE = Answer(
    source_ref="PT20260310000001",
    part="",
    stage=Stage.DONE_BY_DEPT,
    at=datetime(2026, 3, 10, 6, 0, tzinfo=UTC),
    text="井盖已更换",
    department="市政",
    nonce="rp_0001",
)

EARLY, NOON_AFTER = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 12, 4, tzinfo=UTC)


@pytest.mark.nasty("N68")
def test_an_answer_told_twice_is_heard_once_with_one_receipt(start: "Start", say: "Say") -> None:
    desk = start(say())
    first, second = desk.adapter.tell(DONE), desk.adapter.tell(DONE)
    assert first == second
    assert [
        {"ref": DONE.source_ref, "stage": "办结", "nonce": "rp_0001", "text": "井盖已更换", "dept": "市政"}
    ] == list(desk.system.heard())


@pytest.mark.parametrize(
    ("stage", "word"),
    [
        (Stage.ACCEPTED, "已签收"),
        (Stage.IN_PROGRESS, "办理中"),
        (Stage.SUSPENDED, "延期"),
        (Stage.RETURNED, "退单"),
        (Stage.CLOSED, "结案"),
        (Stage.REOPENED, "重办"),
    ],
)
def test_every_stage_that_the_hub_tells_is_put_in_the_platforms_own_word(
    start: "Start", say: "Say", stage: Stage, word: str
) -> None:
    desk = start(say())
    desk.adapter.tell(replace(DONE, stage=stage))
    assert [word] == [one["stage"] for one in desk.system.heard()]


def test_an_order_that_takes_no_answer_any_more_is_a_persons_matter(start: "Start", say: "Say") -> None:
    desk = start(say(), failures=("refuses_replies",))
    with pytest.raises(Refused) as refused:
        desk.adapter.tell(DONE)
    assert refused.value.code == "S113"


def test_the_platform_lists_pushed_and_pulled_orders_alike(start: "Start", say: "Say") -> None:
    desk = start(say(1, extra={"way": "push"}), say(2, extra={"way": "pull"}))
    desk.spoken(2)
    day, next_day = datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC)
    listed = list(desk.adapter.inventory(day, next_day))
    assert ["PT20260310000001", "PT20260310000002"] == sorted(one.ref for one in listed)
    assert [] == list(desk.adapter.inventory(next_day, NOON_AFTER))
    assert [] == list(desk.adapter.inventory(day - timedelta(days=1), day))


def test_the_list_tells_the_version_that_the_order_itself_has(start: "Start", say: "Say") -> None:
    desk = start(say(1, extra={"way": "push"}), say(2, extra={"way": "pull"}))
    desk.spoken(2)
    listed = {one.ref: one.version for one in desk.adapter.inventory(EARLY, NOON_AFTER)}
    fetched = [desk.draft(body) for body in desk.adapter.fetch([*listed, "PT00000000000000"])]
    assert listed == {one.source_ref: one.version for one in fetched}
    assert all(listed.values())


def test_an_order_that_no_page_has_is_listed_and_can_be_fetched(start: "Start", say: "Say") -> None:
    pulled = {"extra": {"way": "pull"}}
    desk = start(say(1, **pulled), say(2, **pulled), failures=("order_left_out",))
    desk.spoken(2)
    bodies, _ = desk.pull_all()
    assert ["PT20260310000002"] == [desk.draft(body).source_ref for body in bodies]
    assert 2 == len(list(desk.adapter.inventory(EARLY, NOON_AFTER)))
    (again,) = desk.adapter.fetch(["PT20260310000001"])
    assert "PT20260310000001" == desk.draft(again).source_ref


def test_an_answer_that_the_platform_forgets_comes_without_a_receipt(start: "Start", say: "Say") -> None:
    desk = start(say(), failures=("reply_forgotten",))
    assert ["", "HF00000001"] == [desk.adapter.tell(DONE).ref for _ in range(2)]
    assert 1 == len(desk.system.heard())


def test_the_adapter_has_the_capabilities_of_a_two_way_source(start: "Start", say: "Say") -> None:
    adapter = start(say()).adapter
    assert all(isinstance(adapter, capability) for capability in (Reads, Receives, Tells, Lists, Fetches))
