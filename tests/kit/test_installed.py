"""The plugins that come with the hub, held to the kit: gold, but for what cannot be played here: the hub's
own pages, and a topic without a broker."""

from pathlib import Path

import pytest

from hub.kit import Level, check_names, checked
from hub.kit.report import Report
from hub.plugin.registry import Registry

_LONG = ("iot_sensors", "market_supervision", "police_110", "urban_management", "xueliang_video")
"""Each takes as long as the others together: `make drill` holds them to it."""
REACHED = {
    **dict.fromkeys(
        (
            *_LONG,
            "hotline_12345",
            "police_grid",
            "file_import",
            "food_safety",
            "grid_app",
            "petition",
            "utilities",
            "utilities_table",
        ),
        Level.GOLD,
    ),
    "emergency": Level.BRONZE,  # without a broker; its gold is tests/connected/test_emergency.py
    "grid_pages": Level.BRONZE,
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "level"),
    [pytest.param(*one, marks=[pytest.mark.drill] if one[0] in _LONG else []) for one in REACHED.items()],
)
def test_a_plugin_of_the_hub_reaches_its_level(name: str, level: Level, tmp_path: Path) -> None:
    entry = Registry.load().entry(name)
    report = Report(entry, [checked(entry, one, _place(tmp_path, one)) for one in check_names()])
    assert level is report.reached, [one.line for one in report.results if not one.passed]


def _place(tmp_path: Path, check: str) -> Path:
    made = tmp_path / check
    made.mkdir()
    return made
