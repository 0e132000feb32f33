"""Calls to the hub: what is sent, what is tried again, and which error says what."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from gridplus_client import (
    AsyncHub,
    Hub,
    KeyRefused,
    NotOpen,
    NotThere,
    Refused,
    Retry,
    Unavailable,
    moves,
    nonce_of,
)
from gridplus_client.messages import read

from client.tests.standin import KEY, Fault, StandIn, W, blown, problem


def nonces(standin: StandIn) -> list[str]:
    return [one.json["nonce"] for one in standin.asked if one.path.endswith("/reports")]


def test_every_call_carries_the_key_and_the_language(standin: StandIn, hub: Hub) -> None:
    hub.fetch(limit=7)
    (asked,) = standin.asked
    assert (f"Bearer {KEY}", "zh") == (asked.headers["authorization"], asked.headers["accept-language"])


def test_a_report_says_what_was_given_and_nothing_that_was_not(standin: StandIn, hub: Hub) -> None:
    state = hub.report(W, moves.RESULT, form={"outcome": "done"}, more={"later": 1})
    assert {
        "nonce": f"{W}:result",
        "move": "result",
        "form": {"outcome": "done"},
        "later": 1,
    } == standin.asked[0].json
    assert (W, "result", 2, False) == (state.whistle_id, state.state, state.version, state.repeated)
    assert hub.report(W, moves.RESULT, form={"outcome": "done"}).repeated


def test_a_move_that_the_client_has_never_heard_of_is_sent_all_the_same(standin: StandIn, hub: Hub) -> None:
    assert "levitate" == hub.report(W, "levitate").state


@pytest.mark.parametrize(
    ("call", "move", "nth", "nonce"),
    [
        pytest.param(W, "sign", 1, f"{W}:sign", id="a whistle"),
        pytest.param(f"{W}:3", "sign", 1, f"{W}:3:sign", id="called again: another nonce"),
        pytest.param(W, "pause", 2, f"{W}:pause:2", id="a second pause"),
        pytest.param(read(blown(f"{W}:3")), "sign", 1, f"{W}:3:sign", id="a message stands for its own id"),
    ],
)
def test_the_nonce_is_that_of_the_call_and_the_move(call: Any, move: str, nth: int, nonce: str) -> None:
    assert nonce == nonce_of(call, move, nth)


def test_a_nonce_is_never_longer_than_the_hub_takes() -> None:
    assert 64 == len(nonce_of("wh_" + "x" * 70, "sign"))
    assert nonce_of("wh_" + "x" * 70, "sign") != nonce_of("wh_" + "x" * 70, "result")


def test_a_report_on_a_second_call_goes_to_the_whistle_itself(standin: StandIn, hub: Hub) -> None:
    hub.report(read(blown(f"{W}:3")), moves.SIGN)
    assert f"/departments/me/whistles/{W}/reports" == standin.asked[0].path


def test_a_nonce_of_the_callers_own_is_kept(standin: StandIn, hub: Hub) -> None:
    hub.report(W, moves.SIGN, nonce="2026-000217")
    assert ["2026-000217"] == nonces(standin)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault("reports"), id="the hub says later"),
        pytest.param(Fault("reports", 429), id="too many"),
        pytest.param(Fault("reports", 500, b"<html>"), id="a proxy of its own"),
        pytest.param(Fault("reports", cut=True), id="the line breaks"),
        pytest.param(Fault("reports", cut=True, after=True), id="the answer is lost"),
        pytest.param(Fault("reports", 503, after=True), id="later, though it worked"),
    ],
)
def test_a_report_without_an_answer_is_sent_again_under_its_nonce_and_taken_once(
    standin: StandIn, hub: Hub, fault: Fault
) -> None:
    standin.faults.append(fault)
    assert "sign" == hub.report(W, moves.SIGN).state
    assert [f"{W}:sign"] * 2 == nonces(standin)
    assert 1 == len(standin.reports)


def test_a_hub_that_hangs_is_given_up_and_asked_again(standin: StandIn, rests: list[float]) -> None:
    standin.lock.acquire()  # nobody answers
    with Hub(standin.url, KEY, timeout_s=0.05, retry=Retry(tries=2), pause=rests.append) as hub:
        with pytest.raises(Unavailable, match="ReadTimeout"):
            hub.report(W, moves.SIGN)
        standin.lock.release()
    assert 1 == len(rests)


def test_after_the_last_try_it_is_unavailable_and_what_it_said_is_kept(
    standin: StandIn, hub: Hub, rests: list[float]
) -> None:
    said = b'{"code": "C104", "cause": "the database cannot be used", "next_step": "later", "pointer": ""}'
    standin.faults += [Fault("whistles", 503, said)] * 5
    with pytest.raises(Unavailable) as raised:
        hub.fetch()
    assert ("C104", 503) == (raised.value.code, raised.value.status)
    assert 4 == len(rests)
    assert rests == sorted(rests)
    assert [] == standin.faults


def test_it_rests_as_long_as_the_hub_asks_but_not_for_ever(
    standin: StandIn, hub: Hub, rests: list[float]
) -> None:
    standin.faults += [Fault("whistles", headers={"retry-after": n}) for n in ("7", "86400", "soon")]
    hub.fetch()
    assert [7.0, 30.0] == rests[:2]
    assert rests[2] <= 2.0


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        pytest.param(409, "W101", NotOpen, id="not open now"),
        pytest.param(409, "W108", Refused, id="another report's nonce"),
        pytest.param(422, "W102", Refused, id="does not fit the form"),
        pytest.param(404, "W103", NotThere, id="not yours"),
        pytest.param(401, "P109", KeyRefused, id="no valid key"),
    ],
)
def test_a_refusal_is_not_tried_again_and_carries_the_hubs_own_words(
    standin: StandIn, hub: Hub, status: int, code: str, kind: type[Refused]
) -> None:
    standin.refusals["result"] = status, problem(code, "/form/outcome")
    with pytest.raises(Refused) as raised:
        hub.report(W, moves.RESULT, form={})
    error = raised.value
    assert kind is type(error)
    told = (error.code, error.cause, error.next_step, error.pointer, error.status)
    assert (code, f"cause of {code}", "do something else", "/form/outcome", status) == told
    assert f"{code} cause of {code} → do something else /form/outcome" == str(error)
    assert 1 == len(standin.asked)


def test_a_refusal_that_is_not_the_hubs_quotes_nothing_of_it(standin: StandIn, hub: Hub) -> None:
    standin.faults.append(Fault("whistles", 403, b"<html>secret words"))
    with pytest.raises(KeyRefused) as raised:
        hub.fetch()
    assert "HTTP 403 → check the address of the hub" == str(raised.value)


def test_a_page_in_the_hubs_place_is_no_answer(standin: StandIn, hub: Hub) -> None:
    standin.faults.append(Fault("whistles", 200, b"<html>log in"))
    with pytest.raises(Unavailable, match="not the hub's"):
        hub.fetch()


def test_another_key_is_refused(standin: StandIn) -> None:
    with Hub(standin.url, "other") as hub, pytest.raises(KeyRefused, match="P109"):
        hub.fetch()


def test_an_opened_whistle_shows_what_was_refused_and_keeps_what_is_unknown(
    standin: StandIn, hub: Hub
) -> None:
    standin.opened = {
        "incident": {"id": "in_1", "later": 1},
        "whistle": {"id": W},
        "reports": [{"event": {"id": "ev_1"}}, "?"],
        "refused": {"code": "A123", "fields": {"resident.phone": 2}},
        "later": {},
    }
    opened = hub.open(W)
    assert ({"id": "in_1", "later": 1}, 1) == (opened.incident, len(opened.reports))
    assert {"resident.phone": 2} == opened.refused
    assert {} == opened.raw["later"]


def test_an_answer_of_nothing_opens_as_nothing(standin: StandIn, hub: Hub) -> None:
    standin.opened = {"reports": None, "refused": 7}
    opened = hub.open(W)
    assert ({}, {}, (), {}) == (opened.incident, opened.whistle, opened.reports, opened.refused)


def test_pictures_are_listed_and_opened(standin: StandIn, hub: Hub) -> None:
    standin.files["at_1"] = b"jpeg"
    listed = hub.pictures(W)
    assert (2, ["at_1"]) == (listed.offered, [one.id for one in listed.released])
    assert b"jpeg" == hub.picture(W, "at_1")
    with pytest.raises(NotThere, match="F136"):
        hub.picture(W, "at_2")


def test_an_id_cannot_lead_to_another_path(standin: StandIn, hub: Hub) -> None:
    hub.open("wh_1/../../acknowledgements?x")
    assert "/departments/me/whistles/wh_1%2F..%2F..%2Facknowledgements%3Fx" == standin.asked[0].path


def test_a_file_is_sent_as_it_is_with_its_kind(standin: StandIn, hub: Hub, tmp_path: Path) -> None:
    photo = tmp_path / "lamp.jpg"
    photo.write_bytes(b"\xff\xd8 after")
    assert ("fi_1", "d1") == (hub.attach(W, photo).id, hub.attach(W, b"x", content_type="image/png").digest)
    hub.attach(W, b"?")
    kinds = [("image/jpeg", b"\xff\xd8 after"), ("image/png", b"x"), ("application/octet-stream", b"?")]
    assert kinds == standin.evidence


def test_what_we_have_to_answer_for_is_listed_and_answered_once_through_a_silence(
    standin: StandIn, hub: Hub
) -> None:
    (one,) = hub.measures()
    assert ("sv_1", "order", W, "2026-03-13T16:00:00Z", 1) == (
        one.id,
        one.kind,
        one.whistle_id,
        one.due_at,
        one.version,
    )
    standin.faults.append(Fault("/answer", cut=True, after=True))
    done = hub.answer(one, "已整改", version=one.version)
    assert ("sv_1", "answered", 2, True) == (done.measure_id, done.state, done.version, done.repeated)
    (said,) = standin.reports.values()
    assert {"words": "已整改", "version": 1, "nonce": said["nonce"]} == said
    assert not hub.answer("sv_1", "附照片").repeated
    assert hub.answer("sv_1", "附照片", nonce=said["nonce"]).repeated


def test_a_resident_is_contacted_once_through_a_silence_and_no_number_is_asked_for(
    standin: StandIn, hub: Hub
) -> None:
    standin.faults.append(Fault("/contacts", cut=True, after=True))
    written = hub.write(W, "ev_1", text="明早上门，请留人")
    assert ("ev_1", "message", "queued", True) == (
        written.report,
        written.kind,
        written.state,
        written.repeated,
    )
    called = hub.call(W, "ev_1", "值班", nonce="n2")
    assert ("call", False) == (called.kind, called.repeated)
    first, second = standin.contacts
    assert {"nonce": first["nonce"], "report": "ev_1", "kind": "message", "text": "明早上门，请留人"} == first
    assert {"nonce": "n2", "report": "ev_1", "kind": "call", "extension": "值班"} == second
    assert [written.id, called.id] == [one.id for one in hub.contacts(W)]


def test_many_ids_are_acknowledged_in_portions(standin: StandIn, hub: Hub) -> None:
    hub.acknowledge([f"wh_{n}" for n in range(501)])
    assert [500, 1] == [len(one.json["ids"]) for one in standin.asked]
    hub.acknowledge(["", ""])
    assert 2 == len(standin.asked)


def test_a_client_of_coroutines_says_and_raises_the_same(standin: StandIn, rests: list[float]) -> None:
    async def rest(seconds: float) -> None:
        rests.append(seconds)

    async def play() -> None:
        async with AsyncHub(standin.url, KEY, pause=rest) as hub:
            standin.faults += [Fault("reports", cut=True, after=True), Fault("whistles", 503)]
            assert (await hub.report(W, moves.SIGN)).repeated
            assert [] == await hub.fetch()
            standin.refusals["result"] = 422, problem("W102")
            with pytest.raises(Refused, match="W102"):
                await hub.report(W, moves.RESULT, form={})
            standin.files["at_1"] = b"jpeg"
            assert 1 == len((await hub.pictures(W)).released)
            assert b"jpeg" == await hub.picture(W, "at_1")
            assert () == (await hub.open(W)).reports
            assert "fi_1" == (await hub.attach(W, b"x")).id
            standin.faults += [Fault("whistles", cut=True)] * 5
            with pytest.raises(Unavailable):
                await hub.fetch()

    asyncio.run(play())
    assert 6 == len(rests)
    assert [f"{W}:sign"] * 2 == nonces(standin)[:2]


def test_both_clients_have_the_same_methods() -> None:
    def public(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert public(Hub) == public(AsyncHub)


def test_an_error_of_httpx_that_is_no_answer_is_unavailable() -> None:
    def gone(_: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("gone")

    with (
        Hub("http://hub.example", KEY, transport=httpx.MockTransport(gone), pause=lambda _: None) as hub,
        pytest.raises(Unavailable, match="RemoteProtocolError"),
    ):
        hub.fetch()
