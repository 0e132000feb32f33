"""A database of each kind: every promise of the store is kept on both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.store.engine import Store
from tests.unit.store.blank import blank


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.connected)])
def kind(request: pytest.FixtureRequest) -> str:
    """Which of the two."""
    name: str = request.param
    return name


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path}/hub.db"
    address: str = request.getfixturevalue("real_servers").empty()
    return address


@pytest.fixture
def empty(url: str) -> Iterator[Store]:
    """A database without a table."""
    store = Store(url)
    yield store
    store.close()


@pytest.fixture
def store(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database at the newest migration."""
    if kind == "sqlite":
        blank(tmp_path / "hub.db")
        made = Store(f"sqlite:///{tmp_path}/hub.db")
    else:
        made = Store(request.getfixturevalue("real_servers").fresh()[0])
    yield made
    made.close()


@pytest.fixture
def other(store: Store) -> Iterator[Store]:
    """The same database, as another process has it."""
    second = Store(store.url)
    yield second
    second.close()
