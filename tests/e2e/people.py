"""People in tests: an account of a role, signed in over HTTP as a browser would be."""

import httpx
from argon2 import PasswordHasher

from hub.access.otp import code_at
from hub.model.account import ADMINS, Account, Role
from hub.store import accounts
from tests.instruments import HubInHand

PASSWORD = "correct horse battery staple"
_KEPT = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Quickly checked: how long a real one takes is shown in `tests/unit/run/test_hashing.py`."""
_SECRETS: dict[tuple[int, str], str] = {}
_TYPED: dict[str, str] = {}
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
    """Stores the account under PASSWORD; an administrator's with a second factor, as it must have one."""
    with hub.hub.store.write() as conn:
        assert accounts.add(conn, one, password=_KEPT, at=hub.clock.now())
    if one.role in ADMINS:
        enrol(hub, one)


def enrol(hub: HubInHand, one: Account) -> None:
    """From now on a code is asked for: `code_of` knows it."""
    _SECRETS[id(hub), one.name] = hub.hub.people.second.begin(one).secret
    with hub.hub.store.write() as conn:
        accounts.confirm_second(conn, one.name, 0, hub.clock.now())


def code_of(hub: HubInHand, name: str) -> str:
    """What the authenticator of that account shows: a code that was not typed yet, half a minute later if need be."""
    secret = _SECRETS[id(hub), name]
    while (code := code_at(secret, hub.clock.now())) == _TYPED.get(secret):
        hub.clock.pause(30)
    _TYPED[secret] = code
    return code


def browser(url: str) -> httpx.Client:
    """Sends what a browser sends beside a form of our own pages."""
    headers = {"origin": url, "accept": "text/html"}
    return httpx.Client(base_url=url, headers=headers, timeout=30.0, verify=False)  # noqa: S501 there is no TLS


def sign_in(client: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    """Types into the form."""
    return plainly(client, client.post("/signin", data={"name": name, "password": password}))


def plainly(client: httpx.Client, answer: httpx.Response) -> httpx.Response:
    """The cookies are kept although the test speaks no TLS: browsers trust loopback, httpx asks."""
    for cookie in client.cookies.jar:
        cookie.secure = False
    return answer


def type_code(client: httpx.Client, code: str) -> httpx.Response:
    """Types into the question for a second factor."""
    return plainly(client, client.post("/signin/second", data={"code": code}))


def signed_in(url: str, hub: HubInHand, role: Role, **changes: object) -> httpx.Client:
    """A browser of a new account of `role`, with the token of its forms in the header that htmx would send."""
    one = account_of(role, **changes)
    let_in(hub, one)
    client = browser(url)
    answer = sign_in(client, one.name)
    if answer.headers.get("location") == "/signin/second":
        answer = type_code(client, code_of(hub, one.name))
    assert 303 == answer.status_code
    return with_token(client)


def with_token(client: httpx.Client) -> httpx.Client:
    """The same browser, with the token of its pages in the header that htmx would send."""
    page = client.get("/me").text
    client.headers["x-csrf"] = page.partition('"x-csrf": "')[2].partition('"')[0]
    return client
