"""What the routers need, made once by the web worker; and who is calling."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from hub.clock import Clock
from hub.errors import Refused
from hub.run.gateway import Gateway
from hub.run.ledger import Ledgers
from hub.run.opening import Opening
from hub.run.reporting import Reporting
from hub.run.telling import Telling
from hub.store import principals
from hub.store.engine import Store

_BEARER: Final = HTTPBearer(auto_error=False, description="The key that `gridplus keys issue` printed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The workers behind the routes."""

    store: Store
    gateway: Gateway
    opening: Opening
    reporting: Reporting
    telling: Telling
    ledgers: Ledgers
    clock: Clock
    body_limit: int
    account: Callable[[], dict[str, Any]]
    names: Mapping[str, str]
    """Department or source → its name for people."""


def doors_of(request: Request) -> Doors:
    """The doors of the application that serves `request`."""
    doors: Doors = request.app.state.doors
    return doors


def department_of(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> str:
    """The department whose key came with the request; raises Refused P109 without a valid one."""
    if given is None or not given.credentials:
        raise Refused("P109")
    doors = doors_of(request)
    with doors.store.read() as conn:
        who = principals.who_has(conn, given.credentials.strip())
    if who is None or who.kind != "department":
        raise Refused("P109")
    return who.name


Department = Annotated[str, Depends(department_of)]
AllDoors = Annotated[Doors, Depends(doors_of)]
