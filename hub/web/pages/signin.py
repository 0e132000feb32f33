"""登录: coming in by name and password, and going out again; which language the pages speak."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.errors import Refused
from hub.messages import text_of
from hub.messages.text import Language
from hub.run.people.signing import LONGEST
from hub.web.page import Place, draw
from hub.web.visitor import (
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    House,
    Signed,
    check_origin,
    hub_of,
    language_of,
)

PLACE: Final[Place | None] = None
_LANGUAGE_S: Final = 365 * 86_400
router = APIRouter(include_in_schema=False)


def inside(path: str) -> str:
    """`path` if it leads to one of our own pages, else the first page: no form sends anybody to another site."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and "\\" not in path else "/"


@router.get("/signin")
def form(request: Request, next: str = "/") -> HTMLResponse:  # noqa: A002 the word in the URL
    """The form; in the demo, its accounts beside it."""
    return _form(request, inside(next))


def _form(request: Request, onward: str, *, name: str = "", refused: Refused | None = None) -> HTMLResponse:
    return draw(
        request,
        None,
        "signin.html",
        status=401 if refused else 200,
        next=onward,
        name=name,
        told=text_of(refused, language_of(request)) if refused else None,
        demo_accounts=hub_of(request).demo_accounts,
    )


@router.post("/signin", dependencies=[Depends(check_origin)])
def sign_in(
    request: Request,
    house: House,
    name: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=256)],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Begins a session, or draws the form again with what was wrong."""
    try:
        began = house.signing.sign_in(name, password)
    except Refused as refused:
        return _form(request, inside(next), name=name, refused=refused)
    answer = RedirectResponse(inside(next), status_code=303)
    answer.set_cookie(
        SESSION_COOKIE,
        began.token,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/signout")
def sign_out(house: House, visitor: Signed) -> Response:
    """Ends this session; what the browser kept of our pages goes with it."""
    house.signing.sign_out(visitor.token, visitor.account)
    answer = RedirectResponse("/signin", status_code=303)
    answer.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


@router.post("/language", dependencies=[Depends(check_origin)])
def speak(language: Annotated[Language, Form()], here: Annotated[str, Form()] = "/") -> Response:
    """The pages speak `language` in this browser from now on."""
    answer = RedirectResponse(inside(here), status_code=303)
    answer.set_cookie(
        LANGUAGE_COOKIE, language.value, max_age=_LANGUAGE_S, path="/", secure=True, samesite="lax"
    )
    return answer
