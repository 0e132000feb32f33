"""登录: coming in by name and password, then by a code where there is a second factor, and going out again."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.errors import Refused
from hub.messages import text_of
from hub.messages.text import Language
from hub.run.people.limiting import MISSES_OF_ADDRESS, MISSES_OF_NAME
from hub.run.people.signing import HALF, LONGEST, Began, SignedIn
from hub.web.page import Place, draw
from hub.web.visitor import (
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    House,
    Signed,
    address_of,
    agent_of,
    check_origin,
    hub_of,
    language_of,
)

PLACE: Final[Place | None] = None
HALF_COOKIE: Final = "__Host-gridplus-half"
"""Of a browser that was asked for a code, or is at the identity provider."""
_LANGUAGE_S: Final = 365 * 86_400
_LATER: Final = "A337"
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
    hub = hub_of(request)
    return draw(
        request,
        None,
        "signin.html",
        status=_status(refused),
        headers=_later(refused),
        next=onward,
        name=name,
        told=text_of(refused, language_of(request)) if refused else None,
        demo_accounts=hub.demo_accounts,
        elsewhere=hub.people.elsewhere is not None,
    )


def _status(refused: Refused | None) -> int:
    return 200 if refused is None else 429 if refused.code == _LATER else 401


def _later(refused: Refused | None) -> dict[str, str]:
    wait_s = refused.facts.get("wait_s") if refused else None
    return {} if wait_s is None else {"retry-after": str(wait_s)}


@router.post("/signin", dependencies=[Depends(check_origin)])
def sign_in(
    request: Request,
    house: House,
    name: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=256)],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Begins a session or asks for a code, or draws the form again with what was wrong."""
    limits = {MISSES_OF_ADDRESS: address_of(request), MISSES_OF_NAME: name.casefold()}
    try:
        with house.people.limiting.missing(limits):
            began = house.signing.sign_in(name, password, onward=inside(next), agent=agent_of(request))
    except Refused as refused:
        return _form(request, inside(next), name=name, refused=refused)
    return come_in(began)


def come_in(began: Began) -> Response:
    """Onward with the session's cookie, or to the question for a code with that of the question."""
    if not isinstance(began, SignedIn):
        answer = RedirectResponse("/signin/second", status_code=303)
        keep(answer, HALF_COOKIE, began.token, int(HALF.total_seconds()))
        return answer
    answer = RedirectResponse(began.onward, status_code=303)
    keep(answer, SESSION_COOKIE, began.token, int(LONGEST.total_seconds()))
    answer.delete_cookie(HALF_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def keep(answer: Response, name: str, token: str, age_s: int) -> None:
    """The browser keeps `token` for us alone, and shows it to no script."""
    answer.set_cookie(name, token, max_age=age_s, path="/", secure=True, httponly=True, samesite="lax")


@router.get("/signin/second")
def ask(request: Request) -> Response:
    """The question for a code, where a browser is half in."""
    if HALF_COOKIE not in request.cookies:
        return RedirectResponse("/signin", status_code=303)
    return _ask(request)


def _ask(request: Request, refused: Refused | None = None) -> HTMLResponse:
    told = text_of(refused, language_of(request)) if refused else None
    return draw(
        request, None, "signin_second.html", status=_status(refused), headers=_later(refused), told=told
    )


@router.post("/signin/second", dependencies=[Depends(check_origin)])
def second(request: Request, house: House, code: Annotated[str, Form(max_length=64)]) -> Response:
    """Begins the session, or asks again."""
    token = request.cookies.get(HALF_COOKIE, "")
    try:
        with house.people.limiting.missing({MISSES_OF_ADDRESS: address_of(request)}):
            began = house.signing.second(token, code.strip(), agent=agent_of(request))
    except Refused as refused:
        return _ask(request, refused)
    return come_in(began)


@router.post("/signout")
def sign_out(house: House, visitor: Signed) -> Response:
    """Ends this session; what the browser kept of our pages goes with it."""
    house.signing.sign_out(visitor.token, visitor.account)
    return gone()


@router.post("/signout/everywhere")
def sign_out_everywhere(house: House, visitor: Signed) -> Response:
    """Ends every session of this account."""
    house.signing.sign_out_everywhere(visitor.account)
    return gone()


def gone() -> Response:
    """To the sign-in page, with nothing of ours left in the browser."""
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
