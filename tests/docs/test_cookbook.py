"""The cookbook: a page for each transport, and every name, code and number on it is a real one."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import BaseModel

from hub.kit import check_names
from hub.messages import CATALOGUE
from hub.run.reference import nasty
from hub.scaffold import TRANSPORTS
from tests.docs.blocks import ROOT

BOOK = ROOT / "docs/cookbook"
INDEX = (BOOK / "README.md").read_text("utf-8")
LONGEST_LINES = 120
CODE = re.compile(r"`([^`]+)`")
BASES = {
    "rest-pull": "rest_pull",
    "rest-push": "rest_push",
    "soap": "soap_pull",
    "kafka": "kafka_topic",
    "mqtt": "mqtt",
    "sql-view": "view_pull",
    "sql-table": "table_pull",
    "file-drop": "file_drop",
    "ferry": "ferry_pull",
    "excel": "excel_upload",
}
"""Transport → the module of its base, and of its simulator's base."""
PAGES = [*BOOK.glob("*.md")]


def page(transport: str) -> str:
    return (BOOK / f"{transport}.md").read_text("utf-8")


def section(text: str, heading: str) -> str:
    """What stands below a heading."""
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def first_cells(text: str) -> set[str]:
    """All that stands as code in the first column of a table."""
    rows = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `")]
    return {name for cell in rows for name in CODE.findall(cell)}


def test_each_transport_has_its_page_and_each_page_is_linked() -> None:
    assert {*TRANSPORTS} == {one.stem for one in PAGES} - {"README"} == BASES.keys()
    assert {f"{one}.md" for one in TRANSPORTS} <= {*re.findall(r"\]\(([^)#]+)\)", INDEX)}


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_page_can_be_read_in_five_minutes(transport: str) -> None:
    assert len(page(transport).splitlines()) <= LONGEST_LINES


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_page_names_the_base_and_each_setting_of_it(transport: str) -> None:
    base = import_module(f"hub.plugin.transport.{BASES[transport]}")
    (told,) = re.findall(r"The base is \[`(\w+)`\]", page(transport))
    config = vars(base)[f"{told}Config"]
    assert issubclass(config, BaseModel)
    assert set() == {*config.model_fields} - first_cells(section(page(transport), "Settings"))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_page_names_each_failure_of_its_simulator_and_no_other(transport: str) -> None:
    system = import_module(f"hub.plugin.systems.{BASES[transport]}")
    (known,) = [
        one.FAILURES
        for one in vars(system).values()
        if isinstance(one, type) and one.__module__ == system.__name__ and hasattr(one, "FAILURES")
    ]
    assert {*known} == first_cells(section(page(transport), "When it is ill"))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_page_names_checks_that_there_are(transport: str) -> None:
    told = {
        one
        for one in CODE.findall(section(page(transport), "What the kit asks of it most"))
        if " " not in one
    }
    assert told
    assert set() == told - {*check_names()}


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_each_code_of_an_error_and_each_case_is_one(file: Path) -> None:
    text = file.read_text("utf-8")
    assert set() == set(re.findall(r"\b[A-Z][0-9]{3}\b", text)) - CATALOGUE.keys()
    cases = {case.id for group in nasty.read_groups(ROOT / "tests/nasty_cases.yaml") for case in group.cases}
    linked = re.findall(r"\[(N[0-9]{2})\]\(\.\./nasty-cases\.md#(n[0-9]{2})\)", text)
    assert linked
    assert [] == [case for case, anchor in linked if case not in cases or case.lower() != anchor]
    anchors = (ROOT / "docs/nasty-cases.md").read_text("utf-8")
    assert all(f'<a id="{anchor}"></a>' in anchors for _, anchor in linked)


def test_each_case_is_told_to_who_meets_it_once_a_page() -> None:
    for file in PAGES:
        told = re.findall(r"^\| \[(N[0-9]{2})\]", file.read_text("utf-8"), re.MULTILINE)
        assert sorted(told) == sorted({*told}), file.stem
