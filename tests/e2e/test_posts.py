"""A post's door over HTTP: whistles blown and reviewed by who has the post's key, and by nobody else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hub.api.app import serve
from hub.store import principals
from tests.instruments import HubInHand, demo_pack
from tests.unit.run.lives import place, whistle_of
from tests.unit.run.matters import incidents, report, whistles
from tests.unit.run.sources import pipe
from tests.unit.run.test_blowing import REVIEWED

pytestmark = pytest.mark.doors

EMBEDDED = pytest.mark.parametrize("hub", ["embedded"], indirect=True)
"""What asks neither store nor bus for anything of their own."""


@pytest.fixture
def http(hub: HubInHand) -> Iterator[TestClient]:
    """The hub's application, with one matter, and a key for its community, one for a far one, and one for a department."""
    yield from _open(hub)


def _open(hub: HubInHand) -> Iterator[TestClient]:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    here = place(hub).community_id
    with hub.hub.store.write() as conn:
        for kind, name, key in (
            ("post", f"community:{here}", "here"),
            ("post", "community:329901001001", "far"),
            ("post", "district:329901", "district"),
            ("post", "district:329902", "next"),
            ("department", "zilai", "zilai"),
            ("centre", "zhongxin01", "centre"),
            ("source", "hotline_12345", "source"),
        ):
            principals.register(conn, principals.Principal(kind, name), key, hub.clock.now())
    with TestClient(serve(hub.hub), raise_server_exceptions=False) as client:
        yield client


def by(key: str) -> dict[str, str]:
    """The key as a header; refusals in English."""
    return {"authorization": f"Bearer {key}", "accept-language": "en"}


def test_a_post_calls_whom_the_contracts_call_at_its_level(hub: HubInHand, http: TestClient) -> None:
    path = f"/posts/me/matters/{incidents(hub)[0]}/whistles"
    answer = http.post(path, headers=by("here"), json={"level": "emergency"})
    assert 201 == answer.status_code
    (blown,) = answer.json()["whistles"]
    assert ("yingji", "assist", "emergency", "blown") == tuple(
        blown[name] for name in ("department", "role", "level", "state")
    )
    assert "blown" == whistles(hub)["yingji"]
    again = http.post(path, headers=by("here"), json={"level": "emergency"})
    assert (409, "W152") == (again.status_code, again.json()["code"])


@pytest.mark.parametrize(
    ("key", "body", "status", "code"),
    [
        pytest.param("far", {"level": "emergency"}, 404, "C106", id="a post of elsewhere"),
        pytest.param("here", {"level": "hard"}, 422, "W151", id="above its level"),
        pytest.param("here", {"level": "loud"}, 422, "W102", id="no such level"),
        pytest.param(
            "here", {"level": "routine", "post": "district:329901"}, 422, "W102", id="a post of its own"
        ),
        pytest.param("zilai", {"level": "emergency"}, 401, "P109", id="a department's key"),
        pytest.param("", {"level": "emergency"}, 401, "P109", id="no key"),
    ],
)
def test_nobody_else_and_at_no_other_level(
    hub: HubInHand, http: TestClient, key: str, body: dict[str, str], status: int, code: str
) -> None:
    answer = http.post(f"/posts/me/matters/{incidents(hub)[0]}/whistles", headers=by(key), json=body)
    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert "yingji" not in whistles(hub)


def test_a_post_fetches_no_departments_whistles(http: TestClient) -> None:
    assert 401 == http.get("/departments/me/whistles", headers=by("here")).status_code


def test_what_waits_for_no_review_is_not_reviewed(hub: HubInHand, http: TestClient) -> None:
    ((id_,),) = hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")
    answer = http.post(f"/posts/me/whistles/{id_}/review", headers=by("here"), json={"move": "approve"})
    assert (422, "W156") == (answer.status_code, answer.json()["code"])


@EMBEDDED
def test_a_secret_matter_is_not_there_for_a_post(hub: HubInHand, http: TestClient) -> None:
    hub.tell(replace(pipe(hub, "S1", 4), secret=True))
    hub.settle()
    (secret,) = (r[0] for r in hub.rows("SELECT id FROM incident") if r[0] != incidents(hub)[0])
    for id_ in (secret, "in_0"):
        path = f"/posts/me/matters/{id_}/whistles"
        answer = http.post(path, headers=by("district"), json={"level": "emergency"})
        assert (404, "C106") == (answer.status_code, answer.json()["code"])


@EMBEDDED
def test_every_door_of_posts_is_shut_to_who_has_another_key(hub: HubInHand, http: TestClient) -> None:
    whistle, before = whistle_of(hub, "zilai"), whistles(hub)
    answers = {
        (answer.status_code, answer.text)
        for key in ("", "zilai", "centre", "source", "no-such-key")
        for path, body in (
            (f"/posts/me/matters/{incidents(hub)[0]}/whistles", {"level": "emergency"}),
            ("/posts/me/matters/in_0/whistles", {"level": "emergency"}),
            (f"/posts/me/whistles/{whistle}/review", {"move": "approve"}),
            ("/posts/me/whistles/wh_0/review", {"move": "approve"}),
            ("/posts/me/marks", {"marks": [{"whistle_id": whistle, "resolve": 9}]}),
        )
        for answer in [http.post(path, headers=by(key), json=body)]
    }
    ((status, said),) = answers  # not a word differs
    assert (401, True) == (status, '"P109"' in said)
    assert before == whistles(hub)


# -- reviews ---------------------------------------------------------------------------------------------


@pytest.fixture
def reviewing(tmp_path: Path) -> Iterator[tuple[HubInHand, TestClient, str]]:
    """A hub in whose pack the district reviews what a community blows, its doors, and a whistle that waits for that."""
    made = HubInHand(tmp_path, pack=replace(demo_pack(), whistles=(REVIEWED,)))
    for http in _open(made):
        path = f"/posts/me/matters/{incidents(made)[0]}/whistles"
        (one,) = http.post(path, headers=by("here"), json={"level": "emergency"}).json()["whistles"]
        assert ("yingji", "submitted") == (one["department"], one["state"])
        yield made, http, one["whistle_id"]
    made.close()


def test_a_post_of_elsewhere_learns_nothing_of_a_whistle_that_waits_for_review(
    reviewing: tuple[HubInHand, TestClient, str],
) -> None:
    hub, http, whistle = reviewing
    for key in ("far", "next"):
        there, nowhere = (
            http.post(f"/posts/me/whistles/{id_}/review", headers=by(key), json={"move": "approve"})
            for id_ in (whistle, "wh_0")
        )
        assert (404, "W103") == (there.status_code, there.json()["code"])
        assert nowhere.content == there.content
    assert "submitted" == whistles(hub)["yingji"]


def test_who_reviews_decides_once_and_the_second_is_told_what_is_open(
    reviewing: tuple[HubInHand, TestClient, str],
) -> None:
    hub, http, whistle = reviewing
    path = f"/posts/me/whistles/{whistle}/review"
    own = http.post(path, headers=by("here"), json={"move": "approve"})
    assert (422, "W156") == (own.status_code, own.json()["code"])
    for said, code in (
        ({"move": "refuse"}, "W150"),
        ({"move": "refuse", "reason_code": "不需要"}, "W114"),
        ({"move": "blow"}, "W102"),
        ({"move": "approve", "by": "district:329901"}, "W102"),
    ):
        answer = http.post(path, headers=by("district"), json=said)
        assert (422, code) == (answer.status_code, answer.json()["code"])
    assert "submitted" == whistles(hub)["yingji"]
    done = http.post(path, headers=by("district"), json={"move": "approve"})
    assert (200, "blown") == (done.status_code, done.json()["state"])
    again = http.post(path, headers=by("district"), json={"move": "refuse", "reason_code": "NO_NEED"})
    assert (409, "W101") == (again.status_code, again.json()["code"])
    assert "open moves: -" in again.json()["cause"]
    assert "blown" == whistles(hub)["yingji"]


# -- marks -----------------------------------------------------------------------------------------------


def mark(http: TestClient, key: str, *marks: dict[str, Any]) -> list[tuple[str, str]]:
    """(state, code) of each mark that is given, in their order."""
    answer = http.post("/posts/me/marks", headers=by(key), json={"marks": list(marks)})
    assert 200 == answer.status_code
    taken = answer.json()["marks"]
    assert [one["whistle_id"] for one in marks] == [one["whistle_id"] for one in taken]
    return [(one["state"], one["code"]) for one in taken]


def test_of_many_marks_those_that_fit_are_taken_and_each_other_is_told_why(
    hub: HubInHand, http: TestClient
) -> None:
    report(hub, "zilai", "sign", "result")
    done, called_off = whistle_of(hub, "zilai"), whistle_of(hub, "shizheng")
    assert [
        ("", "W103"),
        ("", "W121"),
        ("evaluated", ""),
        ("", "W101"),
        ("", "W121"),
        ("", "W121"),
        ("evaluated", ""),
    ] == mark(
        http,
        "here",
        {"whistle_id": "wh_0", "resolve": 9},
        {"whistle_id": done},
        {"whistle_id": done, "response": 90, "resolve": 85},
        {"whistle_id": called_off, "resolve": 9},
        {"whistle_id": done, "resolve": 101},
        {"whistle_id": done, "satisfy": -(10**30)},
        {"whistle_id": done, "satisfy": 0},
    )
    given = hub.rows("SELECT actor, \"by\" FROM step WHERE move = 'evaluate'")
    assert [("blower", f"community:{place(hub).community_id}")] * 2 == given
    assert [(2,)] == hub.rows("SELECT count(*) FROM evaluation")


@EMBEDDED
def test_a_mark_of_what_is_not_done_names_what_is_open(hub: HubInHand, http: TestClient) -> None:
    said = {"marks": [{"whistle_id": whistle_of(hub, "zilai"), "resolve": 9}]}
    (one,) = http.post("/posts/me/marks", headers=by("here"), json=said).json()["marks"]
    assert ("", "W101") == (one["state"], one["code"])
    assert "open moves: upgrade" in one["cause"]
    assert [(0,)] == hub.rows("SELECT count(*) FROM evaluation")


@EMBEDDED
def test_of_what_lies_elsewhere_or_is_secret_a_post_learns_nothing_by_marking_it(
    hub: HubInHand, http: TestClient
) -> None:
    report(hub, "zilai", "sign", "result")
    whistle = whistle_of(hub, "zilai")
    assert [("", "W103")] * 2 == mark(
        http, "far", {"whistle_id": whistle, "resolve": 9}, {"whistle_id": "wh_0", "resolve": 9}
    )
    assert [("", "W103")] == mark(http, "next", {"whistle_id": whistle, "resolve": 9})
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(
            "UPDATE incident SET body = replace(body, '\"secret\":false', '\"secret\":true')"
        )
    assert [("", "W103")] == mark(http, "here", {"whistle_id": whistle, "resolve": 9})
    assert ("result", [(0,)]) == (whistles(hub)["zilai"], hub.rows("SELECT count(*) FROM evaluation"))


@EMBEDDED
def test_a_post_does_not_mark_what_its_own_office_did_and_the_district_does(
    hub: HubInHand, http: TestClient
) -> None:
    report(hub, "jiedao_12", "sign", "result")
    report(hub, "zilai", "sign", "result")
    office, water = whistle_of(hub, "jiedao_12"), whistle_of(hub, "zilai")
    street = f"subdistrict:{place(hub).subdistrict_id}"
    with hub.hub.store.write() as conn:
        principals.register(conn, principals.Principal("post", f"{street}/wang"), "street", hub.clock.now())
    both = [{"whistle_id": one, "resolve": 100} for one in (office, water, office)]
    for key in ("street", "here"):
        assert [("", "W127"), ("evaluated", ""), ("", "W127")] == mark(http, key, *both)
    assert [("evaluated", "")] == mark(http, "district", both[0])
    assert [("", "W103")] == mark(http, "far", both[0])


NO_MARKS = (
    "{}",
    '{"marks":{}}',
    '{"marks":[{"resolve":9}]}',
    '{"marks":[{"whistle_id":"wh_0","resolve":"9"}]}',
    '{"marks":[{"whistle_id":"wh_0","resolve":true}]}',
    '{"marks":[{"whistle_id":"wh_0","resolve":9.5}]}',
    '{"marks":[{"whistle_id":"wh_0","by":"centre"}]}',
    r'{"marks":[{"whistle_id":"\u0000","resolve":9}]}',
    f'{{"marks":[{{"whistle_id":"{"w" * 65}","resolve":9}}]}}',
    '{"marks":[' + ",".join(['{"whistle_id":"wh_0"}'] * 501) + "]}",
)


def test_a_message_that_holds_one_thing_that_is_no_mark_is_refused_whole(
    hub: HubInHand, http: TestClient
) -> None:
    report(hub, "zilai", "sign", "result")
    good = f'{{"whistle_id":"{whistle_of(hub, "zilai")}","resolve":9}}'
    headers = by("here") | {"content-type": "application/json"}
    for body in NO_MARKS:
        body = body.replace('[{"', f'[{good},{{"')
        answer = http.post("/posts/me/marks", headers=headers, content=body)
        assert (422, "W102") == (answer.status_code, answer.json()["code"]), body[:80]
    assert "result" == whistles(hub)["zilai"]
    assert [] == mark(http, "here")
