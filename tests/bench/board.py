"""What the board costs who looks at it, and who counts its days: `python -m tests.bench.board`.

Fills an SQLite file with whistles of two years, counts the days, then asks for the page over HTTP as the centre would;
prints seconds of counting and milliseconds of the page: CPU of one (who asks included), and by the clock the median and the
slowest but one of twenty. `--whistles`: how
many; `--postgresql`: on a local one.
"""

import argparse
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Final

from hub.clock import SHANGHAI
from hub.model.account import Role
from hub.run import servers
from tests.bench.marks import fill
from tests.e2e.people import signed_in
from tests.e2e.served import served
from tests.instruments import HubInHand

NOW: Final = datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI)
ASKED: Final = (
    "from=2026-11-01&to=2026-11-30&by=category",
    "from=2026-11-01&to=2026-11-30&by=department&measure=sign",
    "from=2025-12-01&to=2026-11-30&by=category",
)
_TIMES: Final = 20


def main() -> None:
    """Fills, counts, asks."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--whistles", type=int, default=100_000)
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    with ExitStack() as open_:
        place = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="gridplus-bench-")))
        place.chmod(0o755)
        url = open_.enter_context(servers.postgresql(place / "db")).address if given.postgresql else ""
        hub = HubInHand(place, store=url)
        hub.clock.pause((NOW - hub.clock.now()).total_seconds())
        fill(hub.hub.store, given.whistles, sorted({one.department for one in hub.hub.pack.contracts}))
        count(hub)
        look(hub)
        hub.close()


def count(hub: HubInHand) -> None:
    """All days that the board keeps, as the worker would."""
    worker, steps = hub.hub.plain_day_counts(), 0
    began, longest_s = time.perf_counter(), 0.0
    while True:
        before = time.perf_counter()
        if not worker.step():
            break
        steps, longest_s = steps + 1, max(longest_s, time.perf_counter() - before)
    ((rows,),) = hub.rows("SELECT count(*) FROM figure_count")
    print(
        f"counted in {time.perf_counter() - began:.1f} s, {steps} steps, longest {longest_s:.2f} s; {rows} rows"
    )


def look(hub: HubInHand) -> None:
    """The page, as the centre asks for it."""
    with served(hub) as url:
        client = signed_in(url, hub, Role.DISTRICT)
        for query in ASKED:
            took: list[float] = []
            cpu = time.process_time()
            for _ in range(_TIMES):
                before = time.perf_counter()
                assert 200 == client.get(f"/figures?{query}").status_code
                took.append((time.perf_counter() - before) * 1000)
            cpu_ms = (time.process_time() - cpu) / _TIMES * 1000
            print(
                f"{query}: CPU {cpu_ms:.0f} ms, by the clock {median(took):.0f} ms, slowest but one {sorted(took)[-2]:.0f} ms"
            )


if __name__ == "__main__":
    main()
