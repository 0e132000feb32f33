"""Test instruments: a source that says exactly what a test wants, and a hub in the hand, stepped by the test."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import event

from hub.clock import SHANGHAI, FixedClock
from hub.jsonform import dumps, loads
from hub.model import Arrival, Code, Crs, Draft, Mode, Person, Position
from hub.pack import Pack, load
from hub.plugin import Body
from hub.run.assembly import Assembly
from hub.run.sources.reception import Reception, write
from hub.settings import read
from hub.store import outbox
from hub.store.engine import Store
from tests.unit.store.blank import blank

LONGEST_S = 30.0
"""Joining a group on a loaded machine takes seconds; nothing here takes longer than this."""

COLUMNS: Mapping[str, Any] = {
    "format": "csv",
    "code_table": "hl-2024",
    "crs": "cgcs2000",
    "columns": {
        "source_ref": "编号",
        "category": "分类",
        "content": "内容",
        "reported_at": "上报时间",
        "lon": "经度",
        "lat": "纬度",
    },
}
"""How `file_import` reads the files of history that tests write."""
MORNING = datetime(2026, 3, 10, 9, 0, tzinfo=SHANGHAI)
"""A working Tuesday."""


@cache
def demo_pack() -> Pack:
    """The demo pack, loaded once a test process."""
    return load()


def _with_known_places(pack: Pack) -> Pack:
    """A pack that changes the demo pack elsewhere takes its places as they were read: reading takes longer than most
    tests."""
    demo = demo_pack()
    if all(getattr(pack, name) is getattr(demo, name) for name in ("open_geography", "areas", "renamed")):
        vars(pack).update((name, getattr(demo, name)) for name in ("geography", "atlas", "gazetteer"))
    return pack


class Stated:
    """A source whose bodies are drafts in JSON: what a test states is what the hub is told."""

    def check(self) -> None:
        """Always there."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002 the interface's
        """The draft as stated; `boom` fails as a broken plugin would."""
        if body.content == b"boom":
            raise ZeroDivisionError
        return [loads(Draft, body.content)]

    def close(self) -> None:
        """Nothing is open."""


def stated(ref: str, **changes: Any) -> Draft:
    """A plain report of a burst pipe; `changes` are fields of Draft."""
    draft = Draft(
        source_ref=ref,
        category=Code("hl-2024", "010401"),
        occurred_at=MORNING,
        reported_at=MORNING,
        title="水管爆裂",
        content="门口水管爆了，水很大。",
    )
    return replace(draft, **changes)


def at(lon: float, lat: float) -> Position:
    """A position in degrees, CGCS2000."""
    return Position(lon, lat, Crs.CGCS2000, decimals=6)


def person(n: int) -> Person:
    """An invented requester."""
    return Person(name=f"测试{'甲乙丙丁'[n % 4]}", phone=f"1380000{n:04d}", callback=True)


def before(store: Store, statement: str | tuple[str, ...], then: Callable[[], object]) -> None:
    """Once, when `store` is about to be asked for something that begins so, `then` happens first."""
    seen: list[str] = []

    def look(_conn: object, _cursor: object, asked: str, *_: object) -> None:
        if asked.lstrip().startswith(statement) and not seen:
            seen.append(asked)
            then()

    event.listen(store.engine, "before_cursor_execute", look)


class HubInHand:
    """One hub without threads. Tell it drafts, settle, look."""

    def __init__(
        self,
        place: Path,
        *,
        store: str = "",
        bus: str = "embedded",
        prefix: str = "",
        pack: Pack | None = None,
    ) -> None:
        if not store and not (place / "hub.db").exists():
            blank(place / "hub.db")
        settings = read(
            home=place,
            store=store or f"sqlite:///{place}/hub.db",
            bus=bus,
            kafka_prefix=prefix,
            kafka_session_timeout_s=6.0,
            webhook_networks=["127.0.0.0/8"],  # where departments of tests listen
        )
        self.clock = FixedClock(MORNING + timedelta(minutes=5))
        self.hub = Assembly(settings, clock=self.clock, pack=_with_known_places(pack or demo_pack()))
        self.adapter = Stated()
        self._sent = 0

    def tell(self, *drafts: Draft | bytes, source: str = "hotline_12345", mode: Mode = Mode.LIVE) -> None:
        """Stores one record a draft, as if the source had sent it now."""
        bodies = [Body(d if isinstance(d, bytes) else dumps(d).encode()) for d in drafts]
        reception = Reception(source, self.adapter, self.hub.vault, body_limit=1_000_000)
        self._sent += 1
        prepared = reception.prepare(bodies, arrival=f"test:{self._sent}", mode=mode, now=self.clock.now())
        with self.hub.store.write() as conn:
            write(conn, prepared)
        self.clock.pause(0.001)  # what is told next comes later

    def settle(self, *sources: str) -> None:
        """Runs intake, relay and casework until every record has its fate and every message is sent."""
        intakes = [self.hub.plain_intake(s, self.adapter) for s in sources or ("hotline_12345",)]
        casework, relay = self.hub.plain_casework(), self.hub.plain_relay()
        ends = time.monotonic() + LONGEST_S
        while not self._settled():
            assert time.monotonic() < ends, "the hub did not settle"
            for intake in intakes:
                held = intake.lease()
                if held:
                    intake.digest(held)
            relay.step()
            casework.step(0.2)
        casework.close()

    def _settled(self) -> bool:
        open_ = sum(one["open"] for one in self.account()["sources"].values())
        with self.hub.store.read() as conn:
            return not open_ and not outbox.waiting(conn)

    def account(self) -> dict[str, Any]:
        """Records by fate, incidents, whistles."""
        return self.hub.account()

    def rows(self, query: str) -> list[Any]:
        """Rows of a query, for assertions on what is stored."""
        with self.hub.store.read() as conn:
            return list(conn.exec_driver_sql(query).all())

    def close(self) -> None:
        """Gives everything back."""
        self.hub.close()
