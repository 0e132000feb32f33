"""A server of files over real HTTP that behaves as badly as a test wants."""

import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One request; what is asked stands in the server's `asked`."""

    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        """The answer of that path; 404 without one."""
        files = self.server.files
        files.asked.append(self.path)
        files.hosts.append(self.headers["host"])
        self.close_connection = True
        files.answers.get(self.path.partition("?")[0], _missing)(self)

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        """A whole answer."""
        self.send_response(status)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"content-length": str(len(body)), **named}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 http.server's name
        """Silent."""


def _missing(handler: Handler) -> None:
    handler.say(404)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, files: "FileServer") -> None:
        self.files = files
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hung up had had enough."""


class FileServer:
    """Listens on 127.0.0.1 from its making to `close`. `answers`: path → what happens there."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.hosts: list[str] = []
        self.over = threading.Event()
        """Set at the end: whoever is slow on purpose waits on this."""
        self._server = _Server(self)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"{'https' if tls else 'http'}://{self.host}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def put(self, path: str, content: bytes, *, status: int = 200, **headers: str) -> str:
        """Serves `content` there; returns its address."""
        self.answers[path] = lambda handler: handler.say(status, content, **headers)
        return self.url + path

    def behave(self, path: str, answer: Answer) -> str:
        """Answers there as `answer` does; returns its address."""
        self.answers[path] = answer
        return self.url + path

    def close(self) -> None:
        """Stops listening."""
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
