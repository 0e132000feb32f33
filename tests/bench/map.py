"""What the shared map costs with many matters and grids: `python -m tests.bench.map`.

Fills an SQLite file (or a local PostgreSQL, `--postgresql`) with open matters over a district of `--grids` grids, serves it
from a process of its own, and measures over HTTP and in a real Chromium: first picture, panning, answers of the view and
their size, and how soon a change is seen on `--streams` live streams. Prints one JSON object.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import orjson
import uvicorn

from hub import ids
from hub.clock import SystemClock
from hub.model import (  # fmt: skip
    DepartmentId,
    EventKey,
    Grid,
    GridId,
    GridKind,
    Incident,
    IncidentState,
    Level,
    Place,
    Role,
    Urgency,
    Whistle,
    WhistleId,
    WhistleState,
)
from hub.model.account import Role as AccountRole
from hub.pack import Pack, load
from hub.place.atlas import DatedMap
from hub.place.gridmap import build
from hub.run import servers
from hub.run.assembly import Assembly
from hub.settings import read
from hub.store import incidents, migrate, whistles
from hub.store.copying import insert_new
from hub.store.engine import Store
from hub.store.tables import event, link
from hub.web.app import serve
from tests.e2e import people

PORTION: Final = 5_000
_STATES: Final = (WhistleState.BLOWN, WhistleState.SIGNED, WhistleState.HANDLING, WhistleState.RESULT)
_BENDS: Final = 10
"""Corners of one side of a grid: as many as a surveyed one has."""


class Lattice:
    """A geography of so many grids, with the demo's landscape under it."""

    def __init__(self, pack: Pack, number: int) -> None:
        self._pack, self._number = pack, number
        self.addresses = pack.geography.addresses
        self.landscape = pack.geography.landscape

    @cached_property
    def maps(self) -> tuple[DatedMap, ...]:
        """One map of comprehensive grids."""
        west, south, east, north = self._pack.atlas.bounds
        rows = round(self._number**0.5)
        columns = -(-self._number // rows)
        grids = [
            self._grid(column, row, (west, south, (east - west) / columns, (north - south) / rows))
            for row in range(rows)
            for column in range(columns)
        ][: self._number]
        made = build(grids, kind=GridKind.COMPREHENSIVE, version="bench")
        return (DatedMap(date(2020, 1, 1), None, made),)

    def _grid(self, column: int, row: int, lattice: tuple[float, float, float, float]) -> Grid:
        west, south, width, height = lattice
        communities = [area for area in self._pack.areas if len(area) == 12]
        parent = communities[(column // 4 + row // 4 * 16) % len(communities)]

        def bent(x: float, y: float) -> tuple[float, float]:
            dice = Random(f"{round(x * _BENDS)} {round(y * _BENDS)}")
            shift = dice.uniform(-0.03, 0.03)
            return round(west + (x + shift) * width, 6), round(south + (y + shift) * height, 6)

        steps = [n / _BENDS for n in range(_BENDS)]
        ring = [
            *(bent(column + n, row) for n in steps),
            *(bent(column + 1, row + n) for n in steps),
            *(bent(column + 1 - n, row + 1) for n in steps),
            *(bent(column, row + 1 - n) for n in steps),
        ]
        code = f"{parent}{column:03d}{row:03d}"
        return Grid(
            id=GridId(code),
            code=code,
            kind=GridKind.COMPREHENSIVE,
            name=code,
            parent=parent,
            rings=((*ring, ring[0]),),
            valid_from=date(2020, 1, 1),
        )


def district(number: int) -> Pack:
    """The demo pack over so many grids, its grants valid today."""
    demo = load()
    today = SystemClock().now().date()
    grants = tuple(
        replace(one, valid_from=today, valid_to=today + timedelta(days=300)) for one in demo.grants
    )
    made = Lattice(demo, number)
    return replace(demo, grants=grants, open_geography=lambda: made)  # type: ignore[arg-type,return-value]


def fill(store: Store, pack: Pack, number: int, now: datetime) -> None:
    """So many open matters, each with a report and the whistle of a department that its category leads to."""
    dice = Random(1)
    grids = pack.atlas.maps_on(now.date())[0].grids()
    categories, sources = list(pack.taxonomy.categories)[:-1], list(pack.sources)
    departments = [one.department for one in pack.contracts]
    for first in range(0, number, PORTION):
        made = [
            matter(n, dice.choice(grids), dice.choice(categories), dice.choice(sources), dice, now)
            for n in range(first, min(first + PORTION, number))
        ]
        called = [
            whistle(one, departments[sum(one.category.encode()) % len(departments)], dice) for one in made
        ]
        with store.write() as conn:
            incidents.add(conn, made, now - timedelta(hours=1))
            whistles.add(conn, called, now - timedelta(hours=1))
            insert_new(conn, event, [_event(one) for one in made])
            insert_new(conn, link, [_link(one, now) for one in made])


def matter(n: int, grid: Grid, category: str, source: str, dice: Random, now: datetime) -> Incident:
    """One open matter somewhere in a grid."""
    lons, lats = zip(*grid.rings[0], strict=True)
    place = Place(
        lon=round(dice.uniform(min(lons), max(lons)), 6),
        lat=round(dice.uniform(min(lats), max(lats)), 6),
        method="position",
        map_version="bench",
        grid_id=grid.id,
        community_id=grid.parent,
        subdistrict_id=type(grid.parent)(grid.parent[:9]),
    )
    at = now - timedelta(minutes=dice.randrange(30 * 1440))
    return Incident(
        id=ids.incident_id(EventKey(f"ek_{n:032d}")),
        category=category,
        urgency=dice.choices(list(Urgency), (90, 8, 2))[0],
        level=Level.ROUTINE,
        state=IncidentState.OPEN,
        secret=False,
        place=place,
        opened_at=at,
        last_reported_at=at,
        closed_at=None,
        event_count=1,
        sources=(source,),
        recurrence_of=None,
        merged_into=None,
        version=1,
    )


def whistle(one: Incident, department: str, dice: Random) -> Whistle:
    """It leads the matter."""
    return Whistle(
        id=WhistleId(f"wh_{ids.digest_of(one.id, department)}"),
        incident_id=one.id,
        department=DepartmentId(department),
        role=Role.LEAD,
        level=Level.ROUTINE,
        contract_id=f"{department}-v1",
        clause="a1",
        state=dice.choices(_STATES, (20, 20, 50, 10))[0],
        blown_at=one.opened_at,
        deadlines=(),
        reasons=(),
        returns=0,
        version=1,
    )


def _event(one: Incident) -> dict[str, Any]:
    return {
        "id": f"ev_{one.id[3:]}",
        "key": f"ek_{one.id[3:]}",
        "record_id": f"rc_{one.id[3:]}",
        "source": one.sources[0],
        "version": "",
        "received_us": 0,
        "body": '{"accused":null}' + " " * 1_000,
        "why": "[]",
        "sealed": b"",
        "note": "opened",
    }


def _link(one: Incident, now: datetime) -> dict[str, Any]:
    return {
        "event_key": f"ek_{one.id[3:]}",
        "incident_id": one.id,
        "seq": 0,
        "event_id": f"ev_{one.id[3:]}",
        "verdict": "same",
        "reasons": "[]",
        "linked_us": 0,
        "linked_by": "rule",
    }


def hub_of(place: Path, store: str, grids: int) -> Assembly:
    """The hub that is measured."""
    return Assembly(read(home=place, store=store), pack=district(grids))


def serve_here(place: Path, store: str, grids: int, port: int) -> None:
    """Until stopped."""
    config = uvicorn.Config(
        serve(hub_of(place, store, grids)), port=port, log_level="error", timeout_graceful_shutdown=3
    )
    uvicorn.Server(config).run()


@contextmanager
def served(place: Path, store: str, grids: int) -> Iterator[str]:
    """Where a process of its own answers."""
    port = servers.free_port()
    command = [sys.executable, "-m", "tests.bench.map", "--serve", f"{place} {store} {grids} {port}"]
    process = subprocess.Popen(command)
    url = f"http://127.0.0.1:{port}"
    try:
        ends = time.monotonic() + 120
        while time.monotonic() < ends:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{url}/healthz", timeout=5).status_code:
                    break
            SystemClock().pause(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=15)


def signed_in(url: str, name: str) -> httpx.Client:
    """A browser of that account."""
    client = people.browser(url)
    client.timeout = httpx.Timeout(300)
    assert people.sign_in(client, name).status_code == 303
    client.headers.update({"accept": "application/json", "accept-encoding": "gzip"})
    return client


def views(client: httpx.Client, bounds: Sequence[float], times: int) -> dict[str, Any]:
    """Milliseconds and bytes of the view's answers, as people look about: whole, near, panned, filtered."""
    dice, took, sizes = Random(7), list[float](), list[int]()
    west, south, east, north = bounds
    spent = cpu_s()
    for _ in range(times):
        zoom = dice.choices((11, 12, 13, 14, 15, 16, 17), (2, 2, 2, 3, 3, 2, 1))[0]
        width = 1440 / 512 / 2**zoom * 360
        lon, lat = dice.uniform(west, east), dice.uniform(south, north)
        box = (lon - width, lat - width / 2, lon + width, lat + width / 2)
        asked: dict[str, str] = {"z": str(zoom), "bbox": ",".join(f"{one:.6f}" for one in box)}
        if dice.random() < 0.3:
            asked["urgency"] = dice.choice(("urgent", "critical"))
        if dice.random() < 0.2:
            asked["by"] = "sources"
        began = time.perf_counter()
        with client.stream("GET", "/map/view", params=asked) as answer:
            sizes.append(sum(len(part) for part in answer.iter_raw()))
        took.append((time.perf_counter() - began) * 1000)
    return {
        "p50_ms": round(statistics.median(took)),
        "p95_ms": round(_share(took, 0.95)),
        "most_ms": round(max(took)),
        "cpu_ms": round((cpu_s() - spent) / times * 1000, 1),
        "most_bytes_gz": max(sizes),
    }


def cpu_s() -> float:
    """CPU of all processes that this one started, and theirs: what other work on the machine does not change."""
    parents, spent = dict[int, int](), dict[int, float]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(fields[1])
            spent[int(stat.parent.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_mine(pid: int) -> bool:
        while pid in parents:
            pid = parents[pid]
            if pid == os.getpid():
                return True
        return False

    return sum(seconds for pid, seconds in spent.items() if is_mine(pid))


def _share(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def streams(
    url: str, cookies: Sequence[httpx.Client], store: Store, number: int, rounds: int
) -> dict[str, Any]:
    """Seconds from the commit of a change until each of `number` streams has it."""
    heard: asyncio.Queue[float] = asyncio.Queue()
    limits = httpx.Limits(max_connections=number + 10, max_keepalive_connections=0)
    ready = 0

    async def listen(client: httpx.AsyncClient, cookie: str) -> None:
        nonlocal ready
        headers = {"cookie": cookie, "accept": "text/event-stream"}
        async with client.stream("GET", f"{url}/map/stream", headers=headers) as answer:
            assert answer.status_code == 200, answer.status_code
            ready += 1
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    heard.put_nowait(time.time())

    async with httpx.AsyncClient(timeout=None, limits=limits) as client:  # noqa: S113 a stream never ends
        says = ["; ".join(f"{one.name}={one.value}" for one in each.cookies.jar) for each in cookies]
        tasks = [asyncio.create_task(listen(client, says[n % len(says)])) for n in range(number)]
        while ready < number:
            for task in tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        delays: list[float] = []
        for n in range(rounds):
            committed = await asyncio.to_thread(change, store, n)
            delays += [await asyncio.wait_for(heard.get(), 30) - committed for _ in range(number)]
            await asyncio.sleep(0.37)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return {
        "streams": number,
        "p50_s": round(statistics.median(delays), 2),
        "p95_s": round(_share(delays, 0.95), 2),
        "most_s": round(max(delays), 2),
    }


def change(store: Store, n: int) -> float:
    """One matter becomes urgent, or ordinary again; when that held."""
    with store.write() as conn:
        id_ = ids.incident_id(EventKey(f"ek_{n:032d}"))
        one = incidents.load(conn, [id_])[id_]
        urgency = Urgency.ROUTINE if one.urgency is Urgency.CRITICAL else Urgency.CRITICAL
        incidents.change(conn, [replace(one, urgency=urgency, version=one.version + 1)], datetime.now(UTC))  # noqa: TID251 the machine's, as the hub's
    return time.time()


_FRAMES: Final = """async () => {
  const page = document.getElementById("map");
  const canvas = page.querySelector("canvas");
  const frames = [];
  const box = canvas.getBoundingClientRect();
  const at = (n) => ({ clientX: box.left + box.width / 2 - n * 7, clientY: box.top + box.height / 2 - n * 4, bubbles: true, button: 0, buttons: 1, pointerId: 1, isPrimary: true });
  const send = (kind, n, to = canvas) => { to.dispatchEvent(new MouseEvent("mouse" + kind, at(n))); };
  send("down", 0);
  let last = performance.now();
  for (let n = 1; n <= 60; n++) {
    send("move", n, window.document);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  send("up", 60, window.document);
  return frames;
}"""


def in_a_browser(url: str, store: Store, times: int) -> dict[str, Any]:
    """First picture, panning, and how soon a change is on the screen, in a Chromium that computes its WebGL."""
    from tests.browser.chromium import chromium, person

    firsts: list[float] = []
    with chromium() as browser:
        context = browser.new_context(base_url=url, **person())
        page = context.new_page()
        page.goto("/signin")
        form = page.locator("form:has(input[autocomplete=current-password])")
        form.locator("input[name=name]").fill("district")
        form.locator("input[name=password]").fill(people.PASSWORD)
        form.locator("button").click()
        page.locator("#map-page[data-painted]").wait_for(timeout=180_000)
        spent = cpu_s()
        for _ in range(times):
            fresh = browser.new_context(base_url=url, storage_state=context.storage_state(), **person())
            one = fresh.new_page()
            one.goto("/map", wait_until="commit")
            one.locator("#map-page[data-painted]").wait_for(timeout=180_000)
            firsts.append(float(one.locator("#map-page").get_attribute("data-painted") or 0) / 1000)
            fresh.close()
        first_cpu = (cpu_s() - spent) / times
        spent = cpu_s()
        frames = [float(each) for each in page.evaluate(_FRAMES)]
        pan_cpu = (cpu_s() - spent) / len(frames)
        number = page.locator("#map-page").get_attribute("data-number")
        began = change(store, 77)
        page.locator(f"#map-page:not([data-number='{number}'])").wait_for(timeout=30_000)
        seen = time.time() - began
        heap = page.evaluate("performance.memory ? performance.memory.usedJSHeapSize : 0")
    return {
        "first_picture_s": {
            "p50": round(statistics.median(firsts), 2),
            "most": round(max(firsts), 2),
            "cpu": round(first_cpu, 2),
        },
        "pan_frame_ms": {
            "p50": round(statistics.median(frames)),
            "p95": round(_share(frames, 0.95)),
            "cpu": round(pan_cpu * 1000),
        },
        "change_on_screen_s": round(seen, 2),
        "heap_mb": round(heap / 1e6),
    }


def main() -> None:
    """Fills, serves, measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matters", type=int, default=100_000)
    parser.add_argument("--grids", type=int, default=3_300)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        place, store_url, grids, port = asked.serve.split(" ")
        serve_here(Path(place), store_url, int(grids), int(port))
        return
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{place}/hub.db"
        if asked.postgresql:
            url = stack.enter_context(servers.postgresql(place / "pg")).address
        print(orjson.dumps(measure(place, url, asked), option=orjson.OPT_INDENT_2).decode())


def measure(place: Path, store_url: str, asked: argparse.Namespace) -> dict[str, Any]:
    """All figures."""
    hub = hub_of(place, store_url, asked.grids)
    migrate.up(hub.store)
    fill(hub.store, hub.pack, asked.matters, SystemClock().now())
    names = ["district", *(f"screen{n}" for n in range(asked.streams // 50 + 1))]
    kept = people.account_of(AccountRole.DISTRICT)
    from hub.run.people.hashing import hashed
    from hub.store import accounts

    password = hashed(people.PASSWORD)
    with hub.store.write() as conn:
        for name in names:
            accounts.add(conn, replace(kept, name=name, title=name), password=password, at=hub.clock.now())
    found: dict[str, Any] = {
        "load": os.getloadavg()[0],
        "matters": asked.matters,
        "grids": asked.grids,
        "store": store_url.partition(":")[0],
    }
    with served(place, store_url, asked.grids) as url:
        client = signed_in(url, "district")
        began = time.perf_counter()
        client.get("/map/view", params={"z": "11", "bbox": "120.7,31.9,121,32.1"}).raise_for_status()
        found["first_answer_s"] = round(time.perf_counter() - began, 2)
        sizes = {}
        for path in ("/map/ground", "/map/grids/comprehensive"):
            with client.stream("GET", path) as answer:
                sizes[path] = sum(len(part) for part in answer.iter_raw())
        found["ground_bytes_gz"] = sizes
        found["view"] = views(client, hub.pack.atlas.bounds, 300)
        found["browser"] = in_a_browser(url, hub.store, 3)
        clients = [signed_in(url, name) for name in names[1:]]
        found["live"] = asyncio.run(streams(url, clients, hub.store, asked.streams, 10))
    hub.close()
    return found


if __name__ == "__main__":
    main()
