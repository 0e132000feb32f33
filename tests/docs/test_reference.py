"""The generated pages say what the code says, and a stale one is noticed."""

import ast
import inspect
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.messages.text import Language
from hub.model import WhistleState
from hub.plugin import hookspecs
from hub.run.reference import flow, nasty
from hub.run.reference.page import Page, stale, table
from hub.run.reference.states import diagram
from hub.whistle.lifecycle import TABLE
from tests.docs.blocks import ROOT


def test_no_page_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(main, ["docs", "--check"])
    assert (0, "") == (
        done.exit_code,
        "".join(line for line in done.output.splitlines() if "stale →" in line),
    )


def test_outside_a_checkout_there_is_nothing_to_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["docs"])
    assert done.exit_code == 2
    assert "C114" in done.output
    assert [] == list(tmp_path.iterdir())


def test_a_page_is_stale_where_its_file_differs_or_is_absent(tmp_path: Path) -> None:
    (tmp_path / "same.md").write_text("as made\n", encoding="utf-8")
    (tmp_path / "old.md").write_text("as it was\n", encoding="utf-8")
    pages = [Page("same.md", "as made\n"), Page("old.md", "as made\n"), Page("new.md", "as made\n")]
    assert ("old.md", "new.md") == stale(pages, tmp_path)


def test_each_hook_has_a_heading_with_its_exact_signature() -> None:
    page = (ROOT / "docs/reference/hooks.md").read_text("utf-8")
    hooks = [
        one for _, one in inspect.getmembers(hookspecs, inspect.isfunction) if hasattr(one, "gridplus_spec")
    ]
    assert hooks
    for hook in hooks:
        (told,) = ast.parse(inspect.getsource(hook)).body
        assert isinstance(told, ast.FunctionDef)
        written = f"{told.name}({ast.unparse(told.args)}) -> {ast.unparse(told.returns) if told.returns else 'None'}"
        assert f"\n### `{written}`\n" in page


def test_a_cell_cannot_break_its_table() -> None:
    assert "| a \\| b c |" in table(("x",), [["a | b\nc"]])


def test_the_picture_of_a_life_has_every_row_of_its_table_and_ends_where_nothing_leads_on() -> None:
    leads = {at: way.after for at, way in TABLE.items()}
    drawn = diagram(leads, WhistleState.BLOWN).splitlines()
    for (before, move), after in leads.items():
        assert f"    {before} --> {after}: {move}" in drawn
    assert {f"    {end} --> [*]" for end in set(WhistleState) - {state for state, _ in TABLE}} == {
        line for line in drawn if line.endswith("--> [*]")
    }


def test_the_flow_goes_from_the_draft_to_the_whistles_and_every_word_has_its_chinese() -> None:
    words = flow.order()
    assert ("draft", "WHISTLES") == (words[0], words[-1])
    assert [] == [word for word in words if word not in flow.CHINESE]
    assert "事项" in flow.flow(Language.ZH)


def test_the_flow_stands_between_its_marks_and_nothing_else_is_touched() -> None:
    page = flow.with_flow("x.md", "before\n<!-- flow -->\nold\n<!-- /flow -->\nafter\n", Language.EN)
    assert page.text.startswith("before\n<!-- flow -->\n```mermaid\n")
    assert page.text.endswith("```\n<!-- /flow -->\nafter\n")
    assert "old" not in page.text


GROUPS = nasty.read_groups(ROOT / "tests" / "nasty_cases.yaml")


def test_all_ninety_cases_are_stated_each_once_in_order() -> None:
    assert [f"N{number:02d}" for number in range(1, 91)] == [
        case.id for group in GROUPS for case in group.cases
    ]


def test_a_case_that_no_test_shows_says_why() -> None:
    assert () == nasty.unexplained(GROUPS, nasty.shown_by(ROOT))


def test_every_mark_names_a_case_that_is_stated() -> None:
    assert set() == set(nasty.shown_by(ROOT)) - {case.id for group in GROUPS for case in group.cases}


def test_marks_are_found_on_tests_and_on_rows_of_their_tables(tmp_path: Path) -> None:
    place = tmp_path / "plugins" / "one" / "tests"
    place.mkdir(parents=True)
    (place / "test_it.py").write_text(
        '@pytest.mark.nasty("N01", "a note")\n'
        '@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.nasty("N02", "N03"))])\n'
        "def test_it_holds(x): ...\n"
        '@pytest.mark.nasty("N04")\n'
        "def not_a_test(): ...\n",
        encoding="utf-8",
    )
    shown = nasty.Shown("plugins/one/tests/test_it.py", "test_it_holds")
    assert {"N01": (shown,), "N02": (shown,), "N03": (shown,)} == nasty.shown_by(tmp_path)


def test_the_page_counts_what_is_shown_shown_in_part_cannot_happen_and_is_not_yet() -> None:
    cases = (
        nasty.Case("N01", "One."),
        nasty.Case("N02", "Two.", "later"),
        nasty.Case("N03", "Three.", "later"),
        nasty.Case("N04", "Four.", why_not_here="no such thing"),
    )
    shown = {
        "N01": [nasty.Shown("tests/test_a.py", "test_one_holds")],
        "N02": [nasty.Shown("tests/test_a.py", "test_x")],
    }
    page = nasty.nasty_page((nasty.Group("All", cases),), shown).text
    assert "4 cases: 1 shown, 1 shown in part, 1 that cannot happen here, 1 not yet." in page
    assert "*Cannot happen here:* no such thing" in page
    assert "[test_a.py](../tests/test_a.py): one holds" in page
