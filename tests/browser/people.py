"""Somebody of each role, by name; signing in as they do, by the form."""

from typing import Final

from playwright.sync_api import Page

from hub.model.account import ADMINS, Role
from tests.e2e.people import PASSWORD, account_of, code_of
from tests.e2e.served import HUBS

_SECOND: Final = "security_admin_2"
PEOPLE: Final = {role.value: account_of(role) for role in Role} | {
    _SECOND: account_of(Role.SECURITY_ADMIN, name=_SECOND, title=_SECOND)
}
"""By name: the role's own, and a second security admin, since nobody approves what they proposed."""


def sign_in(page: Page, url: str, name: str) -> None:
    """Signs `name` of PEOPLE in, and waits until the pages know."""
    page.goto(f"{url}/signin")
    form = page.locator("form:has(input[autocomplete=current-password])")
    form.locator("input[name=name]").fill(name)
    form.locator("input[name=password]").fill(PASSWORD)
    form.locator("button").click()
    if PEOPLE[name].role in ADMINS:
        page.locator("input[name=code]").fill(code_of(HUBS[url], name))
        page.locator("main form button").click()
    # a phone shows no name, but knows it
    page.locator("header").get_by_text(PEOPLE[name].title, exact=True).wait_for(state="attached")
