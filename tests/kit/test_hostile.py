"""Every check is failed by an adapter that does what it forbids, for that reason, and held by one that does not."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from hub.kit import Verdict, check_names, checked, desk
from hub.kit.checks import ALL, resources, sessions
from hub.plugin.transport import mqtt_session
from tests.kit.hostile import (
    answering,
    files,
    further,
    keeping,
    reading,
    receiving,
    speaking,
    staying,
    tables,
)
from tests.kit.hostile.plain import PLAIN, Row

ROWS: Final = (
    *reading.ROWS,
    *keeping.ROWS,
    *speaking.ROWS,
    *answering.ROWS,
    *receiving.ROWS,
    *staying.ROWS,
    *tables.ROWS,
    *files.ROWS,
    *further.ROWS,
)
GOOD: Final = {(one.check, one.good.make.__name__): one for one in ROWS}
CHECKS: Final = Path(resources.__file__).parent


@pytest.fixture(autouse=True)
def _sooner(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What never comes is not waited for as long as on a busy machine."""
    monkeypatch.setattr(desk, "PATIENCE_S", 4.0)
    monkeypatch.setattr(resources, "_PATIENCE_S", 2.0)
    monkeypatch.setattr(resources, "_SETTLES_WITHIN_S", 0.5)
    monkeypatch.setattr(resources, "_STOPS_WITHIN_S", 2.0)
    monkeypatch.setattr(mqtt_session, "_PATIENCE_S", 1.0)
    monkeypatch.setattr(sessions, "_LONGEST_S", 3.0)
    keeping.LET_GO.clear()
    yield
    keeping.LET_GO.set()


def test_every_check_has_its_row() -> None:
    assert {*check_names()} == {one.check for one in ROWS}


def test_every_reason_that_checks_give_is_given_to_somebody() -> None:
    given = {(ALL[one.check].run.__module__.rpartition(".")[2], one.why) for one in ROWS}
    given |= {("levers", one.why) for one in (*tables.ROWS, *files.ROWS)}  # what their checks share
    assert set() == _reasons() - given


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda one: f"{one.check}-{one.why}")
def test_who_does_what_it_forbids_fails_it_for_that_reason(row: Row, tmp_path: Path) -> None:
    result = checked(row.hostile, row.check, tmp_path)
    assert (Verdict.FAILED, row.why) == (result.verdict, result.why), result.line


@pytest.mark.parametrize("row", GOOD.values(), ids=lambda one: one.check)
def test_who_differs_by_that_one_thing_holds_it(row: Row, tmp_path: Path) -> None:
    result = checked(row.good, row.check, tmp_path)
    assert result.verdict is Verdict.PASSED, result.line


@pytest.mark.nasty("N05", "a number that comes again in another year")
def test_a_number_of_another_year_is_another_report(tmp_path: Path) -> None:
    assert Verdict.PASSED is checked(PLAIN, "numbers-apart", tmp_path).verdict


def _reasons() -> set[tuple[str, str]]:
    """Module of checks and each word for a reason in it, as they stand in its source."""
    found: set[tuple[str, str]] = set()
    for file in CHECKS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            at = {"demand": 1, "Failed": 0}.get(node.func.id)
            word = node.args[at] if at is not None else None
            if isinstance(word, ast.Constant):
                found.add((file.stem, str(word.value)))
    return found
