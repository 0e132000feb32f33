"""What the journey asks of PostgreSQL is looked up in indexes, also where a table is small and its statistics are old."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Column, LargeBinary, String, Table, Text

from hub.demo.plans import Plans
from hub.run.dossier.occurrences import SOURCES
from hub.run.settling import settle
from hub.store import dossiers, outbox
from hub.store.tables import (
    alias,
    block,
    body,
    data_key,
    event,
    incident,
    link,
    message,
    record,
    resident,
    review,
    whistle,
)
from tests.conftest import Servers
from tests.instruments import HubInHand
from tests.unit.run.sources import SOURCE, pipe

pytestmark = pytest.mark.connected

GROWING: Final = (
    *(alias, block, body, data_key, event, incident, link, message, record, resident, review, whistle),
)
ROWS: Final = 20_000


@pytest.fixture
def hub(real_servers: Servers, tmp_path: Path) -> Iterator[HubInHand]:
    """A hub with PostgreSQL and the embedded bus."""
    made = HubInHand(tmp_path, store=real_servers.fresh()[0])
    yield made
    made.close()


def filled(column: Column[object]) -> str:
    """A value of another row each time, or none where none is wanted; everything has its fate."""
    if column.name == "fate":
        return "'linked'"
    if column.nullable:
        return "NULL"
    if isinstance(column.type, LargeBinary):
        return "'\\x00'"
    return "left('x' || g, 10)" if isinstance(column.type, String | Text) else "2"


def fill(hub: HubInHand, table: Table, **said: int) -> None:
    """So many rows, and nothing known about them; `said`: what some columns hold, where the table has them."""
    values = {c.name: "g" if c.name in ("seq", "received_us", "version") else filled(c) for c in table.c}
    values |= {name: str(value) for name, value in said.items() if name in table.c}
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(
            f"INSERT INTO {table.name} ({', '.join(values)}) "  # noqa: S608 names of ours
            f"SELECT {', '.join(values.values())} FROM generate_series(1, {ROWS}) AS g"
        )


def journey(hub: HubInHand, first: int) -> None:
    """Reports come in, are revised, join and call; one is read again."""
    hub.tell(*(pipe(hub, f"A{n}", n % 5) for n in range(first, first + 20)))
    settle(hub.hub, {SOURCE: hub.adapter})
    hub.clock.pause(60)
    hub.tell(*(pipe(hub, f"A{n}", n % 5) for n in range(first, first + 5)), b"boom")
    settle(hub.hub, {SOURCE: hub.adapter})


def test_no_statement_of_the_journey_walks_through_a_table_that_grows(hub: HubInHand, tmp_path: Path) -> None:
    journey(hub, 0)  # the statements are known to the server from when there was next to nothing
    for table in GROWING:
        fill(hub, table)
    seen = Plans(hub.hub.store)
    journey(hub, 100)
    seen.write(tmp_path / "plans.txt")
    text = (tmp_path / "plans.txt").read_text("utf-8")
    asked = [line for line in text.splitlines() if not line.startswith("    ")]
    assert 20 < len(asked)
    assert [] == walked_through(text), text


def test_the_relay_looks_up_its_parcels_however_many_messages_lie_before_them(
    hub: HubInHand, tmp_path: Path
) -> None:
    fill(hub, message)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(f"INSERT INTO parcel SELECT g, 1 FROM generate_series(1, {ROWS}) AS g")  # noqa: S608 a number of ours
    seen = Plans(hub.hub.store)
    assert outbox.unsent(hub.hub.store, 10) == []
    seen.write(tmp_path / "plans.txt")
    text = (tmp_path / "plans.txt").read_text("utf-8")
    assert "message" in text
    assert [] == walked_through(text), text


@pytest.mark.parametrize("table", [one.table for one in SOURCES], ids=lambda one: one.name)
def test_what_dossiers_do_not_tell_of_yet_is_looked_up_however_much_they_tell_of(
    hub: HubInHand, tmp_path: Path, table: Table
) -> None:
    fill(hub, table, filed=1, excused=1, filed_us=2, done_us=2, next_us=2)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("ANALYZE")
    seen = Plans(hub.hub.store)
    with hub.hub.store.write() as conn:
        assert [] == dossiers.unfiled(conn, table, 250)
    seen.write(tmp_path / "plans.txt")
    text = (tmp_path / "plans.txt").read_text("utf-8")
    assert f"{table.name}_unfiled" in text
    assert [] == walked_through(text, [table]), text


def walked_through(plans: str, tables: Iterable[Table] = GROWING) -> list[str]:
    """Lines of plans that walk through a table that grows."""
    walked = [line.strip() for line in plans.splitlines() if "Seq Scan on" in line]
    names = {table.name for table in tables}
    return [line for line in walked if line.split("Seq Scan on ")[1].split()[0] in names]
