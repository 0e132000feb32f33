"""The centre's door over HTTP: who decides about returns, time and results, under which name; and nobody else."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient

from hub.api.app import serve
from hub.api.centre import Decision
from hub.model import Actor, Move
from hub.store import principals, whistles
from hub.whistle.lifecycle import open_moves
from tests.e2e.test_posts import EMBEDDED
from tests.e2e.test_posts import by as as_en
from tests.instruments import HubInHand
from tests.unit.run.lives import whistle_of
from tests.unit.run.matters import desk, incidents, report
from tests.unit.run.matters import whistles as states
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import history

pytestmark = pytest.mark.doors

ACCOUNT, OTHER = "zhongxin01", "zhongxin02"
STRANGERS = (
    ("department", "zilai"),
    ("post", "district:329901"),
    ("staff", "duty"),
    ("source", "hotline_12345"),
)
"""Everybody else who has a key."""


@pytest.fixture
def http(hub: HubInHand) -> Iterator[TestClient]:
    """The hub's application with one matter, a burst pipe, two accounts at the centre, and keys for everybody else."""
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    with hub.hub.store.write() as conn:
        for kind, name in (("centre", ACCOUNT), ("centre", OTHER), *STRANGERS):
            principals.register(conn, principals.Principal(kind, name), f"key-{name}", hub.clock.now())
    with TestClient(serve(hub.hub), raise_server_exceptions=False) as client:
        yield client


def decide(
    http: TestClient, whistle: str, move: str, *, by: str = ACCOUNT, **said: object
) -> tuple[int, dict[str, Any]]:
    """(status, answer) to a decision."""
    path = f"/centre/whistles/{whistle}/decisions"
    answer = http.post(path, headers=as_en(f"key-{by}"), json={"move": move, **said})
    return answer.status_code, answer.json()


def post(http: TestClient, path: str, **said: object) -> tuple[int, dict[str, Any]]:
    """(status, answer) to what the first account says."""
    answer = http.post(f"/centre/{path}", headers=as_en(f"key-{ACCOUNT}"), json=said)
    return answer.status_code, answer.json()


@EMBEDDED
def test_nobody_but_the_centre_comes_in_whatever_is_behind_the_door(hub: HubInHand, http: TestClient) -> None:
    (incident,), whistle = incidents(hub), whistle_of(hub, "zilai")
    report(hub, "zilai", "return")
    before = states(hub)
    doors: list[tuple[str, str, Mapping[str, str] | None]] = [
        ("GET", "/centre/returns", None),
        ("POST", f"/centre/whistles/{whistle}/decisions", {"move": "uphold"}),
        ("POST", "/centre/whistles/wh_0/decisions", {"move": "uphold"}),
        ("POST", f"/centre/matters/{incident}/designations", {"department": "shuiwu"}),
        ("POST", f"/centre/matters/{incident}/upgrade", {}),
    ]
    answers = {
        (answer.status_code, answer.text)
        for key in ("", "no-such-key", *(f"key-{name}" for _, name in STRANGERS))
        for method, path, body in doors
        for answer in [http.request(method, path, headers=as_en(key), json=body)]
    }
    ((status, said),) = answers  # not a word differs
    assert (401, True) == (status, '"P109"' in said)
    assert before == states(hub)


@EMBEDDED
def test_an_account_opens_no_door_of_a_department_or_a_post(hub: HubInHand, http: TestClient) -> None:
    (incident,), whistle = incidents(hub), whistle_of(hub, "zilai")
    for method, path, body in (
        ("GET", "/departments/me/whistles", None),
        ("GET", f"/departments/me/whistles/{whistle}", None),
        ("POST", f"/departments/me/whistles/{whistle}/reports", {"nonce": "1", "move": "sign"}),
        ("POST", f"/posts/me/matters/{incident}/whistles", {"level": "emergency"}),
        ("POST", "/posts/me/marks", {"marks": []}),
    ):
        answer = http.request(method, path, headers=as_en(f"key-{ACCOUNT}"), json=body)
        assert (401, "P109") == (answer.status_code, answer.json()["code"])
    assert "blown" == states(hub)["zilai"]


def test_returns_wait_with_their_reason_until_they_are_decided_by_name(
    hub: HubInHand, http: TestClient
) -> None:
    def waiting() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = http.get("/centre/returns", headers=as_en(f"key-{OTHER}")).json()[
            "returns"
        ]
        return found

    assert [] == waiting()
    hub.clock.pause(60)
    report(hub, "zilai", "sign", "return")
    (one,) = waiting()
    assert ("zilai", "lead", "disputed", 3, "NOT_MY_DUTY") == tuple(
        one[name] for name in ("department", "role", "state", "version", "reason_code")
    )
    assert hub.clock.now().isoformat() == one["returned_at"].replace("Z", "+00:00")
    status, done = decide(http, one["whistle_id"], "uphold", reason_code="NOT_THEIR_DUTY", version=3)
    assert (200, "reassigned", 4) == (status, done["state"], done["version"])
    assert [] == waiting()
    assert [(one["incident_id"], "returned")] == desk(hub)
    assert 201 == post(http, f"matters/{one['incident_id']}/designations", department="shuiwu")[0]
    assert [] == desk(hub)
    assert ("uphold", ACCOUNT, "reassigned", "NOT_THEIR_DUTY") == history(hub, "zilai")[-1]
    assert [("designate", ACCOUNT, "blown", "")] == history(hub, "shuiwu")


@EMBEDDED
def test_every_refused_move_names_those_that_are_open(hub: HubInHand, http: TestClient) -> None:
    """Of all decisions, from each state that the whistle comes to."""
    wanted = get_args(Decision.model_fields["move"].annotation)
    for reached in ("", "sign", "return", "sign", "result"):
        if reached:
            hub.clock.pause(60)
            report(hub, "zilai", reached)
        id_ = whistle_of(hub, "zilai")
        with hub.hub.store.read() as conn:
            whistle = whistles.load(conn, [id_])[id_]
        allowed = open_moves(whistle, Actor.CENTRE)
        for move in set(wanted) - {one.value for one in allowed}:
            status, told = decide(http, id_, move, reason_code="SEEN")
            assert (409, "W101") == (status, told["code"]), move
            assert f"open moves: {', '.join(allowed)}" in told["cause"]
        assert whistle.state == states(hub)["zilai"]


def test_who_saw_another_version_is_told_which_it_is_and_changes_nothing(
    hub: HubInHand, http: TestClient
) -> None:
    report(hub, "zilai", "return")
    whistle = whistle_of(hub, "zilai")
    assert 200 == decide(http, whistle, "refer", version=2)[0]
    status, told = decide(http, whistle, "uphold", by=OTHER, version=2)
    assert (409, "W128") == (status, told["code"])
    assert "version 3" in told["cause"]
    assert "arbitrating" == states(hub)["zilai"]
    assert [(ACCOUNT,)] == hub.rows("SELECT \"by\" FROM step WHERE actor = 'centre'")
    assert 200 == decide(http, whistle, "uphold", by=OTHER, version=3)[0]


@EMBEDDED
def test_what_is_not_there_is_told_so_and_words_are_no_reason(hub: HubInHand, http: TestClient) -> None:
    (incident,), whistle = incidents(hub), whistle_of(hub, "zilai")
    report(hub, "zilai", "return")
    for path, said, status, code in (
        ("whistles/wh_0/decisions", {"move": "uphold"}, 404, "W103"),
        ("matters/in_0/upgrade", {}, 404, "C106"),
        ("matters/in_0/designations", {"department": "shuiwu"}, 404, "C106"),
        (f"whistles/{whistle}/decisions", {"move": "uphold", "reason_code": "因为测试甲"}, 422, "W114"),
        (f"matters/{incident}/upgrade", {"reason_code": "因为测试甲"}, 422, "W114"),
        (f"matters/{incident}/designations", {"department": "nobody"}, 422, "W111"),
    ):
        told = post(http, path, **said)
        assert (status, code) == (told[0], told[1]["code"]), path
        assert "测试甲" not in str(told)
    assert "disputed" == states(hub)["zilai"]


@EMBEDDED
def test_a_message_that_does_not_fit_changes_nothing(hub: HubInHand, http: TestClient) -> None:
    (incident,), whistle = incidents(hub), whistle_of(hub, "zilai")
    report(hub, "zilai", "return")
    decisions, upgrade = f"/centre/whistles/{whistle}/decisions", f"/centre/matters/{incident}/upgrade"
    designations = f"/centre/matters/{incident}/designations"
    headers = as_en(f"key-{ACCOUNT}") | {"content-type": "application/json"}
    for path, body, code in (
        (decisions, "{", "P110"),
        (decisions, "[]", "W102"),
        (decisions, "{}", "W102"),
        (decisions, '{"move":"cancel"}', "W102"),
        (decisions, '{"move":"sign"}', "W102"),
        (decisions, '{"move":"uphold","version":0}', "W102"),
        (decisions, '{"move":"uphold","version":"2"}', "W102"),
        (decisions, '{"move":"uphold","version":true}', "W102"),
        (decisions, '{"move":"uphold","by":"zhongxin02"}', "W102"),
        (decisions, r'{"move":"uphold","reason_code":"\u0000"}', "W102"),
        (decisions, f'{{"move":"uphold","reason_code":"{"A" * 33}"}}', "W102"),
        (decisions.replace(whistle, "wh_%00"), '{"move":"uphold"}', "W102"),
        (upgrade, '{"level":"emergency"}', "W102"),
        (upgrade.replace(incident, "in_%00"), "{}", "W102"),
        (designations, "{}", "W102"),
        (designations, '{"department":""}', "W102"),
        (designations, '{"department":"shuiwu","secret":"yes"}', "W102"),
    ):
        answer = http.post(path, headers=headers, content=body)
        assert (422, code) == (answer.status_code, answer.json()["code"]), body
    assert ("disputed", 3) == (states(hub)["zilai"], len(states(hub)))


def test_a_version_beyond_every_number_is_another_one(hub: HubInHand, http: TestClient) -> None:
    report(hub, "zilai", "return")
    status, told = decide(http, whistle_of(hub, "zilai"), "uphold", version=10**30)
    assert (409, "W128") == (status, told["code"])


@EMBEDDED
def test_a_matter_is_raised_step_by_step_and_no_higher_and_none_that_is_done(
    hub: HubInHand, http: TestClient
) -> None:
    (incident,) = incidents(hub)
    path = f"matters/{incident}/upgrade"
    assert [("key", 2), ("hard", 3)] == [
        (raised["level"], raised["version"]) for _, raised in (post(http, path), post(http, path))
    ]
    status, told = post(http, path)
    assert (422, "W155") == (status, told["code"])
    report(hub, "zilai", "sign", "result")
    for status, told in (
        post(http, path),
        post(http, f"matters/{incident}/designations", department="shuiwu"),
    ):
        assert (409, "W110") == (status, told["code"])


@EMBEDDED
def test_a_secret_matter_is_given_away_only_by_who_says_so(hub: HubInHand, http: TestClient) -> None:
    hub.tell(replace(pipe(hub, "S1", 4), secret=True))
    hub.settle()
    (secret,) = (r[0] for r in hub.rows("SELECT id FROM incident ORDER BY opened_us DESC LIMIT 1"))
    path = f"matters/{secret}/designations"
    status, told = post(http, path, department="shuiwu")
    assert (422, "W115") == (status, told["code"])
    assert "shuiwu" not in states(hub)
    status, done = post(http, path, department="shuiwu", secret=True)
    assert (201, "blown") == (status, done["state"])
    status, told = post(http, path, department="shuiwu", secret=True)
    assert (422, "W112") == (status, told["code"])


@EMBEDDED
def test_what_is_done_again_at_the_centres_word_says_why_and_counts_anew(
    hub: HubInHand, http: TestClient
) -> None:
    report(hub, "zilai", "sign", "result")
    whistle = whistle_of(hub, "zilai")
    status, told = decide(http, whistle, "rework")
    assert (422, "W150") == (status, told["code"])
    assert "reopened" == decide(http, whistle, "rework", reason_code="NOT_FIXED")[1]["state"]
    hub.clock.pause(60)
    report(hub, "zilai", "result")
    assert ["checked", "archived"] == [
        decide(http, whistle, move)[1]["state"] for move in (Move.CHECK.value, Move.ARCHIVE.value)
    ]
    assert [("verified",)] == hub.rows("SELECT state FROM incident")
