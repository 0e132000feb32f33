"""Coming in and going out, by the form."""

import pytest

from tests.browser.people import PEOPLE, sign_in
from tests.browser.site import Site


@pytest.mark.parametrize("who", PEOPLE)
def test_somebody_of_each_role_comes_in_and_goes_out(town: Site, who: str) -> None:
    with town.context() as (context, guard):
        page = context.new_page()
        sign_in(page, town.url, who)
        page.goto("/me")  # where nothing is still on its way
        page.locator("header").get_by_role("button", name="退出").click()
        page.wait_for_url("**/signin")
        assert 0 == page.get_by_text(PEOPLE[who].title, exact=True).count()
        guard.check()


def test_a_wrong_password_leads_nowhere_and_does_not_say_what_was_wrong(town: Site) -> None:
    with town.context() as (context, guard):
        guard.expects("status of 401")
        page = context.new_page()
        page.goto("/signin")
        page.get_by_label("账号").fill("district")
        page.get_by_label("密码").fill("wrong")
        page.get_by_role("button", name="登录").click()
        assert "A301" in page.get_by_role("alert").inner_text()
        guard.check()
