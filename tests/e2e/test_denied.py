"""What a department reads over HTTP: each look is in the audit, and nothing that is stored comes without a grant."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from hub.access.exits import Exit
from hub.api.app import serve
from hub.model import Channel
from hub.run.supervision.asking import Asking
from hub.store import principals
from hub.whistle.supervision import Trigger
from tests.e2e import exits
from tests.e2e.served import blow
from tests.instruments import HubInHand, demo_pack
from tests.unit.run.ledgers import rows

KEY = "k" * 32
DEPARTMENT = next(one.department for one in demo_pack().contracts if Channel.PULL in one.channels)
READ = {
    name: exit_
    for name, exit_ in exits.SHOWN.items()
    if isinstance(exit_, Exit) and "{attachment_id}" not in name
}
"""A single picture is looked at in `test_attachments`."""


def told(tmp_path: Path, **changes: Any) -> HubInHand:
    """A hub with the demo's pack, changed, in which a department has a whistle, a card, and has to answer for it."""
    made = HubInHand(tmp_path, pack=replace(demo_pack(), **changes))
    whistle = blow(made, DEPARTMENT, 1)
    with made.hub.store.write() as conn:
        principals.register(conn, principals.Principal("department", DEPARTMENT), KEY, made.clock.now())
        desk = Asking(conn, made.hub.vault, by="zhongxin01", at=made.clock.now())
        desk.open(whistle, Trigger.POOR, date(2026, 3, 13))
    made.clock.pause(3 * 86_400)
    clockwork = made.hub.plain_clockwork()
    while clockwork.step():
        pass
    return made


@pytest.fixture(scope="module")
def granted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubInHand]:
    """All that the demo grants."""
    made = told(tmp_path_factory.mktemp("granted"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def denied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubInHand]:
    """No grant of anything."""
    made = told(tmp_path_factory.mktemp("denied"), grants=())
    yield made
    made.close()


def get(hub: HubInHand, route: str) -> Any:
    """What the department is answered."""
    ((whistle,),) = hub.rows(f"SELECT id FROM whistle WHERE department = '{DEPARTMENT}'")  # noqa: S608
    path = route.removeprefix("GET ").replace("{whistle_id}", whistle)
    with TestClient(serve(hub.hub)) as client:
        answer = client.get(path, headers={"authorization": f"Bearer {KEY}"})
    assert 200 == answer.status_code
    return answer.json()


def test_every_route_that_a_department_reads_says_under_which_exit() -> None:
    mine = {name for name in exits.ROUTES if name.startswith("GET /departments/")}
    assert mine == exits.SHOWN.keys()


@pytest.mark.parametrize("route", READ)
def test_each_look_of_a_department_is_in_the_audit(granted: HubInHand, route: str) -> None:
    before = len(rows(granted))
    assert get(granted, route)
    looks = rows(granted)[before:]
    assert {(DEPARTMENT, READ[route])} == {(one.who, one.exit) for one in looks}


def ids(hub: HubInHand) -> set[str]:
    """Of everything that could be told of."""
    return {
        str(id_)
        for table in ("event", "incident", "whistle", "card", "measure")
        for (id_,) in hub.rows(f"SELECT id FROM {table}")  # noqa: S608 a name from the line above
    }


@pytest.mark.parametrize("route", READ)
def test_without_a_grant_a_department_is_shown_nothing_that_is_stored(denied: HubInHand, route: str) -> None:
    """A message names what it is of, which is the reference to ask by."""
    answer = get(denied, route)
    messages = answer.get("whistles", [])
    references = {one[name] for one in messages for name in ("id", "subject")}
    said = orjson.dumps(answer).decode()
    assert references == {id_ for id_ in ids(denied) if id_ in said}


@pytest.mark.parametrize("route", ["measures", "cards"])
def test_a_record_shows_what_its_grants_give(tmp_path: Path, route: str) -> None:
    field = f"{route.removesuffix('s')}.state"
    hub = told(tmp_path, grants=tuple(one for one in demo_pack().grants if one.field == field))
    told_of = get(hub, f"GET /departments/me/{route}")[route]
    hub.close()
    assert told_of
    assert all({"state"} == one.keys() for one in told_of)
