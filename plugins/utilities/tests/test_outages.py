"""Planned outages explain what is reported; faults and repair orders are matters like any other."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hub.kit.subject import journey
from hub.model import Draft, Handling, Mode, RecordId, RequestType, Stage, Urgency
from hub.pack import load
from hub.plugin import Admitted
from hub.plugin.systems.excel_upload import workbook_of
from hub.understood import Origin, Understood

if TYPE_CHECKING:
    from plugins.utilities.tests.conftest import Desk, Say

    Start = Callable[..., Desk]
    Send = Callable[..., list[Draft]]

ONE, TWO = "329901001001", "329901001002"


def said(drafts: list[Draft]) -> list[tuple[str, Stage, datetime | None]]:
    """Community, stage and end of each, as they are told apart."""
    return [(one.part, one.stage, one.until) for one in drafts]


def test_a_planned_outage_is_one_report_for_each_community_and_calls_nobody(
    start: "Start", notice: "Say"
) -> None:
    drafts = start(notice()).drafts()
    ends = notice().occurred_at + timedelta(hours=8)
    assert [(ONE, Stage.RECEIVED, ends), (TWO, Stage.RECEIVED, ends)] == said(drafts)
    for draft in drafts:
        assert (draft.handling, draft.occurred_at) == (Handling.ELSEWHERE, notice().occurred_at)
        assert (draft.area_code, draft.source_ref) == (draft.part, notice().ref)


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("S01", "livelihood_service.water_supply"),
        ("D01", "livelihood_service.power_supply"),
        ("Q01", "livelihood_service.gas_supply"),
        ("R01", "livelihood_service.heating"),
    ],
)
@pytest.mark.parametrize("way", ["read", "sent"])
def test_each_company_announces_what_it_supplies_under_whatever_code(
    start: "Start", send: "Send", notice: "Say", way: str, code: str, category: str
) -> None:
    utterance = notice(code=code, defect="another_code", areas=ONE)
    (draft,) = start(utterance).drafts() if way == "read" else send(utterance)
    assert category == load().codes.category_of("gy-2026", draft.category.value)
    assert draft.handling is Handling.ELSEWHERE


def test_the_hub_finds_the_community_of_each_part(start: "Start", notice: "Say") -> None:
    origin = Origin(
        record_id=RecordId("rc_" + "0" * 32),
        source="utilities_water",
        mode=Mode.LIVE,
        received_at=notice().at,
    )
    found = [journey().understand(draft, origin) for draft in start(notice()).drafts()]
    events = [one.event for one in found if isinstance(one, Understood)]
    assert [ONE, TWO] == [one.place.community_id for one in events]
    assert 2 == len({one.key for one in events})


def test_a_community_that_is_taken_off_the_notice_is_called_off(start: "Start", notice: "Say") -> None:
    before = notice()
    changed = replace(before, at=before.at + timedelta(hours=1), extra={"areas": ONE, "left": TWO})
    desk = start(before, changed)
    assert 2 == len(desk.drafts())
    desk.clock.pause(3600)
    ends = before.occurred_at + timedelta(hours=8)
    assert [(ONE, Stage.RECEIVED, ends), (TWO, Stage.CANCELLED, before.occurred_at)] == said(desk.drafts())


def test_a_community_that_is_dropped_without_a_word_is_explained_no_longer_than_its_end(
    start: "Start", notice: "Say"
) -> None:
    before = notice()
    desk = start(before, replace(before, at=before.at + timedelta(hours=1), extra={"areas": ONE}))
    assert all(one.until == before.occurred_at + timedelta(hours=8) for one in desk.drafts())
    desk.clock.pause(3600)
    assert [ONE] == [one.part for one in desk.drafts()]


@pytest.mark.nasty("N11", "a planned outage")
def test_a_notice_that_is_called_off_is_a_new_version_of_the_same_parts(
    start: "Start", notice: "Say"
) -> None:
    before = notice()
    desk = start(before, replace(before, at=before.at + timedelta(hours=1), stage=Stage.CANCELLED))
    first = desk.drafts()
    desk.clock.pause(3600)
    second = desk.drafts()
    assert [(one.source_ref, one.part) for one in first] == [(one.source_ref, one.part) for one in second]
    assert all(later.version > one.version for one, later in zip(first, second, strict=True))
    assert {(Stage.CANCELLED, before.occurred_at)} == {(one.stage, one.until) for one in second}


def test_supply_that_is_back_early_explains_nothing_after_it(start: "Start", notice: "Say") -> None:
    utterance = notice(stage=Stage.DONE_BY_DEPT, back="2026-03-12 14:30:00")
    assert {datetime.fromisoformat("2026-03-12T14:30:00+08:00")} == {
        one.until for one in start(utterance).drafts()
    }


@pytest.mark.parametrize(
    ("defect", "flag"),
    [("no_end", "end_unclear"), ("end_in_another_century", "end_unclear"), ("no_area", "area_missing")],
)
def test_a_notice_that_cannot_be_right_explains_nothing_and_is_told(
    start: "Start", notice: "Say", defect: str, flag: str
) -> None:
    drafts = start(notice(defect=defect)).drafts()
    assert {(None, (flag,), Handling.ELSEWHERE)} == {(one.until, one.flags, one.handling) for one in drafts}


def test_a_burst_is_a_matter_that_calls(start: "Start", order: "Say") -> None:
    burst = order(code="S03", title="青石路爆管", request_type=RequestType.OTHER, urgency=Urgency.URGENT)
    (draft,) = start(burst).drafts()
    assert (draft.handling, draft.until, draft.part) == (Handling.CALL, None, "")
    assert (draft.category.value, draft.urgency) == ("S03", Urgency.URGENT)


def test_a_repair_order_comes_without_its_household(start: "Start", order: "Say") -> None:
    desk = start(order())
    (body,) = desk.read()
    admitted = desk.adapter.admit(body)
    held = (admitted.content or b"").decode()
    assert ("bds", "lxdh", "lxr", "mgyh", "qf", "yhbh") == admitted.dropped
    assert all(word not in held for word in ("测试甲", "13800000000", "独居老人", "yhbh"))
    assert "青石路18号".encode() in body.content


def test_a_weekly_table_announces_the_same_as_a_platform(start: "Start", send: "Send", notice: "Say") -> None:
    read, sent = start(notice()).drafts(), send(notice())
    assert said(read) == said(sent)
    assert [(one.source_ref, one.title, one.handling) for one in read] == [
        (one.source_ref, one.title, one.handling) for one in sent
    ]


def test_of_a_file_that_is_no_weekly_table_nothing_is_held(
    upload: Callable[[bytes], Sequence[Admitted]],
) -> None:
    households = workbook_of(["户号", "姓名", "欠费"], [{"户号": "1", "姓名": "测试甲", "欠费": "80"}])
    assert [Admitted(None, ("workbook",))] == upload(households)
    assert [Admitted(None, ("workbook",))] == upload(b"no workbook")
    weekly = workbook_of(
        ["编号", "影响社区", "开始时间"], [{"编号": "TS1", "影响社区": "329901001001", "开始时间": "x"}]
    )
    (row,) = upload(weekly)
    assert (b'"bh":"TS1"' in (row.content or b""), ()) == (True, row.dropped)
