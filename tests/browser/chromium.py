"""The distribution's Chromium, driven by Playwright. Nothing is downloaded; no name but this machine's resolves."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any, Final

from playwright.sync_api import Browser, expect, sync_playwright

LONGEST_MS: Final = 10_000
"""How long a page may take until what is waited for is there, on a machine with other work. Wait by locators and `expect`:
`wait_for_function` evaluates text in the page, which our policy stops."""
expect.set_options(timeout=LONGEST_MS)
_SEALED: Final = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


class Drawing(Enum):
    """What a page may draw with."""

    SOFTWARE_GL = ("--enable-unsafe-swiftshader",)
    """WebGL2, computed: without this flag it is deprecated, with the older `--use-gl` there is none."""
    NO_GL = ("--disable-3d-apis",)
    """As on a machine without WebGL."""


def lacking() -> list[str]:
    """What this machine lacks for browser tests, in words; empty where nothing is missing."""
    lacks = [] if _program() else ["Chromium (package chromium)"]
    return lacks if _has_chinese() else [*lacks, "a Chinese font (packages fonts-noto-cjk, fontconfig)"]


@contextmanager
def chromium(drawing: Drawing = Drawing.SOFTWARE_GL) -> Iterator[Browser]:
    """A running browser. While it runs, nothing else of this thread may use asyncio."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_program(), args=[*drawing.value, _SEALED])
        try:
            yield browser
        finally:
            browser.close()


def person() -> dict[str, Any]:
    """How somebody in the district looks at pages, for `new_context`."""
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1440, "height": 900}}


def _program() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def _has_chinese() -> bool:
    if shutil.which("fc-list") is None:
        return False
    done = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, check=False)
    return bool(done.stdout.strip())
