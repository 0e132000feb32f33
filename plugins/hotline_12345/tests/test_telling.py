"""What goes back to the platform: progress, results, once each; and the list for reconciliation."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from hub.errors import Refused
from hub.model import Stage
from hub.plugin import Answer, Lists, Reads, Receives, Tells

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


@pytest.mark.nasty("N68")
def test_an_answer_told_twice_is_heard_once_with_one_receipt(start: "Start", say: "Say") -> None:
    desk = start(say())
    first, second = desk.adapter.tell(DONE), desk.adapter.tell(DONE)
    assert first == second
    assert [
        {"ref": DONE.source_ref, "stage": "办结", "nonce": "rp_0001", "text": "井盖已更换", "dept": "市政"}
    ] == list(desk.system.heard())


def test_an_order_that_takes_no_answer_any_more_is_a_persons_matter(start: "Start", say: "Say") -> None:
    desk = start(say(), failures=("refuses_replies",))
    with pytest.raises(Refused) as refused:
        desk.adapter.tell(DONE)
    assert refused.value.code == "S113"


def test_the_platform_lists_pushed_and_pulled_orders_alike(start: "Start", say: "Say") -> None:
    desk = start(say(1, extra={"way": "push"}), say(2, extra={"way": "pull"}))
    desk.spoken(2)
    listed = desk.adapter.list_ids(datetime(2026, 3, 10, tzinfo=UTC))
    assert sorted(listed) == ["PT20260310000001", "PT20260310000002"]
    assert list(desk.adapter.list_ids(datetime(2026, 3, 11, tzinfo=UTC))) == []


def test_the_adapter_has_the_capabilities_of_a_two_way_source(start: "Start", say: "Say") -> None:
    adapter = start(say()).adapter
    assert all(isinstance(adapter, capability) for capability in (Reads, Receives, Tells, Lists))
