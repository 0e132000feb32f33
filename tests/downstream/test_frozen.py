"""Plugins as they were written long ago run on the hub of today: built as wheels, put onto the shelf, offered, held to their
samples and to the kit. What passed when they were frozen passes.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.kit import check_names
from hub.plugin.apart import offered
from hub.plugin.shelf import Kept, Shelf

ROOT = Path(__file__).parents[2]
FROZEN = Path(__file__).parent
PASSED = {
    (version.parent.name, name): checks
    for version in sorted(FROZEN.glob("v*/passed.json"))
    for name, checks in json.loads(version.read_text("utf-8")).items()
}
"""Version of the interface, and plugin → the checks of the kit that it passed when it was frozen."""
SOME = (
    "settings-reach",
    "samples-hold",
    "becomes-an-event",
    "resend",
    "reordered",
    "same-time-changed",
    "grows-while-read",
    "rare-characters",
    "swapped-place",
    "unknown-status",
    "login-page",
    "half-an-answer",
    "signed-out",
    "door-replayed",
    "schema-changes",
    "half-written-file",
    "charset-of-a-file",
    "fields-declared",
    "errors-say-nothing",
    "killed",
)
"""One of each kind, as far as they apply; all of them in make drill."""
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Held:
    """What came of one frozen plugin."""

    samples: dict[str, str]
    checks: dict[str, list[str]]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module", params=PASSED, ids="/".join)
def frozen(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Which one."""
    found: tuple[str, str] = request.param
    return found


@pytest.fixture(scope="module")
def kept(frozen: tuple[str, str], shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Built, and on the shelf."""
    place = tmp_path_factory.mktemp(frozen[1])
    how = ["--wheel", "--no-isolation", "--skip-dependency-check", "-o", str(place)]
    done = subprocess.run(
        [sys.executable, "-m", "build", *how, str(FROZEN.joinpath(*frozen))], capture_output=True, text=True
    )
    assert 0 == done.returncode, done.stderr
    (wheel,) = place.glob("*.whl")
    return shelf.put(wheel)


def test_every_frozen_plugin_is_listed_with_what_it_passed() -> None:
    lying = {(one.parts[-3], one.parts[-2]) for one in FROZEN.glob("v*/*/pyproject.toml")}
    assert lying == PASSED.keys()
    assert all({*SOME} & {*checks} for checks in PASSED.values())


def test_the_hub_of_today_sees_what_it_offers(kept: Kept) -> None:
    ((name, (entry, module)),) = offered(kept).items()
    assert dict(kept.points) == {name: module}
    assert entry.declares


def test_its_samples_and_a_check_of_each_kind_come_out_as_they_did(
    kept: Kept, frozen: tuple[str, str]
) -> None:
    found = held(kept, [one for one in SOME if one in PASSED[frozen]])
    assert found.samples
    assert {} == {name: said for name, said in found.samples.items() if said}
    assert [] == [line for verdict, line in found.checks.values() if verdict != "passed"]


@pytest.mark.drill
def test_all_that_passed_passes(kept: Kept, frozen: tuple[str, str]) -> None:
    found = held(kept, [one for one in check_names() if one in PASSED[frozen]])
    assert [] == [line for verdict, line in found.checks.values() if verdict != "passed"]


def held(kept: Kept, checks: Sequence[str]) -> Held:
    """What comes of it, asked in a process of its own."""
    ((name, module),) = kept.points.items()
    command = [sys.executable, "-m", "tests.downstream.held", str(kept.path), f"{name}={module}", *checks]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert 0 == done.returncode, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return Held(**told)
