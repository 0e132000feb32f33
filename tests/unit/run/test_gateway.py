"""The door that sources push through: stored before it is acknowledged, and a nonce is used up only by that."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from threading import Barrier

import orjson
import pytest
from pydantic import SecretStr

from hub.errors import FixSettings, PeerRefused, TryLater
from hub.jsonform import dumps
from hub.model import Draft
from hub.plugin import Adapter, Body, PeerReply, PeerRequest, Received
from hub.plugin.transport.signing import Gate, Signer
from hub.run.ground.pressure import Pressure
from hub.run.sources.gateway import Gateway
from tests.instruments import HubInHand, Stated
from tests.unit.run.sources import SOURCE, pipe
from tests.unit.run.stops import stopped_at

KEY = SecretStr("between-us")


class Pushing(Stated):
    """A source that signs what it pushes; each body is a draft in JSON."""

    def __init__(self, hub: HubInHand, *, once: bool = True) -> None:
        """`once`: a nonce is let in once, as on any real door."""
        self._gate, self._once = Gate({"platform": KEY}, clock=hub.clock), once
        self.meet = Barrier(1)
        """Where requests wait for each other once they are let in."""

    def receive(self, request: PeerRequest) -> Received:
        """The body of a well-signed request."""
        try:
            admitted = self._gate.admit(
                method=request.method,
                path=request.path,
                query="",
                headers=request.headers,
                body=request.body,
            )
        except PeerRefused as error:
            raise PeerRefused(error.code, status=401, body="重复请求".encode()) from None
        self.meet.wait(timeout=20)
        bodies = (Body(request.body),) if request.body else ()
        if not self._once:
            return Received(bodies, PeerReply(200))
        return Received(bodies, PeerReply(200), stored=partial(self._gate.remember, admitted))


class Clumsy(Stated):
    """A source whose plugin cannot cope with what it let in."""

    def receive(self, request: PeerRequest) -> Received:
        """Takes anything."""
        return Received((Body(request.body),), PeerReply(200), stored=self._fails)

    @staticmethod
    def _fails() -> None:
        raise ZeroDivisionError


@pytest.fixture
def source(hub: HubInHand) -> Pushing:
    """The source that pushes."""
    return Pushing(hub)


@pytest.fixture
def door(hub: HubInHand, source: Pushing) -> Gateway:
    """The hub's door for it."""
    return door_of(hub, source)


def door_of(hub: HubInHand, source: Adapter, pressure: Pressure | None = None) -> Gateway:
    """The hub's door for one source."""
    return Gateway(
        [SOURCE],
        lambda _: nullcontext(source),
        lambda _: True,
        vault=hub.hub.vault,
        body_limit=1_000_000,
        store=hub.hub.store,
        ledgers=hub.hub.ledgers,
        pressure=pressure or hub.hub.pressure,
        clock=hub.clock,
        worker="web",
    )


def push(hub: HubInHand, *drafts: Draft) -> PeerRequest:
    """A signed request with one draft, or with nothing."""
    body = b"".join(dumps(draft).encode() for draft in drafts)
    headers = Signer("platform", KEY, clock=hub.clock, nonce=lambda: "a" * 32).sign("POST", "/", body=body)
    return PeerRequest("POST", "/", "", headers, body, "127.0.0.1")


@pytest.mark.nasty("N68")
def test_a_push_that_could_not_be_stored_is_taken_when_the_very_same_comes_again(
    hub: HubInHand, door: Gateway
) -> None:
    request = push(hub, pipe(hub, "A1"))
    with stopped_at(hub, "INSERT ON record"):
        assert [503, 503] == [door.receive(SOURCE, request).status for _ in range(2)]
    assert 200 == door.receive(SOURCE, request).status
    assert 1 == hub.account()["records"]


def test_a_push_that_was_stored_is_a_replay_ever_after_in_the_protocols_own_words(
    hub: HubInHand, door: Gateway
) -> None:
    request = push(hub, pipe(hub, "A1"))
    door.receive(SOURCE, request)
    again = door.receive(SOURCE, request)
    assert (401, "重复请求") == (again.status, again.body.decode())
    assert 1 == hub.account()["records"]
    (row,) = hub.rows("SELECT rows FROM audit")
    assert "P103" in orjson.dumps(row[0]).decode()


def test_a_push_with_nothing_to_store_is_let_in_once_too(hub: HubInHand, door: Gateway) -> None:
    assert [200, 401] == [door.receive(SOURCE, push(hub)).status for _ in range(2)]


def test_two_copies_at_the_same_moment_make_one_event(hub: HubInHand, door: Gateway, source: Pushing) -> None:
    source.meet = Barrier(2)
    request = push(hub, pipe(hub, "A1"))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: door.receive(SOURCE, request).status, range(2)))
    assert [200, 200] == answers
    hub.settle()
    assert {"published": 1, "linked": 1, "held": 0, "dead": 0} == hub.account()["fates"]
    assert 1 == hub.account()["events"]


def test_what_is_stored_is_acknowledged_also_where_the_plugin_fails_at_noting_it(hub: HubInHand) -> None:
    assert 200 == door_of(hub, Clumsy()).receive(SOURCE, push(hub, pipe(hub, "A1"))).status
    assert 1 == hub.account()["records"]


def pages(hub: HubInHand, pressure: Pressure | None = None) -> Gateway:
    """The doors of a hub that knows one page of ours as a source."""
    return Gateway(
        [SOURCE],
        lambda _source: nullcontext(hub.adapter),
        lambda _source: True,
        vault=hub.hub.vault,
        body_limit=1_000_000,
        store=hub.hub.store,
        ledgers=hub.hub.ledgers,
        pressure=pressure or hub.hub.pressure,
        clock=hub.clock,
        worker="web",
    )


def records_of(hub: HubInHand) -> int:
    """How many are stored."""
    return int(hub.rows("SELECT count(*) FROM record")[0][0])


def test_what_a_page_takes_is_stored_with_its_note_or_neither_is(hub: HubInHand) -> None:
    body = Body(dumps(pipe(hub, "A1")).encode())

    def fails(_conn: object) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        pages(hub).hand_in(SOURCE, body, fails)
    assert 0 == records_of(hub)
    assert not pages(hub).hand_in(SOURCE, body, lambda _conn: False)
    assert 0 == records_of(hub)
    assert pages(hub).hand_in(SOURCE, body, lambda _conn: True)
    assert 1 == records_of(hub)


def test_a_page_waits_where_its_source_has_to(hub: HubInHand) -> None:
    pressure = Pressure(hub.hub.store, limit=1)
    body = Body(dumps(pipe(hub, "A1")).encode())
    assert pages(hub, pressure).hand_in(SOURCE, body, lambda _conn: True)
    with pytest.raises(TryLater) as later:
        pages(hub, pressure).hand_in(SOURCE, body, lambda _conn: True)
    assert "P306" == later.value.code
    with pytest.raises(FixSettings) as unknown:
        pages(hub).hand_in("manual_entry", body, lambda _conn: True)
    assert "P305" == unknown.value.code
