"""Accounts in a browser: added by one, confirmed by another; a second factor taken up from its picture."""

import re

from playwright.sync_api import Page

from hub.access.otp import code_at
from tests.browser import accessibility
from tests.browser.site import Site


def once(page: Page) -> str:
    """What the page shows this once."""
    return page.locator(".once").inner_text()


def test_an_account_is_added_by_one_confirmed_by_another_and_its_password_changed(town: Site) -> None:
    with town.visit("system_admin") as page:
        page.goto("/accounts")
        form = page.locator("form:has(input[name=title])")
        form.locator("input[name=name]").fill("zhaoliu")
        form.locator("input[name=title]").fill("赵六")
        form.locator("select[name=role]").select_option("auditor")
        form.locator("select[name=organisation]").select_option("zhongxin")
        form.get_by_role("button").click()
        first = once(page)
    with town.visit("security_admin") as page:
        page.goto("/accounts")
        accessibility.check(page)
        page.locator("tr", has_text="zhaoliu").get_by_role("button", name="核准").click()
        half = once(page)
    with town.visit() as page:
        page.goto("/signin")
        page.get_by_label("账号").fill("zhaoliu")
        page.get_by_label("密码").fill(first)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/me")
        assert "A320" in page.get_by_role("alert").inner_text()
        page.locator("input[name=current]").fill(first)
        page.locator("input[name=handover]").fill(half)
        for name in ("new", "again"):
            page.locator(f"input[name={name}]").fill("a long enough password")
        page.get_by_role("button", name="修改密码").click()
        page.get_by_role("alert").get_by_text("A321").wait_for()
        took_up(town, page)
        page.get_by_role("link", name="已抄好").click()
        page.goto("/accounts")
        page.get_by_role("rowheader", name="赵六").wait_for()


def took_up(town: Site, page: Page) -> None:
    """Enrols from the page of the own account on."""
    page.get_by_role("button", name="启用").click()
    page.locator(".picture svg").wait_for()
    accessibility.check(page)
    (secret,) = re.findall(r"\b[A-Z2-7]{32}\b", page.locator("main").inner_text())
    page.locator("input[name=code]").fill(code_at(secret, town.hub.clock.now()))
    page.get_by_role("button", name="启用").click()
    page.locator(".codes").wait_for()
    assert 10 == page.locator(".codes li").count()
    accessibility.check(page)


def test_the_question_for_a_code_is_a_page_that_everybody_can_use(town: Site) -> None:
    with town.context() as (context, guard):
        guard.expects("status of 401")
        page = context.new_page()
        page.goto("/signin")
        page.get_by_label("账号").fill("auditor")
        page.get_by_label("密码").fill("correct horse battery staple")
        page.get_by_role("button", name="登录").click()
        page.locator("input[name=code]").wait_for()
        accessibility.check(page)
        page.locator("input[name=code]").fill("000000")
        page.get_by_role("button", name="登录").click()
        assert "A322" in page.get_by_role("alert").inner_text()
        guard.check()
