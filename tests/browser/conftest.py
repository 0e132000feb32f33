"""Fixtures of tests in a browser. A machine without Chromium skips them with the reason; with CI=true that is a failure."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hub.run.sources.entering import ENTRIES, REPORTS
from tests.browser.chromium import Drawing, chromium, lacking
from tests.browser.site import Site, live_through, site_of
from tests.conftest import lacking as cannot_run
from tests.instruments import HubInHand

STACKS = ["embedded", pytest.param("connected", marks=[pytest.mark.connected, pytest.mark.drill])]
"""The same steps on servers belong to `make drill`: what a page asks of a database, tests without a browser ask there too,
and `test_newcomer` walks through the whole on both."""
Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that stands here is of a browser, and what needs no servers runs with what is slow (CONTRIBUTING.md)."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if item.get_closest_marker("connected") is None:
                item.add_marker(pytest.mark.slow)


def _browser(drawing: Drawing) -> AbstractContextManager[Browser]:
    if lacks := lacking():
        cannot_run("; ".join(lacks))
    return chromium(drawing)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium with WebGL2 a module: a longer life would keep asyncio from other tests of this process."""
    with _browser(Drawing.SOFTWARE_GL) as running:
        yield running


@pytest.fixture(scope="module")
def browser_without_gl() -> Iterator[Browser]:
    """One without WebGL. Not beside `browser` in one module: Playwright runs once in a thread."""
    with _browser(Drawing.NO_GL) as running:
        yield running


def _hub(request: pytest.FixtureRequest, place: Path) -> HubInHand:
    """Two of its pages are sources, which settings name."""
    if request.param == "embedded":
        made = HubInHand(place)
    else:
        store, bus, prefix = request.getfixturevalue("real_servers").fresh()
        made = HubInHand(place, store=store, bus=bus, prefix=prefix)
    made.hub.settings.sources.update({REPORTS: {}, ENTRIES: {}})
    return made


@pytest.fixture(params=STACKS)
def site(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Site]:
    """An empty hub of the test's own, on both stacks; each role has an account."""
    hub = _hub(request, tmp_path)
    with site_of(hub, browser) as made:
        yield made
    hub.close()


@pytest.fixture(scope="module", params=STACKS)
def town(
    request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A hub in which something has happened, one a module: for tests that only look."""
    hub = _hub(request, tmp_path_factory.mktemp("town"))
    live_through(hub)
    with site_of(hub, browser) as made:
        yield made
    hub.close()


@pytest.fixture
def visit(site: Site) -> Iterator[Visit]:
    """Opens a browser for somebody, `visit("auditor")`; the guards of all are checked at the end."""
    with ExitStack() as open_:

        def visiting(who: str = "", **how: Any) -> Page:
            return open_.enter_context(site.visit(who, **how))

        yield visiting
