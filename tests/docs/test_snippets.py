"""Every snippet of the documentation runs, and is what it says it is."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import hub.pack
from hub.settings import read
from tests.docs.blocks import PAGES, ROOT, Block, blocks, marked

ADMINS = ROOT / "docs/admins.md"
FILES = [
    block
    for page in PAGES
    for language in ("python", "toml", "json")
    for block in blocks(page, language)
    if block.mark.startswith("file: ")
]

PARTS = [block for page in PAGES for block in blocks(page, "python") if block.mark.startswith("part: ")]


def runs(page: Path) -> list[Block]:
    """The Python blocks of a page that are a file of its own: neither shown from elsewhere nor written by its reader."""
    return [
        block
        for block in blocks(page, "python")
        if not block.mark.startswith(("file: ", "part: ", "write: "))
    ]


def names_of(page: Path) -> dict[str, Any]:
    """What the Python blocks of a page define, run from top to bottom as one file."""
    names: dict[str, Any] = {}
    for block in runs(page):
        exec(compile(block.text, f"{page.name}:{block.line}", "exec"), names)  # noqa: S102  that is the test
    return names


@pytest.mark.parametrize("page", [page for page in PAGES if runs(page)], ids=lambda page: page.name)
def test_the_python_of_a_page_runs(page: Path) -> None:
    assert names_of(page)


@pytest.mark.parametrize("block", FILES, ids=lambda block: Path(block.mark).name)
def test_a_file_is_shown_as_it_is(block: Block) -> None:
    file = ROOT / block.mark.removeprefix("file: ")
    assert file.read_text("utf-8") == block.text


@pytest.mark.parametrize("block", PARTS, ids=lambda block: f"{block.page.stem}:{block.line}")
def test_a_part_of_a_file_is_shown_as_it_lies(block: Block) -> None:
    file = ROOT / block.mark.removeprefix("part: ")
    assert 1 == file.read_text("utf-8").count(block.text)


def test_the_contract_and_the_grant_of_the_page_fit_into_the_demo_pack(tmp_path: Path) -> None:
    place = tmp_path / "pack"
    shutil.copytree(ROOT / "contracts/demo", place, ignore=shutil.ignore_patterns("__pycache__"))
    (place / "contracts/yuanlin.yaml").write_text(marked(ADMINS, "contract"), encoding="utf-8")
    (place / "grants.yaml").write_text(marked(ADMINS, "grant"), encoding="utf-8")
    (place / "contacts.yaml").write_text(marked(ADMINS, "contacts"), encoding="utf-8")
    assert [] == [(found.where, found.code) for found in hub.pack.check(place)]
    assert {("yuanlin", "event.address")} == {
        (one.department, one.field) for one in hub.pack.load(place).grants
    }


def test_the_settings_of_the_page_are_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gridplus.toml").write_text(marked(ADMINS, "settings"), encoding="utf-8")
    settings = read()
    assert settings.bus == "kafka://broker1:9092,broker2:9092"
    assert "hotline_12345" in settings.sources
    assert {"url", "secret_file"} == set(settings.webhooks["zilai"])


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "yaml")], ids=lambda page: page.name)
def test_the_yaml_of_a_page_is_yaml(page: Path) -> None:
    for block in blocks(page, "yaml"):
        assert yaml.safe_load(block.text)
