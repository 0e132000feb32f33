"""The bench's figures: their shape and that they add up. Nothing here is a bar: machines differ."""

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
    assert (None, None) == (cost["store"], cost["bus"])  # there are no servers: that cost is the hub's
    assert sum(cost["stages"].values()) <= cost["hub"]
    assert figures["seconds"] >= 1.0
    assert figures["events_per_second"] > 0
    latency = figures["latency_ms"]
    assert 0 < latency["p50"] <= latency["p99"]
    assert figures["peak_memory_mb"] > 0


def test_several_processes_need_servers() -> None:
    with pytest.raises(FixSettings, match="C101"):
        run(Order(events=1, store="sqlite", bus="embedded", seed=1, workers=2))
