"""What figures of many stored whistles cost, and the look for an old photo among many: `python -m tests.bench.marks`.

Fills an SQLite file with whistles of two years, or a local PostgreSQL (`--postgresql`), then counts; prints seconds and
the peak of memory that counting adds. `--whistles`, `--pictures`: how many of each.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from hub.clock import SHANGHAI
from hub.ids import digest_of
from hub.jsonform import dumps
from hub.model import (  # fmt: skip
    Deadline,
    DepartmentId,
    Duration,
    IncidentId,
    Level,
    Reason,
    Role,
    Unit,
    Whistle,
    WhistleId,
    WhistleState,
)
from hub.pack import load
from hub.run import servers
from hub.run.matters import figuring
from hub.store import evidence, migrate
from hub.store.copying import insert_new
from hub.store.engine import Store
from hub.store.evidence import Piece
from hub.store.moments import to_us
from hub.store.tables import evaluation, evidence_band, incident, step, whistle
from hub.store.tables import evidence as evidence_table
from hub.whistle.likeness import bands

START: Final = datetime(2025, 1, 1, 8, 0, tzinfo=SHANGHAI)
PORTION: Final = 5000
MOVES: Final = (("sign", "signed", 1), ("arrive", "reported_in", 20), ("result", "result", 60))
"""Move, state after it, and hours after the call."""
_WHY: Final = Reason("counted", {"from_at": "2026-03-10T09:00:00+08:00", "value": 3, "unit": "work_day"})


def matters(
    number: int, departments: Sequence[str], dice: Random
) -> Iterator[tuple[dict[str, Any], list[Whistle]]]:
    """Matters over two years, each with one to three whistles, until there are `number` of those."""
    made = 0
    while made < number:
        at = START + timedelta(seconds=dice.randrange(2 * 365 * 86_400))
        id_ = IncidentId(f"in_{digest_of('bench', str(made))}")
        called = dice.sample(departments, dice.choice((1, 1, 1, 2, 3)))
        made += len(called)
        row = {
            "id": id_,
            "category": f"public_utility.kind_{dice.randrange(40)}",
            "state": "closed",
            "subdistrict_id": f"32990100{dice.randrange(10)}",
            "opened_us": to_us(at),
            "last_us": to_us(at),
            "closed_us": to_us(at),
            "version": 2,
            "lon": 120.8,
            "lat": 32.0,
            "body": "{}" + " " * 900,
        }
        yield row, [blown(id_, name, at) for name in called]


def blown(incident_id: IncidentId, department: str, at: datetime) -> Whistle:
    """A whistle that is done, with three deadlines and why they are so."""
    limits = {"sign": 4, "report_in": 48, "finish": 96}
    return Whistle(
        id=WhistleId(f"wh_{digest_of(incident_id, department)}"),
        incident_id=incident_id,
        department=DepartmentId(department),
        role=Role.LEAD,
        level=Level.ROUTINE,
        contract_id=f"{department}-v1",
        clause="a1",
        state=WhistleState.RESULT,
        blown_at=at,
        deadlines=tuple(
            Deadline(
                step=name,
                due_at=at + timedelta(hours=hours),
                limit=Duration(3, Unit.WORK_DAY),
                from_at=at,
                provisional=False,
                derivation=(_WHY, _WHY),
            )
            for name, hours in limits.items()
        ),
        reasons=(_WHY, _WHY),
        returns=0,
        version=4,
    )


def fill(store: Store, number: int, departments: Sequence[str]) -> None:
    """Stores them with their moves; every second one is marked."""
    dice, rows = Random(1), dict[str, list[dict[str, Any]]](incident=[], whistle=[], step=[], evaluation=[])
    tables = {"incident": incident, "whistle": whistle, "step": step, "evaluation": evaluation}
    for row, whistles in matters(number, departments, dice):
        rows["incident"].append(row)
        for one in whistles:
            rows["whistle"].append(stored(one))
            rows["step"] += list(moves(one, dice))
            if dice.random() < 0.5:
                rows["evaluation"].append(marks(one, dice))
        if len(rows["whistle"]) >= PORTION:
            write(store, tables, rows)
    write(store, tables, rows)


def write(store: Store, tables: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> None:
    """One portion; nothing is left of it here."""
    with store.write() as conn:
        for name, some in rows.items():
            insert_new(conn, tables[name], some)
            some.clear()


def stored(one: Whistle) -> dict[str, Any]:
    """The row of a whistle."""
    return {
        "id": one.id,
        "incident_id": one.incident_id,
        "department": one.department,
        "role": one.role.value,
        "state": one.state.value,
        "blown_us": to_us(one.blown_at),
        "due_us": None,
        "version": one.version,
        "provisional": 0,
        "body": dumps(one),
    }


def moves(one: Whistle, dice: Random) -> Iterator[dict[str, Any]]:
    """The rows of its history."""
    before = "blown"
    for at, (move, after, hours) in enumerate(MOVES):
        yield {
            "whistle_id": one.id,
            "version": at + 2,
            "move": move,
            "actor": "department",
            "by": one.department,
            "before": before,
            "after": after,
            "made_us": to_us(one.blown_at + timedelta(hours=hours * dice.uniform(0.5, 2))),
            "reason_code": "",
        }
        before = after


def marks(one: Whistle, dice: Random) -> dict[str, Any]:
    """A requester's and a centre's mark in one row."""
    good = dice.random() < 0.8
    return {
        "whistle_id": one.id,
        "version": 5,
        "round": 0,
        "actor": "centre",
        "account": "desk",
        "response": 90 if good else 50,
        "resolve": 85 if good else 30,
        "satisfy": 95 if good else 10,
        "made_us": to_us(one.blown_at + timedelta(days=9)),
    }


def fill_pictures(store: Store, number: int) -> None:
    """So many pictures of other things, as they would stand after retention."""
    dice = Random(2)
    for first in range(0, number, PORTION):
        pieces = [(f"ed_{n:032x}", dice.getrandbits(64)) for n in range(first, first + PORTION)]
        rows = [
            {
                "id": id_,
                "whistle_id": "wh_0",
                "department": "x",
                "round": 0,
                "kind": "jpeg",
                "size": 1,
                "digest": id_,
                "likeness": f"{looks:016x}",
                "made_us": 0,
                "sealed": b"",
            }
            for id_, looks in pieces
        ]
        with store.write() as conn:
            insert_new(conn, evidence_table, rows)
            codes = [{"code": code, "evidence_id": id_} for id_, looks in pieces for code in bands(looks)]
            insert_new(conn, evidence_band, codes)


def look(store: Store, times: int) -> float:
    """Milliseconds of one look for an old photo that nobody handed in before."""
    dice, began = Random(3), time.perf_counter()
    for n in range(times):
        one = Piece(
            id=f"ed_new{n}",
            whistle_id="wh_new",
            department="x",
            round=0,
            kind="jpeg",
            size=1,
            digest=f"new{n}",
            likeness=dice.getrandbits(64),
            taken_at=None,
            at=START,
        )
        with store.read() as conn:
            assert evidence.before(conn, one, "in_new") is None
    return (time.perf_counter() - began) / times * 1000


def peak_mb() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Fills and counts."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--whistles", type=int, default=100_000)
    asked.add_argument("--pictures", type=int, default=100_000)
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    with ExitStack() as open_:
        place = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="gridplus-bench-")))
        place.chmod(0o755)
        url = f"sqlite:///{place}/hub.db"
        if given.postgresql:
            url = open_.enter_context(servers.postgresql(place / "postgresql")).address
        store = Store(url)
        migrate.up(store)
        measure(store, given.whistles, given.pictures)
        store.close()


def measure(store: Store, whistles: int, pictures: int) -> None:
    """Fills, counts all and a month, and looks for an old photo."""
    pack = load()
    fill(store, whistles, sorted({one.department for one in pack.contracts}))
    before, now = peak_mb(), START + timedelta(days=800)
    for first, days in ((date(2025, 3, 1), 31), (START.date(), 731)):
        began, cpu = time.perf_counter(), time.process_time()
        with store.read() as conn:
            found = figuring.count(conn, pack, first, first + timedelta(days=days), now)
        took, own = time.perf_counter() - began, time.process_time() - cpu
        more = peak_mb() - before
        print(f"{days} days: {found.district.whistles} whistles, {took:.1f} s, {own:.1f} CPU, +{more:.0f} MB")
    fill_pictures(store, pictures)
    print(f"a look among {pictures} pictures: {look(store, 50):.1f} ms")


if __name__ == "__main__":
    main()
