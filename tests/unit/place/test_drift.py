"""Many coordinates of one source: wrong labels and hot pixels."""

import random
from collections.abc import Callable

import pytest

from hub.place.coords import Degrees, gcj02_to_bd09, gcj02_to_wgs84, wgs84_to_gcj02
from hub.place.drift import Drift, HotPoint, Sample, drift_of, hot_points, mended

DICE = random.Random(45)
KNOWN = [(DICE.uniform(120.75, 120.95), DICE.uniform(31.92, 32.08)) for _ in range(40)]


def samples(read: Callable[[float, float], Degrees], error_deg: float = 2e-4) -> list[Sample]:
    """Known points as a source with an error of its own gives them."""
    dice = random.Random(7)
    return [
        Sample(lon + dice.uniform(-error_deg, error_deg), lat + dice.uniform(-error_deg, error_deg), *known)
        for known in KNOWN
        for lon, lat in [read(*known)]
    ]


def bd09(lon: float, lat: float) -> Degrees:
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


@pytest.mark.nasty("N45", "wrong labels and double shifts over known points")
@pytest.mark.parametrize(
    ("drift", "metres", "read"),
    [
        pytest.param(Drift.GCJ02_AS_WGS84, 469, wgs84_to_gcj02, id="GCJ-02 labelled WGS-84"),
        pytest.param(Drift.BD09_AS_WGS84, 1110, bd09, id="BD-09 labelled WGS-84"),
        pytest.param(
            Drift.BD09_AS_GCJ02, 905, lambda x, y: gcj02_to_wgs84(*bd09(x, y)), id="BD-09 labelled GCJ-02"
        ),
        pytest.param(Drift.WGS84_AS_GCJ02, 469, gcj02_to_wgs84, id="WGS-84 labelled GCJ-02"),
        pytest.param(
            Drift.DOUBLE_SHIFT, 938, lambda x, y: wgs84_to_gcj02(*wgs84_to_gcj02(x, y)), id="shifted twice"
        ),
        pytest.param(Drift.CONSTANT, 380, lambda x, y: (x + 0.004, y), id="a local system"),
    ],
)
def test_a_wrong_label_is_found_over_known_points(
    drift: Drift, metres: float, read: Callable[[float, float], Degrees]
) -> None:
    found = drift_of(samples(read))
    assert found is not None
    assert (drift, len(KNOWN)) == (found.drift, found.samples)
    assert metres == pytest.approx(found.before_m, rel=0.05)
    assert found.after_m < 40.0


@pytest.mark.nasty("N45", "known points that are wrong themselves do not hide the wrong label")
def test_a_third_of_wrong_known_points_does_not_hide_a_wrong_label() -> None:
    elsewhere = [Sample(s.lon, s.lat, s.known_lon + 0.05, s.known_lat) for s in samples(wgs84_to_gcj02)[:13]]
    found = drift_of([*elsewhere, *samples(wgs84_to_gcj02)[13:]])
    assert found is not None
    assert Drift.GCJ02_AS_WGS84 == found.drift


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(samples(lambda x, y: (x, y)), id="as declared"),
        pytest.param(samples(wgs84_to_gcj02)[:19], id="too few points"),
        pytest.param(samples(lambda x, y: (x, y), error_deg=0.05), id="noise"),
    ],
)
def test_what_no_label_explains_is_no_drift(given: list[Sample]) -> None:
    assert drift_of(given) is None


@pytest.mark.parametrize("drift", list(Drift))
def test_a_mend_gives_back_a_point(drift: Drift) -> None:
    lon, lat = mended(drift, 120.85, 32.0)
    assert abs(lon - 120.85) < 0.02
    assert abs(lat - 32.0) < 0.02


@pytest.mark.nasty("N47", "one coordinate for all calls")
def test_a_coordinate_given_again_and_again_is_a_hot_point() -> None:
    centre = (120.853, 32.001)
    assert (HotPoint(*centre, 25, 25 / 65),) == hot_points([*KNOWN, *[centre] * 25])


@pytest.mark.nasty("N47", "a busy square is no hot pixel")
@pytest.mark.parametrize(
    "points",
    [
        pytest.param([*KNOWN, *[(120.853, 32.001)] * 19], id="often, but not twenty times"),
        pytest.param([*KNOWN * 20, *[(120.853, 32.001)] * 25], id="twenty times, but a small share"),
        pytest.param([], id="nothing at all"),
    ],
)
def test_what_repeats_seldom_is_no_hot_point(points: list[Degrees]) -> None:
    assert hot_points(points) == ()
