"""What a letter says, nasty ones included: the platform or the office writes it, the adapter reads it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from gridplus_market_supervision.adapter import MarketSupervision

from hub.errors import BadRecord, HeldRecord, HubError
from hub.model import Alias, Arrival, Draft, Person, RequestType, SourceClock, Stage
from hub.plugin import Body

if TYPE_CHECKING:
    from plugins.market_supervision.tests.conftest import Say, Start

READ = {"way": "read"}
TABLE = {"way": "table"}


def hear(start: "Start", say: "Say", defect: str = "", *, bodies: int = 1, **changes: Any) -> list[Draft]:
    """The drafts of one letter with a defect, however it came."""
    desk = start(say(defect=defect, **changes))
    found = desk.everything()
    assert len(found) == bodies == desk.system.said()
    return [draft for body in found for draft in desk.drafts(body)]


def test_a_letter_keeps_number_alias_accused_and_the_platforms_clocks(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, extra=READ, accused_uscc="91350100M000100Y43")
    assert draft.source_ref == "SJ329901202603100001"
    assert draft.aliases == (Alias("province_12315", "JS1231500000001"),)
    assert (draft.part, draft.request_type) == ("complaint", RequestType.COMPLAINT)
    assert (draft.accused_name, draft.accused_uscc) == ("云江某某健身有限公司", "91350100M000100Y43")
    assert draft.reported_at == datetime(2026, 3, 10, 0, 20, tzinfo=UTC)
    assert draft.clocks == (
        SourceClock("accept", datetime(2026, 3, 19, 0, 20, tzinfo=UTC)),
        SourceClock("conclude", datetime(2026, 5, 14, 0, 20, tzinfo=UTC)),
    )
    assert draft.requester == Person("测试甲", "13800000000", "32990119900101123X", callback=True)


@pytest.mark.nasty("N48")
def test_a_letter_has_an_address_and_never_a_point(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, extra=READ, lon=120.85, lat=32.0)
    assert (draft.address, draft.area_code, draft.position) == ("青石路18号二楼", "329901001", None)


@pytest.mark.nasty("N13")
def test_complaint_and_report_in_one_letter_are_two_matters_of_one_number(start: "Start", say: "Say") -> None:
    complaint, report = hear(start, say, extra=READ | {"report": "举报：无证经营"}, secret=True)
    assert complaint.source_ref == report.source_ref
    assert [complaint.part, report.part] == ["complaint", "report"]
    assert [complaint.request_type, report.request_type] == [RequestType.COMPLAINT, RequestType.REPORT]
    assert [complaint.content, report.content] == ["青石路某健身房关门，预付卡余额不退", "举报：无证经营"]
    assert [clock.name for clock in (*complaint.clocks, *report.clocks)] == ["accept", "conclude", "verify"]


@pytest.mark.nasty("N13")
@pytest.mark.parametrize(
    ("defect", "extra"), [("complaint_and_report", {}), ("", {"parts": "complaint,report"})]
)
def test_a_letter_may_be_said_to_hold_both(
    defect: str, extra: dict[str, str], start: "Start", say: "Say"
) -> None:
    found = hear(start, say, defect, extra=READ | extra, request_type=RequestType.OTHER)
    assert [draft.part for draft in found] == ["complaint", "report"]


@pytest.mark.nasty("N13")
def test_only_the_report_is_secret_where_its_reporter_asks_for_it(start: "Start", say: "Say") -> None:
    complaint, report = hear(start, say, extra=READ | {"report": "举报：无证经营"}, secret=True)
    assert [complaint.secret, report.secret] == [False, True]


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        pytest.param("1,2", ["complaint", "report"], id="both, by number"),
        pytest.param("2，1", ["report", "complaint"], id="a full-width comma"),
        pytest.param("投诉举报", ["complaint", "report"], id="both, in one word"),
        pytest.param("6", ["complaint"], id="a consumer council's complaint"),
        pytest.param("3", [""], id="a question"),
        pytest.param("", [""], id="nothing said"),
        pytest.param("77", [""], id="a number nobody knows"),
    ],
)
def test_the_type_of_a_letter_says_its_parts(kind: str, parts: list[str], read: Any) -> None:
    assert [draft.part for draft in read(infType=kind)] == parts


@pytest.mark.nasty("N13")
def test_a_block_is_a_matter_although_the_type_is_silent_about_it(read: Any) -> None:
    found = read(infType="1", report={"content": "举报：虚假宣传"})
    assert [draft.part for draft in found] == ["complaint", "report"]


@pytest.mark.nasty("N26", "N28")
@pytest.mark.parametrize("kind", ["1.0", 1, "1", "投诉"])
def test_a_type_may_be_number_text_or_a_fraction(kind: object, read: Any) -> None:
    assert [draft.request_type for draft in read(infType=kind)] == [RequestType.COMPLAINT]


@pytest.mark.nasty("N26")
def test_a_type_with_a_fraction_is_read_from_the_platform_too(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, "fraction_type", extra=READ)
    assert draft.request_type is RequestType.COMPLAINT


@pytest.mark.nasty("N22")
@pytest.mark.parametrize("defect", ["merged_cells", "continuation_rows"])
def test_merged_and_blank_cells_carry_the_letter_down_to_its_second_row(
    defect: str, start: "Start", say: "Say"
) -> None:
    complaint, report = hear(start, say, defect, bodies=2)
    assert complaint.source_ref == report.source_ref == "SJ329901202603100001"
    assert (complaint.part, report.part) == ("complaint", "report")
    assert complaint.category.value == report.category.value == "SJ0105"
    assert complaint.requester == report.requester == Person("测试甲", "13800000000", "32990119900101123X")


def test_a_column_that_nobody_knows_is_not_named(adapter: MarketSupervision) -> None:
    with pytest.raises(HeldRecord) as held:
        adapter.normalise(
            Body(b'{"cells":{},"lost":["13800000000"]}', "row"),
            Arrival(datetime(2026, 3, 10, tzinfo=UTC), "row"),
        )
    assert ("R204", "/cells/*") == (held.value.code, held.value.pointer)


@pytest.mark.nasty("N21")
def test_a_row_whose_number_lost_digits_waits_for_a_better_table(start: "Start", say: "Say") -> None:
    with pytest.raises(HeldRecord) as held:
        hear(start, say, "lost_digits")
    assert (held.value.code, held.value.pointer) == ("R204", "/cells/idNo")


def test_a_table_in_a_browsers_form_is_the_same_table(start: "Start", say: "Say") -> None:
    assert hear(start, say, "form_upload") == hear(start, say, extra=TABLE)


def test_a_file_that_is_no_table_is_one_dead_record_and_its_sender_is_told(
    start: "Start", say: "Say"
) -> None:
    with pytest.raises(BadRecord) as dead:
        hear(start, say, "no_workbook")
    assert dead.value.code == "R102"


@pytest.mark.nasty("N02")
def test_changed_content_under_the_same_time_keeps_number_and_version(start: "Start", say: "Say") -> None:
    first, second = hear(start, say, "same_time_changed", bodies=2)
    assert (first.source_ref, first.version) == (second.source_ref, second.version)
    assert first.content != second.content


@pytest.mark.nasty("N01")
def test_a_resent_letter_is_the_same_draft(start: "Start", say: "Say") -> None:
    first, second = hear(start, say, "resend", bodies=2)
    assert first == second


@pytest.mark.nasty("N10")
def test_a_duplicate_note_names_the_original_number(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, "duplicate_note", extra=READ | {"original_ref": "SJ329901202603090007"})
    assert draft.same_as == ("SJ329901202603090007",)


@pytest.mark.nasty("N11")
def test_a_withdrawn_letter_comes_as_a_later_update_that_cancels(start: "Start", say: "Say") -> None:
    created, withdrawn = hear(start, say, "cancelled", bodies=2)
    assert created.version < withdrawn.version
    assert (withdrawn.stage, withdrawn.is_update) == (Stage.CANCELLED, True)


@pytest.mark.nasty("N87")
def test_an_accused_unit_whose_code_fails_its_check_is_named_without_it(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, "bad_uscc", extra=READ)
    assert (draft.accused_name, draft.accused_uscc) == ("云江某某健身有限公司", "")
    assert draft.flags == ("uscc_invalid",)


@pytest.mark.nasty("N35")
def test_dates_that_stand_for_none_are_none(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, "null_dates", extra=READ)
    assert (draft.occurred_at, [clock.name for clock in draft.clocks]) == (None, ["conclude"])


@pytest.mark.nasty("N07", "N20")
def test_a_number_in_full_width_small_letters_and_blanks_is_the_same_number(
    start: "Start", say: "Say"
) -> None:
    (draft,) = hear(start, say, "full_width_ref", extra=READ)
    assert draft.source_ref == "SJ329901202603100001"


@pytest.mark.nasty("N25")
def test_an_unknown_code_passes_for_the_hub_to_call_unmapped(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, "unknown_code", extra=READ)
    assert draft.category.value == "SJ9977"


@pytest.mark.nasty("N77")
def test_test_letters_are_flagged(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, "test_data", extra=READ)
    assert draft.flags == ("test_data",)


@pytest.mark.parametrize(
    ("defect", "extra", "kind", "code", "pointer"),
    [
        pytest.param("missing_ref", READ, HeldRecord, "R201", "/letterNo", id="a letter without number"),
        pytest.param("missing_ref", TABLE, HeldRecord, "R201", "/letterNo", id="a row without number"),
        pytest.param("bad_time", READ, HeldRecord, "R203", "/regTime", id="a time in words"),
        pytest.param("gbk_mojibake", READ, HeldRecord, "R104", "/complaint/content", id="mojibake"),
        pytest.param("unreadable", READ, BadRecord, "R102", "", id="an entry that is no letter"),
    ],
)
def test_what_cannot_be_read_is_held_or_dead_with_its_pointer_and_no_value(
    defect: str,
    extra: dict[str, str],
    kind: type[HubError],
    code: str,
    pointer: str,
    start: "Start",
    say: "Say",
) -> None:
    with pytest.raises(kind) as refused:
        hear(start, say, defect, extra=extra)
    assert (refused.value.code, refused.value.pointer, refused.value.facts) == (code, pointer, {})
