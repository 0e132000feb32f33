"""Without WebGL2 a canvas shows the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.site import Site, site_of
from tests.e2e.served import blow
from tests.instruments import HubInHand


@pytest.fixture
def plain(browser_without_gl: Browser, tmp_path: Path) -> Iterator[Site]:
    """A hub in the hand, looked at without WebGL."""
    hub = HubInHand(tmp_path)
    with site_of(hub, browser_without_gl) as made:
        yield made
    hub.close()


def test_the_canvas_shows_moves_and_picks_as_the_other_map_does(plain: Site) -> None:
    blow(plain.hub, "zilai")
    with plain.visit("district") as page:
        page.goto("/map")
        page.locator("#map-page[data-painted][data-drawn=canvas]").wait_for(timeout=30_000)
        expect(page.locator("#total strong")).to_have_text("1")
        row = plain.hub.rows("SELECT lon, lat FROM incident")[0]
        page.goto(f"/map?at=16/{row.lon}/{row.lat}")
        page.locator("#map-page[data-painted]").wait_for()
        canvas = page.locator("#map canvas")
        box = canvas.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page.locator("#side h2")).to_have_text("上水井盖")
        before = page.url
        page.locator("#map").focus()
        page.keyboard.press("ArrowLeft")
        expect(page).not_to_have_url(before)
        blow(plain.hub, "zilai", 2)
        expect(page.locator("#total strong")).to_have_text("2")
