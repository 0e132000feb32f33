"""统一身份认证登录: to the identity provider, and back."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from hub.errors import Refused
from hub.messages import text_of
from hub.run.people.elsewhere import Elsewhere, Unbound
from hub.run.people.house import BACK
from hub.run.people.limiting import LEAVING_OF_ADDRESS
from hub.run.people.signing import HALF
from hub.web.page import Place, draw
from hub.web.pages.signin import HALF_COOKIE, come_in, inside, keep
from hub.web.visitor import House, address_of, agent_of, language_of

PLACE: Final[Place | None] = None
router = APIRouter(include_in_schema=False)


def _elsewhere(house: House) -> Elsewhere:
    """Raises Refused P107 where the settings name no provider."""
    if house.people.elsewhere is None:
        raise Refused("P107")
    return house.people.elsewhere


@router.get("/signin/elsewhere")
def leave(request: Request, house: House, next: str = "/") -> Response:  # noqa: A002 the word in the URL
    """Sends the browser to the provider."""
    house.people.limiting.count(LEAVING_OF_ADDRESS, address_of(request))
    away = _elsewhere(house).leave(inside(next))
    answer = RedirectResponse(away.address, status_code=303)
    keep(answer, HALF_COOKIE, away.token, int(HALF.total_seconds()))
    return answer


@router.get(BACK)
def come_back(
    request: Request,
    house: House,
    state: Annotated[str, Query(max_length=128)] = "",
    code: Annotated[str, Query(max_length=4096)] = "",
) -> Response:
    """Takes the browser back: its session begins, or a code is asked for, or who it is has no account yet."""
    token = request.cookies.get(HALF_COOKIE, "")
    end = _elsewhere(house).come_back(token, state=state, code=code, agent=agent_of(request))
    if isinstance(end, Unbound):
        told = text_of(Refused("A335"), language_of(request))
        return draw(request, None, "signin_unbound.html", status=403, told=told, subject=end.subject)
    return come_in(end)
