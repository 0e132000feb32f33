"""The districts' packs are right, and everything happens there as their stories tell it."""

import shutil
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.pack import Pack, load
from tests.conftest import Servers
from tests.docs.blocks import ROOT, blocks
from tests.scenarios.doors import Doors
from tests.scenarios.seen import Seen
from tests.scenarios.story import (
    DEPARTMENT,
    HERE,
    PARTS,
    POST,
    RESIDENT,
    Act,
    Story,
    commented,
    places,
    stories,
    stories_of,
)

STORIES = stories()
PAGE = ROOT / "docs/scenarios.md"
OF = "story of "
FIRST = [stories_of(place)[0] for place in places()]


@cache
def pack_of(place: Path) -> Pack:
    """Loaded once a test process."""
    return load(place)


def play(story: Story, home: Path, *, store: str = "") -> None:
    """The story from its first step to its last, but for steps that wait for a part of the hub."""
    doors = Doors(home, pack_of(story.place), story.acts[0].at, store=store)
    seen = Seen(doors)
    try:
        for act in story.acts:
            if act.waits_for:
                continue
            doors.go_to(act.at)
            doors.tick()
            refused = make(doors, act)
            assert (act.line, act.expect.get("refused", "")) == (act.line, refused)
            wanted = {name: one for name, one in act.expect.items() if name != "refused"}
            assert (act.line, wanted) == (act.line, seen.like(wanted))
    finally:
        doors.close()


@pytest.mark.parametrize("place", places(), ids=lambda place: place.name)
@pytest.mark.parametrize(
    "command", [["pack", "check"], ["pack", "coverage"], ["contract", "check"]], ids=" ".join
)
def test_a_pack_is_whole(place: Path, command: list[str]) -> None:
    env = {"GRIDPLUS_CLOCK_START": pack_of(place).manifest.starts_at.isoformat()}
    done = CliRunner().invoke(main, [*command, str(place)], prog_name="gridplus", env=env)
    assert 0 == done.exit_code, done.output


def test_nothing_waits_for_a_part_of_the_hub_that_is_there() -> None:
    marked = {(act.line, act.waits_for) for story in STORIES for act in story.acts if act.waits_for}
    marked |= {(f"{place.name}/", part) for place in places() for part in commented(place)}
    assert [] == sorted(f"{where} waits for {part}" for where, part in marked if find_spec(PARTS[part]))


def make(doors: Doors, act: Act) -> str:
    """Somebody does something, or nobody does; gives back the code of a refusal, "" for none."""
    if not act.kind:
        return ""
    if act.kind == RESIDENT:
        return doors.report(act.at, act.said)
    if act.kind == DEPARTMENT:
        return doors.department(act.who, act.does, act.said)
    if act.kind == POST and act.does != "mark":
        return doors.post(act.who, act.does, act.said)
    return doors.account(act)


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_it_happens_as_the_story_tells(story: Story, tmp_path: Path) -> None:
    play(story, tmp_path)


def test_the_story_of_the_page_happens_so_too(tmp_path: Path) -> None:
    (told,) = (one for one in blocks(PAGE, "yaml") if one.mark.startswith(OF))
    place = tmp_path / told.mark.removeprefix(OF)
    shutil.copytree(HERE / place.name, place)
    (place / "life.yaml").write_text(told.text, encoding="utf-8")
    (story,) = stories_of(place)
    play(story, tmp_path)


@pytest.mark.connected
@pytest.mark.parametrize("story", FIRST, ids=str)
def test_it_happens_so_on_a_real_database(story: Story, real_servers: Servers, tmp_path: Path) -> None:
    play(story, tmp_path, store=real_servers.fresh()[0])
