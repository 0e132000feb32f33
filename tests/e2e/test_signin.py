"""Signing in: by a name and a password, behind a lock, from our own pages alone."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from hub.errors import FixSettings
from hub.model.account import Role
from hub.run.people.signing import IDLE, LOCKED, LONGEST, TRIES
from hub.web.app import serve
from hub.web.moments import minute_of
from hub.web.pages.signin import inside
from tests.e2e import people
from tests.e2e.people import account_of, browser, let_in, sign_in, signed_in
from tests.e2e.served import served
from tests.instruments import HubInHand

pytestmark = pytest.mark.doors


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where the hub answers."""
    with served(hub) as where:
        yield where


def code_in(answer: httpx.Response) -> str:
    """The code that a page tells."""
    return answer.text.partition("<code>")[2].partition("</code>")[0]


def test_who_is_signed_in_is_recognised_until_signing_out(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.ENGINEER)
    assert "engineer" in client.get("/me").text
    assert 303 == client.post("/signout").status_code
    assert "/signin?next=/me" == client.get("/me").headers["location"]


@pytest.mark.parametrize("signs_out", [True, False])
def test_the_next_morning_it_is_known_when_somebody_was_here_last(
    hub: HubInHand, url: str, *, signs_out: bool
) -> None:
    client = signed_in(url, hub, Role.ENGINEER)
    seen = minute_of(hub.clock.now())
    if signs_out:
        client.post("/signout")
    hub.clock.pause(timedelta(days=3).total_seconds())
    assert 303 == client.get("/me").status_code
    sign_in(client, "engineer")
    assert f"<dd>{seen}</dd>" in client.get("/me").text


def test_the_cookie_is_for_this_site_over_tls_and_for_no_script(hub: HubInHand, url: str) -> None:
    let_in(hub, account_of(Role.ENGINEER))
    said = sign_in(browser(url), "engineer").headers["set-cookie"]
    assert said.startswith("__Host-gridplus=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= {part.strip() for part in said.split(";")}


def test_a_wrong_name_and_a_wrong_password_are_told_alike(hub: HubInHand, url: str) -> None:
    let_in(hub, account_of(Role.ENGINEER))
    told = [sign_in(browser(url), name, "wrong") for name in ("engineer", "nobody")]
    assert [(401, "A301")] * 2 == [(one.status_code, code_in(one)) for one in told]
    bare = [one.text.replace("engineer", "").replace("nobody", "") for one in told]
    assert bare[0] == bare[1]


def test_a_name_that_no_database_holds_is_no_trouble_of_the_database(hub: HubInHand, url: str) -> None:
    answer = browser(url).post("/signin", data={"name": "a\0", "password": "wrong"})
    assert answer.status_code in (401, 422)


def test_after_five_wrong_passwords_even_the_right_one_waits(hub: HubInHand, url: str) -> None:
    let_in(hub, account_of(Role.ENGINEER))
    for _ in range(TRIES):
        assert 401 == sign_in(browser(url), "engineer", "wrong").status_code
    assert 401 == sign_in(browser(url), "engineer").status_code
    hub.clock.pause(LOCKED.total_seconds())
    assert 303 == sign_in(browser(url), "engineer").status_code


def test_wrong_passwords_count_in_a_row(hub: HubInHand, url: str) -> None:
    let_in(hub, account_of(Role.ENGINEER))
    for _ in range(3):
        for _ in range(TRIES - 1):
            assert 401 == sign_in(browser(url), "engineer", "wrong").status_code
        assert 303 == sign_in(browser(url), "engineer").status_code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"confirmed_by": ""}, "A305", id="nobody let its role hold yet"),
        pytest.param({"is_disabled": True}, "A301", id="disabled"),
    ],
)
def test_an_account_that_may_not_work_does_not_come_in(
    hub: HubInHand, url: str, changes: dict[str, object], code: str
) -> None:
    let_in(hub, account_of(Role.ENGINEER, **changes))
    answer = sign_in(browser(url), "engineer")
    assert (401, code) == (answer.status_code, code_in(answer))


def test_a_session_ends_when_nobody_uses_it_and_at_the_end_of_the_day(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.ENGINEER)
    hub.clock.pause((IDLE + timedelta(seconds=1)).total_seconds())
    assert 303 == client.get("/me").status_code
    assert 303 == sign_in(client, "engineer").status_code
    for _ in range(int(LONGEST / IDLE) + 1):
        last = client.get("/me").status_code
        hub.clock.pause((IDLE - timedelta(seconds=1)).total_seconds())
    assert (200, 303) == (last, client.get("/me").status_code)


@pytest.mark.parametrize(
    ("role", "path", "headers"),
    [
        pytest.param(Role.OPERATOR, "/inbox/news", {}, id="news"),
        pytest.param(Role.OPERATOR, "/map/stream", {}, id="a stream"),
        pytest.param(Role.OPERATOR, "/map/view", {"x-by-itself": "1"}, id="a picture that news asked for"),
        pytest.param(Role.GRID_WORKER, "/report/session", {}, id="drafts that wait"),
        pytest.param(Role.OPERATOR, "/contact/wh_x/made", {}, id="what became of a contact"),
    ],
)
def test_what_a_page_asks_by_itself_keeps_no_session_awake_nor_ends_it(
    hub: HubInHand, url: str, role: Role, path: str, headers: dict[str, str]
) -> None:
    client = signed_in(url, hub, role)
    half = (IDLE / 2).total_seconds()
    for _ in range(2):
        hub.clock.pause(half)
        with client.stream("GET", path, headers=headers) as answer:  # a stream never ends
            assert answer.status_code in (200, 400, 404, 422)
    hub.clock.pause(1)
    assert "/signin" in client.get("/me").headers["location"]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"x-csrf": "guessed"}, id="another token"),
        pytest.param({"x-csrf": ""}, id="no token"),
        pytest.param({"origin": "https://elsewhere.example"}, id="another site's page"),
        pytest.param({"sec-fetch-site": "cross-site"}, id="the browser says so"),
    ],
)
def test_a_form_that_is_not_from_our_pages_changes_nothing(
    hub: HubInHand, url: str, headers: dict[str, str]
) -> None:
    client = signed_in(url, hub, Role.ENGINEER)
    refused = client.post("/signout", headers=headers)
    assert (403, "A304") == (refused.status_code, code_in(refused))
    assert 200 == client.get("/me").status_code


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x", "/a\nb", ""]
)
def test_signing_in_leads_to_no_other_site(path: str) -> None:
    assert "/" == inside(path)
    assert "/map?z=12" == inside("/map?z=12")


def test_every_page_forbids_what_it_does_not_need(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.DISTRICT)
    for path in ("/signin", "/me", "/overview", "/nowhere", "/whoever"):
        page = client.get(path)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert [] == [
            word for word in ("<style", " style=", "<script>", " onclick", "javascript:") if word in page.text
        ]
        assert "no-store" == page.headers["cache-control"]


def test_programs_are_refused_in_json_and_people_on_a_page(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.GRID_WORKER)
    page = client.get("/overview")
    assert (403, "A303") == (page.status_code, code_in(page))
    assert page.headers["content-type"].startswith("text/html")
    assert "A303" == client.get("/overview", headers={"accept": "application/json"}).json()["code"]
    part = client.get("/overview", headers={"hx-request": "true"})
    assert part.text.startswith('<p class="refusal"')


def test_pages_speak_chinese_until_somebody_asks_for_english(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.DISTRICT)
    assert "运行概况" in client.get("/overview", headers={"accept-language": "en"}).text
    client.post("/language", data={"language": "en", "here": "/overview"})
    for cookie in client.cookies.jar:
        cookie.secure = False
    page = client.get("/overview").text
    assert "Overview" in page
    assert "运行概况" not in page


def test_coming_in_and_being_refused_stand_in_the_audit(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.ENGINEER)
    sign_in(browser(url), "engineer", "wrong")
    client.post("/signout")
    rows = [one.rows for one in hub.rows("SELECT rows FROM audit ORDER BY made_us, chain, seq")]
    said = "".join(str(one) for one in rows)
    assert [2, 1, 1] == [said.count('"purpose":"sign_in"'), said.count('"A301"'), said.count('"sign_out"')]
    assert people.PASSWORD not in said


@pytest.mark.parametrize(
    ("host", "marked", "is_demo", "code"),
    [
        pytest.param("127.0.0.1", True, True, "", id="a demo"),
        pytest.param("0.0.0.0", True, True, "C101", id="a demo that others reach"),  # noqa: S104
        pytest.param("127.0.0.1", False, True, "C110", id="a demo on a store that is none's"),
        pytest.param("127.0.0.1", True, False, "C180", id="a demo's store at work"),
    ],
)
def test_demo_accounts_exist_in_a_demo_alone(
    hub: HubInHand, host: str, marked: bool, is_demo: bool, code: str
) -> None:
    hub.hub.settings.host, hub.hub.settings.demo = host, is_demo
    if marked:
        with hub.hub.store.write() as conn:
            conn.exec_driver_sql("INSERT INTO fact (name, value) VALUES ('demo', '1')")
    if code:
        with pytest.raises(FixSettings, match=code):
            serve(hub.hub)
        assert [] == hub.rows("SELECT name FROM account")
        return
    with served(hub) as url:
        client = browser(url)
        offered = client.get("/signin").text
        assert offered.count('name="password"') > len(Role)
        password = offered.partition('name="password" value="')[2].partition('"')[0]
        assert 303 == sign_in(client, "zhihui", password).status_code
