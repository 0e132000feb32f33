"""From an empty database, and from every earlier version, to the tables that the code speaks of."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import hub.store
from hub.access.vault import DataKey
from hub.bus import Message
from hub.jsonform import dumps
from hub.store import deliveries, keys, migrate, months, outbox, records, reports
from hub.store.engine import Store
from hub.store.moments import to_us
from hub.store.tables import metadata
from tests.instruments import MORNING

SCRIPTS = ScriptDirectory(str(Path(hub.store.__file__).with_name("migrations")))
VERSIONS = [one.revision for one in reversed(list(SCRIPTS.walk_revisions()))]
"""Every version there ever was, oldest first."""


def differences(store: Store) -> list[object]:
    """What alembic finds between the database and `hub.store.tables`; months are parts of their table."""

    def is_whole(name: str | None, type_: str, _parents: object) -> bool:
        return type_ != "table" or name is None or not name.startswith(f"{months.TABLE}_")

    with store.read() as conn:
        context = MigrationContext.configure(conn, opts={"include_name": is_whole})
        return list(compare_metadata(context, metadata))


def test_versions_are_one_line_without_a_branch() -> None:
    assert [VERSIONS[-1]] == SCRIPTS.get_heads()
    assert ("0001", VERSIONS[-1]) == (VERSIONS[0], migrate.head())
    named = {one.name.partition("_")[0] for one in (Path(SCRIPTS.dir) / "versions").glob("*.py")}
    assert set(VERSIONS) == named


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
        assert {"wh_1": "wh_1"} == deliveries.pull(conn, "jiaoyu", 10)[0]
        assert 1 == deliveries.mark(conn, "pull", ["wh_1"], "acknowledged", MORNING, department="jiaoyu")


def test_what_was_sent_before_it_lay_by_itself_is_read_as_before(empty: Store) -> None:
    april = MORNING + timedelta(days=30)
    migrate.up(empty, "0006")
    with empty.write() as conn:
        conn.execute(
            text(
                "INSERT INTO record (id, source, received_us, kind, mode, size, digest, dropped, sealed, stage) "
                "VALUES (:id, 'police_grid', :us, '', 'live', 1, 'd', '[]', :sealed, 0)"
            ),
            [
                {"id": "rc_1", "us": to_us(MORNING), "sealed": b"a"},
                {"id": "rc_2", "us": to_us(april), "sealed": b"b"},
                {"id": "rc_3", "us": to_us(april + timedelta(seconds=1)), "sealed": None},
            ],
        )
    migrate.up(empty)
    with empty.write() as conn:
        keys.add(conn, [DataKey("rc_1", b"w", b"s"), DataKey("rc_2", b"w", b"s")])
        found = records.waiting(conn, "police_grid", 10)
        assert [("rc_1", b"a"), ("rc_2", b"b"), ("rc_3", b"")] == [(one.id, one.sealed) for one in found]
        if empty.is_postgresql:
            held = (
                conn.exec_driver_sql("SELECT tableoid::regclass::text FROM body ORDER BY 1").scalars().all()
            )
            assert ["body_2026_03", "body_2026_04"] == held


def test_messages_that_waited_for_the_relay_are_carried_and_those_sent_are_not_again(empty: Store) -> None:
    migrate.up(empty, "0006")
    with empty.write() as conn:
        conn.execute(
            text(
                "INSERT INTO message (topic, part, key, value, made_us, sent) "
                "VALUES ('grid.events', 0, 'k', :value, 0, :sent)"
            ),
            [{"value": "gone", "sent": 1}, {"value": "waits", "sent": 0}],
        )
    migrate.up(empty)
    with empty.write() as conn:
        box = outbox.Outbox({}, is_log=False)
        box.append(conn, [Message("grid.events", "k", "new")], MORNING)
        assert 2 == outbox.waiting(conn)
    portion = outbox.unsent(empty, 10)
    assert ["waits", "new"] == [one.value for _, _, one in portion]
    with empty.write() as conn:
        outbox.mark_sent(conn, [seq for seq, _, _ in portion])
    assert [] == outbox.unsent(empty, 10)


def test_of_messages_that_waited_before_no_parcel_holds_more_than_any(empty: Store) -> None:
    migrate.up(empty, "0006")
    said = [f"{n:05}" for n in range(2 * outbox.MOST + 10)]
    with empty.write() as conn:
        conn.execute(
            text(
                "INSERT INTO message (topic, part, key, value, made_us, sent) "
                "VALUES ('grid.events', 0, 'k', :value, 0, :sent)"
            ),
            [{"value": value, "sent": int(value < "00010")} for value in said],
        )
    migrate.up(empty)
    with empty.write() as conn:
        numbers = conn.exec_driver_sql("SELECT number FROM parcel ORDER BY id").scalars().all()
    assert [outbox.MOST, outbox.MOST] == numbers
    assert said[10:] == [one.value for _, _, one in outbox.unsent(empty, len(said))]


def test_what_is_over_is_known_in_the_blocks_of_before(empty: Store) -> None:
    migrate.up(empty, "0010")
    stood = {"open": None, "closed": 5, "verified": None, "merged": None, "cancelled": 6}
    with empty.write() as conn:
        for state, closed_us in stood.items():
            conn.execute(
                text(
                    "INSERT INTO incident (id, category, state, opened_us, last_us, closed_us, version, body) "
                    "VALUES (:state, 'x', :state, 0, 4, :closed_us, 1, '{}')"
                ),
                {"state": state, "closed_us": closed_us},
            )
            conn.execute(
                text("INSERT INTO block (block, incident_id, last_us, west) VALUES ('b', :state, 4, 1.5)"),
                {"state": state},
            )
    migrate.up(empty)
    with empty.read() as conn:
        asked = "SELECT incident_id, closed_us FROM block WHERE last_us = 4 AND west = 1.5"
        known = dict(tuple(row) for row in conn.exec_driver_sql(asked))
    assert {"open": None, "closed": 5, "verified": 4, "merged": 0, "cancelled": 0} == known


def test_whistles_of_before_stand_in_an_inbox_by_what_is_due_next(empty: Store) -> None:
    migrate.up(empty, "0061")
    deadlines = [
        {"step": name, "due_at": f"2026-03-10T0{hour}:00:00Z"}
        for name, hour in (("sign", 1), ("contact", 2), ("finish", 3))
    ]
    moved = {
        "blown": [],
        "signed": ["signed"],
        "disputed": ["signed", "contacted", "disputed"],
        "archived": ["signed", "archived"],
    }
    with empty.write() as conn:
        conn.exec_driver_sql(
            "INSERT INTO incident (id, category, state, subdistrict_id, opened_us, last_us, version, body) "
            "VALUES ('in_1', 'market.food_safety', 'open', '329901001', 0, 0, 1, '{}')"
        )
        for state, made in moved.items():
            body = {"level": "key", "deadlines": deadlines}
            conn.execute(
                text(
                    "INSERT INTO whistle (id, incident_id, department, role, state, blown_us, version, provisional, body) "
                    "VALUES (:state, 'in_1', 'zilai', 'lead', :state, 0, 1, 0, :body)"
                ),
                {"state": state, "body": dumps(body)},
            )
            for version, after in enumerate(made, start=2):
                conn.execute(
                    text(
                        'INSERT INTO step (whistle_id, version, move, actor, "by", before, "after", made_us, reason_code) '
                        "VALUES (:state, :version, 'x', 'x', '', 'x', :after, 0, '')"
                    ),
                    {"state": state, "version": version, "after": after},
                )
    migrate.up(empty)
    with empty.read() as conn:
        asked = "SELECT state, level, category, subdistrict_id, next_us FROM whistle"
        told = {row[0]: tuple(row[1:]) for row in conn.exec_driver_sql(asked)}
    hour_us, day_us = 3_600_000_000, 1_773_100_800_000_000
    of = ("key", "market.food_safety", "329901001")
    assert told == {
        "blown": (*of, day_us + hour_us),
        "signed": (*of, day_us + 2 * hour_us),
        "disputed": (*of, day_us + 3 * hour_us),
        "archived": (*of, None),
    }


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


def test_a_report_of_before_digests_were_kept_has_none(empty: Store) -> None:
    migrate.up(empty, "0017")
    with empty.write() as conn:
        conn.exec_driver_sql(
            "INSERT INTO report (id, whistle_id, department, move, reported_us, reason_code, sealed) "
            "VALUES ('rp_1', 'wh_1', 'zilai', 'sign', 0, '', '')"
        )
    migrate.up(empty)
    with empty.read() as conn:
        said = reports.said_in(conn, ["rp_1"])["rp_1"]
    assert said.fits(replace(said, digest="f" * 32))
    assert (VERSIONS[-1], []) == (migrate.current(empty), differences(empty))
