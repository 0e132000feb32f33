"""The guard finds what it is there for: each page here does one thing that no page may do."""

from collections.abc import Iterator
from typing import Final

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, expect

from hub.web.page import POLICY
from tests.browser import accessibility
from tests.browser.chromium import person
from tests.browser.guard import Guard
from tests.e2e.served import serving

_WORKER: Final = (
    "new Worker('/outside.worker.js').onmessage = () => document.title = 'done'",
    "fetch('https://worker.invalid/x').catch(() => postMessage(1))",
)
_SERVICE: Final = (
    "navigator.serviceWorker.register('/service.worker.js');"
    "navigator.serviceWorker.ready.then(() => document.title = 'done')",
    "oninstall = e => e.waitUntil(fetch('https://service.invalid/x').catch(() => 0))",
)
CASES: Final = {
    # name: (body, script, worker's script, what the guard says)
    "picture": ("<img src='https://picture.invalid/a.png'>", "", "", "outside of the host: https://picture.invalid/"),
    "reach": ("<link rel='preconnect' href='https://reach.invalid'>", "", "", "outside of the host: https://reach"),
    "socket": ("", "new WebSocket('wss://socket.invalid')", "", "'wss://socket.invalid/' violates"),
    "beacon": ("", "navigator.sendBeacon('https://beacon.invalid/x', '')", "", "https://beacon.invalid/x"),
    "outside": ("", *_WORKER, "outside of the host: https://worker.invalid/x"),
    "service": ("", *_SERVICE, "outside of the host: https://service.invalid/x"),
    "style": ("<p style='color: red'>x</p>", "", "", "violates the following Content Security Policy"),
    "inline": ("<script>document.title = 'done'</script>", "", "", "violates the following Content Security Policy"),
    "caught": ("", "try { new Function('1') } catch { 1 }", "", "policy: script-src stopped eval"),
    "error": ("", "null.x", "", "Cannot read properties of null"),
    "told": ("", "console.error('broken')", "", "console: broken"),
    "missing": ("<img src='/nowhere.png'>", "", "", "status of 404"),
}  # fmt: skip


@pytest.fixture(scope="module")
def bad(browser: Browser) -> Iterator[str]:
    """Where those pages are served, under the policy of our own."""
    app = FastAPI()
    for name, (body, script, worker, _told) in CASES.items():
        _page(app, name, body, script, worker)
    _page(app, "unlabelled", "<main><input><img src='data:,'></main>", "", "")
    _page(app, "good", "<main><label>x <input></label></main>", "document.title = 'done'", "")
    with serving(app) as url:
        yield url


def _page(app: FastAPI, name: str, body: str, script: str, worker: str) -> None:
    page = f"<!doctype html><link rel='icon' href='data:,'><title>x</title>{body}<script src='/{name}.js'></script>"
    app.get(f"/{name}")(lambda: HTMLResponse(page, headers={"content-security-policy": POLICY}))
    app.get(f"/{name}.js")(lambda: Response(script, media_type="text/javascript"))
    app.get(f"/{name}.worker.js")(lambda: Response(worker, media_type="text/javascript"))


@pytest.mark.parametrize("name", CASES)
def test_what_no_page_may_do_is_told(browser: Browser, bad: str, name: str) -> None:
    *_, worker, told = CASES[name]
    context = browser.new_context(**person())
    guard = Guard(context, bad)
    page = context.new_page()
    page.goto(f"{bad}/{name}")
    if worker:
        expect(page).to_have_title("done")
    with pytest.raises(AssertionError) as failed:
        guard.check()
    assert told in str(failed.value)
    context.close()


def test_a_sound_page_passes_and_what_was_expected_has_to_come(browser: Browser, bad: str) -> None:
    context = browser.new_context(**person())
    guard = Guard(context, bad)
    page = context.new_page()
    page.goto(f"{bad}/good")
    guard.check()
    guard.expects("status of 404")
    with pytest.raises(AssertionError, match="did not come"):
        guard.check()
    page.goto(f"{bad}/missing")
    guard.check()
    context.close()


def test_what_somebody_cannot_use_is_found(browser: Browser, bad: str) -> None:
    page = browser.new_page()
    page.goto(f"{bad}/unlabelled")
    found = "\n".join(accessibility.findings(page))
    assert "critical: label: ['input']" in found
    assert "critical: image-alt: ['img']" in found
    page.goto(f"{bad}/good")
    assert "label" not in "\n".join(accessibility.findings(page))
    page.close()
