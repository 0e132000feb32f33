"""A grid worker with a telephone: reports without a connection, which go out by themselves once there is one."""

from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Visit
from tests.browser.people import sign_in
from tests.browser.site import Site
from tests.connected.patience import until
from tests.photos import CANARY, photo

PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "geolocation": {"longitude": 120.8487, "latitude": 32.0112, "accuracy": 18},
    "permissions": ["geolocation"],
}
WORDS: Final = "甄虚卯看见井盖松动"
KEPT: Final = Path(__file__).with_name("kept.js").read_text("utf-8").partition("\n")[2]
READY: Final = "navigator.serviceWorker.ready.then(one => one.scope)"
OFFLINE: Final = "ERR_INTERNET_DISCONNECTED"


def fill_in(page: Page, picture: Path | None = None) -> None:
    """Fills the form in as somebody on the spot does."""
    page.get_by_label("雨水井盖", exact=True).check()
    page.get_by_role("button", name="用我现在的位置").click()
    expect(page.get_by_text("误差约 18 米")).to_be_visible()
    page.get_by_label("情况").fill(WORDS)
    if picture is not None:
        page.get_by_label("从相册选").set_input_files(picture)
        expect(page.get_by_role("img", name="照片 1")).to_be_visible()


def send(page: Page) -> None:
    """Presses the one button."""
    page.get_by_role("button", name="发送").click()


def unsent(page: Page, number: int) -> None:
    """So many wait on this telephone."""
    place = page.get_by_role("heading", name="本机待发送")
    expect(place).to_have_text(f"本机待发送 {number}") if number else expect(place).to_be_hidden()


def without_connection(page: Page, *, kept: int) -> BrowserContext:
    """The page is open, its worker is at work, the connection is lost, and `kept` reports were written since."""
    page.goto("/report")
    assert page.evaluate(READY).endswith("/report")
    expect(page.locator("canvas")).to_be_visible()
    page.context.set_offline(True)
    for _ in range(kept):
        fill_in(page)
        send(page)
        expect(page.get_by_role("button", name="发送")).to_be_enabled()  # it tried, and failed
        expect(page.get_by_text("没有网络，连上后自动发送")).to_be_visible()
    return page.context


def test_what_was_written_without_a_connection_is_sent_once_there_is_one(site: Site, tmp_path: Path) -> None:
    picture = tmp_path / "IMG_0001.jpg"
    picture.write_bytes(photo())
    with site.context("grid_worker", **PHONE) as (context, guard):
        guard.expects(OFFLINE)
        page = context.new_page()
        without_connection(page, kept=0)
        fill_in(page, picture)
        send(page)
        unsent(page, 1)
        page.goto("/reports")  # what the browser kept is shown in its place
        unsent(page, 1)
        expect(page.get_by_text("待发送").last).to_be_visible()
        for place, text in page.evaluate(KEPT).items():
            assert WORDS not in text, place
            assert CANARY.decode() not in text, place
        assert 0 == site.hub.rows("SELECT count(*) FROM record")[0][0]
        context.set_offline(False)
        expect(page.get_by_text("已送达")).to_be_visible()
        unsent(page, 0)
        page.goto("/reports")
        expect(page.get_by_role("heading", name="雨水井盖 已送达")).to_be_visible()
        assert [(1, "grid_pages")] == site.hub.rows("SELECT count(*), source FROM record GROUP BY source")
        assert [(1,)] == site.hub.rows("SELECT photos FROM entered")
        guard.check()


def test_whoever_signs_out_is_asked_first_and_nothing_stays(site: Site) -> None:
    with site.context(**PHONE) as (context, guard):
        guard.expects(OFFLINE)
        page = context.new_page()
        sign_in(page, site.url, "grid_worker")
        without_connection(page, kept=1)
        page.route("**/report/records", lambda route: route.abort())
        guard.expects("ERR_FAILED")
        context.set_offline(False)
        # until its worker hears of the connection, the browser shows the kept page: it names nobody, nobody can leave
        leaving = page.get_by_role("button", name="退出")
        until(lambda: bool(page.goto("/reports")) and leaving.is_visible(), "the connection is known")
        unsent(page, 1)
        answers = iter(("dismiss", "accept"))
        page.on("dialog", lambda asked: getattr(asked, next(answers))())
        for _ in range(2):
            with page.expect_event("dialog"):
                leaving.click()
        page.wait_for_url("**/signin")
        assert [] == page.evaluate("indexedDB.databases()")
        assert [] == page.evaluate("caches.keys()")
        guard.check()


def test_nobody_sends_in_the_name_of_whoever_was_here_before(site: Site) -> None:
    with site.context(**PHONE) as (context, guard):
        guard.expects(OFFLINE)
        page = context.new_page()
        sign_in(page, site.url, "grid_worker")
        without_connection(page, kept=1)
        context.clear_cookies()  # the session is over, nobody signed out
        guard.expects("status of 401")
        context.set_offline(False)
        expect(page.get_by_text("登录已过期")).to_be_visible()
        unsent(page, 1)
        sign_in(page, site.url, "community")
        page.goto("/reports")
        expect(page.get_by_text("还没有上报过")).to_be_visible()
        unsent(page, 0)
        assert [(0,)] == site.hub.rows("SELECT count(*) FROM record")
        context.clear_cookies()
        sign_in(page, site.url, "grid_worker")
        page.goto("/reports")
        expect(page.get_by_role("heading", name="雨水井盖 已送达")).to_be_visible()
        unsent(page, 0)
        assert [("grid_worker",)] == site.hub.rows("SELECT account FROM entered")
        guard.check()


def test_nothing_is_sent_before_it_says_what_and_where(visit: Visit) -> None:
    page = visit("community", **PHONE)
    page.goto("/report")
    send(page)
    expect(page.get_by_text("请选类别，写明情况")).to_be_visible()
    fill_in(page)
    page.get_by_role("button", name="去掉图钉").click()
    send(page)
    expect(page.get_by_text("请选类别，写明情况")).to_be_visible()
    page.get_by_label("地址或地名").fill("墨和路122号")
    send(page)
    expect(page.get_by_text("已送达，编号 WG")).to_be_visible()


def test_what_the_hub_does_not_take_stays_with_the_reason_until_somebody_removes_it(site: Site) -> None:
    with site.context("grid_worker", **PHONE) as (context, guard):
        guard.expects("status of 422")
        page = context.new_page()
        page.goto("/report")
        fill_in(page)
        page.locator("input[name=category]:checked").evaluate("one => one.value = 'no.such_thing'")
        send(page)
        expect(page.get_by_text("没有收下", exact=True)).to_be_visible()
        expect(page.get_by_text("P301")).to_be_visible()
        page.get_by_role("button", name="删除").click()
        unsent(page, 0)
        guard.check()


def test_what_was_too_much_at_once_is_sent_later(site: Site) -> None:
    with site.context("grid_worker", **PHONE) as (context, guard):
        guard.expects("status of 429")
        page = context.new_page()
        page.goto("/report")
        page.route("**/report/records", lambda route: route.fulfill(status=429, json={"code": "A337"}))
        fill_in(page)
        send(page)
        expect(page.get_by_text("系统暂时没有收下")).to_be_visible()
        unsent(page, 1)
        page.unroute("**/report/records")
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.get_by_text("已送达，编号 WG")).to_be_visible()
        unsent(page, 0)
        guard.check()


@pytest.mark.parametrize("who", ["subdistrict", "district"])
def test_an_office_enters_by_address_and_sees_what_it_entered(visit: Visit, who: str) -> None:
    page = visit(who)
    page.goto("/entry")
    page.get_by_label("姓名").fill("甄虚辰")
    page.get_by_label("电话").fill("13900009872")
    page.get_by_label("查找类别").fill("井盖")
    page.get_by_label("污水井盖", exact=True).check()
    page.get_by_label("地址或地名").fill("墨和路122号")
    page.get_by_role("button", name="望河街道萍湾社区墨和路122号霞裕小学").click()
    expect(page.get_by_text("已在图上标出")).to_be_visible()
    page.get_by_label("情况").fill(WORDS)
    page.get_by_role("button", name="录入", exact=True).click()
    expect(page.get_by_text("已录入")).to_be_visible()
    expect(page.get_by_role("heading", name="污水井盖 已送达")).to_be_visible()
    assert "13900009872" not in page.content()
