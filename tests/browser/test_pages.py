"""Every page of the table: drawn without a request to elsewhere, an error or a violation; fit for everybody; fit for a phone."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from hub.web.app import PAGES
from tests.browser import accessibility
from tests.browser.site import Shown, Site, pages, table


def get_routes() -> Iterator[str]:
    """The path of every GET route of the pages."""
    for module in PAGES:
        for one in module.router.routes:
            if isinstance(one, APIRoute) and "GET" in (one.methods or ()):
                yield one.path


def test_every_get_route_of_the_pages_stands_in_the_table() -> None:
    assert sorted(get_routes()) == sorted(one.path for one in table())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("one", pages(), ids=lambda one: one.name)
def test_a_page_is_sound_and_fit_for_everybody(town: Site, one: Shown, scheme: str) -> None:
    with town.visit(one.who, color_scheme=scheme) as page:
        page.goto(town.filled(one.path))
        page.locator(one.ready).first.wait_for()
        accessibility.check(page)


@pytest.mark.parametrize("one", pages(), ids=lambda one: one.name)
def test_on_a_phone_nothing_is_wider_than_the_screen(town: Site, one: Shown) -> None:
    with town.visit(one.who, viewport={"width": 390, "height": 844}) as page:
        page.goto(town.filled(one.path))
        page.locator(one.ready).first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
