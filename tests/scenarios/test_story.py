"""A story that says what nobody knows is refused with its line, and is not passed over."""

from pathlib import Path

import pytest

from tests.scenarios.story import commented, stories_of

_STORY = """\
stories:
  - title: one
    zh: 一件事
    steps:
      - {at: 2026-03-10 09:00, who: resident, does: report, ref: A1, code: '1', address: 青影路1号, words: 水。}
"""


def told(place: Path, step: str) -> Path:
    """A place whose one story has this step behind its first."""
    (place / "life.yaml").write_text(f"{_STORY}      - {step}\n", encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("step", "says"),
    [
        pytest.param("{at: 2026-03-10 09:10, who: shuiwu, does: sing}", "not sing", id="no such act"),
        pytest.param(
            "{at: 2026-03-10 09:10, who: shuiwu, does: check, of: shuiwu}", "not check", id="another's act"
        ),
        pytest.param(
            "{at: 2026-03-10 09:10, who: centre, does: check, whom: shuiwu}", "whom", id="no such word"
        ),
        pytest.param("{at: 2026-03-10 09:10, expect: {tolled: {}}}", "tolled", id="nothing that can be seen"),
        pytest.param("{at: 2026-03-10 09:10, waits_for: godot}", "godot", id="no such part of the hub"),
        pytest.param("{at: 2026-03-10 08:59}", "earlier", id="back in time"),
    ],
)
def test_what_nobody_knows_is_refused_with_its_line(tmp_path: Path, step: str, says: str) -> None:
    with pytest.raises(ValueError, match=f"life.yaml:6: .*{says}"):
        stories_of(told(tmp_path, step))


def test_numbers_of_lines_reach_neither_what_is_said_nor_what_is_expected(tmp_path: Path) -> None:
    step = "{at: 2026-03-10 09:10, who: shuiwu, does: result, form: {outcome: done}, expect: {told: {a: [called]}}}"
    (story,) = stories_of(told(tmp_path, step))
    assert {"form": {"outcome": "done"}} == story.acts[1].said
    assert {"told": {"a": ["called"]}} == story.acts[1].expect


def test_a_section_of_the_pack_that_waits_is_found(tmp_path: Path) -> None:
    (tmp_path / "whistles.yaml").write_text(
        "rules:\n    # waits_for: cards\n    # cards: {}\n", encoding="utf-8"
    )
    assert ["cards"] == commented(tmp_path)
