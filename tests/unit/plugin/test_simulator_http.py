"""What every simulator over HTTP promises: it talks when its time has come, and it stops at once."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from hub.clock import FixedClock
from hub.plugin import Body, PeerReply, PeerRequest, Received, SimulatorSetup, Utterance
from hub.plugin.door import Door
from hub.plugin.simulator_http import Hangup, HttpSimulator
from hub.plugin.simulator_troubles import PAGE_TROUBLES, PageTroubles

START = datetime(2026, 3, 10, tzinfo=UTC)


class Town(HttpSimulator):
    """Says back what it is asked; pushes each utterance; never answers `/wait`; hangs up on `/bye`."""

    def answer(self, request: PeerRequest) -> PeerReply:
        match request.path:
            case "/wait":
                self.stopping.wait()
            case "/bye":
                raise Hangup
            case "/half":
                return PeerReply(200, b"half", {"content-length": "400"})
        return PeerReply(200, request.body or request.query.encode(), {"X-Path": request.path})

    def config(self) -> Mapping[str, object]:
        return {"url": self.url}

    def speak(self, utterance: Utterance) -> None:
        self.deliver("POST", "/push", headers=dict, body=utterance.ref.encode())


class Open:
    """An adapter that lets everything in."""

    def receive(self, request: PeerRequest) -> Received:
        return Received((Body(request.body),), PeerReply(200, b"taken"), PeerReply(503))


def said(number: int) -> Utterance:
    at = START + timedelta(hours=number)
    return Utterance(at=at, ref=f"U{number}", code="", code_table="", occurred_at=at, reported_at=at)


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Town]]:
    """Starts a town with so many utterances, one an hour."""
    towns: list[Town] = []

    def of(hours: int = 0, clock: FixedClock | None = None) -> Town:
        utterances = [said(number) for number in range(1, hours + 1)]
        town = Town(SimulatorSetup(clock=clock or FixedClock(START), utterances=utterances, place=tmp_path))
        town.start()
        towns.append(town)
        return town

    yield of
    for town in towns:
        town.stop()


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door(Open(), failing=1)
    yield made
    made.close()


def test_it_answers_on_a_port_of_its_own_on_this_machine_only(begin: Callable[..., Town]) -> None:
    one, other = begin(), begin()
    assert one.url != other.url
    assert one.url.startswith("http://127.0.0.1:")
    with httpx.Client(base_url=one.url) as client:
        replies = [client.put("/a", content=b"x"), client.get("/b?c=1"), client.delete("/d")]
    assert [reply.content for reply in replies] == [b"x", b"c=1", b""]
    assert replies[1].headers["x-path"] == "/b"


def test_it_speaks_only_when_the_time_has_come(begin: Callable[..., Town], door: Door) -> None:
    clock = FixedClock(START)
    town = begin(2, clock)
    town.push_to(door.url)
    assert (town.spoken(), town.done()) == (0, False)
    clock.pause(3600)
    assert town.wait_for(lambda: town.spoken() == 1)
    clock.pause(3600)
    assert town.wait_for(town.done)
    assert [body.content for body in door.bodies] == [b"U1", b"U2"]
    assert town.said() == 2  # the first time storing failed: it was pushed again, and counts once


def test_a_push_waits_until_the_hub_has_an_address(begin: Callable[..., Town], door: Door) -> None:
    town = begin(1, FixedClock(START + timedelta(days=1)))
    assert not town.wait_for(town.done, deadline_s=0.1)
    town.push_to(door.url)
    assert town.wait_for(town.done)


def test_it_can_break_off_and_answer_by_half(begin: Callable[..., Town]) -> None:
    town = begin()
    with httpx.Client(base_url=town.url) as client:
        for path in ("/bye", "/half"):
            with pytest.raises(httpx.RemoteProtocolError):
                client.get(path)
        assert client.get("/after").status_code == 200


def test_it_stops_at_once_whatever_is_under_way_and_leaves_no_thread(begin: Callable[..., Town]) -> None:
    before = set(threading.enumerate())
    town = begin(1, FixedClock(START + timedelta(days=1)))  # its push waits for an address
    broken = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=town.url, timeout=30) as client:
            client.get("/kept-alive")
            asking.set()
            with contextlib.suppress(httpx.HTTPError):
                client.get("/wait")
            broken.set()

    asking = threading.Event()
    asker = threading.Thread(target=ask)
    asker.start()
    assert asking.wait(5)
    began = time.monotonic()
    town.stop()
    town.stop()
    assert time.monotonic() - began < 5
    assert broken.wait(5)
    asker.join(5)
    assert set(threading.enumerate()) <= before


def test_what_was_heard_is_kept_in_order(begin: Callable[..., Town]) -> None:
    town = begin()
    town.hear(ref="1", stage="办结", nonce="a")
    town.hear(ref="2", stage="办结", nonce="b", note="c")
    assert [dict(one) for one in town.heard()] == [
        {"ref": "1", "stage": "办结", "nonce": "a"},
        {"ref": "2", "stage": "办结", "nonce": "b", "note": "c"},
    ]


@pytest.mark.parametrize("name", sorted(PAGE_TROUBLES))
def test_each_trouble_happens_and_then_is_over(name: str) -> None:
    stopping = threading.Event()
    stopping.set()
    troubles = PageTroubles(
        [name], stopping, error=PeerReply(200, b"error"), empty=PeerReply(200, b"empty page")
    )

    def next_one() -> PeerReply | str | None:
        try:
            return troubles.next()
        except Hangup:
            return "hangup"

    happened = [next_one() for _ in range(4)]
    assert [one is None for one in happened] == [False, name == "no_answer", True, True]


def test_no_trouble_happens_that_is_not_switched_on() -> None:
    troubles = PageTroubles((), threading.Event(), error=PeerReply(), empty=PeerReply())
    assert troubles.next() is None
