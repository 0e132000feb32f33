"""A department's list of 20, filtered and ordered, with many whistles stored: `python -m tests.bench.inbox`.

Fills an SQLite file with matters of two years, each with a report, its whistles and their moves, or a local PostgreSQL
(`--postgresql`), then opens pages as an operator of the largest department does: read, projected, audited, counted. Prints
milliseconds by the clock (median, p95), and this process's CPU. `--whistles`: how many; one of five is the largest department's, one of twenty is open.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any, Final

from hub.clock import FixedClock
from hub.ids import digest_of, record_id
from hub.jsonform import dumps
from hub.model import (  # fmt: skip
    AreaId,
    Contract,
    Incident,
    IncidentId,
    IncidentState,
    Level,
    Mode,
    Place,
    Reason,
    Role,
    Urgency,
    Whistle,
    WhistleId,
    WhistleState,
)
from hub.run import servers
from hub.run.assembly import Assembly
from hub.run.inbox.listing import Reader
from hub.run.inbox.wanted import wanted_of
from hub.settings import read
from hub.store import migrate
from hub.store.copying import insert_new
from hub.store.moments import to_us
from hub.store.tables import event, incident, link, step, whistle
from hub.understood import Origin
from hub.whistle.clocks import due_from
from hub.whistle.due import next_due_at
from tests.bench.marks import PORTION, START, moves
from tests.instruments import MORNING, at, demo_pack, stated

NOW: Final = START + timedelta(days=420)
LARGEST: Final = "chengguan"
SHARE: Final = 0.2
OPEN: Final = 0.05
QUERIES: Final = (
    "",
    "state=blown",
    "due=late",
    "due=today",
    "level=emergency",
    "order=newest",
    "subdistrict=329901003",
    "category=street_order.occupy_road",
    "role=assist&subdistrict=329901003",
    "new=1",
    "which=over",
    "which=over&category=street_order.occupy_road",
    "which=all&level=emergency&subdistrict=329901003",
    "state=archived&order=oldest&role=assist",
    "which=all&order=oldest",
)
"""Pages that are opened; of the first ones the second page, too."""
_SPOT: Final = Place(lon=120.8, lat=32.0, method="position", map_version="bench")
_WHY: Final = Reason("contract_clause", {"contract": "chengguan-v1", "clause": "CG-1"})


def fill(hub: Assembly, number: int) -> None:
    """Stores them; the store is at rest afterwards."""
    dice = Random(1)
    tables = {"incident": incident, "event": event, "link": link, "whistle": whistle, "step": step}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in tables}
    contracts = hub.pack.contracts
    largest = next(one for one in contracts if one.department == LARGEST)
    categories = [name for name in hub.pack.taxonomy.categories if name.startswith("street_order.")]
    areas = [id_ for id_ in hub.pack.areas if len(id_) == 12]
    for n in range(number):
        contract = largest if dice.random() < SHARE else contracts[n % len(contracts)]
        for name, row in rows_of(hub, contract, n, dice.choice(categories), dice.choice(areas), dice):
            rows[name].append(row)
        if n % PORTION == PORTION - 1 or n == number - 1:
            with hub.store.write() as conn:
                for name, some in rows.items():
                    insert_new(conn, tables[name], some)
                    some.clear()
    with hub.store.look() as conn:
        conn.exec_driver_sql("VACUUM ANALYZE" if hub.store.is_postgresql else "ANALYZE")


def rows_of(
    hub: Assembly, contract: Contract, n: int, category: str, area: str, dice: Random
) -> Iterator[tuple[str, dict[str, Any]]]:
    """One matter with its report, a whistle and its moves."""
    is_open = dice.random() < OPEN
    ago = dice.uniform(0, 24 * 9) if is_open else 24 * 10 + n % 1000 * 9  # so that few starts come at once
    began = NOW - timedelta(hours=ago)
    began = began.replace(minute=0, second=0, microsecond=0)  # deadlines of one hour are computed once
    matter = matter_of(n, category, area, began, is_open)
    one = call_of(hub, contract, matter, began, is_open, dice)
    yield "incident", incident_row(matter)
    told = event_of(hub, n, matter)
    yield "event", told
    yield (
        "link",
        {
            "event_key": told["key"],
            "incident_id": matter.id,
            "seq": 0,
            "event_id": told["id"],
            "verdict": "same",
            "reasons": dumps((Reason("opened"),)),
            "linked_us": to_us(began),
            "linked_by": "rule",
        },
    )
    yield "whistle", whistle_row(one, matter)
    if one.state is not WhistleState.BLOWN:
        for row in moves(one, dice):
            yield "step", row


def matter_of(n: int, category: str, area: str, began: datetime, is_open: bool) -> Incident:
    """One in a community."""
    place = replace(_SPOT, subdistrict_id=AreaId(area[:9]), community_id=AreaId(area))
    return Incident(
        id=IncidentId(f"in_{digest_of('bench', str(n))}"),
        category=category,
        urgency=Urgency.ROUTINE,
        level=Level.ROUTINE,
        state=IncidentState.OPEN if is_open else IncidentState.VERIFIED,
        secret=False,
        place=place,
        opened_at=began,
        last_reported_at=began,
        closed_at=None if is_open else began + timedelta(days=3),
        event_count=1,
        sources=("hotline_12345",),
        recurrence_of=None,
        merged_into=None,
        version=3,
    )


def call_of(
    hub: Assembly, contract: Contract, matter: Incident, began: datetime, is_open: bool, dice: Random
) -> Whistle:
    """A whistle of `contract`, open or long over."""
    due = _due(began, hub.pack.calendar)
    level = Level.EMERGENCY if dice.random() < 0.02 else Level.ROUTINE
    open_ = (WhistleState.BLOWN, WhistleState.SIGNED, WhistleState.CONTACTED, WhistleState.HANDLING)
    return Whistle(
        id=WhistleId(f"wh_{digest_of('bench', matter.id)}"),
        incident_id=matter.id,
        department=contract.department,
        role=Role.LEAD if dice.random() < 0.7 else Role.ASSIST,
        level=level,
        contract_id=contract.id,
        clause=contract.accepts[0].clause,
        state=dice.choice(open_) if is_open else WhistleState.ARCHIVED,
        blown_at=began,
        deadlines=tuple(due(name, limit) for name, limit in contract.limits_at(level).items()),
        reasons=(_WHY,),
        returns=0,
        version=4,
    )


_due = cache(due_from)


def incident_row(one: Incident) -> dict[str, Any]:
    """As the store has it."""
    return {
        "id": one.id,
        "category": one.category,
        "state": one.state.value,
        "subdistrict_id": one.place.subdistrict_id,
        "opened_us": to_us(one.opened_at),
        "last_us": to_us(one.last_reported_at),
        "closed_us": to_us(one.closed_at) if one.closed_at else None,
        "version": one.version,
        "lon": one.place.lon,
        "lat": one.place.lat,
        "body": dumps(one),
    }


def event_of(hub: Assembly, n: int, matter: Incident) -> dict[str, Any]:
    """A report of the matter; its words are never opened here."""
    body = _body(hub)
    id_, key = f"ev_{n:032x}", f"ek_{n:032x}"
    return {
        "id": id_,
        "key": key,
        "record_id": f"rc_{n:032x}",
        "source": "hotline_12345",
        "version": "",
        "received_us": to_us(matter.opened_at),
        "body": body.replace("EVENT-ID", id_).replace("EVENT-KEY", key),
        "why": "[]",
        "sealed": b"x" * 400,
        "note": "",
    }


_BODIES: dict[int, str] = {}


def _body(hub: Assembly) -> str:
    """An event's JSON with places for its ids."""
    if not _BODIES:
        origin = Origin(
            record_id=record_id("hotline_12345", "bench", 0),
            source="hotline_12345",
            mode=Mode.LIVE,
            received_at=MORNING,
        )
        spot = hub.pack.geography.addresses[1000]
        understood = hub.journey.understand(stated("bench", position=at(spot.lon, spot.lat)), origin)
        _BODIES[0] = dumps(replace(understood.event, id="EVENT-ID", key="EVENT-KEY"))  # type: ignore[union-attr]
    return _BODIES[0]


def whistle_row(one: Whistle, matter: Incident) -> dict[str, Any]:
    """As the store has it."""
    next_at = next_due_at(one)
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
        "level": one.level.value,
        "next_us": to_us(next_at) if next_at else None,
        "category": matter.category,
        "subdistrict_id": matter.place.subdistrict_id or "",
    }


def measure(hub: Assembly, times: int) -> Mapping[str, Sequence[float]]:
    """Query → milliseconds of each page, second pages among them; a worker's connections and plans are warm."""
    reader = Reader(department=LARGEST, account="bench", visited_at=NOW - timedelta(days=1))
    found: dict[str, list[float]] = {}
    for number in range(times + 1):
        for query in QUERIES:
            asked = dict(one.split("=") for one in query.split("&") if one)
            for _ in range(2):
                began = time.perf_counter()
                page = hub.inbox.page(
                    reader, wanted_of(asked), ledger=hub.ledgers.mine(), now=hub.clock.now()
                )
                if number:
                    found.setdefault(query, []).append((time.perf_counter() - began) * 1000)
                if page.behind is None:
                    break
                asked["after"] = f"{page.behind.us}.{page.behind.id}"
    return found


def main() -> None:
    """Fills and measures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--whistles", type=int, default=1_000_000)
    asked.add_argument("--times", type=int, default=30)
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    with ExitStack() as open_:
        place = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="gridplus-bench-")))
        place.chmod(0o755)
        url = f"sqlite:///{place}/hub.db"
        if given.postgresql:
            url = open_.enter_context(servers.postgresql(place / "postgresql")).address
        hub = Assembly(read(home=place, store=url), clock=FixedClock(NOW), pack=demo_pack())
        open_.callback(hub.close)
        migrate.up(hub.store)
        hub.contracts  # noqa: B018 the versions that whistles name are stored
        began = time.perf_counter()
        fill(hub, given.whistles)
        print(f"filled with {given.whistles} in {time.perf_counter() - began:.0f} s", flush=True)
        cpu = time.process_time()
        found = measure(hub, given.times)
        cpu = time.process_time() - cpu
        tell(found)
        pages = sum(map(len, found.values())) * (given.times + 1) / given.times
        print(f"CPU of this process: {cpu / pages * 1000:.1f} ms a page")


def tell(found: Mapping[str, Sequence[float]]) -> None:
    """Prints them, and all together."""
    for query, taken in found.items():
        print(f"{median(taken):7.1f} {quantiles(taken, n=20)[-1]:7.1f}  {query or '(as it opens)'}")
    every = [one for taken in found.values() for one in taken]
    print(
        f"all pages: median {median(every):.1f} ms, p95 {quantiles(every, n=20)[-1]:.1f} ms, {len(every)} pages"
    )


if __name__ == "__main__":
    main()
