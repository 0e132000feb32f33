"""A database of each kind: every promise of the store is kept on both."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from hub.store import migrate
from hub.store.engine import Store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.connected)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/hub.db"
    address: str = request.getfixturevalue("real_servers").fresh()[0]
    return address


@pytest.fixture
def empty(url: str) -> Iterator[Store]:
    """A database without a table."""
    store = Store(url)
    yield store
    store.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file at the newest migration, to be copied: migrating takes longer than most tests."""
    file = tmp_path_factory.mktemp("migrated") / "hub.db"
    store = Store(f"sqlite:///{file}")
    migrate.up(store)
    store.close()
    return file


@pytest.fixture
def store(url: str, migrated: Path) -> Iterator[Store]:
    """A database at the newest migration."""
    if file := make_url(url).database if url.startswith("sqlite") else "":
        shutil.copy(migrated, file)
    made = Store(url)
    migrate.up(made)
    yield made
    made.close()


@pytest.fixture
def other(store: Store) -> Iterator[Store]:
    """The same database, as another process has it."""
    second = Store(store.url)
    yield second
    second.close()
