"""Who may come through which door: every route × every kind of caller, by one table (routes.tsv)."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Route

from hub.model.account import Role
from hub.store import principals
from hub.web.app import serve
from tests.e2e import people
from tests.e2e.served import served
from tests.instruments import HubInHand

pytestmark = pytest.mark.doors
_MACHINES = ("department", "post", "centre", "staff")
_NAMES = {"department": "zilai", "post": "subdistrict:329901012", "centre": "desk", "staff": "duty"}


def _table() -> Mapping[tuple[str, str], frozenset[str]]:
    with Path(__file__).with_name("routes.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = {(row["method"], row["path"]): frozenset(row["who"].split()) for row in rows}
    assert len(rows) == len(found)
    assert [row["path"] for row in rows] == sorted(row["path"] for row in rows)
    return found


TABLE = _table()
_CALLERS = (*_MACHINES, *(role.value for role in Role))


def routes(app: FastAPI) -> set[tuple[str, str]]:
    """(method, path) of all of them, but for sources' own doors, which let in by a source's signature."""
    return {
        (method, one.path)
        for one in _flat(app.routes)
        if not one.path.startswith("/in/")
        for method in one.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }


def _flat(some: Iterable[Any]) -> Iterator[Route]:
    """Routers are kept as one entry that holds theirs; an entry of a kind that we do not know fails."""
    for one in some:
        if hasattr(one, "original_router"):
            yield from _flat(one.original_router.routes)
        else:
            assert isinstance(one, Route)
            yield one


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where the hub answers."""
    with served(hub) as where:
        yield where


def test_every_route_stands_in_the_table_and_the_table_names_no_other(hub: HubInHand) -> None:
    assert routes(serve(hub.hub)) == TABLE.keys()
    assert {"open", *_CALLERS} >= {who for some in TABLE.values() for who in some}


def _callers(url: str, hub: HubInHand) -> dict[str, httpx.Client]:
    found = {"nobody": people.browser(url)}
    for kind in _MACHINES:
        key = kind.encode().hex().ljust(64, "0")
        with hub.hub.store.write() as conn:
            principals.register(conn, principals.Principal(kind, _NAMES[kind]), key, hub.clock.now())
        found[kind] = httpx.Client(
            base_url=url,
            headers={"authorization": f"Bearer {key}", "accept": "application/json", "origin": url},
        )
    for role in Role:
        found[role.value] = people.signed_in(url, hub, role)
    return found


def test_who_stands_in_the_table_comes_in_and_nobody_else(hub: HubInHand, url: str) -> None:
    callers = _callers(url, hub)
    found: list[str] = []
    for (method, path), who in sorted(TABLE.items()):
        if path == "/signout":
            continue  # ends the session that the rows behind it need; below
        for name, client in callers.items():
            with client.stream(method, re.sub(r"\{[^}]*\}", "x", path), follow_redirects=False) as answer:
                pass  # a stream never ends
            to_signin = answer.status_code == 303 and answer.headers["location"].startswith("/signin?next=")
            came_in = answer.status_code not in (401, 403) and not to_signin
            if came_in != ("open" in who or name in who) and path != "/signin":
                found.append(f"{name} {method} {path}: {answer.status_code}")
    assert [] == found
    for role in Role:
        assert 303 == callers[role.value].post("/signout").status_code
        assert "/signin?next=/me" == callers[role.value].get("/me").headers["location"]
