"""Who looks at a page: recognised by a cookie, let in by role, and its forms by a token that no other site knows."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request

from hub import ids
from hub.errors import Refused, SignInAgain
from hub.messages.text import Language
from hub.model.account import Account, Role
from hub.run.assembly import Assembly
from hub.run.people.limiting import PAGES_OF_SESSION
from hub.run.people.signing import Owed

SESSION_COOKIE: Final = "__Host-gridplus"
LANGUAGE_COOKIE: Final = "gridplus-language"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """An account in a browser."""

    account: Account
    csrf: str
    token: str
    language: Language
    visited_at: datetime | None
    """When it was here before this session."""
    session_id: str
    owed: Owed | None
    """What it has to do before any other page opens."""

    @property
    def drafts(self) -> str:
        """A name that says nothing: whose the reports are that wait in this account's browser."""
        return ids.digest_of("drafts", self.account.name)


def hub_of(request: Request) -> Assembly:
    """The hub whose pages these are."""
    hub: Assembly = request.app.state.hub
    return hub


House = Annotated[Assembly, Depends(hub_of)]


def language_of(request: Request) -> Language:
    """Chinese, unless this browser asked for English on one of our pages."""
    return Language.EN if request.cookies.get(LANGUAGE_COOKIE) == Language.EN else Language.ZH


PageLanguage = Annotated[Language, Depends(language_of)]


def check_origin(request: Request) -> None:
    """Raises Refused A304 where another site's page sends a form to us."""
    if request.method in _SAFE:
        return
    origin = request.headers.get("origin")
    is_ours = origin is not None and urlsplit(origin).netloc == request.headers.get("host")
    if not is_ours or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Refused("A304")


def anybody(request: Request) -> Visitor | None:
    """Whoever is signed in here; None where nobody is."""
    token, people = request.cookies.get(SESSION_COOKIE, ""), hub_of(request).people
    session = people.signing.recognised(token) if token else None
    if session is None:
        return None
    visitor = Visitor(
        account=session.account,
        csrf=session.csrf,
        token=token,
        language=language_of(request),
        visited_at=session.visited_at,
        session_id=session.id,
        owed=people.signing.owed(session.account),
    )
    request.state.visitor = visitor  # a refusal is drawn for whoever is here
    people.limiting.count(PAGES_OF_SESSION, session.id)
    return visitor


MaybeVisitor = Annotated[Visitor | None, Depends(anybody)]


async def _form_token(request: Request) -> str:
    """As htmx sends it in a header, or a form in a field."""
    if header := request.headers.get("x-csrf"):
        return header
    kind = request.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return ""
    field = (await request.form()).get("csrf", "")
    return field if isinstance(field, str) else ""


def allowed(*roles: Role, though_owing: bool = False) -> Any:
    """What a route depends on to let in accounts of `roles` and nobody else.

    Raises SignInAgain A302 without a session, Refused A303 for another role, A304 for a form that is not from our pages;
    A320 and A321 for an account that has to change its password or enrol a second factor first, unless `though_owing`.
    """
    let_in = frozenset(roles)

    async def visiting(
        request: Request, visitor: MaybeVisitor, sent: Annotated[str, Depends(_form_token)]
    ) -> Visitor:
        if visitor is None:
            raise SignInAgain("A302")
        if visitor.account.role not in let_in:
            raise Refused("A303")
        if visitor.owed is not None and not though_owing:
            raise Refused(visitor.owed.value)
        if request.method not in _SAFE:
            check_origin(request)
            if not hmac.compare_digest(sent.encode(), visitor.csrf.encode()):
                raise Refused("A304")
        return visitor

    visiting.roles = let_in  # type: ignore[attr-defined]  # the table of routes and roles reads it
    return Depends(visiting)


EVERYONE: Final = tuple(Role)
Signed = Annotated[Visitor, allowed(*EVERYONE, though_owing=True)]
"""Whoever is signed in, of any role, also who has a password to change or a second factor to enrol."""


def agent_of(request: Request) -> str:
    """How this browser calls itself, as far as it can be shown."""
    return "".join(one for one in request.headers.get("user-agent", "") if one.isprintable())


def address_of(request: Request) -> str:
    """Where the request comes from."""
    return request.client.host if request.client else ""
