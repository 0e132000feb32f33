"""What open whistle clocks cost: `python -m tests.bench.clocks`, on SQLite and on a local PostgreSQL.

Stores open whistles and lets clockwork look once a second of its clock, as it does: while nothing is due, and while
as many deadlines pass as do in a district where these whistles are open. Each line: CPU of this process and of the
server, as a share of one core.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from hub.clock import FixedClock
from hub.demo.process import cpu_s
from hub.model import Level, Whistle, WhistleId
from hub.pack import Pack
from hub.run import servers
from hub.run.clockwork import Clockwork
from hub.run.ground.contractbook import keep
from hub.run.matters.dispatch import Dispatch
from hub.run.matters.hubmoves import HubMoves
from hub.run.matters.ticks import Ticks
from hub.store import migrate, whistles
from hub.store.engine import Store
from hub.whistle.timetable import Terms, timetable
from tests.instruments import MORNING, demo_pack
from tests.unit.whistle.histories import BLOWN

OPEN: Final = 200_000
SECONDS: Final = 300
_PORTION: Final = 1_000
_SPREAD: Final = timedelta(days=5)
"""Whistles of a district stay open about so long: their calls lie that far back, evenly."""


def fill(store: Store, pack: Pack, number: int) -> None:
    """Open whistles, called evenly within the time that is behind `MORNING`."""
    contract = next(one for one in pack.contracts if one.department == BLOWN.department)
    by_hour: dict[datetime, Whistle] = {}
    for first in range(0, number, _PORTION):
        some: list[Whistle] = []
        for n in range(first, min(first + _PORTION, number)):
            blown = MORNING - _SPREAD * (n / number)
            hour = blown.replace(minute=0, second=0, microsecond=0)
            if hour not in by_hour:
                terms = Terms(hour, Level.ROUTINE, contract.limits_at)
                deadlines = timetable(terms, (), pack.calendar)
                by_hour[hour] = replace(BLOWN, contract_id=contract.id, deadlines=deadlines)
            shift = blown - hour
            made = by_hour[hour]
            spread = tuple(replace(one, due_at=one.due_at + shift) for one in made.deadlines)
            some.append(replace(made, id=WhistleId(f"wh_{n:032d}"), blown_at=blown, deadlines=spread))
        with store.write() as conn:
            whistles.add(conn, some, MORNING)


def _nobody() -> Dispatch:
    raise AssertionError("no clock of the bench asks for a move")


def look(
    store: Store, pack: Pack, clock: FixedClock, pid: int | None, seconds: int
) -> tuple[float, float, int]:
    """CPU seconds here and on the server, and steps noted, while clockwork looks for so many seconds."""
    ticks = Ticks(
        calendar=pack.calendar, rules_on=pack.rules_on, contracts=keep(store, pack.contracts, clock.now())
    )
    worker = Clockwork(
        ticks=ticks,
        moves=HubMoves(_nobody, pack),
        store=store,
        clock=clock,
        worker="bench",
        lease_s=15.0,
        retention=pack.retention,
        keeps_log=False,
        forget=lambda _: None,
    )
    worker.step()  # what it does once an hour is no part of its rest
    server_s, own_s, noted = cpu_s(pid) if pid else 0.0, time.process_time(), 0
    for _ in range(seconds):
        clock.pause(1)
        while some := worker.step():
            noted += some
    return time.process_time() - own_s, (cpu_s(pid) if pid else 0.0) - server_s, noted


def measure(name: str, store: Store, pid: int | None, number: int) -> None:
    """Prints the lines of one store."""
    pack = demo_pack()
    fill(store, pack, number)
    if pid:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.exec_driver_sql("VACUUM ANALYZE")
    tell(name, "rest", *look(store, pack, FixedClock(MORNING - _SPREAD - timedelta(days=1)), pid, SECONDS))
    caught_up = FixedClock(MORNING)
    begins = time.process_time()
    _, _, noted = look(store, pack, caught_up, pid, 1)
    print(f"{name}: caught up with {noted} late steps in {time.process_time() - begins:.0f} s of CPU here")
    tell(name, "a morning", *look(store, pack, caught_up, pid, SECONDS))


def tell(name: str, what: str, own_s: float, server_s: float, noted: int) -> None:
    """One line."""
    shares = " + ".join(f"{100 * one / SECONDS:.2f} %" for one in (own_s, server_s))
    print(f"{name}: {what:<10} hub + server {shares} of a core, {noted / SECONDS:.1f} late steps a second")


@contextmanager
def postgresql(place: Path) -> Iterator[tuple[Store, int]]:
    """A server of its own."""
    with servers.postgresql(place / "postgresql") as running:
        yield Store(running.address), running.process.pid


def main() -> None:
    """Both stores; a number of whistles may be given."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else OPEN
    print(f"{number} open whistles")
    with tempfile.TemporaryDirectory(prefix="gridplus-bench-") as place:
        Path(place).chmod(0o755)
        store = Store(f"sqlite:///{place}/hub.db")
        migrate.up(store)
        measure("SQLite", store, None, number)
        store.close()
        with postgresql(Path(place)) as (store, pid):
            migrate.up(store)
            measure("PostgreSQL", store, pid, number)
            store.close()


if __name__ == "__main__":
    main()
