"""Points and polygons of real cities, on real data that lies outside the repository."""

from pathlib import Path

import pytest

from hub.run.measure import chicago_beats, lingang


def test_points_come_into_the_beats_that_the_city_gave_them(data: Path) -> None:
    if not (data / "chicago311").is_dir():
        pytest.skip("real data absent: chicago311/")
    figures = chicago_beats.measure(data)
    assert figures["share"] >= 0.96
    assert figures["furthest_miss_m"] < 1.5, "all misses lie at the border"


def test_sensors_stand_in_their_committees_polygons(data: Path) -> None:
    if not (data / "lingang").is_dir():
        pytest.skip("real data absent: lingang/")
    figures = lingang.measure(data)
    assert figures["placed"] == pytest.approx(1.0, abs=0.01)
    assert figures["several"] < 0.01
    assert figures["together"] > 0.99
    assert figures["polygon_faults"] == 0
