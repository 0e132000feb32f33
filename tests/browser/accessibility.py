"""Rules of accessibility, by axe-core (vendored, for tests alone): what it finds serious or critical on a page as it stands."""

from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

_AXE: Final = Path(__file__).with_name("vendor") / "axe-core" / "axe.min.js"
_GRAVE: Final = ("serious", "critical")
_RUN: Final = "axe.run(document, {resultTypes: ['violations'], elementRef: false})"


def findings(page: Page) -> list[str]:
    """One line a finding: how grave, the rule, where, and what to read about it; empty where there is none.

    axe runs in a world of its own: it sees the page's elements, and neither its policy nor its scripts meet axe.
    """
    session = page.context.new_cdp_session(page)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})

    def run(code: str) -> Any:
        asked = {"expression": code, "contextId": world["executionContextId"]}
        answer = session.send("Runtime.evaluate", {**asked, "awaitPromise": True, "returnByValue": True})
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    run(_AXE.read_text("utf-8") + ";0")
    found = run(_RUN)
    session.detach()
    return [
        f"{one['impact']}: {one['id']}: {node['target']}: {one['help']}"
        for one in found["violations"]
        if one["impact"] in _GRAVE
        for node in one["nodes"]
    ]


def check(page: Page) -> None:
    """Fails with what is serious or critical on `page`, and where it stands."""
    found = findings(page)
    assert not found, "\n".join([page.url, *found])
