"""Beside its own row a department sees the middle of all, and nobody's figures."""

from hub.whistle.medians import medians


def row(share: float | None, score: float) -> dict[str, object]:
    """A department's row, as it is told."""
    return {"satisfy": {"n": 9, "share": share, "low": 0.1}, "score": score, "rank": 3}


def test_of_three_or_more_the_middle_is_told_and_numbers_of_cases_are_not() -> None:
    rows = [row(0.5, 60.0), row(0.7, 90.0), row(0.9, 70.0), row(None, 80.0)]
    assert {"satisfy": {"share": 0.7}, "score": 75.0} == medians(rows)


def test_of_two_nothing_is_told() -> None:
    assert {} == medians([row(0.5, 60.0), row(0.7, 90.0)])
    assert {} == medians([])
