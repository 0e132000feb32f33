"""From an empty database, and from every earlier version, to the tables that the code speaks of."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import hub.store
from hub.store import migrate, whistles
from hub.store.engine import Store
from hub.store.tables import metadata
from tests.instruments import MORNING

SCRIPTS = ScriptDirectory(str(Path(hub.store.__file__).with_name("migrations")))
VERSIONS = [one.revision for one in reversed(list(SCRIPTS.walk_revisions()))]
"""Every version there ever was, oldest first."""


def differences(store: Store) -> list[object]:
    """What alembic finds between the database and `hub.store.tables`."""
    with store.read() as conn:
        return list(compare_metadata(MigrationContext.configure(conn), metadata))


def test_versions_are_one_line_without_a_branch() -> None:
    assert [VERSIONS[-1]] == SCRIPTS.get_heads()
    assert "0001" == VERSIONS[0]


def test_an_empty_database_gets_the_tables_that_the_code_speaks_of(empty: Store) -> None:
    assert None is migrate.current(empty)
    migrate.up(empty)
    assert (VERSIONS[-1], []) == (migrate.current(empty), differences(empty))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_an_earlier_version_is_brought_forward_with_what_it_holds(
    empty: Store, version: str
) -> None:
    migrate.up(empty, version)
    assert version == migrate.current(empty)
    with empty.write() as conn:
        conn.exec_driver_sql("INSERT INTO alias (system, ref, key) VALUES ('platform', 'PT1', 'ek_1')")
    migrate.up(empty)
    with empty.read() as conn:
        assert [("platform", "PT1", "ek_1")] == conn.exec_driver_sql(
            "SELECT system, ref, key FROM alias"
        ).all()
    assert (VERSIONS[-1], []) == (migrate.current(empty), differences(empty))


def test_a_whistle_on_its_way_before_messages_had_ids_is_acknowledged_as_before(empty: Store) -> None:
    migrate.up(empty, "0003")
    with empty.write() as conn:
        conn.exec_driver_sql(
            "INSERT INTO delivery (whistle_id, department, channel, state, seq, attempts, next_us, message) "
            "VALUES ('wh_1', 'jiaoyu', 'pull', 'fetched', 1, 0, 0, '{}')"
        )
    migrate.up(empty)
    with empty.write() as conn:
        assert {"wh_1": "wh_1"} == whistles.pull(conn, "jiaoyu", 10)[0]
        assert 1 == whistles.mark(conn, "pull", ["wh_1"], "acknowledged", MORNING, department="jiaoyu")


def test_migrating_again_changes_nothing(store: Store) -> None:
    with store.write() as conn:
        conn.exec_driver_sql("INSERT INTO fact (name, value) VALUES ('kept', 'yes')")
    migrate.up(store)
    with store.read() as conn:
        assert [("kept", "yes")] == conn.exec_driver_sql("SELECT name, value FROM fact").all()


TOGETHER = """
import sys
from hub.store import engine, migrate
print("ready", flush=True)
sys.stdin.readline()
migrate.up(engine.Store(sys.argv[1]))
"""


@pytest.mark.slow
def test_processes_that_start_together_wait_for_each_other(url: str) -> None:
    command = [sys.executable, "-c", TOGETHER, url]
    pipe = subprocess.PIPE
    started = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(3)]
    assert ["ready\n"] * 3 == [process.stdout.readline() for process in started if process.stdout]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [(process.communicate(timeout=50)[1], process.returncode) for process in started]
    assert [("", 0)] * 3 == ends
    store = Store(url)
    assert [] == differences(store)
    store.close()
