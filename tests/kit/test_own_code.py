"""What is counted as a plugin's own code, and that the plugins of the hub have little of it."""

from pathlib import Path
from statistics import median
from typing import Final

import pytest

from hub.plugin.own_code import code_lines, own_lines, protocols
from tests.docs.blocks import ROOT

PACKAGES: Final = {one.parent.name: one for one in sorted((ROOT / "plugins").glob("*/gridplus_*"))}
PROTOCOLS: Final = {"xueliang_video": {"gat1400"}}
"""Plugins that speak a protocol which no other one speaks."""
MEDIAN: Final = 120
MOST: Final = 150


def test_comments_blanks_and_docstrings_are_no_code() -> None:
    said = '"""What it is."""\n\n# why\nA = 1  # here\n"""What A is."""\n\n\ndef f():\n    """So."""\n    return (\n        A\n    )\n'
    assert code_lines(said) == 5


def test_a_text_that_is_used_is_code() -> None:
    assert code_lines('A = """one\n\ntwo"""\n') == 3


def test_the_simulator_and_what_lies_deeper_are_not_counted(tmp_path: Path) -> None:
    for name in (
        "adapter.py",
        "simulator.py",
        "wire9/__init__.py",
        "wire9/frame.py",
        "simulator/__init__.py",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("A = 1\n", "utf-8")
    assert own_lines(tmp_path) == 1
    assert protocols(tmp_path) == {"wire9"}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_plugin_speaks_no_protocol_of_its_own_but_these(name: str) -> None:
    assert protocols(PACKAGES[name]) == PROTOCOLS.get(name, set())


@pytest.mark.parametrize("name", PACKAGES)
def test_no_plugin_has_much_code_of_its_own(name: str) -> None:
    assert own_lines(PACKAGES[name]) <= MOST


@pytest.mark.parametrize(
    "name", ["grid_app", "iot_sensors", "police_110", "food_safety", "emergency", "petition", "utilities"]
)
def test_who_begins_on_the_bases_needs_little(name: str) -> None:
    assert own_lines(PACKAGES[name]) <= MEDIAN


def test_the_median_plugin_is_an_afternoons_work() -> None:
    assert median(own_lines(one) for one in PACKAGES.values()) <= MEDIAN
