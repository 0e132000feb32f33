"""A hub in the hand, on SQLite and the embedded bus."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.instruments import HubInHand


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubInHand]:
    """One empty hub with the demo pack."""
    made = HubInHand(tmp_path)
    yield made
    made.close()


@pytest.fixture
def other(hub: HubInHand, tmp_path: Path) -> Iterator[HubInHand]:
    """A second process of the same hub, with its own workers and an hour later on its clock."""
    made = HubInHand(tmp_path)
    made.clock.pause(3600)
    yield made
    made.close()
