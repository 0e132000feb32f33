"""What an identity provider answers is foreign: whatever it is, whoever signs in hears a code of ours."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import orjson
import pytest

from hub.errors import HubError
from hub.run.people.provider import Client, Provider

NOW = datetime(2026, 3, 10, 1, tzinfo=UTC)
A_TOKEN = "eyJhbGciOiJSUzI1NiJ9.e30.AAAA"


@contextmanager
def answering(keys: Any, token: Any) -> Iterator[Provider]:
    """A provider that tells these keys and gives this token."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://{self.headers['host']}"
            self._tell(
                keys
                if self.path == "/keys"
                else {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/in",
                    "token_endpoint": f"{url}/token",
                    "jwks_uri": f"{url}/keys",
                }
            )

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", "0")))
            self._tell({"id_token": token})

        def _tell(self, what: Any) -> None:
            body = orjson.dumps(what)
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 http.server's
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, httpx.Client() as http:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        issuer = f"http://127.0.0.1:{server.server_port}"
        yield Provider(Client(issuer, "gridplus", lambda: "", f"{issuer}/back"), http)
        server.shutdown()


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"keys": []},
        {"keys": "none"},
        {"keys": {}},
        {"keys": [{}]},
        {"keys": [7]},
        {"keys": [{"kty": "RSA"}]},
        [],
    ],
    ids=repr,
)
def test_keys_that_are_none_are_no_answer(keys: Any) -> None:
    with answering(keys, A_TOKEN) as provider, pytest.raises(HubError, match="A334"):
        provider.subject("code", nonce="n", verifier="v", now=NOW)


@pytest.mark.parametrize("token", [None, 7, "", "a.b", "e30.e30.", A_TOKEN, "[].[].[]"], ids=repr)
def test_a_token_that_is_none_is_not_believed(token: Any) -> None:
    keys = {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
    with answering(keys, token) as provider, pytest.raises(HubError, match="A336"):
        provider.subject("code", nonce="n", verifier="v", now=NOW)
