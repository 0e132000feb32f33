"""Every code that is raised has its words, and every word gets the facts it speaks of."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import hub.errors
from hub.errors import HubError
from hub.messages import CATALOGUE
from hub.run.reference.catalogue import families
from tests.docs.blocks import ROOT

SOURCES = [
    *sorted((ROOT / "hub").rglob("*.py")),
    *(file for file in sorted(ROOT.glob("plugins/*/**/*.py")) if "tests" not in file.parts),
]
ERRORS = {
    name for name, one in vars(hub.errors).items() if isinstance(one, type) and issubclass(one, HubError)
}
FACT = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Raised:
    """One place where an error is made: its code, the facts it is given, and whether all of them are known."""

    where: str
    code: str
    facts: frozenset[str]
    open: bool


def raised(file: Path) -> Iterator[Raised]:
    """Errors made in `file` with a code that is written there."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ERRORS
            and node.args
        ):
            code = node.args[0]
            if isinstance(code, ast.Constant):
                yield Raised(
                    f"{file.relative_to(ROOT)}:{node.lineno}",
                    str(code.value),
                    frozenset(one.arg for one in node.keywords if one.arg),
                    any(one.arg is None for one in node.keywords),
                )


ALL = [one for file in SOURCES for one in raised(file)]


def test_every_code_that_is_raised_stands_in_the_catalogue() -> None:
    assert len(ALL) > 100
    assert [] == [one for one in ALL if one.code not in CATALOGUE]


def test_an_error_is_given_every_fact_that_its_words_speak_of() -> None:
    lacking = [
        (one.where, one.code, sorted(needed))
        for one in ALL
        if not one.open and (needed := spoken_of(one.code) - one.facts)
    ]
    assert [] == lacking


def spoken_of(code: str) -> frozenset[str]:
    """The facts in braces in any of a code's sentences."""
    return frozenset(FACT.findall(" ".join(CATALOGUE[code])))


def test_both_languages_speak_of_the_same_facts() -> None:
    uneven = [
        code
        for code, text in CATALOGUE.items()
        if set(FACT.findall(text.zh + text.zh_next)) != set(FACT.findall(text.en + text.en_next))
    ]
    assert [] == uneven


def test_families_do_not_overlap_and_together_are_the_catalogue() -> None:
    by_title = {title: set(texts) for title, texts in families()}
    assert [] == [pair for pair in combinations(by_title, 2) if by_title[pair[0]] & by_title[pair[1]]]
    assert set(CATALOGUE) == set().union(*by_title.values())


def test_a_codes_letter_is_its_familys() -> None:
    astray = [
        code
        for title, texts in families()
        for code in texts
        if not re.fullmatch(rf"{title[0]}[0-9]{{3}}", code)
    ]
    assert [] == astray
