"""The demo as a newcomer meets it in a browser, without reading anything: matters arrive on the map, one is followed to its
department and signed there, a field is proposed by one administrator, approved by another, and appears."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.run.servers import free_port
from tests.browser.chromium import person
from tests.browser.guard import Guard

_BEGINS_MS = 90_000
"""Until the demo's first whistle for this department waits, on a machine with other work."""
_MATTERS = 4
"""So many are tried: in a demo the departments sign, too."""
_LISTED_S = 60.0
"""Until one of its matters lies in a grid."""
CODE = re.compile(r"^329901\d{8}$")


@pytest.fixture(params=["embedded", pytest.param("connected", marks=pytest.mark.connected)])
def demo(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where `gridplus demo` answers."""
    port, given = free_port(), list[str]()
    if request.param == "connected":
        store, bus, _ = request.getfixturevalue("real_servers").fresh()
        given = ["--store", store, "--bus", bus]
    command = [str(Path(sys.executable).with_name("gridplus")), "demo", "--port", str(port), *given]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


@pytest.fixture
def page(demo: str, browser: Browser) -> Iterator[Page]:
    """One browser, in which accounts come and go; no request of it leaves this machine."""
    context = browser.new_context(base_url=demo, **person())
    context.set_default_timeout(30_000)
    guard = Guard(context, demo)
    # what the map had asked for when somebody signed out is answered to nobody
    guard.bears(f"status of 401 (Unauthorized) ({demo}/map/")
    yield context.new_page()
    guard.check()
    context.close()


def enter(page: Page, who: str) -> None:
    """By the button on the sign-in page."""
    if page.get_by_role("button", name="退出").count():
        page.get_by_role("button", name="退出").click()
    else:
        page.goto("/")
    page.get_by_role("button", name=who).click()
    expect(page.locator("header")).to_contain_text(who)


def matter_of(page: Page, department: str) -> str:
    """A matter on the map whose list row is opened, that lies in a grid and calls `department`, which has still to sign; its
    id."""
    page.get_by_label("待签收").check()
    page.get_by_text("更多条件").click()
    choice = page.locator("select[name=departments]")
    expect(choice.locator("option", has_text=department)).to_have_count(1, timeout=_BEGINS_MS)
    choice.select_option(choice.locator("option", has_text=department).get_attribute("value"))
    side = page.locator("#side article")
    page.locator("#rows button").first.wait_for()
    ends = time.monotonic() + _LISTED_S
    while time.monotonic() < ends:  # the list goes on while the demo is played
        for row in page.locator("#rows button").all():
            with page.expect_response(re.compile("/map/matter/in_")) as answer:
                row.click()
            matter = answer.value.url.rsplit("/", 1)[1]
            expect(side.locator("dd code", has_text=matter)).to_have_count(1)
            expect(side).to_contain_text(department)
            if side.locator("dd code", has_text=CODE).count():
                return matter
    pytest.fail("no matter of the list lies in a grid")


def whistle_of(page: Page, matter: str) -> None:
    """Opens whistles in the inbox, page after page, until it is that matter's."""
    links = page.locator("a[href^='/inbox/wh_']")
    links.first.wait_for(timeout=_BEGINS_MS)
    further: str | None = page.url
    while further:
        page.goto(further)
        hrefs = [link.get_attribute("href") for link in links.all()]
        onward = page.locator("a[rel='next']")
        further = onward.get_attribute("href") if onward.count() else None
        for href in hrefs:
            page.goto(str(href))
            if page.get_by_text(matter).count():
                return
    pytest.fail("the matter that the map shows is not in the department's inbox")


def whistle_of_map(page: Page) -> None:
    """Opens, as the department, the whistle of a matter that the map shows to the district's centre."""
    matter = matter_of(page, "青澜区城市管理局")
    enter(page, "城管局经办")
    whistle_of(page, matter)


def test_a_newcomer_follows_a_matter_and_releases_a_field(page: Page) -> None:
    enter(page, "指挥中心")
    total = page.locator("#map-page")
    expect(total).to_have_attribute("data-total", re.compile("[1-9]"), timeout=_BEGINS_MS)
    before = int(total.get_attribute("data-total") or 0)
    expect(total).not_to_have_attribute(
        "data-total", str(before), timeout=_BEGINS_MS
    )  # matters arrive by themselves
    sign = page.get_by_role("button", name="签收", exact=True)
    for _ in range(_MATTERS):
        whistle_of_map(page)
        if sign.count():
            break
        enter(page, "指挥中心")  # the department's own people were faster
    whistle = page.url
    expect(page.get_by_text("网格", exact=True)).to_have_count(0)
    sign.click()
    expect(page.get_by_role("status")).to_contain_text("签收")

    enter(page, "安全管理员甲")
    page.get_by_role("link", name="提出授权 青澜区城市管理局 incident.grid_code").click()
    page.get_by_role("textbox", name="理由").fill("巡查要按网格编码分派")
    page.get_by_role("button", name="提出", exact=True).click()
    expect(page.get_by_text("待同意")).to_be_visible()
    proposal = page.url
    expect(page.get_by_role("button", name="同意", exact=True)).to_have_count(0)  # not one's own

    enter(page, "安全管理员乙")
    page.goto(proposal)
    page.get_by_role("button", name="运行预览").click()
    expect(page.locator("#foreseen")).to_contain_text("incident.grid_code")
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已在所有进程生效")

    enter(page, "城管局经办")
    page.goto(whistle)
    expect(page.locator("dd code", has_text=CODE)).to_have_count(1)
