"""What a record of the pages says, and what is told about it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from gridplus_grid_pages.adapter import GridPages

from hub.model import Crs, Draft, Stage, Urgency
from hub.plugin import Answer, Tells

Read = Callable[..., Draft]


def test_a_browsers_place_is_wgs84_with_the_accuracy_that_it_states(read: Read) -> None:
    position = read(point={"lon": 120.85, "lat": 31.99, "accuracyM": 12}).position
    assert position is not None
    assert (Crs.WGS84, 12.0) == (position.crs, position.error_m)


def test_an_accuracy_of_nothing_is_none(read: Read) -> None:
    position = read(point={"lon": 120.85, "lat": 31.99, "accuracyM": 0}).position
    assert position is not None
    assert position.error_m is None


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, "329901001001"),
        ({"address": "墨和路122号"}, ""),
        ({"point": {"lon": 120.85, "lat": 31.99}}, ""),
        ({"point": {"lon": 0, "lat": 0}}, "329901001001"),
    ],
)
def test_the_reporters_own_area_says_where_only_while_nothing_better_does(
    read: Read, where: dict[str, object], expected: str
) -> None:
    assert expected == read(area="329901001001", **where).area_code


def test_who_reported_it_is_in_no_field_of_the_draft(read: Read) -> None:
    draft = read(by={"account": "wang_xiaoer", "organisation": "jiedao_01"})
    assert "wang_xiaoer" not in repr(draft)


def test_a_photo_lies_at_a_link_that_holds_it(read: Read) -> None:
    assert ["data:;base64,AAAA"] == [one.url for one in read(photos=["AAAA"]).attachments]


def test_the_urgency_is_the_words_own(read: Read) -> None:
    assert Urgency.CRITICAL is read(urgency="critical").urgency


def test_what_is_told_needs_no_journey(adapter: GridPages) -> None:
    answer = Answer(
        source_ref="WG00000000000000A1",
        part="",
        stage=Stage.ACCEPTED,
        at=datetime(2026, 3, 10, 5, tzinfo=UTC),
        text="已由城管局签收",
        department="城管局",
        nonce="ab" * 16,
    )
    assert isinstance(adapter, Tells)
    assert answer.nonce == adapter.tell(answer).ref
