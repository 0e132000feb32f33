"""A long back-fill is killed again and again: it goes on where it stopped, in bounded memory, and all adds up.

`GRIDPLUS_DRILL_RECORDS` says how long: a million with `make drill FULL=1`.
"""

import os
import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

import pytest

from hub.run.assembly import Assembly
from hub.settings import read
from hub.store import records
from tests.connected.patience import until
from tests.drills.filling import SOURCE, begin
from tests.drills.rehearsal import KILLS, SEED
from tests.drills.stack import LONGEST_S
from tests.drills.toll import Found, Toll, toll_of
from tests.instruments import demo_pack

pytestmark = [pytest.mark.slow, pytest.mark.nasty("N68", "N78")]

RECORDS: Final = int(os.environ.get("GRIDPLUS_DRILL_RECORDS", "2000"))
LIMIT: Final = 1_000
"""Records on their way."""
PAGE: Final = 500
A_FILE: Final = 50_000
"""Rows a file."""
MOST_KB: Final = 400 * 1024
FIRST: Final = datetime(2026, 1, 5)  # noqa: DTZ001 as files write it
HEAD: Final = "编号,分类,内容,上报时间,经度,纬度\n"
WORDS: Final = ("门口水管爆了", "路灯不亮", "井盖丢失", "健身器材损坏", "桥面破损")
CLASSES: Final = ("010401", "010202", "010101", "010301", "020103")


def test_a_back_fill_that_is_killed_goes_on_where_it_stopped(tmp_path: Path, tolls: list[Toll]) -> None:
    files, done = tmp_path / "files", tmp_path / "done"
    write(files)
    settings = {
        "home": str(tmp_path),
        "store": f"sqlite:///{tmp_path}/hub.db",
        "waiting_limit": LIMIT,
        "log_level": "error",
        "lease_s": 1.0,
        "clock_start": "2026-11-02T09:00:00+08:00",
        "clock_origin": time.monotonic(),
    }
    chance = random.Random(SEED)
    hub = Assembly(read(**settings), pack=demo_pack())
    most, kills = 0, KILLS
    for number in range(kills):
        wanted = RECORDS * (number + chance.uniform(0.1, 0.9)) / kills
        process = begin(settings, files, done)
        before = stored(hub)

        def is_there(wanted: float = wanted, process: ForkServerProcess = process) -> bool:
            nonlocal most
            assert process.exitcode is None
            most = max(most, on_their_way(hub))
            return stored(hub) >= wanted

        until(is_there, f"{wanted:.0f} are stored", within_s=within_s())
        process.kill()
        process.join(10)
        assert stored(hub) >= before
    last = begin(settings, files, done)
    last.join(within_s())
    assert 0 == last.exitcode
    account = hub.account()
    tolls.append(toll_of("back-fill", "embedded", SEED, kills, account, found(hub)))
    assert (RECORDS, RECORDS, RECORDS) == (
        account["records"],
        sum(account["fates"].values()),
        account["events"],
    )
    assert ([], []) == (found(hub).missing, found(hub).double)
    assert 0 == account["whistles"]
    assert most <= LIMIT + PAGE
    assert int(done.read_text()) < MOST_KB
    hub.close()


def within_s() -> float:
    """Long enough for all of it on a busy machine."""
    return LONGEST_S + RECORDS / 50


def write(place: Path) -> None:
    """Reports of years, in files of many rows each."""
    place.mkdir()
    rows = lines()
    for number in range(0, RECORDS, A_FILE):
        with (place / f"{number:09d}.csv").open("w", encoding="utf-8") as file:
            file.write(HEAD)
            file.writelines(islice(rows, min(A_FILE, RECORDS - number)))


def lines() -> Iterator[str]:
    """One report after another, at addresses of the district, a quarter of a minute apart."""
    chance = random.Random(SEED)
    addresses = demo_pack().geography.addresses
    for number, (words, class_) in enumerate(cycle(zip(WORDS, CLASSES, strict=True))):
        here = chance.choice(addresses)
        at = f"{FIRST + number * timedelta(seconds=15):%Y-%m-%d %H:%M:%S}"
        yield f"H{number:07d},{class_},{words},{at},{here.lon:.6f},{here.lat:.6f}\n"


def stored(hub: Assembly) -> int:
    """Records so far, as anybody may see them while it runs."""
    return int(hub.account()["records"])


def on_their_way(hub: Assembly) -> int:
    """Records without a fate."""
    with hub.store.read() as conn:
        return records.on_their_way(conn, SOURCE, RECORDS)


def found(hub: Assembly) -> Found:
    """Rows without a report or with two, reports that are linked nowhere or twice."""
    with hub.store.read() as conn:
        refs, keys = conn.exec_driver_sql("SELECT count(DISTINCT ref), count(*) FROM alias").one()
        linked, links = conn.exec_driver_sql(
            "SELECT count(DISTINCT event_key), count(*) FROM link WHERE undone_us IS NULL"
        ).one()
        open_ = conn.exec_driver_sql("SELECT count(*) FROM record WHERE fate IS NULL").scalar_one()
    missing = [*["row"] * (RECORDS - refs), *["link"] * (keys - linked), *["fate"] * open_]
    return Found(missing, [*["row"] * (keys - refs), *["link"] * (links - linked)], repeats=0)
