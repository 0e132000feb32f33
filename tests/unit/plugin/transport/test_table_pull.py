"""A middle table: nothing is marked before it is stored, nothing is called off because it was cleared, each answer once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, create_engine, text

from hub.clock import FixedClock
from hub.errors import HeldRecord, Refused, SourceGone, TryLater
from hub.model import Arrival, Code, Draft, Stage
from hub.plugin import Answer, Body, Tools
from hub.plugin.fields import Fields
from hub.plugin.transport.sql_view import Counted as CountedBy
from hub.plugin.transport.sql_view import HalfBatch
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


class Counted(Table):
    """Batches with headers, which are asked for again."""

    def rows(self) -> Rows:
        by = CountedBy(column="batch", number="no", count="rows_of_it")
        return Rows(key="id", columns=("no", "words"), counted=by)

    def ask_again(self, half: HalfBatch) -> Mapping[str, object]:
        missing = (half.expected or 0) - half.found
        return {"nonce": f"again {half.number}", "ref": half.number, "words": f"差{missing}行"}


@pytest.fixture
def in_batches(department: Department) -> Department:
    department.run("alter table t add column batch text")
    department.run("create table h (no text, rows_of_it integer)")
    return department


class Minutes:
    """An adapter of `Counted` and its clock."""

    def __init__(self, department: Department) -> None:
        self.clock = FixedClock(NOON)
        self.department = department
        self.adapter = self.made()
        self.cursor = ""

    def made(self) -> Counted:
        told = {"url": self.department.url, "view": "t", "results": "r", "headers": "h"}
        own = self.department.folder / "own"
        own.mkdir(exist_ok=True)
        tools = Tools(source="t", clock=self.clock, http=httpx.Client, nonce=lambda: "0" * 32, place=str(own))
        return Counted(TablePullConfig.model_validate(told), tools)

    def after(self, minutes: int) -> list[str]:
        """What one pass brings when so much time is over: numbers, and codes of what is held."""
        self.clock.pause(60.0 * minutes)
        found: list[str] = []
        while True:
            page = self.adapter.read(self.cursor)
            self.cursor = page.cursor
            found += [self._said(one) for one in page.bodies]
            if not page.more:
                return found

    def _said(self, body: Body) -> str:
        try:
            return self.adapter.normalise(body, Arrival(NOON, body.kind))[0].source_ref
        except HeldRecord as held:
            return f"{held.code} {body.content.decode()}"


def put(department: Department, batch: str, *numbers: int) -> None:
    department.put(*numbers)
    department.run(f"update t set batch = '{batch}' where batch is null")  # noqa: S608  a number of the test


def test_a_batch_is_read_when_it_has_as_many_rows_as_its_header_says(in_batches: Department) -> None:
    hub = Minutes(in_batches)
    put(in_batches, "B1", 1, 2)
    assert hub.after(1) == []  # nobody has said how many there are
    in_batches.run("insert into h values ('B1', 3)")
    assert hub.after(1) == []
    put(in_batches, "B2", 4)
    in_batches.run("insert into h values ('B2', 1)")
    assert hub.after(1) == ["A4"]  # another one is not waited with
    put(in_batches, "B1", 3)
    assert hub.after(1) == ["A1", "A2", "A3"]
    assert hub.after(1) == []
    assert in_batches.taken() == [1, 2, 3, 4]


HELD = 'S129 {"batch":"B1","expected":3,"found":2}'


def test_a_batch_that_stays_half_written_is_held_once_and_asked_for_once(in_batches: Department) -> None:
    hub = Minutes(in_batches)
    put(in_batches, "B1", 1, 2)
    in_batches.run("insert into h values ('B1', 3)")
    assert [[], [], [HELD], [], []] == [hub.after(minutes) for minutes in (1, 9, 1, 1, 60)]
    hub.adapter.close()
    hub.adapter = hub.made()  # another process
    assert [[], []] == [hub.after(20), hub.after(20)]
    assert in_batches.found("select * from r") == [("again B1", "B1", "差1行")]
    put(in_batches, "B1", 3)
    assert hub.after(1) == ["A1", "A2", "A3"]


def test_a_batch_that_still_grows_is_waited_for(in_batches: Department) -> None:
    hub = Minutes(in_batches)
    in_batches.run("insert into h values ('B1', 9)")
    found = []
    for number in range(1, 9):
        put(in_batches, "B1", number)
        found += hub.after(8)
    assert found == []
    assert hub.after(11) == ['S129 {"batch":"B1","expected":9,"found":8}']


def test_rows_without_a_header_and_a_header_without_rows_are_half_batches(in_batches: Department) -> None:
    hub = Minutes(in_batches)
    in_batches.put(1)
    put(in_batches, "B2", 2)
    in_batches.run("update t set batch = null where id = 1")
    in_batches.run("insert into h values ('B3', 2)")
    assert hub.after(0) == []
    assert [
        'S129 {"batch":"","expected":null,"found":1}',
        'S129 {"batch":"B2","expected":null,"found":1}',
        'S129 {"batch":"B3","expected":2,"found":0}',
    ] == hub.after(11)


@pytest.mark.nasty("N20", "a blank behind the number of a batch: to the database it is another number")
def test_a_batch_that_is_not_read_because_its_numbers_differ_for_the_database_is_told(
    in_batches: Department,
) -> None:
    hub = Minutes(in_batches)
    put(in_batches, "B1 ", 1, 2)
    put(in_batches, "B2", 3)
    in_batches.run("insert into h values ('B1', 2)")
    in_batches.run("insert into h values ('B2', null)")
    assert [] == hub.after(0)
    told = [
        'S129 {"batch":"B1","expected":2,"found":0}',
        'S129 {"batch":"B2","expected":null,"found":1}',
    ]
    assert told == hub.after(11)
    assert [] == hub.after(11)


def test_a_held_batch_that_was_not_stored_is_told_again_and_asked_for_by_nobody_before(
    in_batches: Department,
) -> None:
    hub = Minutes(in_batches)
    put(in_batches, "B1", 1, 2)
    in_batches.run("insert into h values ('B1', 3)")
    hub.after(0)
    hub.clock.pause(660)
    first = hub.adapter.read(hub.cursor)
    hub.clock.pause(60)
    assert first.bodies == hub.adapter.read(hub.cursor).bodies  # it was not stored
    assert in_batches.found("select * from r") == []
    assert len(first.bodies) == 1


def test_a_table_that_will_not_be_asked_is_read_on(in_batches: Department) -> None:
    in_batches.run("drop table r")
    in_batches.run("create table r (nonce text, ref text, words text check (1 = 0))")
    hub = Minutes(in_batches)
    put(in_batches, "B1", 1, 2)
    in_batches.run("insert into h values ('B1', 3)")
    assert [[], [HELD]] == [hub.after(0), hub.after(11)]
    put(in_batches, "B1", 3)
    assert hub.after(1) == ["A1", "A2", "A3"]


def test_a_batch_that_its_department_clears_with_its_header_says_nothing(in_batches: Department) -> None:
    hub = Minutes(in_batches)
    put(in_batches, "B1", 1, 2)
    in_batches.run("insert into h values ('B1', 2)")
    assert hub.after(1) == ["A1", "A2"]
    in_batches.run("delete from t")
    in_batches.run("delete from h")
    assert [[]] * 4 == [hub.after(20) for _ in range(4)]
