"""A list of values is one parameter: the same rows on both databases, and one statement for every length."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from hub.store import migrate
from hub.store.copying import insert_new
from hub.store.engine import Store, insert
from hub.store.incidents import of_names
from hub.store.lists import among
from hub.store.tables import alias, data_key, link, message, resident

NASTY = ("plain", "测试甲", "quo'te", 'dou"ble', "back\\slash", "com,ma", "{brace}", "50%", "NULL", "")


def key_of(subject: str) -> dict[str, Any]:
    """A row of `data_key`."""
    return {"subject": subject, "wrapped": bytes(range(256)), "salt": b""}


@pytest.mark.parametrize("wanted", [(), NASTY[:1], NASTY, ("nobody",), (*NASTY, *NASTY)])
def test_a_condition_finds_exactly_the_listed_texts(store: Store, wanted: tuple[str, ...]) -> None:
    with store.write() as conn:
        insert(conn, data_key, [key_of(one) for one in NASTY])
        found = conn.execute(select(data_key.c.subject).where(among(data_key.c.subject, wanted))).scalars()
        assert set(wanted) & set(NASTY) == set(found)


def test_a_condition_finds_the_listed_numbers(store: Store) -> None:
    row = {"topic": "t", "part": 0, "key": "k", "value": "v", "made_us": 0, "sent": 0}
    with store.write() as conn:
        insert(conn, message, [row, row, row])
        first, *_, last = conn.execute(select(message.c.seq).order_by(message.c.seq)).scalars()
        found = conn.execute(select(message.c.seq).where(among(message.c.seq, [last, first, 2**40])))
        assert {first, last} == set(found.scalars())


def test_a_list_is_looked_up_in_the_index_and_no_table_is_walked_through(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/hub.db")
    migrate.up(store)
    asked = select(data_key).where(among(data_key.c.subject, ["a"]))
    text = str(asked.compile(dialect=store.engine.dialect, compile_kwargs={"literal_binds": True}))
    with store.read() as conn:
        plan = [row[-1] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    store.close()
    assert [one for one in plan if "SEARCH data_key USING" in one]


def test_lists_of_every_length_are_one_statement(store: Store) -> None:
    said: set[str] = set()
    event.listen(store.engine, "before_cursor_execute", lambda *told: said.add(told[2]))
    with store.read() as conn:
        for length in (1, 2, 499):
            conn.execute(select(data_key).where(among(data_key.c.subject, map(str, range(length)))))
    assert 1 == len([one for one in said if "data_key" in one])


def link_of(key: str, **changes: Any) -> dict[str, Any]:
    """A row of `link`: the report `key` is joined to an incident of its name."""
    row = {"event_key": key, "seq": 0, "incident_id": f"in {key}", "event_id": "ev", "verdict": "same"}
    return row | {"reasons": "[]", "linked_us": 0, "linked_by": "rule", "undone_us": None} | changes


def test_incidents_are_found_by_system_and_number_together(store: Store) -> None:
    rows = [(system, ref, f"{system}/{ref}") for system in ("a", "b'\"") for ref in ("1", "2", "测\\试")]
    with store.write() as conn:
        insert(conn, alias, [{"system": s, "ref": r, "key": k} for s, r, k in rows])
        insert(conn, alias, [{"system": "a", "ref": "1", "key": "another"}])
        insert(conn, link, [link_of(key) for _, _, key in rows if key != "a/2"])
        insert(conn, link, [link_of("another"), link_of("a/2", undone_us=1)])
        asked = [("a", "1"), ("a", "2"), ("b'\"", "测\\试"), ("b'\"", "9")]
        found = of_names(conn, asked)
    assert {
        (("a", "1"), "in another", "another"),
        (("a", "1"), "in a/1", "a/1"),
        (("b'\"", "测\\试"), "in b'\"/测\\试", "b'\"/测\\试"),
    } == set(found)


def test_a_new_row_comes_back_as_it_went_in(store: Store) -> None:
    rows = [
        {"id": one, "sealed": bytes(range(256)), "phone_index": None, "id_number_index": b"", "updated_us": n}
        for n, one in enumerate(NASTY, -1)
    ]
    with store.write() as conn:
        assert len(rows) == insert_new(conn, resident, rows)
        assert {tuple(row.values()) for row in rows} == {tuple(r) for r in conn.execute(select(resident))}


def test_of_new_rows_those_that_stand_already_are_skipped_and_the_rest_goes_in(store: Store) -> None:
    with store.write() as conn:
        insert_new(conn, data_key, [key_of("one"), key_of("two")])
    with store.write() as conn:
        insert(conn, data_key, [key_of("before")])
        again = [key_of("two") | {"wrapped": b"other"}, key_of("three"), key_of("three")]
        assert 1 == insert_new(conn, data_key, again)
    with store.read() as conn:
        stored = {r.subject: r.wrapped for r in conn.execute(select(data_key))}
    assert {"one", "two", "three", "before"} == stored.keys()
    assert bytes(range(256)) == stored["two"]
