"""One HTTP request as `http.server` has it, as a `PeerRequest`, and the answer to it. For simulators and doors on loopback."""

from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from hub.plugin.adapter import PeerReply, PeerRequest


class PeerHandler(BaseHTTPRequestHandler):
    """Subclass it with the methods that `http.server` calls. Silent: requests carry what people entered."""

    # head and body leave apart: the second would wait 40 ms for the first to be taken
    disable_nagle_algorithm = True

    def asked(self) -> PeerRequest:
        """The request, its body read. To be asked for once."""
        target = urlsplit(self.path)
        return PeerRequest(
            method=self.command,
            path=target.path,
            query=target.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("content-length") or 0)),
            peer=self.client_address[0],
        )

    def say(self, reply: PeerReply) -> None:
        """Answers. A `content-length` in the reply's headers wins: larger than the body, it is half an answer."""
        named = {name.lower(): value for name, value in reply.headers.items()}
        promised = int(named.setdefault("content-length", str(len(reply.body))))
        self.send_response(reply.status)
        for name, value in named.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        self.close_connection = self.close_connection or promised != len(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the standard library's
        """Nothing."""
