"""Every page of the table: drawn without a request to elsewhere, an error or a violation; fit for everybody; fit for a phone."""

from collections.abc import Iterator
from typing import Final, Literal

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import ViewportSize

from hub.web.app import PAGES
from tests.browser import accessibility
from tests.browser.site import Shown, Site, pages, table

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}


def get_routes() -> Iterator[str]:
    """The path of every GET route of the pages."""
    for module in PAGES:
        for one in module.router.routes:
            if isinstance(one, APIRoute) and "GET" in (one.methods or ()):
                yield one.path


def test_every_get_route_of_the_pages_stands_in_the_table() -> None:
    assert sorted(get_routes()) == sorted(one.path for one in table())


@pytest.mark.parametrize("one", pages(), ids=lambda one: one.name)
def test_a_page_is_sound_and_fit_for_everybody(town: Site, one: Shown) -> None:
    """Light and dark, and on a phone, where nothing is wider than the screen."""
    with town.visit(one.who) as page:
        for scheme in SCHEMES:
            page.goto("about:blank")  # the map opens itself anew where the scheme changes under it
            page.emulate_media(color_scheme=scheme)
            page.goto(town.filled(one.path))
            page.locator(one.ready).first.wait_for()
            accessibility.check(page)
        page.set_viewport_size(PHONE)
        page.reload()
        page.locator(one.ready).first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("path", ["/nowhere", "/overview"])
def test_a_refusal_is_a_page_like_any_other(town: Site, path: str) -> None:
    """Of what is not there, and of what an operator is not let into."""
    with town.context("operator") as (context, guard):
        guard.expects("status of 40")
        page = context.new_page()
        page.goto(path)
        page.get_by_role("heading").first.wait_for()
        accessibility.check(page)
        guard.check()
