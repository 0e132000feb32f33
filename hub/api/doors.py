"""What the routers need, made once by the web worker; and who is calling."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Protocol

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer

from hub.clock import Clock
from hub.errors import Refused
from hub.run.exits.agreements import Agreements
from hub.run.exits.attached import Attached
from hub.run.exits.opening import Opening
from hub.run.exits.telling import Telling
from hub.run.ground.ledger import Ledgers
from hub.run.matters.atcentre import AtCentre
from hub.run.matters.atpost import AtPost
from hub.run.matters.evidence import Evidence
from hub.run.matters.figuring import FiguresBook
from hub.run.matters.reporting import Reporting
from hub.run.people.limiting import Limiting
from hub.run.people.machines import Machines, Scope
from hub.run.ringing.contacts import Contacts
from hub.run.sources.gateway import Gateway
from hub.run.supervision.appealing import Appealing
from hub.run.supervision.carded import Carded
from hub.run.supervision.owing import Owing
from hub.store import principals
from hub.store.engine import Store

_BEARER: Final = HTTPBearer(
    auto_error=False, description="The key that `gridplus keys issue` printed, or a token of `/oauth/token`."
)
_READS: Final = frozenset({"GET", "HEAD"})
CERTIFICATE: Final = "gridplus.certificate"
"""In the scope of a request over TLS: SHA-256 of the certificate that the caller proved to have."""
_BASIC: Final = HTTPBasic(auto_error=False, description="For browsers: any name, and the key as password.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The workers behind the routes."""

    store: Store
    agreements: Agreements
    gateway: Gateway
    opening: Opening
    attached: Attached
    appealing: Appealing
    owing: Owing
    carded: Carded
    contacts: Contacts
    evidence: Evidence
    figures: FiguresBook
    reporting: Reporting
    at_post: AtPost
    at_centre: AtCentre
    telling: Telling
    ledgers: Ledgers
    clock: Clock
    body_limit: int
    account: Callable[[], dict[str, Any]]
    machines: Machines
    limiting: Limiting
    figures_without_key: bool = False


class Inside(Protocol):
    """What it takes to know who may see figures."""

    @property
    def machines(self) -> Machines: ...

    @property
    def figures_without_key(self) -> bool: ...


def doors_of(request: Request) -> Doors:
    """The doors of the application that serves `request`."""
    doors: Doors = request.app.state.doors
    return doors


def department_of(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> str:
    """The department whose key came with the request; raises Refused P109 without a valid one."""
    who = _who_has(request, given.credentials if given else "")
    if who.kind != "department":
        raise Refused("P109")
    return who.name


def post_of(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> str:
    """The post whose key came with the request; raises Refused P109 without a valid one."""
    who = _who_has(request, given.credentials if given else "")
    if who.kind != "post":
        raise Refused("P109")
    return who.name


def account_of(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> str:
    """The account at the centre whose key came with the request; raises Refused P109 without a valid one."""
    who = _who_has(request, given.credentials if given else "")
    if who.kind != "centre":
        raise Refused("P109")
    return who.name


def insider(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    typed: Annotated[HTTPBasicCredentials | None, Depends(_BASIC)],
) -> None:
    """Lets whoever has a key of ours see figures, a department or staff; raises Refused P109 without one."""
    inside: Inside = request.app.state.doors
    if inside.figures_without_key:
        return
    if _who_has(request, given.credentials if given else typed.password if typed else "").kind == "source":
        raise Refused("P109")


def _who_has(request: Request, key: str) -> principals.Principal:
    who = known(request, key)
    if who is None:
        raise Refused("P109")
    return who


def known(request: Request, key: str) -> principals.Principal | None:
    """Whose key, token or certificate came with the request; raises Refused A340 for a token of another scope."""
    inside: Inside = request.app.state.doors
    scope = Scope.READ if request.method in _READS else Scope.WRITE
    return inside.machines.known_by(key.strip(), request.scope.get(CERTIFICATE, ""), scope=scope)


Department = Annotated[str, Depends(department_of)]
Post = Annotated[str, Depends(post_of)]
CentreAccount = Annotated[str, Depends(account_of)]
AllDoors = Annotated[Doors, Depends(doors_of)]
