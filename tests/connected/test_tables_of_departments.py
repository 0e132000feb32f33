"""A department's tables on a real PostgreSQL: what SQLite cannot show (rights, padding, locks) holds there, too."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import create_engine, make_url, text

from hub.clock import FixedClock
from hub.errors import SourceGone
from hub.model import Arrival, Code, Draft, Stage
from hub.plugin import Answer, SimulatorSetup, Tools, Utterance
from hub.plugin.fields import Fields
from hub.plugin.systems.table_pull import MiddleTableSystem
from hub.plugin.systems.view_pull import ViewSystem
from hub.plugin.transport.sql_view import Counted, HalfBatch
from hub.plugin.transport.table_pull import TablePull, TablePullConfig
from hub.plugin.transport.view_pull import ViewPull, ViewPullConfig
from hub.plugin.transport.view_sweep import Rows

if TYPE_CHECKING:
    from tests.conftest import Servers

pytestmark = pytest.mark.connected
NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
TABLE = Rows(key="id", columns=("no", "words"), ready=("ready", "1"))
COUNTED = Counted(column="batch", number="no", count="rows_of_it")
VIEW = Rows(key="no", columns=("no", "words"), kept=("no",))
ANSWER = Answer(
    source_ref="A1", part="", stage=Stage.ACCEPTED, at=NOON, text="已受理", department="城管", nonce="n1"
)


class Drafts:
    """What both adapters make of a row."""

    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  as the bases
        return [Draft(source_ref=row.needed_ref("no"), category=Code("t", "1"), content=row.text("words"))]


class Table(Drafts, TablePull[TablePullConfig]):
    status = "taken"

    def rows(self) -> Rows:
        return TABLE

    def result(self, answer: Answer) -> Mapping[str, object]:
        return {"nonce": answer.nonce, "ref": answer.source_ref, "stage": answer.stage.value}


class View(Drafts, ViewPull[ViewPullConfig]):
    def rows(self) -> Rows:
        return VIEW


class Words:
    """What both systems write down."""

    def row(self, utterance: Utterance) -> Mapping[str, str]:
        return {"no": utterance.ref, "words": utterance.content}


class TableSystem(Words, MiddleTableSystem):
    status = "taken"

    def rows(self) -> Rows:
        return TABLE

    def results(self) -> Sequence[str]:
        return ("nonce", "ref", "stage")


class ViewOnTable(Words, ViewSystem):
    def rows(self) -> Rows:
        return VIEW

    def widths(self) -> Mapping[str, int]:
        return {"no": 12}


def setup_of(url: str, place: Path, *failures: str, last_at: datetime = NOON) -> SimulatorSetup:
    said = [
        Utterance(
            at=at, ref=ref, code="1", code_table="t", occurred_at=NOON, reported_at=NOON, content="路灯不亮"
        )
        for ref, at in (("A1", NOON), ("A2", NOON), ("A3", last_at))
    ]
    return SimulatorSetup(
        clock=FixedClock(NOON), utterances=said, place=place, store_url=url, failures=failures
    )


def tools(place: Path) -> Tools:
    (place / "own").mkdir(exist_ok=True)
    return Tools(
        source="t",
        clock=FixedClock(NOON),
        http=httpx.Client,
        nonce=lambda: "0" * 32,
        place=str(place / "own"),
    )


def pull(adapter: Table | View, cursor: str = "") -> tuple[list[str], str]:
    refs: list[str] = []
    while True:
        page = adapter.read(cursor)
        refs += [
            draft.source_ref
            for one in page.bodies
            for draft in adapter.normalise(one, Arrival(NOON, one.kind))
        ]
        cursor = page.cursor
        if not page.more:
            return refs, cursor


def test_a_middle_table_is_read_marked_and_answered(real_servers: "Servers", tmp_path: Path) -> None:
    system = TableSystem(setup_of(real_servers.empty(), tmp_path, "clears_taken"))
    adapter = Table(TablePullConfig.model_validate(system.start()), tools(tmp_path))
    system.let_out()
    refs, cursor = pull(adapter)
    assert refs == ["A1", "A2", "A3"]
    system.let_out()
    assert len(rows_of(system)) == 3  # nothing is marked yet
    assert pull(adapter, cursor)[0] == []
    system.let_out()
    assert rows_of(system) == []
    adapter.tell(ANSWER)
    adapter.tell(ANSWER)
    assert [{"nonce": "n1", "ref": "A1", "stage": "accepted"}] == list(system.heard())
    adapter.close()
    system.stop()


def test_an_account_that_may_only_read_is_told_so_and_loses_nothing(
    real_servers: "Servers", tmp_path: Path
) -> None:
    url = real_servers.empty()
    system = TableSystem(setup_of(url, tmp_path))
    config = dict(system.start())
    system.let_out()
    admin = create_engine(url)
    with admin.begin() as link:
        link.execute(
            text(f"create role reader login password 'r'; grant select on {config['view']} to reader")
        )
    reader = make_url(url).set(username="reader", password="r").render_as_string(hide_password=False)
    adapter = Table(TablePullConfig.model_validate({**config, "url": reader}), tools(tmp_path))
    refs, cursor = pull(adapter)
    assert refs == ["A1", "A2", "A3"]
    for ask in (lambda: adapter.read(cursor), lambda: adapter.tell(ANSWER)):
        with pytest.raises(SourceGone, match="S127"):
            ask()
    with admin.begin() as link:
        link.execute(text(f"grant update (taken) on {config['view']} to reader"))
    assert pull(adapter, cursor)[0] == []
    assert [row["taken"] for row in rows_of(system)] == ["1", "1", "1"]
    adapter.close()
    with admin.begin() as link:
        link.execute(text("drop owned by reader; drop role reader"))
    admin.dispose()
    system.stop()


@pytest.mark.nasty("N09", "on PostgreSQL")
def test_a_row_of_a_padded_key_that_vanishes_is_called_off(real_servers: "Servers", tmp_path: Path) -> None:
    setup = setup_of(real_servers.empty(), tmp_path, "row_vanishes", last_at=NOON + timedelta(minutes=1))
    system = ViewOnTable(setup)
    adapter = View(ViewPullConfig.model_validate(system.start()), tools(tmp_path))
    system.let_out()
    refs, cursor = pull(adapter)
    assert refs == ["A1", "A2"]
    setup.clock.pause(60)
    system.let_out()
    told = []
    for _ in range(4):
        refs, cursor = pull(adapter, cursor)
        told.append(refs)
    assert told == [["A3"], [], ["A1"], []]
    assert [one.ref for one in adapter.inventory(NOON, NOON)] == ["A2", "A3"]
    adapter.close()
    system.stop()


def rows_of(system: TableSystem) -> list[Mapping[str, object]]:
    with system._engine.connect() as link:
        return [dict(row) for row in link.execute(system._table.select()).mappings()]


class CountedTable(Table):
    def rows(self) -> Rows:
        return Rows(key="id", columns=("no", "words"), counted=COUNTED)

    def ask_again(self, half: HalfBatch) -> Mapping[str, object]:
        return {"nonce": f"again {half.number}", "ref": half.number, "stage": f"{half.expected}/{half.found}"}


class CountedSystem(Words, MiddleTableSystem):
    status = "taken"

    def rows(self) -> Rows:
        return Rows(key="id", columns=("no", "words", "batch"), counted=COUNTED)

    def results(self) -> Sequence[str]:
        return ("nonce", "ref", "stage")


def test_a_batch_is_counted_and_one_that_stays_half_is_held_and_asked_for(
    real_servers: "Servers", tmp_path: Path
) -> None:
    setup = setup_of(real_servers.empty(), tmp_path, "lost_half", last_at=NOON + timedelta(minutes=1))
    system = CountedSystem(setup)
    adapter = CountedTable(
        TablePullConfig.model_validate({**system.start(), "half_after_s": 0.0}), tools(tmp_path)
    )
    system.let_out()
    page = adapter.read("")
    assert [("half_batch", b'{"batch":"20260310-0001","expected":2,"found":1}')] == [
        (one.kind, one.content) for one in page.bodies
    ]
    setup.clock.pause(60)
    system.let_out()
    refs, cursor = pull(adapter, page.cursor)
    assert refs == ["A3"]
    assert [("again 20260310-0001", "20260310-0001", "2/1")] == [
        (one["nonce"], one["ref"], one["stage"]) for one in system.heard()
    ]
    system.asked_for("20260310-0001")
    assert pull(adapter, cursor)[0] == ["A1", "A2"]
    adapter.close()
    system.stop()
