"""Consumers that are called at an address of their own: a good one on `gridplus_client`, and bad ones."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from gridplus_client import webhook

from tests.e2e.consumers import Good

SECRET = "s" * 32


class Listening(Good):
    """The good one, called at its own address."""

    status = 204

    def hears(self, headers: Mapping[str, str], body: bytes) -> int:
        """The status for one call."""
        if not webhook.is_from_the_hub(SECRET, headers, body):
            return 401
        self.inbox.take(body)
        return self.status


class Trusting(Listening):
    """Believes whoever calls."""

    def hears(self, _: Mapping[str, str], body: bytes) -> int:
        self.inbox.take(body)
        return 204


class Timeless(Listening):
    """Believes what was signed at any time."""

    def hears(self, headers: Mapping[str, str], body: bytes) -> int:
        stamp = float(headers.get("x-gridplus-timestamp", "0"))
        if not webhook.is_from_the_hub(SECRET, headers, body, now=stamp):
            return 401
        self.inbox.take(body)
        return 204


class NoAnswer(Listening):
    """Takes everything, and breaks the line."""

    def hears(self, headers: Mapping[str, str], body: bytes) -> int:
        super().hears(headers, body)
        return 0


class Choosy(Listening):
    """Refuses what it does not know."""

    def hears(self, headers: Mapping[str, str], body: bytes) -> int:
        status = super().hears(headers, body)
        return 422 if b"announcement" in body else status


@contextmanager
def listening(make: Any, place: Path) -> Iterator[tuple[str, Any]]:
    """Its address while the block runs; what it reports to is told afterwards, with `reach(url, key)`."""
    there: dict[str, Listening] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            named = {name.lower(): value for name, value in self.headers.items()}
            status = there["consumer"].hears(named, body)
            if status:
                self.send_response(status)
                self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name is http.server's
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()

    def reach(url: str, key: str) -> None:
        there["consumer"] = make(place, url, key)

    try:
        yield f"http://127.0.0.1:{server.server_port}/whistles", reach
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
