"""Telephones without a network, with wrong clocks, with maps of their own; heartbeats; and what the worker is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.errors import Refused
from hub.model import Crs, Draft, Stage
from hub.place.coords import metres_between, to_cgcs2000
from hub.plugin import Answer, Utterance

Start = Callable[..., Any]
"""A desk of `conftest`, with what is said."""
Say = Callable[..., Utterance]
DONE = Answer(
    source_ref="WG202603100001",
    part="",
    stage=Stage.DONE_BY_DEPT,
    at=datetime(2026, 3, 10, 6, 0, tzinfo=UTC),
    text="井盖已更换",
    department="青澜区市政设施管理中心",
    nonce="n" * 32,
)


@pytest.mark.nasty("N79", "reports that come three hours late keep the telephone's time")
@pytest.mark.nasty("N03", "of one upload the change comes before the beginning")
def test_what_was_gathered_comes_hours_late_in_one_request_the_last_one_first(start: Start, say: Say) -> None:
    desk = start(
        say(1, defect="offline"),
        say(1, defect="offline", revision=1, content="井盖已丢失"),
        say(2, defect="offline"),
    )
    drafts = desk.drafts()
    numbers = ["WG202603100002", "WG202603100001", "WG202603100001"]
    assert numbers == [draft.source_ref for draft in drafts]
    assert [False, True, False] == [draft.is_update for draft in drafts]
    assert drafts[1].version > drafts[2].version
    assert {datetime(2026, 3, 10, 1, 5, tzinfo=UTC)} == {draft.occurred_at for draft in drafts}
    assert {()} == {draft.flags for draft in drafts}
    assert desk.clock.now() - datetime(2026, 3, 10, 1, 8, tzinfo=UTC) >= timedelta(hours=3)


@pytest.mark.nasty("N03")
def test_an_update_before_its_create_says_that_it_is_one(start: Start, say: Say) -> None:
    first, second = start(say(defect="update_first")).drafts()
    assert (True, False) == (first.is_update, second.is_update)
    assert first.version > second.version


def test_which_change_is_newer_does_not_depend_on_a_clock(read: Callable[..., Draft]) -> None:
    ninth, tenth = (
        read(ms="x", bbh=number, sbsj=at).version for number, at in ((9, "2030-01-01"), (10, "2020-01-01"))
    )
    assert ninth < tenth


@pytest.mark.nasty("N36")
@pytest.mark.parametrize(
    ("defect", "flagged"),
    [("slow_clock", True), ("fast_clock", True), ("clock_of_1970", True), ("", False)],
)
def test_a_telephone_whose_clock_is_wrong_is_flagged_and_its_time_stays(
    start: Start, say: Say, defect: str, flagged: bool
) -> None:
    (draft,) = start(say(defect=defect)).drafts()
    assert flagged is ("clock_suspect" in draft.flags)
    sent = {
        "slow_clock": datetime(2026, 3, 9, 23, 5, tzinfo=UTC),
        "fast_clock": datetime(2026, 3, 10, 3, 5, tzinfo=UTC),
        "clock_of_1970": datetime(1970, 1, 1, 0, 3, 12, tzinfo=UTC),
    }
    assert sent.get(defect, datetime(2026, 3, 10, 1, 5, tzinfo=UTC)) == draft.occurred_at


@pytest.mark.nasty("N45", "maps of telephones are GCJ-02; without a network they are not")
@pytest.mark.parametrize(("defect", "crs"), [("", Crs.GCJ02), ("plain_gps", Crs.WGS84)])
def test_a_point_is_where_it_is_by_the_map_that_drew_it(
    start: Start, say: Say, defect: str, crs: Crs
) -> None:
    (draft,) = start(say(defect=defect)).drafts()
    assert draft.position is not None
    assert crs is draft.position.crs
    assert metres_between(*to_cgcs2000(draft.position), 120.8512, 32.0013) < 1


@pytest.mark.nasty("N72", "a link is handed on, and nobody fetches it here")
def test_photos_are_links_of_the_apps_own_file_server(start: Start, say: Say) -> None:
    desk = start(say(extra={"photos": "2"}))
    (draft,) = desk.drafts()
    links = [f"{desk.server.url}/files/{number}.jpg" for number in (1, 2)]
    assert [(link, "") for link in links] == [(one.url, one.name) for one in draft.attachments]


def test_a_photo_inside_the_record_is_none(start: Start, say: Say) -> None:
    (draft,) = start(say(defect="inline_photo")).drafts()
    assert () == draft.attachments


def test_what_was_settled_on_the_spot_comes_closed(start: Start, say: Say) -> None:
    (draft,) = start(say(extra={"settled": "yes"})).drafts()
    assert (Stage.CLOSED, "当场办结") == (draft.stage, draft.status_raw)


@pytest.mark.nasty("N07")
def test_a_number_in_full_width_digits_is_the_same_number(read: Callable[..., Draft]) -> None:
    assert "WG20260001" == read(sjbh=" ｗｇ２０２６０００１ ", ms="x").source_ref


@pytest.mark.nasty("N77")
def test_a_test_is_marked(start: Start, say: Say) -> None:
    (draft,) = start(say(defect="test_data")).drafts()
    assert ("test_data",) == draft.flags


def test_heartbeats_and_tracks_are_thanked_and_nothing_of_them_comes_in(start: Start, say: Say) -> None:
    desk = start(say(1), say(2), failures=("tracks",))
    assert ["WG202603100001", "WG202603100002"] == [draft.source_ref for draft in desk.drafts()]
    assert 2 == len(desk.door.bodies)
    assert [] == desk.door.refused


@pytest.mark.nasty("N68")
def test_what_could_not_be_stored_comes_again_and_a_replay_does_not(start: Start, say: Say) -> None:
    desk = start(say(1), failures=("replayed_push", "unsigned_push", "wrong_clock"), failing=2)
    assert 1 == len(desk.drafts())
    assert {"P101", "P102", "P103"} == {*desk.door.refused}


def test_the_worker_is_told_once_what_came_of_it(start: Start, say: Say) -> None:
    desk = start(say())
    assert {"HZnnnnnnnn"} == {desk.adapter.tell(DONE).ref for _ in range(2)}
    (heard,) = desk.server.heard()
    assert (DONE.source_ref, "已办结", DONE.text) == (heard["ref"], heard["stage"], heard["text"])


def test_a_matter_that_takes_no_answer_any_more_is_a_persons_matter(start: Start, say: Say) -> None:
    with pytest.raises(Refused) as refused:
        start(say(), failures=("refuses_replies",)).adapter.tell(DONE)
    assert "S113" == refused.value.code
