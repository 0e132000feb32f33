"""Nobody is shown a resident's value that no grant shows them: over all pages, by all ways in which a page lets something out."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from playwright.sync_api import Browser

from hub.demo.canaries import Canaries
from hub.model.account import Role
from hub.web.app import serve
from tests.browser.crawl import Haul, crawl
from tests.browser.people import PEOPLE
from tests.browser.site import Site, let_everybody_in, table
from tests.e2e.planted import PEOPLE as PLANTED
from tests.e2e.planted import hidden_from, planted
from tests.e2e.served import serving
from tests.instruments import HubInHand

WITHOUT_CONTENT = {Role.ENGINEER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR}
"""They see no matter's content, whatever their organisation is granted."""


def canaries_for(site: Site, who: str) -> Canaries:
    """What `who` may not be shown."""
    if not who or PEOPLE[who].role in WITHOUT_CONTENT:
        return Canaries(planted(n) for n in range(PLANTED))
    return Canaries(hidden_from(site.hub.hub.pack, PEOPLE[who].organisation))


@pytest.mark.parametrize("who", ["", *(role.value for role in Role)])
@pytest.mark.parametrize(
    "town",
    ["embedded", pytest.param("connected", marks=[pytest.mark.connected, pytest.mark.drill])],
    indirect=True,
)
def test_pages_let_no_value_out(town: Site, who: str) -> None:
    begin = [town.filled(one.path) for one in table()]
    haul = crawl(town, who, begin)
    assert {f"{town.url}{path}" for path in begin} <= haul.statuses.keys()
    assert {} == canaries_for(town, who).in_texts(haul.texts)


ONE = planted(7)
ESCAPED = ONE.name.encode("ascii", "backslashreplace").decode()
SCRIPTS = {
    "localStorage": f"localStorage.a = '{ONE.phone}'",
    "sessionStorage": f"sessionStorage.a = '{ONE.phone}'",
    "history": f"history.replaceState({{a: '{ONE.phone}'}}, '')",
    "cookies": f"document.cookie = 'a={ONE.phone}'",
    "caches": f"caches.open('a').then(one => one.put('/x', new Response('{ONE.phone}')))",
    "indexedDB": f"""const opening = indexedDB.open('a');
opening.onupgradeneeded = () => opening.result.createObjectStore('s');
opening.onsuccess = () => {{
  const store = opening.result.transaction('s', 'readwrite').objectStore('s');
  store.put({{a: new Blob(['{ONE.phone}']), b: new TextEncoder().encode('{ONE.name}')}}, 1);
}};""",
    "page": f"document.body.append('{ONE.phone}')",
}
"""Where a page's script may leave a value → such a script."""
ANSWERS = {
    "body": Response(f'{{"a": "{ESCAPED}"}}', media_type="application/json"),
    "headers": Response(
        "", headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(ONE.name)}.csv"}
    ),
}


@pytest.fixture(scope="module")
def leaking(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A hub with pages beside its own that leak, each in one way."""
    hub = HubInHand(tmp_path_factory.mktemp("leaking"))
    let_everybody_in(hub)
    app = serve(hub.hub)
    for where, script in SCRIPTS.items():
        _leak_by_script(app, where, script)
    for where, answer in ANSWERS.items():
        _leak_by_answer(app, where, answer)
    app.get("/leak/stream")(_stream)
    app.get("/leak/link")(lambda: HTMLResponse("<title>x</title><a href='/leak/body'>x</a>"))
    with serving(app, hub) as url:
        yield Site(hub, url, browser)
    hub.close()


def _leak_by_script(app: FastAPI, where: str, script: str) -> None:
    source = f"<!doctype html><title>x</title><body><script src='/leak/{where}.js'></script>"
    app.get(f"/leak/{where}")(lambda: HTMLResponse(source))
    app.get(f"/leak/{where}.js")(
        lambda: Response(f"setTimeout(() => {{ {script} }})", media_type="text/javascript")
    )


def _leak_by_answer(app: FastAPI, where: str, answer: Response) -> None:
    app.get(f"/leak/{where}")(lambda: answer)


async def _stream() -> StreamingResponse:
    async def events() -> AsyncIterator[str]:
        yield f"data: {ONE.phone}\n\n"
        await asyncio.sleep(3600)  # a live stream: the walk goes on by itself

    return StreamingResponse(events(), media_type="text/event-stream")


@pytest.mark.parametrize("where", [*SCRIPTS, *ANSWERS, "stream"])
def test_a_leak_is_found_wherever_it_is(leaking: Site, where: str) -> None:
    haul = crawl(leaking, "auditor", [f"/leak/{where}"])
    assert where in {found.partition(" ")[0] for found in leaks(haul)}


def test_a_link_is_followed(leaking: Site) -> None:
    haul = crawl(leaking, "auditor", ["/leak/link"])
    assert f"body {leaking.url}/leak/body" in leaks(haul)


def leaks(haul: Haul) -> dict[str, int]:
    """Where it shows the planted one."""
    return Canaries([ONE]).in_texts(haul.texts)
