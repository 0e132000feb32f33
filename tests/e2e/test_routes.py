"""Who may come through which door: every route × every kind of caller, by one table (routes.tsv)."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Route

from hub.model.account import ADMINS, Role
from hub.store import accounts, principals
from hub.web.app import serve
from tests.e2e import people
from tests.e2e.served import served
from tests.instruments import HubInHand

pytestmark = pytest.mark.doors
_NAMES = {
    "department": "zilai",
    "post": "subdistrict:329901012",
    "centre": "desk",
    "staff": "duty",
    "source": "file_import",
}
"""Kind of machine → who it is; each calls with its key, and with a token for it."""
_THOUGH_OWING = re.compile(r"/(me|signout)(/.*)?")
"""What opens to an account that has to change its password first."""
_TO_OWN: Final = ("/", "/me/second")
"""Lead to the own account by themselves, where there is nothing else to show."""


def _table() -> Mapping[tuple[str, str], frozenset[str]]:
    with Path(__file__).with_name("routes.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = {(row["method"], row["path"]): frozenset(row["who"].split()) for row in rows}
    assert len(rows) == len(found)
    assert [row["path"] for row in rows] == sorted(row["path"] for row in rows)
    return found


TABLE = _table()
_CALLERS = (*_NAMES, *(role.value for role in Role))


def routes(app: FastAPI) -> set[tuple[str, str]]:
    """(method, path) of all of them, but for sources' own doors, which let in by a source's signature."""
    return {
        (method, one.path)
        for one in flat(app.routes)
        if not one.path.startswith("/in/")
        for method in one.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }


def flat(some: Iterable[Any]) -> Iterator[Route]:
    """Routers are kept as one entry that holds theirs; an entry of a kind that we do not know fails."""
    for one in some:
        if hasattr(one, "original_router"):
            yield from flat(one.original_router.routes)
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
    for kind, name in _NAMES.items():
        key = kind.encode().hex().ljust(64, "0")
        with hub.hub.store.write() as conn:
            principals.register(conn, principals.Principal(kind, name), key, hub.clock.now())
        token = hub.hub.machines.give(principals.id_of(key), key, "").token
        for caller, bearer in ((kind, key), (f"{kind} by token", token)):
            found[caller] = httpx.Client(
                verify=False,  # noqa: S501 there is no TLS
                base_url=url,
                headers={"authorization": f"Bearer {bearer}", "accept": "application/json", "origin": url},
            )
    for role in Role:
        found[role.value] = people.signed_in(url, hub, role)
    return found


def test_who_stands_in_the_table_comes_in_and_nobody_else(hub: HubInHand, url: str) -> None:
    callers = _callers(url, hub)
    found: list[str] = []
    for (method, path), who in sorted(TABLE.items()):
        if path.startswith("/signout"):
            continue  # ends the session that the rows behind it need; below
        for name, client in callers.items():
            is_let = "open" in who or name.removesuffix(" by token") in who
            if _comes_in(client, method, path) != is_let and not path.startswith("/signin"):
                found.append(f"{name} {method} {path}")
    assert [] == found
    for role in Role:
        path = "/signout/everywhere" if role in ADMINS else "/signout"
        assert 303 == callers[role.value].post(path).status_code
        assert "/signin?next=/me" == callers[role.value].get("/me").headers["location"]


def _comes_in(client: httpx.Client, method: str, path: str) -> bool:
    with client.stream(method, re.sub(r"\{[^}]*\}", "x", path), follow_redirects=False) as answer:
        pass  # a stream never ends
    to_signin = answer.status_code == 303 and answer.headers["location"].startswith("/signin?next=")
    to_own = method == "GET" and path not in _TO_OWN and answer.headers.get("location") == "/me"
    return answer.status_code not in (401, 403) and not to_signin and not to_own


def test_who_owes_a_password_or_a_second_factor_comes_no_further_than_the_own_account(
    hub: HubInHand, url: str
) -> None:
    owing = {
        role: people.signed_in(url, hub, role, must_change=True)
        for role in (Role.DISTRICT, Role.SYSTEM_ADMIN)
    }
    bare = people.account_of(Role.AUDITOR)
    people.let_in(hub, bare)
    with hub.hub.store.write() as conn:
        accounts.drop_second(conn, bare.name)
    owing[Role.AUDITOR] = people.browser(url)
    people.sign_in(owing[Role.AUDITOR], bare.name)
    people.with_token(owing[Role.AUDITOR])
    found = []
    for (method, path), who in sorted(TABLE.items()):
        for role, client in owing.items():
            opens = _THOUGH_OWING.fullmatch(path) is not None
            if (
                role.value in who
                and not path.startswith("/signout")
                and _comes_in(client, method, path) != opens
            ):
                found.append(f"{role} {method} {path}")
    assert [] == found


def test_every_scope_of_a_token_opens_its_methods_alone(hub: HubInHand, url: str) -> None:
    key = "d" * 64
    with hub.hub.store.write() as conn:
        principals.register(conn, principals.Principal("department", "zilai"), key, hub.clock.now())
    for scope, methods in (("read", {"GET"}), ("write", {"POST"})):
        token = hub.hub.machines.give("zilai", key, scope).token
        client = httpx.Client(base_url=url, headers={"authorization": f"Bearer {token}"})
        assert {(m, p): m in methods for (m, p), who in TABLE.items() if "department" in who} == {
            (m, p): _comes_in(client, m, p) for (m, p), who in TABLE.items() if "department" in who
        }
