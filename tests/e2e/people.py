"""People in tests: an account of a role, signed in over HTTP as a browser would be."""

import httpx

from hub.model.account import ADMINS, Account, Role
from hub.run.people.signing import hashed
from hub.store import accounts
from tests.instruments import HubInHand

PASSWORD = "correct horse battery staple"
_KEPT: list[str] = []
_AREAS = {Role.GRID_WORKER: "329901001001", Role.COMMUNITY: "329901001001", Role.SUBDISTRICT: "329901001"}


def account_of(role: Role, **changes: object) -> Account:
    """An account of `role` in the demo pack, named after it."""
    organisation = {Role.OPERATOR: "chengguan", Role.DISTRICT: "zhongxin"}.get(role, "zhongxin")
    if role in _AREAS:
        organisation = "jiedao_01"
    said: dict[str, object] = {
        "name": role.value,
        "title": role.value,
        "role": role,
        "organisation": organisation,
        "area": _AREAS.get(role, ""),
        "made_by": "first",
        "confirmed_by": "second",
    }
    return Account(**(said | changes))  # type: ignore[arg-type]


def let_in(hub: HubInHand, one: Account) -> None:
    """Stores the account under PASSWORD."""
    if not _KEPT:
        _KEPT.append(hashed(PASSWORD))  # made once: it takes its time on purpose
    with hub.hub.store.write() as conn:
        assert accounts.add(conn, one, password=_KEPT[0], at=hub.clock.now())


def browser(url: str) -> httpx.Client:
    """Sends what a browser sends beside a form of our own pages."""
    return httpx.Client(base_url=url, headers={"origin": url, "accept": "text/html"})


def sign_in(client: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    """Types into the form. The cookie is kept although the test speaks no TLS: browsers trust loopback, httpx asks."""
    answer = client.post("/signin", data={"name": name, "password": password})
    for cookie in client.cookies.jar:
        cookie.secure = False
    return answer


def signed_in(url: str, hub: HubInHand, role: Role, **changes: object) -> httpx.Client:
    """A browser of a new account of `role`, with the token of its forms in the header that htmx would send."""
    one = account_of(role, **changes)
    let_in(hub, one)
    client = browser(url)
    assert 303 == sign_in(client, one.name).status_code
    page = client.get("/me").text
    client.headers["x-csrf"] = page.partition('"x-csrf": "')[2].partition('"')[0]
    return client


__all__ = ["ADMINS", "PASSWORD", "account_of", "browser", "let_in", "sign_in", "signed_in"]
