"""Where pushes come in: who is let in, what one request holds, and what is answered."""

from datetime import UTC, datetime
from itertools import count

import pytest
from pydantic import SecretStr

from hub.clock import FixedClock
from hub.errors import PeerRefused
from hub.plugin import PeerRequest
from hub.plugin.transport.entrances import (
    AnsweredOnly,
    Entrance,
    Entrances,
    KnownToTheHub,
    Lock,
    Signed,
)
from hub.plugin.transport.signing import Gate, Signer

CLOCK = FixedClock(datetime(2026, 3, 10, 4, 0, tzinfo=UTC))
SECRET = SecretStr("hushed")
NONCES = count(1)
SIGNER = Signer("phones", SECRET, clock=CLOCK, nonce=lambda: f"{next(NONCES):032x}")
LISTED = Entrance(path="/events", kind="event", rows=("data", "list"))


def signed() -> Lock:
    return Signed(Gate({"phones": SECRET}, clock=CLOCK))


def request(
    body: bytes = b"{}", *, path: str = "/events", known: bool = False, forged: bool = False
) -> PeerRequest:
    headers = SIGNER.sign("POST", path, body=b"another one" if forged else body)
    return PeerRequest(
        method="POST", path=path, query="", headers=headers, body=body, peer="127.0.0.1", known=known
    )


def refused(entrances: Entrances, asked: PeerRequest) -> PeerRefused:
    with pytest.raises(PeerRefused) as told:
        entrances.receive(asked)
    return told.value


@pytest.mark.nasty("N68", "what a phone has gathered comes in one request")
def test_each_record_of_a_request_stands_alone_byte_for_byte() -> None:
    body = b'{"data": {"list": [{"no": "2"},{"no":  "1"}]}}'
    received = Entrances([LISTED], signed()).receive(request(body))
    assert [(b'{"no": "2"}', "event"), (b'{"no":  "1"}', "event")] == [
        (one.content, one.kind) for one in received.bodies
    ]


@pytest.mark.nasty("N18", "a character of GB18030 that holds the byte of a backslash")
def test_a_rare_character_does_not_make_one_record_of_a_whole_request() -> None:
    body = '{"data": {"list": [{"no": "1", "words": "誠信路"},{"no": "2"}]}}'.encode("gb18030")
    received = Entrances([LISTED], signed()).receive(request(body))
    assert ['{"no": "1", "words": "誠信路"}'.encode(), b'{"no": "2"}'] == [
        one.content for one in received.bodies
    ]


@pytest.mark.parametrize(
    "body", [b'{"data": {"list": [{"no": "2"', b"\xff\xfe", b"{}", b'{"data": {"list": 7}}']
)
def test_what_holds_no_list_is_kept_as_it_was_sent(body: bytes) -> None:
    assert [body] == [one.content for one in Entrances([LISTED], signed()).receive(request(body)).bodies]


def test_a_body_without_a_list_is_one_record() -> None:
    entrances = Entrances([Entrance(path="/events")], signed())
    assert [b"[1, 2]"] == [one.content for one in entrances.receive(request(b"[1, 2]")).bodies]


def test_a_body_may_be_the_list_itself() -> None:
    entrances = Entrances([Entrance(path="/events", rows=())], signed())
    assert [b"1", b"2"] == [one.content for one in entrances.receive(request(b"[1, 2]")).bodies]


def test_a_request_that_was_not_stored_may_come_again_and_one_that_was_may_not() -> None:
    entrances, asked = Entrances([LISTED], signed()), request()
    entrances.receive(asked)  # storing failed: nobody called `stored`
    entrances.receive(asked).stored()
    assert (refused(entrances, asked).code, refused(entrances, asked).status) == ("P103", 401)


@pytest.mark.parametrize(
    ("asked", "code", "status"),
    [
        (request(forged=True), "P101", 401),
        (request(path="/elsewhere"), "P107", 404),
        (request(b"x" * 9), "P108", 413),
    ],
)
def test_who_may_not_come_in_is_told_why_in_the_form_of_the_source(
    asked: PeerRequest, code: str, status: int
) -> None:
    entrances = Entrances([Entrance(path="/events", limit_bytes=8)], signed())
    told = refused(entrances, asked)
    assert (code, status) == (told.code, told.status)
    assert told.body.startswith(b'{"code":%d,"msg":"' % status)


def test_a_key_of_the_hubs_own_lets_in_its_source_alone() -> None:
    entrances = Entrances([LISTED], KnownToTheHub())
    assert entrances.receive(request(known=True)).bodies
    assert (refused(entrances, request()).code, refused(entrances, request()).status) == ("P109", 401)


def test_what_could_not_be_stored_is_answered_so_that_it_comes_again() -> None:
    received = Entrances([LISTED], signed()).receive(request())
    assert (received.reply.status, received.failed.status) == (200, 503)


def test_of_a_heartbeat_nothing_is_kept_and_only_who_may_come_in_is_thanked() -> None:
    entrances = Entrances([LISTED, AnsweredOnly(path="/heartbeat", rows=("data", "list"))], signed())
    received = entrances.receive(request(b'{"data": {"list": [{"lng": "1"}]}}', path="/heartbeat"))
    assert ((), 200) == (received.bodies, received.reply.status)
    assert "P101" == refused(entrances, request(path="/heartbeat", forged=True)).code
