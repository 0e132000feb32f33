"""The demo as a newcomer meets it: one command, real protocols, every figure in place."""

import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.demo.newcomers import FIVE, NEEDS_KAFKA
from tests.conftest import Servers

ROOT = Path(__file__).parents[2]
SOURCES = {
    *("hotline_12345", "urban_management", "xueliang_video", "police_grid", "market_supervision"),
    *("grid_app", "iot_sensors", "police_110", "food_safety", "petition", "utilities_water"),
}
LONGEST_S = 100


def play(
    *arguments: str,
    env: dict[str, str] | None = None,
    gridplus: Path | None = None,
    cwd: Path | None = None,
) -> dict[str, Any]:
    """The account that `gridplus demo --once --json` prints; fails where it takes longer than promised."""
    command = [
        str(gridplus or Path(sys.executable).with_name("gridplus")),
        "demo",
        "--once",
        "--json",
        *arguments,
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=LONGEST_S * 2,
        check=False,
        env={**os.environ, **(env or {})},
        cwd=cwd,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    account: dict[str, Any] = orjson.loads(done.stdout.splitlines()[-1])
    return account


def check(account: dict[str, Any], topics: Collection[str] = ()) -> None:
    """What the account promises; `topics`: sources that are topics of a broker."""
    assert sum(account["fates"].values()) == account["records"]
    assert set(account["fates"]) == {"published", "linked", "held", "dead"}
    assert min(account["fates"].values()) > 0
    assert set(account["sources"]) == SOURCES | set(topics)
    assert account["most_systems_of_one_matter"] >= len(FIVE)
    assert account["explained"] > 0
    for one in account["sources"].values():
        assert one["records"] == sum(one["fates"].values()) > 0
    assert len(account["departments"]) >= 10
    assert sum(account["departments"].values()) == account["whistles"]
    assert 0 < account["first_whistle_ms"] <= 60_000
    assert account["canaries_leaked"] == 0
    assert account["answers_heard"]["hotline_12345"] > 0


@pytest.mark.slow
@pytest.mark.connected
def test_the_demo_plays_to_its_end_on_kafka_and_postgresql(real_servers: Servers) -> None:
    store, bus, _ = real_servers.fresh()
    check(play("--store", store, "--bus", bus), NEEDS_KAFKA)


@pytest.mark.drill
def test_the_demo_plays_on_a_machine_whose_date_is_two_years_ahead() -> None:
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not libraries:
        if os.environ.get("CI"):
            pytest.fail("libfaketime is not installed")
        pytest.skip("libfaketime is not installed (Debian package libfaketime)")
    ahead = {
        "LD_PRELOAD": str(libraries[0]),
        "FAKETIME": "+2y",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # Else every timed wait on a condition ends at once, and threads that want the interpreter's lock spin.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }
    check(play(env=ahead))
