"""The map over HTTP: live news within a second, nothing missed after a gap, and nobody else's rows through any of its routes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import orjson
import pytest

from hub.model.account import Role
from tests.connected.patience import until
from tests.e2e import people
from tests.e2e.served import blow, served
from tests.instruments import HubInHand
from tests.unit.run.whitelists import end_all

pytestmark = pytest.mark.doors
VIEW = {"z": "12", "bbox": "120.7,31.9,121,32.1"}
WATER = {"organisation": "zilai"}


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where the hub answers."""
    with served(hub) as where:
        yield where


def view(client: httpx.Client, **asked: Any) -> dict[str, Any]:
    """The picture."""
    answer = client.get("/map/view", params={**VIEW, **asked}, headers={"accept": "application/json"})
    assert 200 == answer.status_code, answer.text
    return dict(answer.json())


@contextmanager
def news(client: httpx.Client, after: str, header: bool = False) -> Iterator[Iterator[tuple[str, Any]]]:
    """(number, news) as they come."""
    how: dict[str, Any] = {"headers": {"last-event-id": after}} if header else {"params": {"after": after}}
    with client.stream("GET", "/map/stream", timeout=10, **how) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _parsed(answer)


def _parsed(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    number = ""
    for line in answer.iter_lines():
        if line.startswith("id: "):
            number = line[4:]
        elif line.startswith("data: "):
            yield number, orjson.loads(line[6:])


def ids(told: dict[str, Any]) -> set[str]:
    """Matters that a picture names."""
    return {id_ for cell in told["cells"] for id_ in cell.get("ids", [cell.get("id")])}


def test_a_new_matter_is_news_at_once_and_a_sign_moves_it_on(hub: HubInHand, url: str) -> None:
    client = people.signed_in(url, hub, Role.DISTRICT)
    picture = view(client)
    assert 0 == picture["counts"]["total"]
    with news(client, picture["number"]) as coming:
        blow(hub, "zilai")
        _, said = next(coming)
        ((was, now),) = said["changes"]
        assert (None, "called") == (was, now["stage"])
    until(lambda: {now["id"]} == ids(view(client)), "the picture holds what was news")


def test_who_comes_back_hears_what_was_missed(hub: HubInHand, url: str) -> None:
    client = people.signed_in(url, hub, Role.DISTRICT)
    number = view(client)["number"]
    with news(client, number) as coming:
        blow(hub, "zilai", 1)
        first, _ = next(coming)
    blow(hub, "zilai", 2)
    with news(client, first, header=True) as coming:
        second, said = next(coming)
    assert first != second
    assert [None] == [was for was, _ in said["changes"]]
    with news(client, "another-7") as coming:
        assert {"reload": True} == next(coming)[1]


def test_a_department_sees_and_hears_of_its_own_matters_alone(hub: HubInHand, url: str) -> None:
    whole = people.signed_in(url, hub, Role.DISTRICT)
    water = people.signed_in(url, hub, Role.OPERATOR, name="water", **WATER)
    other = people.signed_in(url, hub, Role.OPERATOR, name="other", organisation="minzheng")
    number = view(other)["number"]
    blow(hub, "zilai")
    until(lambda: ids(view(water)) != set(), "the water company sees its matter")
    seen = ids(view(water))
    assert seen == ids(view(whole))
    assert set() == ids(view(other))
    (id_,) = seen
    assert 200 == water.get(f"/map/matter/{id_}").status_code
    assert 404 == other.get(f"/map/matter/{id_}").status_code
    assert [] == other.get("/map/rows").json()["rows"]
    corners = [[120.7, 31.9], [121.0, 31.9], [121.0, 32.1], [120.7, 32.1]]
    assert 0 == other.post("/map/area", json={"corners": corners}).json()["total"]
    assert 1 == water.post("/map/area", json={"corners": corners}).json()["total"]
    assert number == view(other)["number"]  # what is not seen is no news


def test_a_subdistrict_sees_its_own_matters_alone(hub: HubInHand, url: str) -> None:
    blow(hub, "zilai")
    (row,) = hub.rows("SELECT subdistrict_id FROM incident")
    mine = people.signed_in(
        url, hub, Role.SUBDISTRICT, name="mine", area=row[0], organisation=f"jiedao_{row[0][-2:]}"
    )
    theirs = people.signed_in(
        url, hub, Role.SUBDISTRICT, name="theirs", area="329901001", organisation="jiedao_01"
    )
    assert (1, 0) == (view(mine)["counts"]["total"], view(theirs)["counts"]["total"])


def test_points_are_masked_by_the_viewers_grants(hub: HubInHand, url: str) -> None:
    blow(hub, "minzheng")
    client = people.signed_in(url, hub, Role.OPERATOR, organisation="minzheng")
    (cell,) = view(client)["cells"]
    row = hub.rows(
        "SELECT lon, lat FROM incident WHERE id = (SELECT max(incident_id) FROM whistle WHERE department = 'minzheng')"
    )[0]
    assert (round(row.lon * 800) / 800, round(row.lat * 1000) / 1000) == (cell["lon"], cell["lat"])
    assert (row.lon, row.lat) != (cell["lon"], cell["lat"])


@pytest.mark.parametrize(
    "asked",
    [
        {"z": "x"},
        {"z": "23"},
        {"bbox": "1,2,3"},
        {"bbox": "3,2,1,4"},
        {"t": "noon"},
        {"t": "2026-03-10T09:00:00"},
        {"by": "phone"},
    ],
)
def test_what_does_not_fit_is_refused(hub: HubInHand, url: str, asked: dict[str, str]) -> None:
    client = people.signed_in(url, hub, Role.DISTRICT)
    answer = client.get("/map/view", params={**VIEW, **asked}, headers={"accept": "application/json"})
    assert (422, "P201") == (answer.status_code, answer.json()["code"])


def test_the_ground_is_sent_once(hub: HubInHand, url: str) -> None:
    client = people.signed_in(url, hub, Role.DISTRICT)
    for path in ("/map/ground", "/map/grids/comprehensive"):
        first = client.get(path)
        again = client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (200, 304, b"") == (first.status_code, again.status_code, again.content)
    assert 824 == len(first.json()["features"])
    assert 404 == client.get("/map/grids/none").status_code


def test_the_past_is_a_picture_of_its_own(hub: HubInHand, url: str) -> None:
    before = hub.clock.now()
    hub.clock.pause(3600)
    blow(hub, "zilai")
    hub.clock.pause(3600)
    client = people.signed_in(url, hub, Role.DISTRICT)
    assert 0 == view(client, t=before.isoformat())["counts"]["total"]
    assert 1 == view(client, t=hub.clock.now().isoformat())["counts"]["total"]


def test_a_stream_ends_with_the_grants_that_it_was_made_for(hub: HubInHand, url: str) -> None:
    client = people.signed_in(url, hub, Role.DISTRICT)
    with news(client, view(client)["number"]) as coming:
        blow(hub, "zilai")
        assert 1 == len(next(coming)[1]["changes"])
        end_all(hub)
        assert {"reload": True} == next(coming)[1]
        assert [] == list(coming)
    assert [] == view(client)["cells"]
