"""Every command line of the documentation runs, on the demo pack, in a directory of its own."""

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hub.cli import main
from tests.docs.blocks import PAGES, ROOT, TUTORIAL, blocks

CHINESE = ROOT / "README.zh.md"
TOLD = [page for page in PAGES if page.parent.name != "reference" and blocks(page, "sh")]


def commands(page: Path, program: str) -> list[str]:
    """The lines of a page that call `program` and are to be run."""
    lines = (line for block in blocks(page, "sh") if not block.not_run for line in block.text.splitlines())
    return [line for line in lines if line.startswith(f"{program} ")]


RUN = [page for page in TOLD if page not in (CHINESE, TUTORIAL) and commands(page, "gridplus")]


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_each_command_of_a_page_ends_well(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDPLUS_CLOCK_START", "2026-03-10T08:00:00+08:00")
    for line in commands(page, "gridplus"):
        done = CliRunner().invoke(main, shlex.split(line)[1:], prog_name="gridplus")
        assert (line, 0) == (line, done.exit_code), done.output


def test_the_chinese_readme_shows_the_same_commands() -> None:
    shown = [[block.text for block in blocks(page, "sh")] for page in (ROOT / "README.md", CHINESE)]
    assert shown[0] == shown[1]


def test_each_target_of_make_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {line.split()[1] for page in TOLD for line in commands(page, "make")}
    assert named
    assert set() == named - targets


def test_a_block_that_is_not_run_says_why() -> None:
    waiting = re.compile(r"^gridplus (demo|run|plugin simulate|bench)\b", re.MULTILINE)
    unexplained = [
        (block.page.name, block.line)
        for page in PAGES
        if page != TUTORIAL
        for block in blocks(page, "sh")
        if waiting.search(block.text) and not block.not_run
    ]
    assert [] == unexplained


LINES = sorted(
    {
        line
        for page in TOLD
        for block in blocks(page, "sh")
        for line in block.text.splitlines()
        if line.startswith("gridplus ")
    }
)


@pytest.mark.parametrize("line", LINES)
def test_each_command_that_a_page_names_exists_with_its_options(line: str) -> None:
    """Also of those that are not run."""
    command, rest = command_of(shlex.split(line)[1:])
    known = {option for one in command.params for option in one.opts} | {"--help"}
    assert [] == [word for word in rest if word.startswith("--") and word not in known]
    assert rest == ["--help"] or not isinstance(command, click.Group)


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that `words` lead to, and those left for it."""
    command: click.Command = main
    ctx = click.Context(main, info_name="gridplus")
    while words and isinstance(command, click.Group):
        found = command.get_command(ctx, words[0])
        if found is None:
            break
        command, words = found, words[1:]
    return command, words
