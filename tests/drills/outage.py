"""Servers of a drill's own, that it may kill: the same server comes back in the same place, at the same address."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from hub.run import servers
from tests.connected.patience import until
from tests.drills.stack import LONGEST_S


class Server:
    """A server that can be killed and started again."""

    def __init__(self, running: servers.Running, place: Path, user: str | None) -> None:
        self.address: Final = running.address
        self._process, self._place, self._user = running.process, place, user

    def kill(self) -> None:
        """It is gone in the middle of whatever it did; children of it end by themselves soon after."""
        self._process.kill()
        self._process.wait(timeout=10)

    def again(self) -> None:
        """Starts it as it was started before; once more where children of the one before were still in its way."""
        try:
            until(self._is_up, "the server is up again", within_s=LONGEST_S)
        except AssertionError as error:
            raise AssertionError(f"{error}: {(self._place / 'again.out').read_text()[-2000:]}") from error

    def _is_up(self) -> bool:
        if self._process.poll() is not None:
            with (self._place / "again.out").open("ab") as out:
                self._process = subprocess.Popen(
                    self._process.args, stdout=out, stderr=out, user=self._user, cwd=self._place
                )
        port = int(self.address.rpartition(":")[2].partition("/")[0])
        return servers.listens(port)

    def end(self) -> None:
        """For good."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=30)
            except (
                subprocess.TimeoutExpired
            ):  # a busy machine: what it would still tidy is thrown away with its place
                self._process.kill()
                self._process.wait(timeout=10)


@contextmanager
def broker(place: Path) -> Iterator[Server]:
    """An Apache Kafka that may be killed."""
    with servers.kafka(place) as running:
        server = Server(running, place, None)
        try:
            yield server
        finally:
            server.end()


@contextmanager
def database(place: Path) -> Iterator[Server]:
    """A PostgreSQL that may be killed. It belongs to the user whom the local servers gave its place."""
    with servers.postgresql(place) as running:
        server = Server(running, place, place.owner())
        try:
            yield server
        finally:
            server.end()
