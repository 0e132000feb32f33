"""What an order says, nasty ones included: the platform writes it, the adapter reads it."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub.errors import BadRecord, HeldRecord, HubError
from hub.model import Alias, Crs, Draft, Person, RequestType, SourceClock, Stage, Urgency

if TYPE_CHECKING:
    from plugins.hotline_12345.tests.conftest import Say, Start


def hear(start: "Start", say: "Say", defect: str = "", *, bodies: int = 1, **changes: Any) -> list[Draft]:
    """The drafts of one order that the platform pushed with a defect."""
    changes["extra"] = {"way": "push"} | changes.get("extra", {})
    desk = start(say(defect=defect, **changes))
    assert desk.system.wait_for(desk.system.done)
    assert bodies == len(desk.door.bodies)
    return [draft for body in desk.door.bodies for draft in desk.drafts(body)]


@pytest.mark.nasty("N06", "N33", "N39")
def test_an_order_keeps_both_numbers_both_clocks_and_its_own_zone(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, urgency=Urgency.URGENT)
    assert draft.source_ref == "PT20260310000001"
    assert (Alias("hotline_order", "HL20260310000001"),) == draft.aliases
    assert datetime(2026, 3, 10, 0, 5, tzinfo=UTC) == draft.occurred_at
    assert datetime(2026, 3, 10, 0, 20, tzinfo=UTC) == draft.reported_at
    assert (
        SourceClock(
            "city", datetime(2026, 3, 17, 0, 20, tzinfo=UTC), datetime(2026, 3, 10, 0, 20, tzinfo=UTC)
        ),
        SourceClock(
            "district", datetime(2026, 3, 15, 0, 30, tzinfo=UTC), datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
        ),
    ) == draft.clocks
    assert (draft.urgency, draft.urgency_raw, draft.request_type) == (
        Urgency.URGENT,
        "紧急",
        RequestType.HELP,
    )
    assert Person("测试甲", "13800000000", callback=True) == draft.requester


@pytest.mark.nasty("N06")
def test_an_order_that_names_only_the_hotlines_number_still_has_one(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, ref="", second_ref="HL20260310000077")
    assert (draft.source_ref, draft.aliases) == ("HL20260310000077", ())


@pytest.mark.nasty("N45")
def test_points_are_gcj02_unless_the_order_names_another_system(start: "Start", say: "Say") -> None:
    (usual,) = hear(start, say)
    (named,) = hear(start, say, "wgs84_point")
    assert usual.position is not None
    assert named.position is not None
    assert (usual.position.crs, named.position.crs) == (Crs.GCJ02, Crs.WGS84)
    assert (named.position.x, named.position.y) == (120.85, 32.0)
    shift_deg = abs(usual.position.x - 120.85) + abs(usual.position.y - 32.0)
    assert 0.003 < shift_deg < 0.01  # about 470 m near this latitude (domain.md 6.2)


@pytest.mark.nasty("N43")
@pytest.mark.parametrize("defect", ["no_point", "zero_point"])
def test_an_order_without_a_real_point_has_none_and_keeps_its_address(
    defect: str, start: "Start", say: "Say"
) -> None:
    (draft,) = hear(start, say, defect)
    assert (draft.position, draft.address) == (None, "青石路18号")


@pytest.mark.nasty("N43", "N44")
def test_coarse_and_swapped_points_pass_as_sent_for_the_hub_to_judge(start: "Start", say: "Say") -> None:
    (coarse,) = hear(start, say, "two_decimals")
    (swapped,) = hear(start, say, "swapped_axes")
    assert coarse.position is not None
    assert swapped.position is not None
    assert coarse.position.decimals == 2
    assert swapped.position.x < 40 < 110 < swapped.position.y


@pytest.mark.nasty("N02")
def test_changed_content_under_the_same_time_keeps_number_and_version(start: "Start", say: "Say") -> None:
    first, second = hear(start, say, "same_time_changed", bodies=2)
    assert (first.source_ref, first.version) == (second.source_ref, second.version)
    assert first.content != second.content


@pytest.mark.nasty("N03")
def test_an_update_before_its_creation_says_that_it_is_one(start: "Start", say: "Say") -> None:
    assert [draft.is_update for draft in hear(start, say, "update_first", bodies=2)] == [True, False]


@pytest.mark.nasty("N10")
def test_a_duplicate_note_names_the_original_number(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, "duplicate_note", extra={"original_ref": "HL20260309000012"})
    assert draft.same_as == ("HL20260309000012",)


@pytest.mark.nasty("N11")
def test_a_cancelled_order_comes_as_an_update_that_cancels(start: "Start", say: "Say") -> None:
    created, cancelled = hear(start, say, "cancelled", bodies=2)
    assert created.source_ref == cancelled.source_ref
    assert created.version < cancelled.version
    assert (cancelled.stage, cancelled.is_update) == (Stage.CANCELLED, True)


@pytest.mark.nasty("N14")
def test_three_matters_of_one_caller_become_three_parts_and_one_call_back(start: "Start", say: "Say") -> None:
    found = hear(start, say, "three_matters")
    assert [draft.part for draft in found] == ["1", "2", "3"]
    assert len({draft.source_ref for draft in found}) == 1
    assert [bool(draft.requester and draft.requester.callback) for draft in found] == [True, False, False]
    assert len({draft.content for draft in found}) == 3


@pytest.mark.nasty("N18")
def test_mojibake_is_held_and_never_becomes_text(start: "Start", say: "Say") -> None:
    with pytest.raises(HeldRecord) as held:
        hear(start, say, "gbk_mojibake")
    assert held.value.code == "R104"


@pytest.mark.nasty("N18", "N19")
def test_gbk_bytes_under_a_utf8_label_and_rare_characters_are_read(start: "Start", say: "Say") -> None:
    (labelled_wrong,) = hear(start, say, "gbk_bytes")
    (rare,) = hear(start, say, "rare_characters")
    assert labelled_wrong.title == "青石路污水井盖缺失"
    assert rare.content.endswith("（𠮷祥里，\ue863号）")


@pytest.mark.nasty("N07", "N20")
def test_numbers_in_full_width_small_letters_and_blanks_are_the_same_number(
    start: "Start", say: "Say"
) -> None:
    (draft,) = hear(start, say, "full_width_ref")
    assert draft.source_ref == "PT20260310000001"


@pytest.mark.nasty("N23", "N26")
def test_a_code_that_lost_its_zero_and_won_a_fraction_is_whole_again(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, "short_code")
    assert (draft.category.table, draft.category.value) == ("hl-2024", "010102")


@pytest.mark.nasty("N25")
def test_an_unknown_code_passes_for_the_hub_to_call_unmapped(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, "unknown_code")
    assert draft.category.value == "998877"


@pytest.mark.nasty("N28")
@pytest.mark.parametrize("word", ["结案", "已结案", "closed", "CLOSED", "5", 5, "5.0", " 归档 "])
def test_closed_has_many_words(word: object, read: Any) -> None:
    assert read(status=word).stage == Stage.CLOSED


@pytest.mark.nasty("N31")
def test_personal_values_inside_free_text_stay_there_for_the_hub_to_mask(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, "personal_text")
    assert "13800000000" in draft.content
    assert "13800000000" not in f"{draft.title}{draft.address}{draft.accused_name}"


@pytest.mark.nasty("N35")
def test_dates_that_stand_for_none_are_none(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, "null_dates")
    assert (draft.occurred_at, draft.clocks) == (None, ())


@pytest.mark.nasty("N36", "N37")
def test_a_time_in_the_future_is_kept_and_flagged(start: "Start", say: "Say") -> None:
    at = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
    (draft,) = hear(start, say, "future_time", at=at)
    assert at + timedelta(hours=2) == draft.occurred_at
    assert draft.flags == ("clock_suspect", "times_disordered")


@pytest.mark.nasty("N77")
def test_test_orders_are_flagged(start: "Start", say: "Say") -> None:
    (draft,) = hear(start, say, "test_data")
    assert draft.flags == ("test_data",)


@pytest.mark.parametrize(
    ("defect", "kind", "code", "pointer"),
    [
        pytest.param("missing_ref", HeldRecord, "R201", "/orderNo", id="no number at all"),
        pytest.param("bad_time", HeldRecord, "R203", "/callTime", id="a time in words"),
        pytest.param("unreadable", BadRecord, "R102", "", id="half an order"),
    ],
)
def test_what_cannot_be_read_is_held_or_dead_with_its_pointer_and_no_value(
    defect: str, kind: type[HubError], code: str, pointer: str, start: "Start", say: "Say"
) -> None:
    with pytest.raises(kind) as refused:
        hear(start, say, defect)
    assert (code, pointer, {}) == (refused.value.code, refused.value.pointer, refused.value.facts)


def test_a_secret_order_and_its_accused_unit_are_marked(start: "Start", say: "Say") -> None:
    (draft,) = hear(
        start, say, secret=True, accused_name="云江某某店", accused_uscc="91320000MA1ABCDE0X", requester=None
    )
    assert (draft.secret, draft.accused_name, draft.accused_uscc) == (
        True,
        "云江某某店",
        "91320000MA1ABCDE0X",
    )
    assert draft.requester is None


@pytest.mark.nasty("N32")
def test_other_vendors_spellings_of_a_name_are_the_same_field(read: Any) -> None:
    assert read(TITLE="夜间施工", title=None).title == "夜间施工"
    assert read(Requester_Phone="13800000000", callerPhone="").requester.phone == "13800000000"


@pytest.mark.nasty("N29")
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"orderNo": NaN}', id="not a number"),
        pytest.param(b"{'orderNo': 'HL1'}", id="single quotes"),
        pytest.param(b'{"orderNo": "HL1",}', id="a trailing comma"),
        pytest.param(b"[" * 100_000, id="a hundred thousand brackets"),
        pytest.param(b'["HL20260310000001"]', id="a list"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_not_an_order_in_json_is_dead(body: bytes, normalise: Any) -> None:
    with pytest.raises(BadRecord) as dead:
        normalise(body)
    assert dead.value.code == "R102"


@pytest.mark.nasty("N29")
def test_a_byte_order_mark_before_the_order_does_no_harm(normalise: Any) -> None:
    (draft,) = normalise(b'\xef\xbb\xbf{"platformNo": "PT20260310000001"}')
    assert draft.source_ref == "PT20260310000001"
