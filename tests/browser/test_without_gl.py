"""A machine without WebGL: the map's constructor throws, which is where the page's own drawing begins."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.test_vendored import MAP, opened


def test_the_map_refuses_and_says_so(browser_without_gl: Browser) -> None:
    with opened(browser_without_gl, "<div id=map></div>", MAP) as (page, _guard):
        expect(page).to_have_title(re.compile("refused: .*webgl", re.IGNORECASE))
