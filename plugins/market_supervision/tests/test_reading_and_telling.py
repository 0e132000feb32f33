"""The adapter, the platform and the office over real sockets: in, once each; back, once each."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson
import pytest

from hub.errors import Refused, SignInAgain, TryLater
from hub.model import Stage
from hub.plugin import Answer, Lists, Reads, Receives, Tells
from hub.plugin.transport.upload import file_in

if TYPE_CHECKING:
    from plugins.market_supervision.tests.conftest import Say, Start

READ = {"way": "read"}
TABLE = {"way": "table"}
DONE = Answer(
    source_ref="SJ329901202603100001",
    part="report",
    stage=Stage.DONE_BY_DEPT,
    at=datetime(2026, 3, 10, 6, 0, tzinfo=UTC),
    text="已核查",
    department="市监",
    nonce="rp_0001",
)


def test_letters_are_read_page_by_page_and_none_twice(start: "Start", say: "Say") -> None:
    desk = start(*(say(number, extra=READ) for number in range(1, 8)), page_size=3)
    desk.spoken(7)
    bodies, cursor = desk.read_all()
    assert len({body.content for body in bodies}) == len(bodies) == desk.system.said() == 7
    assert desk.read_all(cursor) == ([], cursor)
    assert desk.system.done()


@pytest.mark.nasty("N71")
def test_a_token_that_ends_in_the_middle_of_the_pages_is_renewed_on_the_way(
    start: "Start", say: "Say"
) -> None:
    letters = [say(number, extra=READ) for number in range(1, 12)]
    desk = start(*letters, failures=("token_expires_mid_page",), page_size=1)
    desk.spoken(11)
    bodies, _ = desk.read_all()
    assert len({body.content for body in bodies}) == len(bodies) == 11


@pytest.mark.nasty("N71")
def test_a_second_app_ends_our_token_and_the_page_still_comes(start: "Start", say: "Say") -> None:
    desk = start(say(extra=READ), say(2, extra=READ), page_size=1)
    desk.spoken(2)
    first = desk.adapter.read("")
    desk.system.forget_token()
    assert len(desk.adapter.read(first.cursor).bodies) == 1


@pytest.mark.nasty("N71")
def test_a_token_is_renewed_before_its_two_hours_are_over(start: "Start", say: "Say") -> None:
    desk = start(say(extra=READ))
    desk.spoken(1)
    desk.adapter.check()
    desk.clock.pause(7190)
    desk.adapter.check()
    assert desk.system.tokens_given() == 2


@pytest.mark.nasty("N86")
def test_a_rotated_secret_asks_for_a_person(start: "Start", say: "Say") -> None:
    desk = start(say(extra=READ), client_secret="rotated-yesterday")
    with pytest.raises(SignInAgain) as refused:
        desk.adapter.check()
    assert refused.value.code == "S106"


@pytest.mark.nasty("N65", "N67")
@pytest.mark.parametrize(
    ("failure", "code"),
    [
        pytest.param("http_200_with_error", "S103", id="an error inside HTTP 200"),
        pytest.param("html_login_page", "S104", id="a login page inside HTTP 200"),
        pytest.param("half_an_answer", "S101", id="half an answer"),
        pytest.param("connection_reset", "S101", id="a broken connection"),
        pytest.param("rate_limited", "S105", id="too many requests"),
        pytest.param("server_error", "S102", id="a server error"),
        pytest.param("silent_empty_page", "S110", id="an empty page where letters are announced"),
    ],
)
def test_a_page_that_is_not_what_was_agreed_is_asked_for_again_and_nothing_is_lost(
    failure: str, code: str, start: "Start", say: "Say"
) -> None:
    desk = start(say(extra=READ), failures=(failure,))
    desk.spoken(1)
    for _ in range(2):
        with pytest.raises(TryLater) as later:
            desk.adapter.read("")
        assert later.value.code == code
    assert len(desk.adapter.read("").bodies) == 1


def test_a_table_is_taken_once_stored_and_its_rows_are_records(start: "Start", say: "Say") -> None:
    desk = start(say(defect="merged_cells"), storing_fails=1)
    assert desk.system.wait_for(desk.system.done)
    assert [body.kind for body in desk.door.bodies] == ["row", "row"]
    assert desk.system.said() == 2


@pytest.mark.nasty("N01", "N68")
def test_the_same_table_uploaded_twice_gives_the_same_rows(start: "Start", say: "Say") -> None:
    desk = start(say(extra=TABLE), failures=("ack_lost",))
    assert desk.system.wait_for(desk.system.done)
    first, second = (body.content for body in desk.door.bodies)
    assert first == second


@pytest.mark.nasty("N21")
def test_an_upload_is_answered_with_the_rows_that_wait_and_no_value(start: "Start", say: "Say") -> None:
    desk = start(say(defect="lost_digits"))
    assert desk.system.wait_for(desk.system.done)
    (answer,) = desk.system.upload_answers()
    assert orjson.loads(answer)["waiting"] == [
        {"sheet": "Sheet", "row": 3, "columns": ["idNo"], "code": "R204"}
    ]
    assert "测试甲" not in answer.decode()


def test_a_guessed_upload_key_is_refused(start: "Start", say: "Say") -> None:
    desk = start(say(extra=TABLE), failures=("wrong_upload_key",))
    assert desk.system.wait_for(desk.system.done)
    assert (desk.door.refused, len(desk.door.bodies)) == (["P109"], 1)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        pytest.param("application/octet-stream", b"PK", b"PK", id="raw"),
        pytest.param(
            'multipart/form-data; boundary="b"',
            b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\nx'
            b'\r\n--b\r\nContent-Disposition: form-data; name="f"; filename="a.xlsx"\r\n\r\nPK\r\n\r\n--b--\r\n',
            b"PK\r\n",
            id="a field, then a file that ends with a line break",
        ),
        pytest.param("multipart/form-data", b"--b", b"", id="no boundary"),
        pytest.param("multipart/form-data; boundary=b", b"--b--", b"", id="an empty form"),
    ],
)
def test_a_file_is_found_in_a_request(kind: str, body: bytes, expected: bytes) -> None:
    assert file_in({"content-type": kind}, body) == expected


@pytest.mark.nasty("N68")
def test_an_answer_told_twice_is_heard_once_with_one_receipt(start: "Start", say: "Say") -> None:
    desk = start(say())
    assert desk.adapter.tell(DONE) == desk.adapter.tell(DONE)
    (heard,) = desk.system.heard()
    assert {name: heard[name] for name in ("ref", "part", "stage", "nonce")} == {
        "ref": DONE.source_ref,
        "part": "report",
        "stage": "已办结",
        "nonce": "rp_0001",
    }


def test_a_letter_that_takes_no_answer_any_more_is_a_persons_matter(start: "Start", say: "Say") -> None:
    desk = start(say(), failures=("refuses_replies",))
    with pytest.raises(Refused) as refused:
        desk.adapter.tell(DONE)
    assert refused.value.code == "S113"


def test_the_platform_lists_the_letters_changed_since(start: "Start", say: "Say") -> None:
    desk = start(say(1, extra=READ), say(2, extra=TABLE))
    desk.spoken(2)
    ends = datetime(2026, 3, 12, tzinfo=UTC)
    listed = sorted(one.ref for one in desk.adapter.inventory(datetime(2026, 3, 10, tzinfo=UTC), ends))
    assert listed == ["SJ329901202603100001", "SJ329901202603100002"]
    assert list(desk.adapter.inventory(datetime(2026, 3, 11, tzinfo=UTC), ends)) == []


def test_the_adapter_has_the_capabilities_of_a_two_way_source(start: "Start", say: "Say") -> None:
    adapter = start(say()).adapter
    assert all(isinstance(adapter, capability) for capability in (Reads, Receives, Tells, Lists))
