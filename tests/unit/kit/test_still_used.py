"""A plugin's author hears from the kit which names that it uses will go away; it keeps it from no level."""

from datetime import date
from pathlib import Path

import pytest

from hub.kit.report import Report
from hub.kit.still_used import files_of, still_used
from hub.leaving import Leaving
from hub.plugin.registry import Registry

WORDS = Leaving(
    name="hub.plugin.words.stage_of",
    since=date(2026, 3, 10),
    gone=date(2027, 3, 10),
    instead="hub.plugin.words.stages",
    lies_in="hub.plugin.words",
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("from hub.plugin.words import stage_of", 1, id="imported"),
        pytest.param(
            "import hub.plugin.words\nhub.plugin.words.stage_of('x')", 1, id="written behind its module"
        ),
        pytest.param("from hub.plugin.words import urgency_of", 0, id="its neighbour stays"),
        pytest.param("stage_of = len", 0, id="a name of its own"),
    ],
)
def test_a_leaving_name_is_found_where_it_is_read(text: str, lines: int, tmp_path: Path) -> None:
    package = tmp_path / "gridplus_old"
    package.mkdir()
    file = package / "adapter.py"
    file.write_text(text, encoding="utf-8")
    expected = (f"gridplus_old/adapter.py: {WORDS.sentence}",) * lines
    assert expected == still_used([file], [WORDS])


def test_the_report_says_it_and_its_level_stays() -> None:
    entry = Registry.load().entry("hotline_12345")
    found = still_used(files_of(entry), [WORDS])
    assert found
    told, plain = Report(entry, (), found), Report(entry, ())
    assert (plain.reached, list(found)) == (told.reached, told.as_json()["still_used"])
    assert "hub.plugin.words.stages" in told.as_page()
