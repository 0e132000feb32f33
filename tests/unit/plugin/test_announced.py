"""A notice of something planned: a report for each community, and an end in every case."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.model import Code, Crs, Draft, Handling, Position, Stage
from hub.plugin.announced import LONGEST, Notice

BEGINS = datetime(2026, 3, 12, 0, 0, tzinfo=UTC)
ENDS = BEGINS + timedelta(hours=9)
DAY_BEFORE = BEGINS - timedelta(days=1)
NOON = BEGINS + timedelta(hours=4)
ONE, TWO = "329901001001", "329901001002"


def told(stage: Stage = Stage.RECEIVED, begins_at: datetime | None = BEGINS, address: str = "") -> Draft:
    return Draft(
        source_ref="G1",
        category=Code("t", "1"),
        occurred_at=begins_at,
        stage=stage,
        position=Position(120.85, 32.0, Crs.CGCS2000),
        flags=("clock_suspect", "test_data"),
        address=address,
    )


def notice(
    areas: str = ONE,
    left_out: str = "",
    ends_at: datetime | None = ENDS,
    changed_at: datetime | None = None,
    over_at: datetime | None = None,
) -> Notice:
    return Notice(areas, left_out, ends_at, changed_at, over_at)


def test_each_community_is_a_part_dealt_with_elsewhere_until_the_planned_end() -> None:
    drafts = list(notice(f"{ONE}（测试社区），{TWO};{ONE}").drafts(told(address="青石路18号")))
    assert [(ONE, ONE, ENDS), (TWO, TWO, ENDS)] == [(one.part, one.area_code, one.until) for one in drafts]
    assert {Handling.ELSEWHERE} == {one.handling for one in drafts}
    assert {(None, "")} == {(one.position, one.address) for one in drafts}
    assert {("test_data",)} == {one.flags for one in drafts}


@pytest.mark.parametrize(
    ("stage", "changed_at", "over_at", "until"),
    [
        pytest.param(Stage.IN_PROGRESS, NOON, None, ENDS, id="it goes on"),
        pytest.param(Stage.SUSPENDED, DAY_BEFORE, None, ENDS, id="postponed: the new times hold"),
        pytest.param(Stage.CANCELLED, DAY_BEFORE, None, BEGINS, id="called off before it began"),
        pytest.param(Stage.CANCELLED, NOON, None, NOON, id="called off in the middle of it"),
        pytest.param(Stage.CANCELLED, None, None, BEGINS, id="called off, nobody says when"),
        pytest.param(Stage.DONE_BY_DEPT, NOON + timedelta(hours=1), NOON, NOON, id="over early"),
        pytest.param(Stage.DONE_BY_DEPT, NOON, None, NOON, id="over early, nobody says when"),
        pytest.param(
            Stage.CLOSED, None, ENDS + timedelta(hours=2), ENDS + timedelta(hours=2), id="over late"
        ),
        pytest.param(Stage.CLOSED, ENDS + timedelta(days=3), None, ENDS, id="filed days later"),
        pytest.param(
            Stage.CLOSED, None, ENDS + timedelta(days=9999), BEGINS + LONGEST, id="a slip of the pen"
        ),
    ],
)
def test_it_explains_nothing_beyond_its_end(
    stage: Stage, changed_at: datetime | None, over_at: datetime | None, until: datetime
) -> None:
    (draft,) = notice(changed_at=changed_at, over_at=over_at).drafts(told(stage))
    assert until == draft.until


def test_a_community_that_is_left_out_is_called_off_and_explained_only_until_then() -> None:
    stays, left = notice(ONE, f"{TWO} {ONE}", changed_at=NOON).drafts(told(Stage.IN_PROGRESS))
    assert (ONE, Stage.IN_PROGRESS, ENDS) == (stays.part, stays.stage, stays.until)
    assert (TWO, Stage.CANCELLED, NOON) == (left.part, left.stage, left.until)


@pytest.mark.parametrize(
    ("ends_at", "begins_at", "stage"),
    [
        pytest.param(None, BEGINS, Stage.RECEIVED, id="no end"),
        pytest.param(ENDS, None, Stage.RECEIVED, id="no beginning"),
        pytest.param(DAY_BEFORE, BEGINS, Stage.RECEIVED, id="over before it begins"),
        pytest.param(BEGINS + LONGEST + timedelta(seconds=1), BEGINS, Stage.RECEIVED, id="too far off"),
        pytest.param(ENDS, BEGINS, Stage.UNKNOWN, id="a state that nobody knows"),
    ],
)
def test_what_has_no_end_that_can_be_right_explains_nothing_and_says_so(
    ends_at: datetime | None, begins_at: datetime | None, stage: Stage
) -> None:
    stays, left = notice(ONE, TWO, ends_at).drafts(told(stage, begins_at))
    assert (None, None) == (stays.until, left.until)
    assert "end_unclear" in stays.flags


@pytest.mark.parametrize("areas", ["", "测试社区", "329901001", "3299010010011"])
def test_a_notice_without_a_community_is_told_and_explains_nothing(areas: str) -> None:
    (draft,) = notice(areas).drafts(told())
    assert ("", None, Handling.ELSEWHERE) == (draft.part, draft.until, draft.handling)
    assert "area_missing" in draft.flags
