"""吹哨率: neither too low nor too high, and no band by chance."""

import pytest

from hub.whistle.shares import SMALL, Share
from hub.whistle.whistle_rate import Calls, whistle_rates


@pytest.mark.parametrize(
    ("calls", "band"),
    [
        pytest.param(Calls(200, 10, 190), "too_low", id="hardly ever"),
        pytest.param(Calls(200, 100, 100), "healthy", id="every second"),
        pytest.param(Calls(200, 195, 5), "too_high", id="nearly always"),
        pytest.param(Calls(6, 6, 0), "healthy", id="all of few: that may be chance"),
        pytest.param(Calls(200, 40, 100), "healthy", id="at the edge"),
        pytest.param(Calls(0, 0, 0), None, id="nothing happened"),
    ],
)
def test_a_rate_lies_below_within_or_above_the_band(calls: Calls, band: str | None) -> None:
    found = whistle_rates({"s1": calls}, hidden_below=5, healthy=(20, 80))["s1"]
    assert (Share(calls.matters, calls.own), band) == (found.own, found.band)


def test_a_subdistrict_with_few_matters_is_hidden_with_its_neighbour() -> None:
    calls = {"s1": Calls(2, 1, 1), "s2": Calls(50, 20, 30), "s3": Calls(50, 20, 30), "s4": Calls(50, 20, 30)}
    found = whistle_rates(calls, hidden_below=5, healthy=(20, 80))
    assert [SMALL, SMALL] == [found["s1"].whistled, found["s2"].whistled]
    assert Share(152, 61) == found[""].whistled
