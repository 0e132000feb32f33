"""The two stacks, and the table of all drills of this run at its very end."""

import pytest

from tests.drills.rehearsal import Where
from tests.drills.toll import Toll, table

_TOLLS = pytest.StashKey[list[Toll]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who leads is decided in the database, where several processes share one: on servers. The same on a file is a repeat."""
    for item in items:
        if item.path.name == "test_leader.py" and "[embedded" in item.name:
            item.add_marker(pytest.mark.drill)


@pytest.fixture
def tolls(request: pytest.FixtureRequest) -> list[Toll]:
    """Where a drill leaves its line of the table."""
    return request.config.stash.setdefault(_TOLLS, [])


@pytest.fixture(params=["embedded", pytest.param("connected", marks=pytest.mark.connected)])
def where(request: pytest.FixtureRequest) -> Where:
    """A fresh place to keep and carry things, on either stack."""
    if request.param == "embedded":
        return Where("embedded")
    return Where("connected", *request.getfixturevalue("real_servers").fresh())


def pytest_unconfigure(config: pytest.Config) -> None:
    """After pytest's own last line, so that the table and its sum are the last thing that is read."""
    if tolls := config.stash.get(_TOLLS, []):
        print(table(tolls))
