"""`whistles.yaml`: rules a validity, and every fault told at its place."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from hub.model import Actor, Duration, Level, Unit
from hub.pack.reading import PackFiles
from hub.pack.whistles import FILE, read_whistles
from hub.whistle.evaluation import USUAL_EVALUATION, Aspect
from hub.whistle.figures import USUAL_FIGURES, FigureRules
from hub.whistle.rules import USUAL, Post, Rules, rules_on

TWO = """
rules:
  - valid_from: 2026-01-01
    valid_to: 2026-06-30
    levels:
      routine:
        title: {zh: 常规哨, en: routine}
        blown_by: [grid_worker, community]
        upgrade_after: {value: 3, unit: work_day}
      hard: {title: {zh: 疑难哨, en: hard}, blown_by: [district], reviewed_by: district}
    review_within: {value: 4, unit: work_hour}
    reopen: {most: 2}
    late_after: 2 h
  - valid_from: 2026-07-01
    levels: {}
    most_returns: 5
"""


def read(text: str, root: Path) -> tuple[tuple[Rules, ...], list[tuple[str, int]]]:
    """The versions, and (code, line) of every fault."""
    (root / FILE).write_text(text, encoding="utf-8")
    files = PackFiles(root)
    return read_whistles(files), [(one.code, one.line) for one in files.found]


def test_each_version_holds_in_its_time_and_says_what_it_says(tmp_path: Path) -> None:
    versions, faults = read(TWO, tmp_path)
    assert [] == faults
    spring, summer = rules_on(date(2026, 6, 30), versions), rules_on(date(2026, 7, 1), versions)
    routine, hard = spring.levels[Level.ROUTINE], spring.levels[Level.HARD]
    assert ((Post.GRID_WORKER, Post.COMMUNITY), None) == (routine.blown_by, routine.reviewed_by)
    assert Duration(3, Unit.WORK_DAY) == routine.upgrade_after
    assert (Post.DISTRICT, None) == (hard.reviewed_by, hard.upgrade_after)
    assert (Duration(4, Unit.WORK_HOUR), 2, timedelta(hours=2)) == (
        spring.review_within,
        spring.reopen.most,
        spring.late_after,
    )
    assert (USUAL.reopen.within, USUAL.most_returns, 5) == (
        spring.reopen.within,
        spring.most_returns,
        summer.most_returns,
    )


def test_a_day_without_rules_has_the_usual_ones(tmp_path: Path) -> None:
    versions, _ = read(TWO, tmp_path)
    assert USUAL is rules_on(date(2025, 12, 31), versions)
    assert () == read_whistles(PackFiles(tmp_path / "nowhere"))
    assert {Level.ROUTINE: (), Level.KEY: (), Level.HARD: (), Level.EMERGENCY: ()} == {
        level: rules.blown_by for level, rules in USUAL.levels.items()
    }


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        pytest.param("valid_from: 2026-07-01", "valid_from: 2026-06-30", ("K256", 14), id="two at once"),
        pytest.param("      hard:", "      harder:", ("K203", 10), id="no such level"),
        pytest.param("[district]", "[mayor]", ("K208", 10), id="no such post"),
        pytest.param("reviewed_by: district", "reviewed_by: mayor", ("K208", 10), id="no such reviewer"),
        pytest.param("late_after: 2 h", "late_after: soon", ("K109", 13), id="no span of time"),
        pytest.param("most: 2", "most: 21", ("K207", 12), id="too often"),
        pytest.param("unit: work_hour", "unit: hour", ("K208", 11), id="no such unit"),
        pytest.param(", en: routine", "", ("K204", 7), id="no English name"),
    ],
)
def test_a_fault_is_told_at_its_line(before: str, after: str, fault: tuple[str, int], tmp_path: Path) -> None:
    _, faults = read(TWO.replace(before, after), tmp_path)
    assert [fault] == faults


MARKED = """
rules:
  - valid_from: 2026-01-01
    levels: {}
    evaluation:
      by: {blower: 50, centre: 50}
      aspects: {resolve: 1}
      best: 5
      passing: 3
      within: {value: 3, unit: work_day}
      evidence: true
    figures:
      least: 10
      hidden_below: 3
      healthy: {from: 10, to: 90}
"""


def test_who_marks_what_and_what_figures_need_is_the_packs(tmp_path: Path) -> None:
    versions, faults = read(MARKED, tmp_path)
    assert [] == faults
    evaluation, figures = versions[0].evaluation, versions[0].figures
    assert {Actor.BLOWER: 50, Actor.CENTRE: 50} == evaluation.by
    assert ({Aspect.RESOLVE: 1}, 5, 3, True) == (
        evaluation.aspects,
        evaluation.best,
        evaluation.passing,
        evaluation.evidence,
    )
    # in proportion to the pack's own scale
    assert [5, 3, 0] == list(evaluation.satisfaction.values())
    assert FigureRules(least=10, hidden_below=3, steadied_by=20, healthy=(10, 90)) == figures


def test_a_pack_that_says_nothing_of_it_has_the_usual_marks_and_figures(tmp_path: Path) -> None:
    versions, _ = read(TWO, tmp_path)
    assert (USUAL_EVALUATION, USUAL_FIGURES) == (versions[0].evaluation, versions[0].figures)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        pytest.param("blower: 50", "mayor: 50", ("K203", 6), id="nobody who marks"),
        pytest.param("resolve: 1", "beauty: 1", ("K203", 7), id="no such aspect"),
        pytest.param("resolve: 1", "resolve: 0", ("K207", 7), id="a weight of nothing"),
        pytest.param("passing: 3", "passing: 6", ("K207", 9), id="a pass beyond the scale"),
        pytest.param("hidden_below: 3", "hidden_below: 1", ("K207", 14), id="nothing would be hidden"),
        pytest.param("from: 10, to: 90", "from: 90, to: 10", ("K207", 15), id="a band upside down"),
    ],
)
def test_what_is_wrong_with_marks_and_figures_is_told_at_its_line(
    before: str, after: str, fault: tuple[str, int], tmp_path: Path
) -> None:
    assert before in MARKED
    assert [fault] == read(MARKED.replace(before, after), tmp_path)[1]
