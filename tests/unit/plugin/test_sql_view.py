"""A department's view: rows in order, read-only, with a fingerprint of its columns."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from hub.errors import FixSettings, SourceGone, TryLater
from hub.plugin.transport.sql_view import Key, Repeated, SqlView


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "department.sqlite"
    run(path, "create table t (NO char(8), NAME text, AMOUNT numeric, PHOTO blob)")
    run(path, "create view v_case as select * from t")
    return path


def run(path: Path, statement: str, rows: list[tuple[object, ...]] | None = None) -> None:
    link = sqlite3.connect(path)
    with link:
        link.executemany(statement, [()] if rows is None else rows)
    link.close()


def put(path: Path, *rows: tuple[object, ...]) -> None:
    run(path, "insert into t values (?, ?, ?, ?)", [(*row, None, None, None)[:4] for row in rows])


def view_of(path: Path, **how: object) -> SqlView:
    asked = {"key": "no", "columns": ("name",), "batch": 3} | how
    return SqlView(f"sqlite:///{path}", "v_case", **asked)  # type: ignore[arg-type]  # a test's shorthand


def swept(view: SqlView) -> Iterator[str]:
    after: Key = None
    while True:
        batch = view.batch(after)
        yield from (row.key for row in batch.rows)
        after = batch.after
        if after is None:
            return


def test_rows_come_in_the_order_of_their_key_batch_by_batch(database: Path) -> None:
    put(database, *((f"C{number:03d}",) for number in reversed(range(8))))
    view = view_of(database)
    assert [f"C{number:03d}" for number in range(8)] == list(swept(view))
    view.close()
    view.close()


def test_padding_stays_in_the_body_and_makes_no_news(database: Path) -> None:
    put(database, ("C1      ", "甲  "), ("C2", "甲"))
    padded, bare = view_of(database, columns=("name",)).batch(None).rows
    assert orjson.loads(padded.content) == {"no": "C1      ", "name": "甲  "}
    assert (padded.key, bare.key) == ("C1", "C2")
    run(database, "update t set no = 'C1', name = '甲'  where no = 'C1      '")
    assert view_of(database).batch(None).rows[0].digest == padded.digest


def test_only_the_columns_that_were_asked_for_are_read(database: Path) -> None:
    put(database, ("C1", "甲", 1, b"\xff\xd8"))
    (row,) = view_of(database).batch(None).rows
    assert {"no", "name"} == set(row.values)
    (whole,) = view_of(database, columns=("Name", "amount", "PHOTO")).batch(None).rows
    assert orjson.loads(whole.content) == {"no": "C1", "name": "甲", "amount": 1, "photo": "ffd8"}


def test_rows_that_share_a_key_come_together_and_rows_without_one_are_not_lost(database: Path) -> None:
    put(database, ("A",), ("B", "1"), ("B", "2"), ("B", "3"), ("B", "4"), ("C",), (None, "x"), (None, "y"))
    assert sorted(swept(view_of(database))) == ["#1", "#2", "A", "B", "B#2", "B#3", "B#4", "C"]
    assert list(view_of(database).keys()) == ["", "A", "B", "C"]


@settings(max_examples=40, deadline=None)
@given(keys=st.lists(st.sampled_from("ABCDEFG"), max_size=20), batch=st.integers(1, 5))
def test_a_sweep_misses_no_row_and_tells_none_twice(
    keys: list[str], batch: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("db") / "d.sqlite"
    run(path, "create table t (no text, name text)")
    run(path, "create view v_case as select * from t")
    run(path, "insert into t values (?, ?)", [(key, str(at)) for at, key in enumerate(keys)])
    found = list(swept(view_of(path, batch=batch)))
    assert sorted(keys) == sorted(key.partition("#")[0] for key in found)
    assert len(set(found)) == len(found)


@pytest.mark.nasty("N85", "the view's owner changes columns without notice")
def test_the_fingerprint_tells_of_every_change_of_columns(database: Path) -> None:
    view = view_of(database)
    before = view.columns()
    assert before.fingerprint == view_of(database).columns().fingerprint
    run(database, "drop view v_case")
    run(database, "create view v_case as select NO, AMOUNT as NAME, NAME as REMARK from t")
    after = view.columns()
    assert before.fingerprint != after.fingerprint
    assert after.differences(before.described) == ("+name", "+remark", "-amount", "-name", "-photo")


@pytest.mark.nasty("N85", "a column that is read went away, or the whole view")
def test_a_missing_column_or_view_is_a_source_that_is_gone(database: Path) -> None:
    with pytest.raises(SourceGone) as caught:
        view_of(database, columns=("name", "phone")).batch(None)
    assert (caught.value.code, caught.value.facts["columns"]) == ("S107", "-phone")
    run(database, "drop view v_case")
    with pytest.raises(SourceGone):
        view_of(database).columns()


def test_a_database_that_is_away_is_tried_again_later(tmp_path: Path) -> None:
    with pytest.raises(TryLater) as caught:
        view_of(tmp_path / "nowhere.sqlite").columns()
    assert caught.value.code == "S101"
    assert not (tmp_path / "nowhere.sqlite").exists()


@pytest.mark.parametrize("url", ["not a url", "", "nodriver://u:invented@h/d", "oracle://u:invented@h/d"])
def test_a_url_that_leads_nowhere_stops_the_start_and_shows_no_password(url: str) -> None:
    with pytest.raises(FixSettings) as caught:
        SqlView(url, "v_case", key="no", columns=())
    assert "invented" not in f"{caught.value} {caught.value.__cause__}"


def test_nothing_can_be_written_through_a_view(database: Path) -> None:
    view = view_of(database)
    view.columns()
    assert view._engine is not None
    with view._engine.connect() as link, pytest.raises(OperationalError, match="readonly"):
        link.execute(text("delete from t"))


@pytest.mark.nasty("N18", "bytes that are no text hold their own row only")
def test_a_text_that_is_none_does_not_stop_the_batch(database: Path) -> None:
    run(database, "insert into t (no, name) values ('A', cast(x'e99d92ff' as text)), ('B', '好')")
    broken, sound = view_of(database).batch(None).rows
    assert (broken.values["name"], sound.values["name"]) == ("青\ufffd", "好")


def test_rows_that_a_view_repeats_for_each_of_something_are_one(database: Path) -> None:
    repeated = Repeated("Name", latest="AMOUNT")
    put(database, ("B       ", "y", 1), ("A       ", "x", 1), ("A       ", "z ", 2), ("A       ", None, 1))
    put(database, (None, "x"), (None, "y"))
    view = view_of(database, columns=("name", "amount"), repeated=repeated, batch=9)
    rows = view.batch(None).rows
    assert ["#1", "#2", "A", "B"] == sorted(row.key for row in rows)
    (one,) = (row for row in rows if row.key == "A")
    assert (one.values["name"], one.values["amount"]) == ("x、z", 2)


def test_the_order_of_repeated_rows_makes_no_news(database: Path) -> None:
    repeated = Repeated("name", latest="amount")
    put(database, ("A", "x", 1), ("A", "y", 1))
    (before,) = view_of(database, columns=("name", "amount"), repeated=repeated).batch(None).rows
    run(database, "delete from t")
    put(database, ("A", "y", 1), ("A", "x", 1), ("A", "x", 1))
    (after,) = view_of(database, columns=("name", "amount"), repeated=repeated).batch(None).rows
    assert before.digest == after.digest
