"""A hub in the hand, on both stacks: the same tests on SQLite with the embedded bus, and on Kafka with PostgreSQL; where they
ask nothing but doors, on PostgreSQL with the embedded bus."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.instruments import HubInHand


@pytest.fixture(params=["embedded", pytest.param("connected", marks=pytest.mark.connected)])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HubInHand]:
    """One empty hub with the demo pack."""
    if request.param == "embedded":
        made = HubInHand(tmp_path)
    else:
        store, bus, prefix = request.getfixturevalue("real_servers").fresh()
        if request.node.get_closest_marker("doors"):
            bus = "embedded"
        made = HubInHand(tmp_path, store=store, bus=bus, prefix=prefix)
    yield made
    made.close()
