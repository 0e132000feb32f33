"""What the OpenAPI document says: every example fits its schema, and every request that it shows is really sent to a hub
that serves, and answered as the document says.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, cast

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from hub.api import app, examples
from hub.api.doors import Doors
from tests.e2e.scene import DISTRICT, LEAD, SUBDISTRICT, Scene, pack
from tests.e2e.served import served
from tests.instruments import HubInHand, at, person, stated

DOCUMENT: Final[dict[str, Any]] = app.make(cast("Doors", None)).openapi()
OF_A_LIFE: Final = {"departments", "cards", "measures", "posts", "centre"}
"""Tags of the routes by which a whistle lives."""
_ROOT: Final = "urn:openapi"
_REGISTRY: Final = Registry().with_resource(_ROOT, DRAFT202012.create_resource(DOCUMENT))


def fits(schema: Mapping[str, Any], value: Any) -> list[str]:
    """What is wrong with `value`."""
    rooted = json.loads(json.dumps(schema).replace('"#/', f'"{_ROOT}#/'))
    found = Draft202012Validator(
        rooted, registry=_REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [f"{one.json_path}: {one.message}" for one in found.iter_errors(value)]


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """`METHOD /path` and what is said of it, of the routes of a whistle's life."""
    for path, methods in DOCUMENT["paths"].items():
        for method, said in methods.items():
            if OF_A_LIFE & set(said.get("tags", ())):
                yield f"{method.upper()} {path}", said


def json_of(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """The JSON of a request or an answer: its schema and examples; None where it is something else."""
    found: dict[str, Any] | None = said.get("content", {}).get("application/json")
    return found


def shown(content: Mapping[str, Any]) -> list[Any]:
    """The examples of one JSON body, its schema's or its own."""
    schema = content["schema"]
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return [*schema.get("examples", ()), *(one["value"] for one in content.get("examples", {}).values())]


def good(said: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The status of success, and what is said of that answer."""
    ((status, answer),) = [(s, a) for s, a in said["responses"].items() if s.startswith("2")]
    return status, answer


# -- the document ----------------------------------------------------------------------------------------


def test_every_example_fits_its_schema() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    wrong = [
        f"{name}: {fault}"
        for name, schema in schemas.items()
        for example in schema.get("examples", ())
        for fault in fits({"$ref": f"#/components/schemas/{name}"}, example)
    ]
    assert [] == wrong


def test_every_request_and_answer_of_a_whistles_life_has_an_example() -> None:
    lacking = []
    for name, said in operations():
        bodies = [said.get("requestBody", {}), *said["responses"].values()]
        lacking += [name for one in bodies if (content := json_of(one)) and not shown(content)]
    assert [] == lacking


# -- sending ---------------------------------------------------------------------------------------------


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """An empty hub that answers."""
    with ExitStack() as stack:
        hub = HubInHand(tmp_path, pack=pack())
        stack.callback(hub.close)
        yield Scene(hub, stack.enter_context(served(hub)))


Ids = Mapping[str, str]
"""Id that the document shows → the one that is there."""


def _of_whistle(*moves: str) -> Callable[[Scene, Any, int], Ids]:
    return lambda scene, _, matter: {examples.WHISTLE: scene.whistle(*moves, matter=matter)}


def _report(scene: Scene, example: Any, matter: int) -> Ids:
    """One whistle for the whole life, another for its return."""
    alone = example["move"] == "return" or matter == 1
    known = scene.hub.rows(f"SELECT id FROM whistle WHERE department = '{LEAD}'")  # noqa: S608
    return {examples.WHISTLE: scene.whistle(matter=matter) if alone else str(known[0].id)}


def _contact(scene: Scene, _: Any, matter: int) -> Ids:
    """A whistle whose requester left a phone."""
    address = scene.hub.hub.pack.geography.addresses[1000 * matter]
    scene.hub.tell(stated(f"c{matter}", position=at(address.lon, address.lat), requester=person(matter)))
    scene.hub.settle()
    (found, *_) = scene.hub.rows(
        "SELECT w.id, l.event_id FROM whistle w JOIN link l ON l.incident_id = w.incident_id "  # noqa: S608
        f"WHERE w.department = '{LEAD}' ORDER BY w.blown_us DESC, w.id"
    )
    return {examples.WHISTLE: str(found[0]), examples.REPORT: str(found[1])}


_BEFORE: Final = {
    "refer": ("sign", "return"),
    "uphold": ("sign", "return"),
    "dismiss": ("sign", "return"),
    "resume": ("sign", "pause"),
    "grant": ("sign", "ask"),
    "deny": ("sign", "ask"),
}
"""Decision of the centre → what the department did before; else it has handed in its result."""


def _decision(scene: Scene, example: Any, matter: int) -> Ids:
    moves = _BEFORE.get(example["move"], ("sign", "result"))
    return {examples.WHISTLE: scene.whistle(*moves, matter=matter)}


def _matter(scene: Scene, _: Any, matter: int) -> Ids:
    scene.whistle(matter=matter)
    return {examples.INCIDENT: scene.matter()}


def _measure(scene: Scene, _: Any, number: int) -> Ids:
    known = scene.hub.rows("SELECT id FROM measure")
    return {examples.MEASURE: scene.measure() if number == 1 else str(known[0].id)}


SENT: Final[Mapping[str, tuple[str, Callable[[Scene, Any, int], Ids]]]] = {
    "POST /departments/me/whistles/acknowledgements": (LEAD, _of_whistle()),
    "POST /departments/me/whistles/{whistle_id}/reports": (LEAD, _report),
    "POST /departments/me/whistles/{whistle_id}/contacts": (LEAD, _contact),
    "POST /departments/me/cards/{card_id}/appeal": (LEAD, lambda scene, _, __: {examples.CARD: scene.card()}),
    "POST /departments/me/measures/{measure_id}/answer": (LEAD, _measure),
    "POST /posts/me/marks": (DISTRICT, _of_whistle("sign", "result")),
    "POST /posts/me/matters/{incident_id}/whistles": (SUBDISTRICT, _matter),
    "POST /posts/me/whistles/{whistle_id}/review": (
        DISTRICT,
        lambda scene, _, matter: {examples.WHISTLE: scene.submitted(matter)},
    ),
    "POST /centre/whistles/{whistle_id}/decisions": ("centre", _decision),
    "POST /centre/matters/{incident_id}/designations": ("centre", _matter),
    "POST /centre/matters/{incident_id}/upgrade": ("centre", _matter),
}
"""Route → who sends its examples, and what has to be there before each."""
IN_THE_PATH: Final = {
    "{whistle_id}": examples.WHISTLE,
    "{incident_id}": examples.INCIDENT,
    "{card_id}": examples.CARD,
    "{measure_id}": examples.MEASURE,
}


def test_every_request_of_a_whistles_life_is_sent_here() -> None:
    assert SENT.keys() == {name for name, said in operations() if json_of(said.get("requestBody", {}))}


@pytest.mark.parametrize("name", SENT)
def test_what_the_document_shows_is_taken_and_answered_as_it_says(scene: Scene, name: str) -> None:
    said = dict(operations())[name]
    who, before = SENT[name]
    method, _, path = name.partition(" ")
    status, answer = good(said)
    content = json_of(said["requestBody"])
    assert content
    for part, id_ in IN_THE_PATH.items():
        path = path.replace(part, id_)
    for number, example in enumerate(shown(content), 1):
        known = before(scene, example, number)
        where, body = path, json.dumps(example)
        for id_, real in known.items():
            where, body = where.replace(id_, real), body.replace(id_, real)
        got = scene.ask(method, where, who, json.loads(body))
        assert status == str(got.status_code), (example, got.text)
        assert [] == fits(json_of(answer)["schema"], got.json())  # type: ignore[index]  # each has one


READ: Final = {
    "GET /departments/me/contracts": LEAD,
    "GET /departments/me/whistles": "sifa",  # its contract says `pull`
    "GET /departments/me/whistles/{whistle_id}": LEAD,
    "GET /departments/me/whistles/{whistle_id}/attachments": LEAD,
    "GET /departments/me/whistles/{whistle_id}/contacts": LEAD,
    "GET /departments/me/cards": LEAD,
    "GET /departments/me/measures": LEAD,
    "GET /departments/me/figures": LEAD,
    "GET /centre/returns": "centre",
}
"""Route → who asks."""


def test_what_is_asked_for_is_answered_as_the_document_says(scene: Scene) -> None:
    said = dict(operations())
    assert READ.keys() == {
        name for name, one in said.items() if name.startswith("GET") and json_of(good(one)[1])
    }
    card = scene.card()
    scene.measure()
    whistle = scene.whistle("sign", "return", matter=2)
    assert card
    for name, who in READ.items():
        path = name.removeprefix("GET ").replace("{whistle_id}", whistle)
        got = scene.ask("GET", path, who)
        status, answer = good(said[name])
        assert status == str(got.status_code), got.text
        assert [] == fits(json_of(answer)["schema"], got.json())  # type: ignore[index]  # as above
