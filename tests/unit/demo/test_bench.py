"""The bench's figures: their shape and that they add up. Nothing here is a bar: machines differ."""

from pathlib import Path

import pytest

from hub.demo.bench import Order, run
from hub.errors import FixSettings


@pytest.mark.slow
def test_a_bench_tells_what_came_what_it_cost_and_how_long_it_took() -> None:
    order = Order(events=0, store="sqlite", bus="embedded", seed=1, rate=40.0, rate_s=1.5)
    figures = run(order)
    assert figures["events"] == sum(figures["fates"].values()) > 0
    assert figures["whistles"] > 0
    assert 1.0 == pytest.approx(sum(figures["shares"].values()), abs=0.01)
    cost = figures["cpu_us_per_event"]
    assert {"hub", "store", "bus", "departments", "stages"} == set(cost)
    assert cost["store"] > 0  # there are no servers: told by the statements
    assert cost["bus"] > 0
    assert sum(cost["stages"].values()) <= cost["hub"] + cost["store"] + cost["bus"] + 4  # each rounded
    assert figures["seconds"] >= 1.0
    assert figures["events_per_second"] > 0
    latency = figures["latency_ms"]
    assert 0 < latency["p50"] <= latency["p99"]
    assert figures["peak_memory_mb"] > 0


@pytest.mark.slow
def test_a_bench_is_run_again_over_a_stored_past_and_says_where_its_time_went(tmp_path: Path) -> None:
    order = Order(
        events=60,
        store="sqlite",
        bus="embedded",
        seed=1,
        preload=30,
        profile=tmp_path / "flame.txt",
        plans=tmp_path / "plans.txt",
    )
    figures = run(order)
    again = figures["preloaded"]
    assert 30 == again["stored_before"]
    assert again["cost_ratio"] > 0
    assert again["events"] == sum(again["fates"].values()) > 0
    stack, count = (tmp_path / "flame.txt").read_text().splitlines()[0].rsplit(" ", 1)
    assert "hub.demo.bench." in stack
    assert int(count) > 0
    plans = (tmp_path / "plans.txt").read_text()
    assert "USING INDEX" in plans
    assert "SCAN event" not in plans.replace("SCAN event USING", "")  # nothing walks through all reports


def test_several_processes_need_servers() -> None:
    with pytest.raises(FixSettings, match="C101"):
        run(Order(events=1, store="sqlite", bus="embedded", seed=1, workers=2))
