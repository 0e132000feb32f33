"""Webhooks go to the address that was looked at, and to none inside our network that nobody named."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest

from hub.errors import FixSettings, Refused
from hub.run.exits.guarded import GuardedTransport, guarded, networks_of

OURS = networks_of(["127.0.0.0/8"])


@contextmanager
def department() -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Listens on loopback: its port, and (host header, path) of what came."""
    came: list[tuple[str, str]] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.headers["host"], self.path))
            self.send_response(302 if self.path == "/moved" else 204)
            self.send_header("location", "http://169.254.169.254/latest/meta-data/")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Takes)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_port, came
    finally:
        server.shutdown()
        server.server_close()


def leading(*addresses: str) -> "Names":
    """A name server that gives these, one answer after another."""
    return Names([[one] for one in addresses])


class Names:
    """A name server; the last answer is given for good."""

    def __init__(self, answers: Sequence[Sequence[str]]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, *_: object) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def test_the_call_reaches_the_address_that_was_looked_at_under_its_own_name() -> None:
    names = leading("127.0.0.1", "10.0.0.1")
    with department() as (port, came), guarded(OURS, resolve=names) as client:
        assert 204 == client.post(f"http://chengguan.example:{port}/hook").status_code
    assert ([(f"chengguan.example:{port}", "/hook")], 1) == (came, names.asked)


def test_what_calls_a_department_is_made_once_however_often_it_is_called() -> None:
    """It reads the certificates of all authorities, which is dearer than a call."""
    made: list[httpx.HTTPTransport] = []

    def pool() -> httpx.HTTPTransport:
        made.append(httpx.HTTPTransport())
        return made[-1]

    with department() as (port, came), httpx.Client(transport=GuardedTransport(OURS, pool=pool)) as client:
        for _ in range(3):
            client.post(f"http://127.0.0.1:{port}/hook")
    assert (3, 1) == (len(came), len(made))


def test_a_name_that_means_something_else_a_moment_later_is_looked_at_again() -> None:
    names = leading("127.0.0.1", "10.0.0.1")
    with department() as (port, came), guarded(OURS, resolve=names) as client:
        client.post(f"http://chengguan.example:{port}/hook")
        with pytest.raises(Refused, match="A338"):
            client.post(f"http://chengguan.example:{port}/hook")
    assert 1 == len(came)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "169.254.169.254",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "224.0.0.1",
    ],
)
def test_no_address_inside_is_called_that_nobody_named(address: str) -> None:
    with guarded((), resolve=leading(address)) as client, pytest.raises(Refused, match="A338"):
        client.post("http://chengguan.example/hook")


def test_an_address_in_the_url_is_looked_at_like_one_of_a_name() -> None:
    with guarded(()) as client:
        for host in ("127.0.0.1", "[::1]", "169.254.169.254", "[::ffff:10.0.0.1]"):
            with pytest.raises(Refused, match="A338"):
                client.post(f"http://{host}/hook")


def test_one_forbidden_address_among_several_forbids_the_name() -> None:
    names = Names([["93.184.216.34", "10.0.0.1"]])
    with guarded((), resolve=names) as client, pytest.raises(Refused, match="A338"):
        client.post("http://chengguan.example/hook")


def test_link_local_stays_forbidden_whatever_the_settings_name() -> None:
    for network in ("169.254.0.0/16", "0.0.0.0/0", "8.8.8.0/24", "x"):
        with pytest.raises(FixSettings, match="C101"):
            networks_of([network])
    with guarded(OURS, resolve=leading("169.254.169.254")) as client, pytest.raises(Refused, match="A338"):
        client.post("http://chengguan.example/hook")


def test_a_redirection_is_not_followed() -> None:
    with department() as (port, came), guarded(OURS) as client:
        assert 302 == client.post(f"http://127.0.0.1:{port}/moved").status_code
    assert 1 == len(came)


def test_a_name_that_leads_nowhere_now_is_tried_another_time() -> None:
    def unknown(name: str, port: int) -> Sequence[str]:
        raise OSError

    with guarded(OURS, resolve=unknown) as client, pytest.raises(httpx.ConnectError):
        client.post("http://chengguan.example/hook")
