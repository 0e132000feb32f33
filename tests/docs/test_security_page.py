"""Every line of the threat model names a test that exists; what it says of exits and dependencies is so."""

import ast
import re

from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.findall(r"`([\w/.]+\.py)::(\w+)`", PAGE)


def test_each_test_that_the_threat_model_names_exists() -> None:
    assert len(NAMED) > 30
    assert [] == [f"{file}::{name}" for file, name in NAMED if name not in functions_of(file)]


def functions_of(file: str) -> set[str]:
    """The functions of a test file; none where there is no such file."""
    path = ROOT / file
    if not path.exists():
        return set()
    return {
        one.name for one in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(one, ast.FunctionDef)
    }


def test_each_threat_has_a_test() -> None:
    heads = ("| what is tried |", "| what they have |")
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(heads)]
    assert len(rows) > 30
    assert [] == [row for row in rows if "::test_" not in row.rsplit("|", 2)[1]]
