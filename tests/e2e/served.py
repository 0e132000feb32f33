"""A hub in the hand that also answers over HTTP, for software that comes from outside."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from hub.crew import port_near
from hub.model import Code
from hub.store import principals
from hub.web.app import serve
from tests.instruments import HubInHand, at, stated

HUBS: dict[str, HubInHand] = {}
"""Where a hub answers → the hub, while it does."""


@contextmanager
def served(hub: HubInHand) -> Iterator[str]:
    """Where `hub` answers while the block runs."""
    with serving(serve(hub.hub), hub) as url:
        yield url


@contextmanager
def serving(app: FastAPI, hub: HubInHand | None = None) -> Iterator[str]:
    """Where `app`, of `hub` if it has one, answers while the block runs; streams that are open do not keep it from ending."""
    port = port_near(0)
    config = uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    ends = time.monotonic() + 10
    while not server.started and time.monotonic() < ends:
        thread.join(0.02)
    url = f"http://127.0.0.1:{port}"
    if hub is not None:
        HUBS[url] = hub
    try:
        yield url
    finally:
        HUBS.pop(url, None)
        server.should_exit = True
        thread.join(5)


def key_for(hub: HubInHand, department: str) -> str:
    """A key that speaks for `department` from now on."""
    key = department.encode().hex().ljust(64, "0")
    with hub.hub.store.write() as conn:
        principals.register(conn, principals.Principal("department", department), key, hub.clock.now())
    return key


def code_of(hub: HubInHand, department: str) -> str:
    """A hotline code of a category that `department` leads."""
    (contract,) = (one for one in hub.hub.pack.contracts if one.department == department)
    lead = next(one for one in contract.accepts if one.role.value == "lead")
    codes = (hub.hub.pack.codes.code_for("hl-2024", category) for category in lead.categories)
    return next(one for one in codes if one)


def blow(hub: HubInHand, department: str, number: int = 1) -> str:
    """A matter is told of for which `department` is called as lead; its whistle's id."""
    address = hub.hub.pack.geography.addresses[1000 * number]
    code = Code("hl-2024", code_of(hub, department))
    hub.tell(stated(f"{department}-{number}", category=code, position=at(address.lon, address.lat)))
    hub.settle()
    rows = hub.rows(
        f"SELECT id FROM whistle WHERE department = '{department}' AND role = 'lead' "  # noqa: S608 our own name
        "ORDER BY blown_us DESC"
    )
    return str(rows[0].id)
