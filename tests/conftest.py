"""Fixtures that several test rooms share. A skip gives its reason; with CI=true a skip of a connected or of a browser test fails."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from hub.run import longlived, servers
from hub.store import migrate
from hub.store.engine import Store

longlived.begin()  # as every process of the hub begins
settings.register_profile("quick", max_examples=15, deadline=None)
settings.register_profile("default", deadline=None)  # a shared machine stalls now and then
settings.register_profile(  # the same inputs each time, and no smaller ones looked for
    "mutants", settings.get_profile("quick"), derandomize=True, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def lacking(reason: str) -> None:
    """Skips with the reason; fails where CI promised servers and a browser."""
    if os.environ.get("CI"):
        pytest.fail(f"a test that CI promised cannot run: {reason}")
    pytest.skip(reason)


def _engine_answers() -> bool:
    """Whether a container engine answers: a `docker` command on the path proves nothing."""
    try:
        import docker

        docker.from_env(timeout=2).ping()
    except Exception:
        return False
    return True


class Servers:
    """A real PostgreSQL and a real Kafka for one test run; each test gets a database and a prefix of its own."""

    def __init__(self, postgresql: str, kafka: str, place: Path | None = None) -> None:
        """`place`: where both keep their files; None where that is not on this machine."""
        self.postgresql, self.kafka, self.place = postgresql, kafka, place
        self._count = 0

    def fresh(self) -> tuple[str, str, str]:
        """(store URL of a database at the newest migration without a row, bus, topic prefix)."""
        return self._beside(self._database(like=self._migrated))

    def untouched(self) -> tuple[str, str, str]:
        """The same with a database without a table."""
        return self._beside(self.empty())

    def _beside(self, url: str) -> tuple[str, str, str]:
        return url, f"kafka://{self.kafka}", f"{url.rpartition('/')[2].replace('_', '-')}."

    def empty(self) -> str:
        """The URL of a database without a table."""
        return self._database(like="template1")

    @cached_property
    def _migrated(self) -> str:
        """The name of a database that others are copied from: migrating takes longer than most tests."""
        url = self.empty()
        store = Store(url)
        migrate.up(store)
        store.close()
        return url.rpartition("/")[2]

    def _database(self, like: str) -> str:
        self._count += 1
        name = f"t{os.getpid()}_{self._count}"
        engine = create_engine(self.postgresql, isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.execute(text(f"CREATE DATABASE {name} TEMPLATE {like}"))
        engine.dispose()
        return make_url(self.postgresql).set(database=name).render_as_string(hide_password=False)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How `-n 2 --dist loadgroup` shares out; every other way is xdist's own."""
    if config.getoption("dist") != "loadgroup":
        return None
    from tests.together import Together

    return Together(config, log)


@pytest.fixture(scope="session")
def real_servers() -> Iterator[Servers]:
    """By address from the environment; by testcontainers; local ones; else skipped with the reason."""
    postgresql, kafka = os.environ.get("GRIDPLUS_TEST_POSTGRESQL"), os.environ.get("GRIDPLUS_TEST_KAFKA")
    if postgresql and kafka:
        yield Servers(postgresql, kafka)
        return
    with ExitStack() as stack:
        if _engine_answers():
            from testcontainers.kafka import KafkaContainer
            from testcontainers.postgres import PostgresContainer

            store = stack.enter_context(PostgresContainer("postgres:17", driver="psycopg"))
            broker = stack.enter_context(KafkaContainer("confluentinc/cp-kafka:8.1.0").with_kraft())
            yield Servers(store.get_connection_url(), broker.get_bootstrap_server())
            return
        if lacks := servers.missing():
            lacking("; ".join(lacks))
        # brokers of tests live for minutes: what a JVM saves by compiling better it would never earn back
        os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        place = Path(tempfile.mkdtemp(prefix="gridplus-test-"))
        stack.callback(_thrown_away, place)
        place.chmod(0o755)
        broker_ = stack.enter_context(servers.kafka(place / "kafka"))
        store_ = stack.enter_context(servers.postgresql(place / "postgresql"))
        # nobody needs what they hold: both leave at once, where shutting down well took three quarters of a minute
        stack.callback(_gone, broker_.process, signal.SIGKILL)
        stack.callback(_gone, store_.process, signal.SIGQUIT)
        yield Servers(store_.address, broker_.address, place)


def _gone(process: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    process.send_signal(how)
    process.wait(30)


def _thrown_away(place: Path) -> None:
    """Hundreds of databases are a hundred thousand files: nobody waits until the last one is gone."""
    subprocess.Popen(["rm", "-rf", str(place)], start_new_session=True)


@pytest.fixture
def data() -> Path:
    """The folder of real data beside the checkout; skipped where it is absent."""
    place = Path(os.environ.get("GRIDPLUS_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not place.is_dir():
        pytest.skip("no real data at ../shared/data or GRIDPLUS_DATA")
    return place
