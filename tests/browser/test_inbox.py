"""A department's inbox as its people use it: a whistle is signed and finished by mouse, a refusal stands beside what was
typed."""

from dataclasses import replace
from pathlib import Path

from playwright.sync_api import expect

from hub.access.beyond import Verdict
from hub.model import Code
from hub.run.whitelist.revealing import Wish
from tests.browser.conftest import Visit
from tests.browser.people import PEOPLE
from tests.browser.site import Site
from tests.instruments import HubInHand, person
from tests.photos import scene
from tests.unit.run.sources import pipe


def call(hub: HubInHand) -> None:
    """The operator's department is called."""
    hub.tell(replace(pipe(hub, "A1"), category=Code("hl-2024", "040301")))
    hub.settle()


def test_a_whistle_is_signed_and_finished_with_a_photo(site: Site, visit: Visit, tmp_path: Path) -> None:
    call(site.hub)
    photo = tmp_path / "现场.jpg"
    photo.write_bytes(scene(1))
    page = visit("operator")
    page.goto("/inbox")
    page.locator("table.inbox .what a").first.click()
    page.get_by_role("button", name="签收", exact=True).click()
    expect(page.locator(".notice").first).to_contain_text("签收")
    page.get_by_label("照片或 PDF").set_input_files(photo)
    page.get_by_role("button", name="上传").click()
    expect(page.locator("section:has(#evidence)")).to_contain_text("jpeg")
    page.locator("#result > summary").click()
    page.get_by_label("处置措施").fill("已清理")
    page.get_by_label("处置结果").select_option("done")
    page.locator("#result").get_by_role("button", name="反馈结果").click()
    expect(page.locator(".marks")).to_contain_text("已反馈结果")
    ((evidence,),) = site.hub.rows("SELECT count(*) FROM evidence")
    assert 1 == evidence


def test_what_is_revealed_goes_when_its_time_is_over_and_never_onto_paper(site: Site, visit: Visit) -> None:
    site.hub.tell(replace(pipe(site.hub, "A1"), category=Code("hl-2024", "040301"), requester=person(1)))
    site.hub.settle()
    ((whistle,),) = site.hub.rows("SELECT id FROM whistle WHERE department = 'chengguan'")
    ((event,),) = site.hub.rows("SELECT id FROM event")
    wish = Wish(whistle_id=whistle, event_id=event, field="resident.phone", reason="门牌不清，现场找不到人")
    revealing, now = site.hub.hub.revealing, site.hub.clock.now()
    asked = revealing.ask(wish, PEOPLE["operator"], now)
    revealing.decide(asked.id, Verdict.APPROVE, PEOPLE["district"], now)
    page = visit("operator")
    page.clock.install()
    page.goto(f"/inbox/{whistle}")
    value = page.locator(".revealed")
    expect(value).to_have_text(person(1).phone)
    page.emulate_media(media="print")
    expect(value).to_be_hidden()
    page.emulate_media(media="screen")
    expect(value).to_be_visible()
    page.clock.fast_forward(31 * 60 * 1000)  # as if the lid had been closed meanwhile
    expect(value).to_have_count(0)
    expect(page.locator(".gone")).to_be_visible()


def test_a_refusal_stands_beside_what_was_typed(site: Site) -> None:
    call(site.hub)
    with site.context("operator") as (context, guard):
        guard.expects("status of 409")
        page = context.new_page()
        page.goto("/inbox")
        page.locator("table.inbox .what a").first.click()
        page.get_by_role("button", name="签收", exact=True).click()
        page.locator("#result > summary").click()
        page.get_by_label("处置措施").fill("清")
        page.get_by_label("处置结果").select_option("done")
        page.locator("#result").get_by_role("button", name="反馈结果").click()
        expect(page.locator("#result .refusal")).to_contain_text("W102")
        expect(page.get_by_label("处置措施")).to_have_value("清")
        page.get_by_label("处置措施").fill("已清理")
        page.locator("#result").get_by_role("button", name="反馈结果").click()
        expect(page.locator(".marks")).to_contain_text("已反馈结果")
        guard.check()
