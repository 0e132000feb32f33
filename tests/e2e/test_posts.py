"""A post's door over HTTP: whistles blown and reviewed by who has the post's key, and by nobody else."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from hub.api.app import serve
from hub.store import principals
from tests.instruments import HubInHand
from tests.unit.run.lives import place
from tests.unit.run.matters import incidents, whistles
from tests.unit.run.sources import pipe


@pytest.fixture
def http(hub: HubInHand) -> Iterator[TestClient]:
    """The hub's application, with one matter, and a key for its community, one for a far one, and one for a department."""
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    here = place(hub).community_id
    with hub.hub.store.write() as conn:
        for kind, name, key in (
            ("post", f"community:{here}", "here"),
            ("post", "community:329901001001", "far"),
            ("department", "zilai", "zilai"),
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
