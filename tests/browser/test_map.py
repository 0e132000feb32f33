"""The shared map as people use it: matters arrive on it, are found, opened and counted; by mouse, by keyboard, on a phone."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import accessibility
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.e2e.served import blow

DRAWN = "#map-page[data-painted]"
LIVE = "#state[data-kind=fine]"


def opened(visit: Visit, who: str = "district", path: str = "/map", **how: Any) -> Page:
    """The map, drawn."""
    page = visit(who, **how)
    page.goto(path)
    page.locator(DRAWN).wait_for(timeout=30_000)
    return page


def total(page: Page, number: int) -> None:
    """So many matters stand on the map."""
    expect(page.locator("#total strong")).to_have_text(str(number))


def test_an_empty_map_says_so(visit: Visit) -> None:
    page = opened(visit)
    expect(page.locator("#state")).to_contain_text("没有符合条件的事项")
    total(page, 0)


def test_a_matter_arrives_and_is_signed_before_the_eyes_of_who_looks(site: Site, visit: Visit) -> None:
    page = opened(visit)
    blow(site.hub, "zilai")
    total(page, 1)
    expect(page.locator("output[data-facet=stage][data-value=called]")).to_have_text("1")
    page.locator("#rows button").first.click()
    side = page.locator("#side")
    expect(side.locator("h2")).to_have_text("上水井盖")
    expect(side).to_contain_text(site.hub.hub.names["zilai"])
    expect(side).to_contain_text("首个反映，由此立项")
    expect(side.locator("time").first).to_be_visible()


def test_filters_stand_in_the_address_and_hold_after_a_reload(site: Site, visit: Visit) -> None:
    blow(site.hub, "zilai")
    page = opened(visit)
    total(page, 1)
    page.get_by_role("checkbox", name="特急").check()
    total(page, 0)
    expect(page).to_have_url(re.compile("urgency=critical"))
    page.reload()
    page.locator(DRAWN).wait_for(timeout=30_000)
    total(page, 0)
    page.get_by_role("button", name="清除筛选").click()
    total(page, 1)


def test_two_tabs_share_one_stream(site: Site, visit: Visit) -> None:
    first = opened(visit)
    asked: list[str] = []
    first.context.on("request", lambda one: asked.append(one.url))
    second = first.context.new_page()
    second.goto("/map")
    second.locator(DRAWN).wait_for(timeout=30_000)
    expect(second.locator("#state")).to_contain_text("没有符合条件的事项")
    blow(site.hub, "zilai")
    total(second, 1)
    total(first, 1)
    assert [] == [one for one in asked if "/map/stream" in one]
    first.close()
    blow(site.hub, "zilai", 2)
    total(second, 2)  # it listens by itself now


def test_everybody_sees_the_matters_of_their_own_territory_alone(town: Site) -> None:
    called = (
        "SELECT count(DISTINCT incident_id) FROM whistle WHERE department = 'chengguan' AND state = 'blown'"
    )
    here = "SELECT count(*) FROM incident WHERE state = 'open' AND subdistrict_id = '329901001'"
    secret = " AND body NOT LIKE '%%\"secret\":true%%'"
    for who, query in (("operator", called), ("subdistrict", here + secret)):
        with town.visit(who) as page:
            page.goto("/map")
            page.locator(DRAWN).wait_for(timeout=30_000)
            total(page, town.hub.rows(query)[0][0])


def test_the_figures_of_what_is_in_sight(site: Site, visit: Visit) -> None:
    blow(site.hub, "zilai")
    page = opened(visit)
    page.get_by_role("button", name="统计视野").click()
    expect(page.locator("#side h2")).to_have_text("范围内 1 件")
    expect(page.locator("#side table").first).to_contain_text("待签收")


def test_an_area_is_drawn_corner_by_corner(site: Site, visit: Visit) -> None:
    blow(site.hub, "zilai")
    page = opened(visit)
    total(page, 1)
    page.get_by_role("button", name="画范围").click()
    box = page.locator("#map").bounding_box()
    assert box is not None
    for x, y in ((0.15, 0.1), (0.85, 0.1), (0.85, 0.8), (0.35, 0.8)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.keyboard.press("Enter")
    expect(page.locator("#side h2")).to_have_text(re.compile("范围内 [01] 件"))


def test_the_time_slider_shows_the_past_and_comes_back(site: Site, visit: Visit) -> None:
    blow(site.hub, "zilai")
    page = opened(visit)
    total(page, 1)
    slider = page.get_by_role("slider", name="时间")
    slider.focus()
    slider.press("PageDown")
    total(page, 0)
    expect(page.locator("#state")).not_to_contain_text("实时")
    page.get_by_role("button", name="回到现在").click()
    total(page, 1)


def test_the_keyboard_moves_the_map(site: Site, visit: Visit) -> None:
    page = opened(visit)
    page.locator("#map canvas").first.focus()
    before = page.url
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(before)
    moved = page.url
    page.get_by_role("button", name="放大").press("Enter")
    expect(page).not_to_have_url(moved)


def test_who_loses_the_hub_is_told_so_and_catches_up_when_it_is_back(site: Site, visit: Visit) -> None:
    page = opened(visit)
    blow(site.hub, "zilai")
    total(page, 1)
    page.context.set_offline(True)
    expect(page.locator("#state")).to_contain_text("实时连接中断")
    blow(site.hub, "zilai", 2)
    page.context.set_offline(False)
    total(page, 2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_matter_beside_the_map_is_fit_for_everybody(site: Site, visit: Visit, scheme: str) -> None:
    blow(site.hub, "zilai")
    page = opened(visit, color_scheme=scheme)
    page.locator("#rows button").first.click()
    page.locator("#side article").wait_for()
    accessibility.check(page)


def test_a_wall_shows_map_and_numbers_alone(site: Site, visit: Visit) -> None:
    page = opened(visit, path="/map?wall=1", viewport={"width": 1920, "height": 1080})
    expect(page.locator("#total")).to_be_visible()
    expect(page.locator("#list")).to_be_hidden()
    expect(page.locator("header.bar")).to_be_hidden()
