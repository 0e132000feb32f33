"""A hub for each test, and a client that rests for no time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gridplus_client import Hub, SqliteSeen

from client.tests.standin import KEY, StandIn, serving


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with serving() as hub:
        yield hub


@pytest.fixture
def rests() -> list[float]:
    """How long the client rested, in place of resting."""
    return []


@pytest.fixture
def hub(standin: StandIn, rests: list[float]) -> Iterator[Hub]:
    with Hub(standin.url, KEY, pause=rests.append) as client:
        yield client


@pytest.fixture
def seen(tmp_path: Path) -> SqliteSeen:
    return SqliteSeen(tmp_path / "seen.db")
