"""第二重验证: taking up a second factor with an authenticator, and the recovery codes that come with it."""

from typing import Annotated, Final

import segno
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from hub.errors import Refused
from hub.messages import text_of
from hub.web.page import Place, draw
from hub.web.visitor import House, Signed, Visitor

PLACE: Final[Place | None] = None
router = APIRouter(include_in_schema=False)


@router.post("/me/second")
def begin(house: House, visitor: Signed) -> Response:
    """A new secret to take up."""
    house.people.second.begin(visitor.account)
    return RedirectResponse("/me/second", status_code=303)


@router.get("/me/second")
def enrol(request: Request, house: House, visitor: Signed) -> Response:
    """The picture that an authenticator reads, and where its code is typed."""
    return _page(request, house, visitor)


def _page(request: Request, house: House, visitor: Visitor, refused: Refused | None = None) -> Response:
    begun = house.people.second.begun(visitor.account)
    if begun is None:
        return RedirectResponse("/me", status_code=303)
    return draw(
        request,
        visitor,
        "second.html",
        status=422 if refused else 200,
        picture=_picture(begun.address),
        secret=begun.secret,
        told=text_of(refused, visitor.language) if refused else None,
    )


def _picture(text: str) -> Markup:
    """As SVG without a style: dark squares on white, whatever the page's colours are."""
    drawn = segno.make(text, error="m").svg_inline(scale=4, border=4, light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 squares alone: the text is in none of it


@router.post("/me/second/confirm")
def confirm(
    request: Request, house: House, visitor: Signed, code: Annotated[str, Form(max_length=16)]
) -> Response:
    """From now on a code is asked for; its recovery codes are shown this once."""
    try:
        codes = house.people.second.confirm(visitor.account, code.strip())
    except Refused as refused:
        return _page(request, house, visitor, refused)
    return _codes(request, visitor, codes)


def _codes(request: Request, visitor: Visitor, codes: object) -> HTMLResponse:
    return draw(request, visitor, "second_codes.html", codes=codes)
