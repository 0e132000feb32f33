"""The section `cards` of `whistles.yaml`: two districts' rules, and every fault told at its place."""

from datetime import date
from pathlib import Path

import pytest

from hub.model import Duration, Level, Unit
from hub.pack import load
from hub.pack.reading import PackFiles
from hub.pack.whistles import FILE, read_whistles
from hub.whistle.cardrules import NO_CARDS, Card, CardRule, CardRules, Measure, Timing
from hub.whistle.rules import rules_on

LUQIAO = """
rules:
  - valid_from: 2026-01-01
    levels: {}
    cards:
      rules:
        - {name: accept, card: yellow, step: sign, share: 100}
        - {name: accept_over, card: red, step: sign, after_due: {value: 1, unit: urgent_day}, levels: [routine, key]}
        - {name: near, card: blue, step: any, before_due: {value: 4, unit: work_hour}}
      follows:
        - {card: yellow, count: 2, within: {value: 30, unit: urgent_day}, then: letter, answer_within: {value: 3, unit: work_day}}
      appeal_within: {value: 3, unit: work_day}
"""


def read(text: str, root: Path) -> tuple[CardRules, list[tuple[str, int]]]:
    """The cards of the only version, and (code, line) of every fault."""
    (root / FILE).write_text(text, encoding="utf-8")
    files = PackFiles(root)
    (version,) = read_whistles(files)
    return version.cards, [(one.code, one.line) for one in files.found]


def test_rules_are_what_the_pack_says(tmp_path: Path) -> None:
    found, faults = read(LUQIAO, tmp_path)
    assert [] == faults
    accept, over, near = found.rules
    assert CardRule(name="accept", card=Card.YELLOW, step="sign", timing=Timing.SHARE, share=100) == accept
    assert (Timing.AFTER_DUE, Duration(1, Unit.URGENT_DAY)) == (over.timing, over.span)
    assert (Level.ROUTINE, Level.KEY) == over.levels
    assert (Card.BLUE, "any", Timing.BEFORE_DUE) == (near.card, near.step, near.timing)
    (letter,) = found.follows
    assert (Card.YELLOW, 2, Measure.LETTER) == (letter.card, letter.count, letter.then)
    assert Duration(3, Unit.WORK_DAY) == found.appeal_within


def test_a_pack_that_says_nothing_has_no_cards(tmp_path: Path) -> None:
    assert (NO_CARDS, []) == read(LUQIAO[: LUQIAO.index("    cards:")], tmp_path)


def test_the_demo_pack_shows_blue_yellow_and_red() -> None:
    cards = rules_on(date(2026, 3, 10), load().whistles).cards
    assert set(Card) == {one.card for one in cards.rules}
    assert [Measure.LETTER, Measure.INTERVIEW] == [one.then for one in cards.follows]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        pytest.param("name: near", "name: accept", ("K257", 9), id="a name twice"),
        pytest.param("name: near", "name: Near due", ("K258", 9), id="no word"),
        pytest.param("share: 100", "levels: [routine]", ("K259", 7), id="no moment"),
        pytest.param(
            "step: sign, share: 100",
            "step: sign, share: 100, after_due: {value: 1, unit: work_day}",
            ("K259", 7),
            id="two moments",
        ),
        pytest.param("share: 100", "share: 301", ("K207", 7), id="too large a share"),
        pytest.param("step: any", "step: call", ("K208", 9), id="no such step"),
        pytest.param("card: blue", "card: green", ("K208", 9), id="no such card"),
        pytest.param("then: letter", "then: prison", ("K208", 11), id="no such measure"),
        pytest.param("count: 2, ", "", ("K204", 11), id="no count"),
        pytest.param("unit: work_hour", "unit: hour", ("K208", 9), id="no such unit"),
        pytest.param("appeal_within", "appeals_within", ("K203", 12), id="an unknown key"),
    ],
)
def test_a_fault_is_told_at_its_line(before: str, after: str, fault: tuple[str, int], tmp_path: Path) -> None:
    _, faults = read(LUQIAO.replace(before, after), tmp_path)
    assert [fault] == faults
