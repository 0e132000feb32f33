"""Departments and a post of a bench of lives, in a process of their own: `python -m hub.demo.responder`.

They are not the hub, so what they cost is not the hub's. Over the bus, each by its own topic, departments sign, contact,
arrive and hand in a result, one move after the other; over HTTP the post marks what was handed in. One line on standard
input says on which hub; the id of each whistle stands in a file; the end of the input ends
them.
"""

import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import httpx
import orjson

from hub.bus import Bus, Consumer, Message
from hub.bus.topics import reports
from hub.contract.filled import filled
from hub.demo.listener import topics_of
from hub.demo.manners import said
from hub.model import Contract
from hub.run.assembly import Assembly
from hub.settings import apart

MOVES: Final = ("sign", "contact", "arrive", "result")
"""What a department reports, in this order."""
_REST_S: Final = 0.5
"""Between two moves of one whistle, and between two tries to mark one."""
_MOST: Final = 500
"""Marks in one request, messages in one look."""


@dataclass(frozen=True, slots=True)
class _Task:
    """The next move of one whistle. `due` is on `time.monotonic()`."""

    due: float
    whistle: str
    department: str
    move: int = 0


@dataclass(slots=True)
class Office:
    """Everything that is to be done. All rest equally long, so what waits is in order."""

    contracts: Mapping[str, Contract]
    tasks: deque[_Task] = field(default_factory=deque)
    handed_in: deque[tuple[float, str]] = field(default_factory=deque)
    over: set[str] = field(default_factory=set)
    """Whistles that were called off."""

    def hear(self, envelope: Mapping[str, Any]) -> str:
        """One message of a whistle's topic; the id of a whistle that came now, else ""."""
        id_, subject, data = envelope["id"], envelope["subject"], envelope["data"]
        if envelope["type"] == "grid.whistle.cancelled.v1":
            self.over.add(subject)
        if envelope["type"] != "grid.whistle.v1" or id_ != subject:
            return ""
        self.tasks.append(_Task(time.monotonic() + _REST_S, subject, data["department"]))
        return str(subject)

    def reports(self) -> list[Message]:
        """The moves whose time has come; their whistles' next ones wait then."""
        now, made = time.monotonic(), list[Message]()
        while self.tasks and self.tasks[0].due <= now:
            task = self.tasks.popleft()
            if task.whistle not in self.over:
                made.append(self._report(task))
                self._go_on(task, now)
        return made

    def _report(self, task: _Task) -> Message:
        move = MOVES[task.move]
        message = said(task.whistle, move, None)
        if move == "result":
            message["form"] = filled(self.contracts[task.department]) or message["form"]
        event = {
            "specversion": "1.0",
            "id": f"{task.whistle}/{move}",
            "source": f"/{task.department}",
            "type": "grid.report.v1",
            "subject": task.whistle,
            "data": message,
        }
        return Message(reports(task.department), task.whistle, orjson.dumps(event).decode())

    def _go_on(self, task: _Task, now: float) -> None:
        if task.move + 1 < len(MOVES):
            self.tasks.append(_Task(now + _REST_S, task.whistle, task.department, task.move + 1))
        else:
            self.handed_in.append((now + _REST_S, task.whistle))

    def to_mark(self) -> Iterator[str]:
        """Whistles whose result may be marked by now, at most one request of them."""
        now = time.monotonic()
        for _ in range(_MOST):
            if not self.handed_in or self.handed_in[0][0] > now:
                return
            id_ = self.handed_in.popleft()[1]
            if id_ not in self.over:
                yield id_

    def mark_later(self, ids: Iterator[str]) -> None:
        """Their results were not taken yet."""
        later = time.monotonic() + _REST_S
        self.handed_in.extend((later, id_) for id_ in ids)


def _mark(http: httpx.Client, office: Office) -> int:
    ids = list(office.to_mark())
    if not ids:
        return 0
    marks = [{"whistle_id": id_, "response": 90, "resolve": 85, "satisfy": 90} for id_ in ids]
    answer = http.post("/posts/me/marks", json={"marks": marks})
    taken = answer.json()["marks"] if answer.is_success else [{"whistle_id": i, "code": "-"} for i in ids]
    office.mark_later(one["whistle_id"] for one in taken if one["code"])
    return len(ids)


def _work(bus: Bus, consumer: Consumer, http: httpx.Client, office: Office, file: IO[str]) -> None:
    """One round: what came, what is due to report, what is due to mark."""
    for one in consumer.poll(_MOST, 0.02):
        if called := office.hear(orjson.loads(one.value)):
            file.write(f"{called}\n")
    if made := office.reports():
        bus.publish([(message, 0) for message in made])
    _mark(http, office)


def _wait_for_the_end(ended: threading.Event) -> None:
    sys.stdin.buffer.read()
    ended.set()


def main() -> None:
    """Works until the input ends."""
    order = orjson.loads(sys.stdin.buffer.readline())
    hub = Assembly(apart(**order["settings"]))
    office = Office({str(one.department): one for one in hub.pack.contracts})
    consumer = hub.bus.consumer("bench", topics_of(hub.pack), lambda _: {})
    ended = threading.Event()
    headers = {"authorization": f"Bearer {order['post_key']}"}
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    threading.Thread(target=_wait_for_the_end, args=(ended,), daemon=True).start()
    with (
        Path(order["notes"]).open("w", encoding="ascii", buffering=1) as file,
        httpx.Client(base_url=order["url"], headers=headers, timeout=60.0) as http,
    ):
        while not ended.is_set():
            _work(hub.bus, consumer, http, office, file)
    consumer.close()
    hub.close()


if __name__ == "__main__":
    main()
