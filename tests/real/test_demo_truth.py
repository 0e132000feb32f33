"""The demo's seeded day: links and questions of the hub beside what the scenario knows."""

from datetime import timedelta

import pytest

from hub.demo import truth

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("length", "matters", "seed"),
    [
        pytest.param(timedelta(minutes=60), 220, 20260310, id="the hour of demo --once"),
        pytest.param(timedelta(hours=10), 900, 7, id="a day of another seed"),
    ],
)
def test_links_are_right_and_what_belongs_together_is_linked_or_asked_about(
    length: timedelta, matters: int, seed: int
) -> None:
    figures = truth.measure(length=length, matters=matters, seed=seed)
    assert figures["ended"] == 1.0
    assert figures["precision"] >= 0.98
    assert figures["recall_asked"] >= 0.97
    assert (figures["small_precision"], figures["small_recall_asked"]) >= (0.98, 0.96)
