"""A resident's copy opens by itself in a browser that asks no network, and by its passphrase alone."""

from pathlib import Path

from playwright.sync_api import Browser, Page

from hub.run.residents.copyfile import Part, sealed
from tests.browser.chromium import person

WORDS = "correct horse"


def _typed(page: Page, words: str) -> None:
    page.get_by_label("口令").fill(words)
    page.get_by_role("button", name="打开").click()


def test_a_copy_opens_offline_by_its_passphrase_alone(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "copy.html"
    file.write_bytes(sealed([Part("您的反映", (("姓名", "测试乙"), ("内容", "<b>水</b>管爆了")))], WORDS))
    context = browser.new_context(**person())
    context.set_offline(True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(file.as_uri())
    _typed(page, "another horse")
    page.get_by_text("口令不对").wait_for()
    assert 0 == page.get_by_text("测试乙").count()
    _typed(page, WORDS)
    page.get_by_text("测试乙").wait_for()
    assert 1 == page.get_by_text("<b>水</b>管爆了").count()
    assert [file.as_uri()] == asked
    context.close()
