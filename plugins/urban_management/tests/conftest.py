"""The adapter and its simulated platform, joined over real sockets on 127.0.0.1 and a real database."""

import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from gridplus_urban_management.adapter import UrbanReader, made
from gridplus_urban_management.config import UrbanConfig
from gridplus_urban_management.simulator import UrbanPlatform

from hub.clock import FixedClock
from hub.model import Arrival, Draft
from hub.plugin import Body, SimulatorSetup, Tools, Utterance
from hub.run import servers

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS; loading certificates for each client would take most of a test's time."""
NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
EARLIER = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)

Say = Callable[..., Utterance]
Start = Callable[..., "Desk"]


@pytest.fixture
def say() -> Say:
    """Makes one case: its number, and changes to Utterance's own fields."""

    def utterance(number: int = 1, **changes: Any) -> Utterance:
        told: dict[str, Any] = {
            "at": EARLIER,
            "ref": f"UM20260310{number:06d}",
            "code": "0110",
            "code_table": "cg-2023",
            "occurred_at": EARLIER,
            "reported_at": EARLIER,
            "content": "青石路18号门前堆放生活垃圾",
            "lon": 120.85,
            "lat": 32.0,
            "address": "青石路18号",
            "area_code": "329901001",
        }
        told["extra"] = {"way": "view" if changes.get("code_table") == "cg-2015" else "soap"}
        return Utterance(**(told | changes))

    return utterance


@dataclass
class Desk:
    """The hub's side: an adapter, and what is read and understood through it."""

    adapter: UrbanReader
    platform: UrbanPlatform
    clock: FixedClock
    tools: Tools
    config: UrbanConfig

    def pull(self, cursor: str = "") -> tuple[list[Body], str]:
        """All pages from `cursor` on, each stored before the next is asked for."""
        bodies: list[Body] = []
        while True:
            page = self.adapter.read(cursor)
            bodies += page.bodies
            cursor = page.cursor
            if not page.more:
                return bodies, cursor

    def next_sweep(self, cursor: str) -> tuple[list[Body], str]:
        """As `pull`, once the pause between two passes over the view is over."""
        self.clock.pause(60)
        return self.pull(cursor)

    def draft(self, body: Body) -> Draft:
        (draft,) = self.adapter.normalise(body, Arrival(self.clock.now(), body.kind))
        return draft

    def drafts(self, cursor: str = "") -> list[Draft]:
        return [self.draft(body) for body in self.pull(cursor)[0]]

    def restarted(self) -> "Desk":
        """The same source after the worker was killed: a new adapter, the same directory."""
        self.adapter.close()
        return Desk(made(self.config, self.tools), self.platform, self.clock, self.tools, self.config)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the platform, waits until it has said everything, and gives the hub's side of it."""
    with ExitStack() as closing:
        numbers = count(1)

        def begin(
            *utterances: Utterance, failures: tuple[str, ...] = (), store_url: str = "", **settings: Any
        ) -> Desk:
            place = tmp_path / f"platform{next(numbers)}"
            place.mkdir()
            clock = FixedClock(NOON)
            platform = UrbanPlatform(
                SimulatorSetup(
                    clock=clock,
                    utterances=utterances,
                    place=place,
                    seed=7,
                    failures=failures,
                    store_url=store_url,
                )
            )
            closing.callback(platform.stop)
            offered = platform.start()
            config = UrbanConfig.model_validate(
                {name: {**_dict(offered.get(name)), **_dict(settings.pop(name, None))} for name in offered}
                | settings
            )
            tools = Tools(
                source="urban_management",
                clock=clock,
                http=partial(httpx.Client, timeout=2.0, verify=PLAIN),
                nonce=lambda: "0" * 32,
                place=str(place),
            )
            desk = Desk(made(config, tools), platform, clock, tools, config)
            closing.callback(desk.adapter.close)
            assert platform.wait_for(lambda: platform.spoken() == len(utterances))
            return desk

        yield begin


def _dict(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A SQLAlchemy URL of a real PostgreSQL: from the environment, else a server of this machine's."""
    given = os.environ.get("GRIDPLUS_TEST_POSTGRESQL", "")
    if given:
        yield given
        return
    lacking = [one for one in servers.missing() if "PostgreSQL" in one]
    if lacking and os.environ.get("CI") != "true":
        pytest.skip(f"not on this machine: {', '.join(lacking)}")
    # not pytest's own directory: the server runs as another user, who may not look into root's
    with TemporaryDirectory(prefix="gridplus-pg-") as place, servers.postgresql(Path(place)) as running:
        yield running.address
