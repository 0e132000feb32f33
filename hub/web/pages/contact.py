"""联系诉求人: a department writes to who reported, or has its telephone connected with theirs, without seeing a number."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.exits import Exit
from hub.api.plain import PlainText
from hub.contract.wire import HANDLE
from hub.errors import Refused
from hub.run.assembly import Assembly
from hub.run.exits.looking import Door
from hub.run.ringing.asker import Asker
from hub.run.ringing.contacts import Choices, Made, Wanted
from hub.run.ringing.reachable import NOT_NOW
from hub.web.given import given, given_all
from hub.web.moments import minute_of, minute_of_text
from hub.web.page import Place, draw
from hub.web.pages.inbox import Operator, OperatorsPage
from hub.web.told import told_of
from hub.web.visitor import House, Visitor
from hub.whistle.contact import LONGEST, ContactState, Kind, reference_of

PLACE: Final[Place | None] = None
router = APIRouter(include_in_schema=False)
OWN: Final = "own"
"""What is chosen in place of a template for words of one's own."""
STATES: Final = {
    ContactState.QUEUED: ("待发出", ""),
    ContactState.SENT: ("已发出", ""),
    ContactState.DELIVERED: ("已送达", "good"),
    ContactState.ANSWERED: ("已接听", "good"),
    ContactState.FAILED: ("未联系上", "bad"),
}
"""State → what an operator calls it, and the look of its badge."""
KINDS: Final = {Kind.MESSAGE: "短信", Kind.CALL: "通话"}
_GOES_ON: Final = (ContactState.QUEUED, ContactState.SENT)
Words = Annotated[PlainText, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody chose and typed that was not taken; `kind` "": nothing was."""

    kind: str = ""
    report: str = ""
    words: str = ""
    text: str = ""
    extension: str = ""


NOTHING: Final = Typed()


@router.get("/contact/{whistle_id}")
def contact(request: Request, house: House, visitor: Operator, whistle_id: PlainText) -> HTMLResponse:
    """Whom of the whistle's requesters it can contact, by what, and what became of those before."""
    return _draw(request, house, visitor, whistle_id)


@router.get("/contact/{whistle_id}/made")
def made(request: Request, house: House, visitor: OperatorsPage, whistle_id: PlainText) -> HTMLResponse:
    """The list alone, for the page's script, which asks by itself."""
    some = house.contacts.list(visitor.account.organisation, whistle_id)
    return draw(request, visitor, "contact_made.html", **_list(house, visitor, some))


@router.post("/contact/{whistle_id}")
def ask(
    request: Request,
    house: House,
    visitor: Operator,
    whistle_id: PlainText,
    nonce: Words,
    kind: Annotated[Kind, Form()],
    report: Words = "",
    words: Words = "",
    text: Words = "",
    extension: Words = "",
) -> Response:
    """Puts a contact on its way, by the same door as the department's software; a refusal stands above the form, and what was
    typed is kept. `words`: a template's name, or OWN."""
    is_message = kind is Kind.MESSAGE
    wanted = Wanted(
        nonce=nonce,
        report=report,
        kind=kind,
        template=words if is_message and words != OWN else "",
        text=text.strip() if is_message and words == OWN else "",
        extension="" if is_message else extension,
    )
    asker = Asker(visitor.account.organisation, visitor.account.name)
    try:
        house.contacts.ask(asker, whistle_id, wanted, house.clock.now())
    except Refused as refused:
        if refused.code == "W103":
            raise
        typed = Typed(kind.value, report, words, text, extension)
        return _draw(request, house, visitor, whistle_id, refused=refused, typed=typed)
    return RedirectResponse(f"/contact/{whistle_id}?done={kind.value}#made", status_code=303)


def _draw(
    request: Request,
    house: Assembly,
    visitor: Visitor,
    whistle_id: str,
    *,
    refused: Refused | None = None,
    typed: Typed = NOTHING,
) -> HTMLResponse:
    department, now = visitor.account.organisation, house.clock.now()
    some = house.contacts.list(department, whistle_id)
    closed, choices = None, None
    try:
        choices = house.contacts.choices(department, whistle_id, now)
    except Refused as error:
        if error.code != NOT_NOW:
            raise
        closed = told_of(error, visitor.language)
    matter, reports = _matter(house, visitor, whistle_id, choices)
    name = house.names.get(department, department)
    return draw(
        request,
        visitor,
        "contact.html",
        status=409 if refused else 200,
        id=whistle_id,
        matter=matter,
        reports=reports,
        choices=choices,
        closed=closed,
        told=told_of(refused, visitor.language) if refused else None,
        typed=typed,
        done=request.query_params.get("done", ""),
        texts={
            one.id: one.words(department=name, reference=reference_of(whistle_id))
            for one in (choices.templates if choices else ())
        },
        nonces={kind.value: secrets.token_hex(16) for kind in Kind},
        sources={id_: one.title for id_, one in house.pack.sources.items()},
        own=OWN,
        longest=LONGEST,
        told_minute=minute_of_text,
        **_list(house, visitor, some),
    )


def _matter(
    house: Assembly, visitor: Visitor, whistle_id: str, choices: Choices | None
) -> tuple[Mapping[str, Any], list[Any]]:
    """What is shown of the matter, and of those reports that can be answered for: opened as on the whistle's own page."""
    if choices is None:
        return given({}, "incident"), []
    one = visitor.account
    opened = house.opening.open(
        one.organisation,
        whistle_id,
        purpose=HANDLE,
        ledger=house.ledgers.mine(),
        now=house.clock.now(),
        door=Door(Exit.PAGE, one.name),
    )
    reports = given_all(opened["reports"], "event")
    return given(opened, "incident"), [each for each in reports if each["event"]["id"] in choices.reports]


def _list(house: Assembly, visitor: Visitor, some: Sequence[Made]) -> dict[str, Any]:
    templates = house.pack.contacts.templates
    return {
        "made": some,
        "goes_on": any(one.state in _GOES_ON for one in some),
        "titles": {id_: one.title for id_, one in templates.items()},
        "why": lambda code: told_of(code, visitor.language),
        "states": STATES,
        "kinds": KINDS,
        "minute": minute_of,
    }
