"""What the report of unused grants costs over a long audit: `python -m tests.bench.unused`.

Fills the audit with looks under all grants but every tenth; prints seconds of the first counting, which is done once, of the
report when a day's looks came since, and of the auditor's weekly report, with the memory that each took beyond the
hub's own. `--rows`: how many; `--block`: rows a block; `--postgresql`: on a local one.
"""

import argparse
import resource
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.clock import SHANGHAI
from hub.run import servers
from hub.run.ground.ledger import Ledger
from tests.instruments import HubInHand

NOW: Final = datetime(2026, 12, 1, 9, 0, tzinfo=SHANGHAI)
_DAYS: Final = 180
_CHAINS: Final = 16


def main() -> None:
    """Fills, counts, counts again."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--block", type=int, default=5)
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    with ExitStack() as open_:
        place = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="gridplus-bench-")))
        place.chmod(0o755)
        url = open_.enter_context(servers.postgresql(place / "db")).address if given.postgresql else ""
        hub = HubInHand(place, store=url)
        hub.clock.pause((NOW - hub.clock.now()).total_seconds())
        fill(hub, given.rows, given.block, timedelta(days=_DAYS))
        look(hub, "first")
        fill(hub, given.rows // _DAYS, given.block, timedelta(days=1))
        look(hub, "a day later")
        report(hub)
        hub.close()


def fill(hub: HubInHand, rows: int, block: int, back: timedelta) -> None:
    """So many looks, evenly over the time, in chains of as many workers."""
    grants = [one for n, one in enumerate(hub.hub.whitelist.now().grants) if n % 10]
    ledgers = [Ledger(f"bench/{n}", hub.hub.store, key=hub.hub.keys.audit) for n in range(_CHAINS)]
    for first in range(0, rows, block * 500):
        for place in range(first, min(first + block * 500, rows), block):
            ledger = ledgers[place // block % _CHAINS]
            at = NOW - back + back * place / rows
            some = [grants[(place + n) % len(grants)] for n in range(block)]
            looks = [
                AuditRow(
                    at=at,
                    who=f"account_{place % 200}",
                    exit=Exit.PAGE,
                    result=Result.ALLOW,
                    purpose=one.purpose,
                    fields=(one.field,) * 8,
                    rows=("wh_0d697a7f75391409153f62e0f961cffd",) * 3,
                    grants=((one.id, one.version),),
                    on_behalf_of=one.department,
                )
                for one in some
            ]
            with hub.hub.store.write() as conn:
                ledger.append(conn, looks, at)
            ledger.committed()


def look(hub: HubInHand, when: str) -> None:
    """The report, timed."""
    began, spent, held = time.perf_counter(), time.process_time(), _memory_mb()
    found = hub.hub.uses.unused(days=90, now=NOW)
    took_s, cpu_s = time.perf_counter() - began, time.process_time() - spent
    print(
        f"{when}: {took_s:.2f} s, {cpu_s:.2f} s CPU, {_memory_mb() - held:.0f} MB more, "
        f"{len(found.rows)} of {found.live} unused"
    )


def report(hub: HubInHand) -> None:
    """What the auditor's page of unusual looks costs."""
    began, spent, held = time.perf_counter(), time.process_time(), _memory_mb()
    found = hub.hub.audit_log.unusual(NOW - timedelta(days=7), NOW, by="auditor")
    took_s, cpu_s = time.perf_counter() - began, time.process_time() - spent
    print(
        f"unusual of a week: {took_s:.2f} s, {cpu_s:.2f} s CPU, {_memory_mb() - held:.0f} MB more, {found.rows} rows"
    )


def _memory_mb() -> float:
    """The most that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
