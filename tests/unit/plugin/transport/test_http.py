"""What the outcome of one HTTP call means for recovery."""

from typing import Any

import httpx
import pytest

from hub.errors import HubError, Refused, SignInAgain, SourceGone, TryLater
from hub.plugin.transport.http import Reply, call, document, opened


def asked(answer: httpx.Response | Exception, **how: Any) -> Reply:
    def handler(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with httpx.Client(transport=httpx.MockTransport(handler), base_url="http://source") as client:
        return call(client, "GET", "/orders?phone=13800000000", **how)


def test_an_answer_comes_with_its_headers_in_small_letters() -> None:
    reply = asked(httpx.Response(200, headers={"X-Next-Token": "t"}, content=b"{}"))
    assert (reply.status, reply.headers["x-next-token"], reply.content) == (200, "t", b"{}")


@pytest.mark.nasty("N65", "N67")
@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (302, TryLater, "S104"),
        (401, SignInAgain, "S106"),
        (403, SignInAgain, "S106"),
        (404, SourceGone, "S102"),
        (400, SourceGone, "S102"),
        (408, TryLater, "S102"),
        (409, TryLater, "S102"),
        (410, SourceGone, "S102"),
        (429, TryLater, "S105"),
        (500, TryLater, "S102"),
        (503, TryLater, "S102"),
    ],
)
def test_a_status_says_how_to_go_on(status: int, kind: type[HubError], code: str) -> None:
    with pytest.raises(kind) as told:
        asked(httpx.Response(status, headers={"location": "/login"}))
    assert (type(told.value), told.value.code) == (kind, code)


@pytest.mark.parametrize(
    "broken",
    [
        httpx.ReadTimeout("13800000000"),
        httpx.ConnectError("x"),
        httpx.RemoteProtocolError("x"),
        httpx.DecodingError("x"),
    ],
)
def test_no_answer_is_tried_later_and_nothing_of_the_request_is_quoted(broken: Exception) -> None:
    with pytest.raises(TryLater) as later:
        asked(broken)
    assert (later.value.code, later.value.facts, later.value.__cause__) == ("S101", {}, None)
    assert "13800000000" not in str(later.value)


def test_a_body_beyond_the_limit_is_not_read_to_its_end() -> None:
    with pytest.raises(TryLater) as later:
        asked(httpx.Response(200, content=b"x" * 101), limit_bytes=100)
    assert later.value.code == "S104"
    assert asked(httpx.Response(200, content=b"x" * 100), limit_bytes=100).content == b"x" * 100


@pytest.mark.nasty("N67")
@pytest.mark.parametrize(
    "content", [b"<!DOCTYPE html><title>login</title>", b"", b'{"data": [', b"[1]", b'"ok"', b"\xff\xfe"]
)
def test_what_is_no_object_in_json_is_not_the_agreed_format(content: bytes) -> None:
    with pytest.raises(TryLater) as later:
        document(Reply(200, {}, content))
    assert later.value.code == "S104"


def test_one_row_of_mojibake_or_gbk_does_not_stop_its_page() -> None:
    page = '{"list": ["坏\ufffd", "'.encode() + "路灯".encode("gbk") + b'"]}'
    assert len(str(document(Reply(200, {}, page))["list"])) > 0


@pytest.mark.nasty("N67")
@pytest.mark.parametrize(
    ("code", "kind", "told"),
    [
        (500, TryLater, "S103"),
        ("E1001", TryLater, "S103"),
        (401, SignInAgain, "S106"),
        (429, TryLater, "S105"),
        (422, Refused, "S113"),
        (None, TryLater, "S103"),
        (False, TryLater, "S103"),
    ],
)
def test_an_error_inside_http_200_is_an_error(code: object, kind: type[HubError], told: str) -> None:
    with pytest.raises(kind) as inside:
        opened({"code": code, "msg": "13800000000"})
    assert (type(inside.value), inside.value.code, inside.value.facts) == (kind, told, {})


@pytest.mark.parametrize("code", [0, "0", 200, "200", "SUCCESS", True])
def test_good_codes_have_many_forms(code: object) -> None:
    assert opened({"code": code, "data": 1})["data"] == 1


def test_an_answer_without_any_code_is_not_the_agreed_format() -> None:
    with pytest.raises(TryLater) as later:
        opened({"data": []})
    assert later.value.code == "S104"
