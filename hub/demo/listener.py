"""The departments of a bench, in a process of their own: `python -m hub.demo.listener`.

They are not the hub, so what they cost is not the hub's. One line on standard input says on which hub; each
whistle that comes is noted in a file with its moment; the end of the input ends them.
"""

import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from hub.bus import Consumer
from hub.bus.topics import whistles
from hub.clock import Clock
from hub.model import Channel
from hub.pack import Pack
from hub.run.assembly import Assembly
from hub.settings import apart
from hub.store.moments import from_us, to_us


def topics_of(pack: Pack) -> list[str]:
    """The topics that a department of this pack reads."""
    return [whistles(c.department) for c in pack.contracts if Channel.KAFKA in c.channels]


class Listener:
    """That process, seen from outside; it listens once this is made."""

    def __init__(self, settings: Mapping[str, Any], notes: Path) -> None:
        self._notes, self._read = notes, 0
        self._heard: dict[str, datetime] = {}
        self.process = start("hub.demo.listener", {"settings": settings, "notes": str(notes)})

    def heard(self) -> Mapping[str, datetime]:
        """Whistle id → when it first came, so far."""
        with self._notes.open("rb") as file:
            file.seek(self._read)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            id_, us = line.decode().split()
            self._heard.setdefault(id_, from_us(int(us)))
        return self._heard


def begin(module: str) -> "subprocess.Popen[bytes]":
    """A process of `module`, spoken to over its streams. It ends when its input is closed and not before: Ctrl-C is
    meant for who began it, and does not reach it."""
    return subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def start(module: str, order: Mapping[str, Any]) -> "subprocess.Popen[bytes]":
    """A process of `module` that was told `order` and said that it is ready; it ends when its input is closed."""
    process = begin(module)
    assert process.stdin is not None  # noqa: S101 opened as pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(orjson.dumps(order) + b"\n")
    process.stdin.flush()
    process.stdout.readline()
    return process


def ask(process: "subprocess.Popen[bytes]") -> Any:
    """What the process answers to an empty line: one line of JSON."""
    assert process.stdin is not None  # noqa: S101 opened as pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(b"\n")
    process.stdin.flush()
    return orjson.loads(process.stdout.readline())


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Closes its input and waits for its end."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
    if process.stdout is not None:
        process.stdout.close()


def _listen(consumer: Consumer, clock: Clock, notes: Path, ended: threading.Event) -> None:
    with notes.open("w", encoding="ascii", buffering=1) as file:
        while not ended.is_set():
            for one in consumer.poll(500, 0.2):
                file.write(f"{orjson.loads(one.value)['id']} {to_us(clock.now())}\n")


def main() -> None:
    """Listens until the input ends."""
    order = orjson.loads(sys.stdin.buffer.readline())
    hub = Assembly(apart(**order["settings"]))
    notes, ended = Path(order["notes"]), threading.Event()
    notes.touch()
    consumer = hub.bus.consumer("bench", topics_of(hub.pack), lambda _: {})
    thread = threading.Thread(target=_listen, args=(consumer, hub.clock, notes, ended))
    thread.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.buffer.read()
    ended.set()
    thread.join()
    consumer.close()
    hub.close()


if __name__ == "__main__":
    main()
