"""A hub that works, with one hotline over real sockets: for what changes meanwhile."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson
from gridplus_hotline_12345.simulator import HotlineSystem
from gridplus_hotline_12345.simulator.wording import written

from hub.clock import SystemClock
from hub.crew import Crew
from hub.model import Person
from hub.plugin import SimulatorSetup, Utterance
from hub.run.servers import free_port
from hub.settings import read
from tests.connected.patience import until
from tests.instruments import demo_pack

SOURCE = "hotline_12345"
FIRST = {"app_key": "hub", "app_secret": "first-to-us", "push_key": "platform", "push_secret": "first-by-us"}


class Hotline(HotlineSystem):
    """The platform, whose administrator may change its secrets."""

    def change(self, **secrets: str) -> None:
        """From now on these hold and the others do not; a token that was given out ends."""
        self._secrets.update(secrets)
        self._token_until = 0.0

    def push(self, utterance: Utterance) -> int:
        """The status of one push; 0 where nobody listens yet."""
        body = orjson.dumps(written(utterance, Random(utterance.ref)))
        return self._status(body, self._signed(body))

    def knock(self) -> int:
        """The status of a push that somebody else signed."""
        return self._status(b"{}", {**self._signed(b"{}")} | {"x-signature": "0" * 64})

    def _status(self, body: bytes, headers: Mapping[str, str]) -> int:
        reply = self.send("POST", "/orders", headers=headers, body=body)
        return reply.status if reply else 0


def said(ref: str, way: str, requester: Person | None = None, code: str = "010401") -> Utterance:
    """A report, told or shown; a burst pipe by its code."""
    now = SystemClock().now() - timedelta(minutes=5)
    where = demo_pack().geography.addresses[1000]
    return Utterance(
        at=now,
        ref=ref,
        code=code,
        code_table="hl-2024",
        occurred_at=now,
        reported_at=now,
        title="水管爆裂",
        content="门口水管爆了",
        requester=requester,
        lon=where.lon,
        lat=where.lat,
        extra={"way": way},
    )


class LiveHub:
    """One live hub in one process, its hotline, and the files of its secrets."""

    def __init__(self, place: Path, **settings: Any) -> None:
        """`settings` beside those of the hotline, the home and the port."""
        (place / "hotline").mkdir(parents=True)
        self.app, self.push = place / "app.secret", place / "push.secret"
        self.write(self.app, FIRST["app_secret"])
        self.write(self.push, FIRST["push_secret"])
        self.hotline = Hotline(SimulatorSetup(clock=SystemClock(), place=place / "hotline", secrets=FIRST))
        reached: dict[str, Any] = dict(self.hotline.start())
        del reached["app_secret"], reached["push_secret"]
        reached |= {"app_secret_file": str(self.app), "push_secret_file": str(self.push)}
        given = {"home": place / "home", "port": free_port(), "poll_s": 0.1, "sources": {SOURCE: reached}}
        self.crew = Crew(read(**(given | settings)), ["intake", "casework", "relay", "web"], pack=demo_pack())
        self.crew.start()
        self.hotline.push_to(f"{self.crew.url}/in/{SOURCE}")
        until(lambda: self.state() == ("running", ""), "the hotline is read")

    @staticmethod
    def write(file: Path, text: str) -> None:
        """Whole or not at all, as secrets are mounted."""
        draft = file.with_suffix(".draft")
        draft.write_text(text)
        draft.replace(file)

    def one(self, query: str) -> tuple[Any, ...]:
        """The only row of a query."""
        with self.crew.hub.store.read() as conn:
            return tuple(conn.exec_driver_sql(query).one())

    def state(self) -> tuple[str, str]:
        """(state, code) of the hotline as everybody sees it."""
        with self.crew.hub.store.read() as conn:
            row = conn.exec_driver_sql("SELECT state, code FROM adapter_state").first()
        return (row.state, row.code) if row else ("", "")

    def records(self) -> int:
        """Stored so far."""
        return int(self.one("SELECT count(*) FROM record")[0])

    def is_settled(self) -> bool:
        """Whether every record has its fate."""
        return self.one("SELECT count(*) FROM record WHERE fate IS NULL") == (0,)

    def close(self) -> None:
        """Stops both."""
        self.crew.stop()
        self.hotline.stop()
