"""Rows go in and change by the hundred, in one statement, and mean the same on both databases."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from hub.errors import FixSettings
from hub.store.engine import Store, chunks, insert, is_unavailable, update
from hub.store.tables import data_key, incident, offset, resident

MANY = 1_201
"""More than two batches, and no multiple of one."""


def person(n: int, **changes: Any) -> dict[str, Any]:
    """A row of `resident`."""
    row = {
        "id": f"rs_{n}",
        "sealed": bytes([n % 256]),
        "phone_index": None,
        "id_number_index": None,
        "updated_us": n,
    }
    return row | changes


def people(store: Store) -> list[Any]:
    """Every resident, by id."""
    with store.read() as conn:
        return list(conn.execute(select(resident).order_by(resident.c.id)).all())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"sealed": b""}, id="empty bytes"),
        pytest.param({"sealed": bytes(range(256))}, id="every byte"),
        pytest.param({"phone_index": b"\x00\xff", "id_number_index": None}, id="bytes beside none"),
        pytest.param({"id": "测试'\"\\甲"}, id="quotes, backslash and Chinese"),
        pytest.param({"updated_us": 2**62}, id="a large number"),
        pytest.param({"updated_us": -1}, id="a negative number"),
    ],
)
def test_a_row_comes_back_as_it_went_in(store: Store, changes: dict[str, Any]) -> None:
    row = person(1, **changes)
    with store.write() as conn:
        assert 1 == insert(conn, resident, [row])
    assert [tuple(row.values())] == [tuple(r) for r in people(store)]


def test_a_coordinate_keeps_every_digit(store: Store) -> None:
    row = {
        "id": "in_1",
        "category": "public_utility.water_cover",
        "state": "open",
        "subdistrict_id": None,
        "opened_us": 1,
        "last_us": 1,
        "closed_us": None,
        "version": 1,
        "lon": 120.85123456789012,
        "lat": 1e-12,
        "body": '{"a": "b\\u0000"}',
        "changed_us": 3,
        "handling": "drill",
        "until_us": None,
    }
    with store.write() as conn:
        insert(conn, incident, [row])
        (stored,) = conn.execute(select(incident))
    assert tuple(row.values()) == tuple(stored)


def test_a_key_that_stands_is_skipped_and_stays_as_it_was(store: Store) -> None:
    with store.write() as conn:
        insert(conn, resident, [person(1, sealed=b"first")])
        assert 1 == insert(conn, resident, [person(1, sealed=b"second"), person(2)])
    assert [b"first", bytes([2])] == [r.sealed for r in people(store)]


def test_a_key_that_comes_twice_in_one_batch_is_stored_once(store: Store) -> None:
    with store.write() as conn:
        assert 1 == insert(conn, resident, [person(1, sealed=b"a"), person(1, sealed=b"b")])
    assert [b"a"] == [r.sealed for r in people(store)]


def test_the_named_columns_are_set_anew_and_the_others_stay(store: Store) -> None:
    with store.write() as conn:
        insert(conn, resident, [person(1, sealed=b"old", phone_index=b"1")])
        changed = person(1, sealed=b"new", phone_index=b"2", updated_us=9)
        assert 2 == insert(conn, resident, [changed, person(2)], update=("sealed", "updated_us"))
    one, two = people(store)
    assert (b"new", b"1", 9) == (one.sealed, one.phone_index, one.updated_us)
    assert 2 == two.updated_us


def test_more_rows_than_a_statement_takes_are_all_written_and_counted(store: Store) -> None:
    rows = [person(n) for n in range(MANY)]
    with store.write() as conn:
        insert(conn, resident, rows[:1])
        assert MANY - 1 == insert(conn, resident, rows)
        assert MANY == conn.execute(select(func.count()).select_from(resident)).scalar_one()


def test_more_rows_than_a_statement_takes_are_all_changed_and_counted(store: Store) -> None:
    with store.write() as conn:
        insert(conn, resident, [person(n) for n in range(MANY)])
        new = [{"id": f"rs_{n}", "sealed": b"new", "phone_index": None} for n in range(1, MANY + 1)]
        assert MANY - 1 == update(conn, resident, new, key=("id",))
    sealed = [r.sealed for r in people(store)]
    assert (b"\0", MANY - 1) == (sealed[0], sealed.count(b"new"))


def test_a_change_by_several_keys_hits_that_row_alone(store: Store) -> None:
    rows = [{"grp": g, "topic": "t", "part": p, "next": 0} for g in "ab" for p in range(3)]
    with store.write() as conn:
        insert(conn, offset, rows)
        hit = {"grp": "b", "topic": "t", "part": 1, "next": 7}
        assert 1 == update(conn, offset, [hit], key=("grp", "topic", "part"))
        moved = conn.execute(select(offset.c.grp, offset.c.part).where(offset.c.next == 7)).all()
    assert [("b", 1)] == moved


def test_nothing_to_write_is_nothing_written(store: Store) -> None:
    with store.write() as conn:
        assert (0, 0) == (insert(conn, resident, []), update(conn, resident, [], key=("id",)))


def test_a_transaction_that_fails_leaves_nothing_at_all(store: Store) -> None:
    def half_done() -> None:
        with store.write() as conn:
            insert(conn, resident, [person(n) for n in range(600)])
            insert(conn, data_key, [{"subject": "rs_1", "wrapped": b"w", "salt": b"s"}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    with store.read() as conn:
        assert ([], []) == (conn.execute(select(resident)).all(), conn.execute(select(data_key)).all())


def test_who_looks_while_another_writes_sees_what_stood_before(store: Store, other: Store) -> None:
    with store.write() as conn:
        insert(conn, resident, [person(1)])
        assert [] == people(other)
    assert 1 == len(people(other))


def test_two_writers_at_once_lose_no_step_of_each_other(store: Store, other: Store) -> None:
    def count(mine: Store) -> None:
        for _ in range(25):
            with mine.write() as conn:
                seen = conn.execute(select(offset.c.next).with_for_update()).scalar_one()
                conn.execute(offset.update().values(next=seen + 1))

    with store.write() as conn:
        insert(conn, offset, [{"grp": "g", "topic": "t", "part": 0, "next": 0}])
    with ThreadPoolExecutor() as pool:
        list(pool.map(count, [store, other]))
    with store.read() as conn:
        assert 50 == conn.execute(select(offset.c.next)).scalar_one()


def test_a_refused_value_is_no_outage(store: Store) -> None:
    with pytest.raises(DBAPIError) as refused, store.write() as conn:
        insert(conn, resident, [person(1, sealed=None)])
    assert not is_unavailable(refused.value)


@pytest.mark.parametrize("lost", ["sqlite:///{place}", "postgresql://gridplus@127.0.0.1:1/gridplus"])
def test_a_database_that_cannot_be_reached_is_an_outage(tmp_path: Path, lost: str) -> None:
    store = Store(lost.format(place=tmp_path))  # a directory is no database file; nobody listens on port 1
    with pytest.raises(DBAPIError) as gone, store.read():
        pass
    assert is_unavailable(gone.value)
    store.close()


def test_a_database_of_another_kind_is_refused_by_name_of_the_setting() -> None:
    with pytest.raises(FixSettings) as refused:
        Store("mysql://localhost/hub")
    assert ("C101", {"name": "store"}) == (refused.value.code, refused.value.facts)


def test_values_are_cut_into_lists_that_a_statement_takes() -> None:
    assert [["1", "2"], ["3"]] == list(chunks("123", 2))
    assert [] == list(chunks([]))
