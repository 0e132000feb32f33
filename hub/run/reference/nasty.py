"""The page of the nasty cases: what happens in each, and which tests show it, found by reading the tests.

A test says which cases it shows by `@pytest.mark.nasty("N01", …)`, also on a row of its table. The statements
stand in `tests/nasty_cases.yaml`, with the reason where no test shows a case yet, or where it cannot happen here.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

import yaml

from hub.run.reference.page import Page, markdown, table

PATH: Final = "docs/nasty-cases.md"
_CASE: Final = re.compile(r"N[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Case:
    """One nasty case. `why_not_yet` is "" where tests show all of it; `why_not_here` says why it cannot happen here."""

    id: str
    statement: str
    why_not_yet: str = ""
    why_not_here: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Cases of one kind."""

    title: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True, order=True)
class Shown:
    """A test that shows a case."""

    file: str
    test: str


def read_groups(file: Path) -> tuple[Group, ...]:
    """The groups as they stand in `tests/nasty_cases.yaml`."""
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    return tuple(Group(one["title"], tuple(Case(**case) for case in one["cases"])) for one in told["groups"])


def shown_by(root: Path) -> dict[str, tuple[Shown, ...]]:
    """Case → the tests of the checkout `root` that carry its mark, by file and name."""
    found: dict[str, set[Shown]] = {}
    for file in sorted([*root.glob("tests/**/test_*.py"), *root.glob("plugins/*/tests/**/test_*.py")]):
        for case, test in _marks(ast.parse(file.read_text(encoding="utf-8"))):
            found.setdefault(case, set()).add(Shown(file.relative_to(root).as_posix(), test))
    return {case: tuple(sorted(tests)) for case, tests in found.items()}


def _marks(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(case, test) for each mark on a test or on a row of its table."""
    for one in ast.walk(tree):
        if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"):
            for mark in one.decorator_list:
                yield from ((case, one.name) for case in _cases(mark))


def _cases(mark: ast.expr) -> Iterator[str]:
    for one in ast.walk(mark):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "nasty":
            for said in one.args:
                if isinstance(said, ast.Constant) and _CASE.fullmatch(str(said.value)):
                    yield str(said.value)


def nasty_page(groups: Sequence[Group], shown: Mapping[str, Sequence[Shown]]) -> Page:
    """`docs/nasty-cases.md`."""
    cases = [case for group in groups for case in group.cases]
    whole = [case for case in cases if case.id in shown and not case.why_not_yet]
    part = [case for case in cases if case.id in shown and case.why_not_yet]
    never = [case for case in cases if case.id not in shown and case.why_not_here]
    return markdown(
        PATH,
        "Nasty cases",
        "What systems, networks and people really do to a hub like this one, and what this hub does then. A case "
        "is *shown* when a test would fail if the hub did something else; the tests' names are sentences, so "
        "they say what is shown.",
        f"{len(cases)} cases: {len(whole)} shown, {len(part)} shown in part, {len(never)} that cannot happen here, "
        f"{len(cases) - len(whole) - len(part) - len(never)} not yet.",
        *(_section(group, shown) for group in groups),
    )


def _section(group: Group, shown: Mapping[str, Sequence[Shown]]) -> str:
    rows = [(_anchored(case), case.statement, _proof(case, shown.get(case.id, ()))) for case in group.cases]
    return f"## {group.title}\n\n{table(('case', 'what happens', 'shown by'), rows)}"


def _anchored(case: Case) -> str:
    """Its number, to which other pages link."""
    return f'<a id="{case.id.lower()}"></a>{case.id}'


def _proof(case: Case, tests: Sequence[Shown]) -> str:
    """The tests, a line a file; and what is not shown yet, with its reason."""
    lines = [
        f"[{_place(file)}](../{file}): " + "; ".join(_sentence(one.test) for one in ones)
        for file, ones in groupby(tests, key=lambda one: one.file)
    ]
    if case.why_not_here:
        lines.append(f"*Cannot happen here:* {case.why_not_here}")
    if case.why_not_yet:
        lines.append(f"*Not yet:* {case.why_not_yet}")
    return "<br>".join(lines) or "*Nothing shows it.*"


def _place(file: str) -> str:
    return file.removeprefix("plugins/").removeprefix("tests/").replace("/tests/", "/")


def _sentence(test: str) -> str:
    return test.removeprefix("test_").replace("_", " ")


def unexplained(groups: Sequence[Group], shown: Mapping[str, Sequence[Shown]]) -> tuple[str, ...]:
    """Cases that no test shows and nobody explains."""
    return tuple(
        case.id
        for group in groups
        for case in group.cases
        if case.id not in shown and not (case.why_not_yet or case.why_not_here)
    )
