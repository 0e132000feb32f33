"""The database's password changes while a hub works; PostgreSQL asks for it by SCRAM."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url

from hub.errors import FixSettings
from hub.run import servers
from hub.settings import read
from tests.conftest import lacking
from tests.connected.patience import until
from tests.e2e.live import LiveHub, said

pytestmark = pytest.mark.connected
ROLE = "sworn"


@dataclass
class Sworn:
    """A PostgreSQL that asks ROLE for a password, by an engine of who administers it."""

    admin: Engine
    url: str
    file: Path

    def alter(self, password: str) -> None:
        """From now on it is this one for new connections."""
        with self.admin.connect() as conn:
            conn.execute(text(f"ALTER ROLE {ROLE} PASSWORD '{password}'"))

    def part(self) -> int:
        """Ends every connection of ROLE; how many there were."""
        with self.admin.connect() as conn:
            query = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{ROLE}'"  # noqa: S608
            return int(conn.execute(text(query)).scalar_one())


@pytest.fixture
def sworn(tmp_path: Path) -> Iterator[Sworn]:
    """A server of its own: how callers sign in is set for a whole one."""
    if lacks := [one for one in servers.missing() if "PostgreSQL" in one]:
        lacking("; ".join(lacks))
    tmp_path.chmod(0o755)
    with servers.postgresql(tmp_path / "postgresql") as running:
        admin = create_engine(running.address, isolation_level="AUTOCOMMIT")
        rules = tmp_path / "postgresql" / "data" / "pg_hba.conf"
        rules.write_text(f"host all {ROLE} 127.0.0.1/32 scram-sha-256\n" + rules.read_text())
        with admin.connect() as conn:
            conn.execute(text("SELECT pg_reload_conf()"))
            conn.execute(text(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'first'"))
            conn.execute(text(f"ALTER DATABASE gridplus OWNER TO {ROLE}"))
            conn.execute(text(f"GRANT ALL ON SCHEMA public TO {ROLE}"))
        url = make_url(running.address).set(username=ROLE).render_as_string()
        yield Sworn(admin, url, tmp_path / "store.password")
        admin.dispose()


def test_a_new_password_of_the_database_serves_without_a_restart_and_nothing_is_lost(
    sworn: Sworn, tmp_path: Path
) -> None:
    LiveHub.write(sworn.file, "first\n")
    place = LiveHub(tmp_path, store=sworn.url, store_password_file=sworn.file)
    try:
        until(lambda: place.hotline.push(said("GD1", "push")) == 200, "the web worker listens")
        sworn.alter("second")
        assert 200 == place.hotline.push(said("GD2", "push"))  # what stands goes on

        assert sworn.part()  # as a database does that moves to another machine
        until(lambda: place.hotline.push(said("GD3", "push")) >= 500, "nobody gets in with the old password")
        place.hotline.speak(said("GD4", "pull"))
        LiveHub.write(sworn.file, "second\n")

        until(lambda: place.hotline.push(said("GD3", "push")) == 200, "the new password serves")
        until(lambda: place.records() >= 4 and place.is_settled(), "the workers are back", within_s=60)
        assert 4 == place.records()
        assert 4 == place.crew.hub.account()["events"]
    finally:
        place.close()


def test_a_password_in_two_places_is_refused(tmp_path: Path) -> None:
    for store in ("", "postgresql://sworn:word@127.0.0.1/gridplus"):
        with pytest.raises(FixSettings, match="C101"):
            read(store=store, store_password_file=tmp_path).store_url  # noqa: B018 asked for what it raises
