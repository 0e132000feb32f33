"""One file over real HTTP: the guard holds, limits bind, and every way to fail has its state and code."""

import ssl
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from hub.intake.links import Following, following
from hub.model import AttachmentState
from hub.run.ground.resolving import MOST_ASKING
from hub.run.sources.fetching import Fetched, Fetching, Later, NotFetched, Outcome
from tests.certificates import self_signed
from tests.connected.patience import until
from tests.fileserver import FileServer, Handler
from tests.photos import photo

REFUSED, EXPIRED = AttachmentState.REFUSED, AttachmentState.EXPIRED
SMALL = 100_000


@pytest.fixture
def files() -> Iterator[FileServer]:
    """A server on loopback."""
    made = FileServer()
    yield made
    made.close()


def allowed(files: FileServer) -> Following:
    """A pack that names that server by its address."""
    return following([files.host])


def fetch(files: FileServer, url: str, fetching: Fetching | None = None) -> Outcome:
    """What comes of a link of that server's source."""
    return (fetching or Fetching(most_bytes=SMALL, longest_s=10)).fetch(url, allowed(files))


def test_a_file_comes_as_it_was_sent(files: FileServer) -> None:
    url = files.put("/a/1.jpg", photo())
    assert Fetched(photo()) == fetch(files, f"{url}?sig=a%2Fb&t=1#top")
    assert ["/a/1.jpg?sig=a%2Fb&t=1"] == files.asked


@pytest.mark.nasty("N72")
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, NotFetched(EXPIRED, "F111")),
        (403, NotFetched(EXPIRED, "F111")),
        (404, NotFetched(EXPIRED, "F111")),
        (410, NotFetched(EXPIRED, "F111")),
        (204, NotFetched(REFUSED, "F108")),
        (206, NotFetched(REFUSED, "F108")),
        (400, NotFetched(REFUSED, "F108")),
        (408, Later()),
        (429, Later()),
        (500, Later()),
        (503, Later()),
    ],
)
def test_each_status_means_what_it_says(files: FileServer, status: int, expected: Outcome) -> None:
    assert expected == fetch(files, files.put("/a", photo(), status=status))


@pytest.mark.nasty("N72")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirection_is_followed_not_even_to_an_allowed_host(files: FileServer, status: int) -> None:
    inside = files.put("/inside", photo())
    url = files.put("/a", b"", status=status, location=inside)
    assert NotFetched(REFUSED, "F105") == fetch(files, url)
    assert ["/a"] == files.asked


@pytest.mark.nasty("N72")
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(["93.184.216.34", "127.0.0.1"], id="one of two is loopback"),
        pytest.param(["10.9.8.7"], id="private"),
        pytest.param(["169.254.169.254"], id="metadata"),
        pytest.param(["::ffff:127.0.0.1"], id="IPv4 in IPv6"),
        pytest.param(["127.0.0.1"], id="loopback"),
    ],
)
def test_a_name_that_leads_inside_is_not_connected_to(files: FileServer, answer: list[str]) -> None:
    fetching = Fetching(resolve=lambda name, port: answer)  # noqa: ARG005
    url = f"http://files.example:{files.port}/a"
    assert NotFetched(REFUSED, "F104") == fetching.fetch(url, following([f"files.example:{files.port}"]))
    assert [] == files.asked


@pytest.mark.nasty("N72")
def test_a_name_is_asked_for_once_and_that_very_address_is_connected_to(files: FileServer) -> None:
    """A second question would be answered with another address, and so would the machine's own resolver."""
    files.put("/a", photo())
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    asked: list[tuple[str, int]] = []

    def rebinding(name: str, port: int) -> list[str]:
        asked.append((name, port))
        return next(answers)

    host = f"files.example:{files.port}"
    outcome = Fetching(resolve=rebinding).fetch(f"http://{host}/a", following([host], ["127.0.0.0/8"]))
    assert Fetched(photo()) == outcome
    assert [("files.example", files.port)] == asked
    assert [host] == files.hosts


def test_a_name_that_cannot_be_resolved_now_may_be_later() -> None:
    def unknown(name: str, port: int) -> list[str]:
        raise OSError

    allows = following(["files.example"])
    assert Later() == Fetching(resolve=unknown).fetch("http://files.example/a", allows)
    assert Later() == Fetching(resolve=lambda name, port: []).fetch("http://files.example/a", allows)  # noqa: ARG005


class Silent:
    """A name server that says nothing until it is woken."""

    def __init__(self) -> None:
        self.wakes = threading.Event()
        self.asked = 0

    def __call__(self, name: str, port: int) -> list[str]:  # noqa: ARG002 a resolver is asked so
        """The address of loopback, in the end."""
        self.asked += 1
        self.wakes.wait(20)
        return ["127.0.0.1"]


@pytest.fixture
def silent() -> Iterator[Silent]:
    """Awake again after the test."""
    made = Silent()
    yield made
    made.wakes.set()


def test_a_name_server_that_does_not_answer_is_left_after_the_time_limit(silent: Silent) -> None:
    fetching = Fetching(resolve=silent, longest_s=0.2)
    began = time.monotonic()
    assert Later() == fetching.fetch("http://files.example/a", following(["files.example"]))
    assert time.monotonic() - began < 10


def test_however_often_it_is_asked_few_wait_for_a_name_server_that_hangs(
    silent: Silent, files: FileServer
) -> None:
    files.put("/a", photo())
    host = f"files.example:{files.port}"
    allows = following([host], ["127.0.0.0/8"])
    fetching = Fetching(resolve=silent, longest_s=0.05)
    assert {Later()} == {fetching.fetch(f"http://{host}/a", allows) for _ in range(3 * MOST_ASKING)}
    assert MOST_ASKING == silent.asked
    silent.wakes.set()
    until(
        lambda: fetching.fetch(f"http://{host}/a", allows) == Fetched(photo()),
        "it answers, and files are fetched again",
    )


def test_what_a_name_server_took_of_the_time_is_not_left_for_the_file(files: FileServer) -> None:
    files.put("/a", photo())
    now = [0.0]

    def slowly(name: str, port: int) -> list[str]:
        now[0] += 20
        return ["127.0.0.1"]

    host = f"files.example:{files.port}"
    fetching = Fetching(resolve=slowly, longest_s=20, ticks=lambda: now[0])
    assert Later() == fetching.fetch(f"http://{host}/a", following([host], ["127.0.0.0/8"]))
    assert [] == files.asked


def test_a_host_that_is_not_named_is_not_even_resolved(files: FileServer) -> None:
    def never(name: str, port: int) -> list[str]:
        raise AssertionError(name)

    outcome = Fetching(resolve=never).fetch("http://evil.example/a", allowed(files))
    assert NotFetched(REFUSED, "F102") == outcome


def test_a_server_that_is_not_there_may_be_later(files: FileServer) -> None:
    files.close()
    assert Later() == fetch(files, f"{files.url}/a")


@pytest.mark.nasty("N72")
def test_a_file_that_announces_too_much_is_not_read(files: FileServer) -> None:
    def announced(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("content-length", str(300_000_000))
        handler.end_headers()
        files.over.wait(30)  # not a byte of it comes: it must not be waited for

    assert NotFetched(REFUSED, "F106") == fetch(files, files.behave("/video.jpg", announced))


@pytest.mark.nasty("N72")
@pytest.mark.parametrize("how", ["announces nothing", "chunked"])
def test_a_file_without_an_end_is_read_up_to_the_limit(files: FileServer, how: str) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        if how == "chunked":
            handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        try:
            while not files.over.is_set():
                handler.wfile.write(b"1000\r\n" + bytes(4096) + b"\r\n" if how == "chunked" else bytes(4096))
        except OSError:
            return

    assert NotFetched(REFUSED, "F106") == fetch(files, files.behave("/a", endless))


def test_a_file_as_large_as_the_limit_is_taken_and_one_byte_more_is_not(files: FileServer) -> None:
    assert Fetched(bytes(SMALL)) == fetch(files, files.put("/a", bytes(SMALL)))
    assert NotFetched(REFUSED, "F106") == fetch(files, files.put("/b", bytes(SMALL + 1)))


def test_half_a_file_is_none(files: FileServer) -> None:
    url = files.put("/a", photo(), content_length=str(len(photo()) + 10))
    assert Later() == fetch(files, url)


def test_a_server_that_speaks_something_else_may_be_itself_again_later(files: FileServer) -> None:
    def nonsense(handler: Handler) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    assert Later() == fetch(files, files.behave("/a", nonsense))


def test_a_server_that_does_not_answer_is_left_after_the_time_limit(files: FileServer) -> None:
    def silent(handler: Handler) -> None:
        files.over.wait(30)

    assert Later() == fetch(files, files.behave("/a", silent), Fetching(longest_s=0.2))


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_server_that_answers_drop_by_drop_is_left_when_the_whole_time_is_over(
    files: FileServer, part: str
) -> None:
    """Each drop comes in good time; the clock that is told moves a second with each look at it."""

    def drop_by_drop(handler: Handler) -> None:
        if part == "body":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 90000\r\n\r\n")
        try:
            while not files.over.wait(0.005):
                handler.wfile.write(b"x" if part == "body" else b"x: y\r\n")
                handler.wfile.flush()
        except OSError:
            return

    seconds = count()
    fetching = Fetching(longest_s=20, ticks=lambda: float(next(seconds)))
    assert Later() == fetch(files, files.behave("/a", drop_by_drop), fetching)
    assert next(seconds) < 30


def test_a_certificate_is_checked_against_the_name_and_not_the_address(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    files = FileServer(server)
    url = files.put("/a", photo())

    def trusting() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(cert))

    named = f"files.example:{files.port}"
    wrong = Fetching(resolve=lambda name, port: ["127.0.0.1"], tls=trusting)  # noqa: ARG005
    try:
        assert Fetched(photo()) == Fetching(tls=trusting).fetch(url, allowed(files))
        assert NotFetched(REFUSED, "F109") == Fetching().fetch(url, allowed(files))
        outcome = wrong.fetch(f"https://{named}/a", following([named], ["127.0.0.0/8"]))
        assert NotFetched(REFUSED, "F109") == outcome
    finally:
        files.close()
