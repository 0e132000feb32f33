"""A middle table: nothing is marked before it is stored, nothing is called off because it was cleared, each answer once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, create_engine, text

from hub.clock import FixedClock
from hub.errors import Refused, SourceGone, TryLater
from hub.model import Arrival, Code, Draft, Stage
from hub.plugin import Answer, Body, Tools
from hub.plugin.fields import Fields
from hub.plugin.transport.table_pull import TablePull, TablePullConfig
from hub.plugin.transport.view_sweep import Rows

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
ANSWER = Answer(
    source_ref="A1", part="", stage=Stage.ACCEPTED, at=NOON, text="已受理", department="城管", nonce="n1"
)


class Table(TablePull[TablePullConfig]):
    """Numbers and words."""

    status = "taken"

    def rows(self) -> Rows:
        return Rows(key="id", columns=("no", "words"), ready=("ready", "1"))

    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  as the base
        return [Draft(source_ref=row.needed_ref("no"), category=Code("t", "1"), content=row.text("words"))]

    def result(self, answer: Answer) -> Mapping[str, object]:
        return {"nonce": answer.nonce, "ref": answer.source_ref, "words": answer.text}


class Department:
    """The department's side of the database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'middle.sqlite'}"
        self.engine: Engine = create_engine(self.url)
        self.run("create table t (id integer primary key, no text, words text, ready text, taken text)")
        self.run("create table r (nonce text unique, ref text, words text check (words <> '拒收'))")

    def run(self, statement: str) -> None:
        with self.engine.begin() as link:
            link.execute(text(statement))

    def put(self, *numbers: int, ready: int = 1) -> None:
        for number in numbers:
            values = f"({number}, 'A{number}', '路灯', '{ready}')"
            self.run(f"insert into t (id, no, words, ready) values {values}")  # noqa: S608  numbers of the test

    def found(self, asked: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as link:
            return [tuple(row) for row in link.execute(text(asked))]

    def taken(self) -> list[object]:
        return [row[0] for row in self.found("select id from t where taken = '1' order by id")]

    def adapter(self, **settings: object) -> Table:
        config = {"url": self.url, "view": "t", "results": "r", "sweep_pause_s": 0.0, **settings}
        own = self.folder / "own"
        own.mkdir(exist_ok=True)
        tools = Tools(
            source="t", clock=FixedClock(NOON), http=httpx.Client, nonce=lambda: "0" * 32, place=str(own)
        )
        return Table(TablePullConfig.model_validate(config), tools)


@pytest.fixture
def department(tmp_path: Path) -> Iterator[Department]:
    made = Department(tmp_path)
    yield made
    made.engine.dispose()


def pull(adapter: Table, cursor: str = "") -> tuple[list[str], str]:
    """Numbers of one whole pass, each page stored before the next is asked for."""
    bodies: list[Body] = []
    while True:
        page = adapter.read(cursor)
        bodies += page.bodies
        cursor = page.cursor
        if not page.more:
            return [adapter.normalise(one, Arrival(NOON, one.kind))[0].source_ref for one in bodies], cursor


def test_a_row_is_marked_in_the_read_after_the_one_that_brought_it(department: Department) -> None:
    department.put(1, 2)
    adapter = department.adapter()
    refs, cursor = pull(adapter)
    assert refs == ["A1", "A2"]
    assert department.taken() == []
    assert pull(adapter, cursor) == ([], cursor)
    assert department.taken() == [1, 2]
    assert pull(adapter, cursor) == ([], cursor)


def test_a_page_that_was_never_stored_is_marked_by_nobody_and_comes_again(department: Department) -> None:
    department.put(1, 2, 3)
    adapter = department.adapter(batch=2)
    first = adapter.read("")
    adapter.read(first.cursor)  # read, and never stored
    adapter.close()
    again = department.adapter(batch=2)
    refs, cursor = pull(again, first.cursor)
    assert refs == ["A3"]
    assert department.taken() == [1, 2]
    pull(again, cursor)
    assert department.taken() == [1, 2, 3]


def test_a_mark_that_failed_is_set_by_the_next_read(department: Department) -> None:
    department.put(1)
    adapter = department.adapter()
    _, cursor = pull(adapter)
    department.run("alter table t rename column taken to later")
    with pytest.raises(SourceGone, match="S107"):
        adapter.read(cursor)
    department.run("alter table t rename column later to taken")
    with department.engine.begin() as link:
        link.execute(text("update t set words = words"))  # somebody holds the table for longer than we wait
        with pytest.raises(TryLater, match="S101"):
            department.adapter(url=f"{department.url}?timeout=0").read(cursor)
    assert department.taken() == []
    assert pull(adapter, cursor) == ([], cursor)
    assert department.taken() == [1]


def test_who_dies_between_marking_and_remembering_marks_once_more(department: Department) -> None:
    department.put(1)
    adapter = department.adapter()
    _, cursor = pull(adapter)
    adapter._mark(adapter._sweep._seen_rows().proved(_mark_in(cursor)))
    adapter.close()
    assert department.taken() == [1]
    assert pull(department.adapter(), cursor) == ([], cursor)
    assert department.taken() == [1]


def test_a_row_that_changed_after_it_was_read_is_not_marked_before_the_change_is_stored(
    department: Department,
) -> None:
    department.put(1)
    adapter = department.adapter()
    _, cursor = pull(adapter)
    department.run("update t set words = '路灯不亮，有人摔倒' where id = 1")
    refs, cursor = pull(adapter, cursor)
    assert refs == ["A1"]
    assert department.taken() == []
    pull(adapter, cursor)
    assert department.taken() == [1]


def test_a_cursor_that_was_put_back_proves_nothing_stored(department: Department) -> None:
    department.put(1)
    adapter = department.adapter()
    _, cursor = pull(adapter)
    _, cursor = pull(adapter, cursor)
    department.put(2)
    pull(adapter, cursor)
    page = adapter.read("")  # the hub's database is a copy of before
    assert department.taken() == [1]
    assert len(page.bodies) == 2


def test_what_is_not_ready_is_not_there(department: Department) -> None:
    department.put(1)
    department.put(2, ready=0)
    adapter = department.adapter()
    refs, cursor = pull(adapter)
    assert refs == ["A1"]
    department.run("update t set ready = '1 '")
    assert pull(adapter, cursor)[0] == ["A2"]


def test_a_row_of_a_transaction_that_ended_late_is_found(department: Department) -> None:
    department.put(2, 3)
    adapter = department.adapter()
    _, cursor = pull(adapter)
    department.put(1)  # a lower key, committed later
    assert pull(adapter, cursor)[0] == ["A1"]


@pytest.mark.nasty("N09", "a middle table: whoever clears it calls nothing off")
def test_a_table_that_its_department_clears_calls_nothing_off_and_is_forgotten(
    department: Department,
) -> None:
    department.put(*range(1, 41))
    adapter = department.adapter()
    _, cursor = pull(adapter)
    department.run("delete from t")
    for _ in range(6):
        refs, cursor = pull(adapter, cursor)
        assert refs == []
    assert adapter._sweep._seen_rows()._digests([str(number) for number in range(1, 41)]) == {}


def test_an_answer_is_written_once_however_often_it_is_told(department: Department) -> None:
    adapter = department.adapter()
    adapter.tell(ANSWER)
    adapter.tell(ANSWER)
    assert department.found("select * from r") == [("n1", "A1", "已受理")]


def test_an_answer_that_the_table_will_not_have_is_refused(department: Department) -> None:
    refusing = Answer(**{**{name: getattr(ANSWER, name) for name in ANSWER.__slots__}, "text": "拒收"})
    with pytest.raises(Refused, match="S113"):
        department.adapter().tell(refusing)


@pytest.mark.nasty("N85", "a middle table")
def test_a_column_that_came_without_a_word_stops_reading(department: Department) -> None:
    department.put(1)
    adapter = department.adapter()
    _, cursor = pull(adapter)
    department.run("alter table t add column more text")
    with pytest.raises(SourceGone, match="S107"):
        adapter.read(cursor)


def test_a_database_that_is_not_there_is_tried_later(department: Department) -> None:
    adapter = department.adapter(url="sqlite:////nowhere/at/all.sqlite")
    for ask in (adapter.check, lambda: adapter.tell(ANSWER)):
        with pytest.raises(TryLater, match="S101"):
            ask()


def _mark_in(cursor: str) -> str:
    from hub.plugin.transport.view_sweep import Place

    return Place.of(cursor).mark
