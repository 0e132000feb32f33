"""Screenshots of every page of the table into a folder: `python -m tests.browser.pictures DIR`, or `make pictures`.

Of a hub in which something has happened, as who looks at each page: on a desktop, a phone and a wall, light and dark.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from tests.browser.chromium import chromium, lacking
from tests.browser.site import Shown, Site, live_through, pages, site_of
from tests.instruments import HubInHand


@dataclass(frozen=True, slots=True)
class Screen:
    """What a page is looked at on."""

    name: str
    width: int
    height: int


SCREENS: Final = (Screen("desktop", 1440, 900), Screen("phone", 390, 844), Screen("wall", 3840, 2160))
_PAINTED_MS: Final = 60_000
"""A map is taken once it is painted: on a wall that takes software rendering a while."""
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


def take(site: Site, one: Shown, screen: Screen, scheme: Literal["light", "dark"], into: Path) -> Path:
    """The picture of one page; fails as a test does where the page is not sound."""
    size = {"width": screen.width, "height": screen.height}
    with site.visit(one.who, viewport=size, color_scheme=scheme, device_scale_factor=1) as page:
        page.goto(site.filled(one.path))
        page.locator(one.ready).first.wait_for()
        page.locator("#map-page:not([data-painted])").wait_for(state="detached", timeout=_PAINTED_MS)
        place = into / f"{one.name}-{screen.name}-{scheme}.png"
        page.screenshot(path=place, animations="disabled")
    return place


def main() -> None:
    """Takes them all and says how many."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.browser.pictures DIR")
    if lacks := lacking():
        sys.exit(f"pictures need: {'; '.join(lacks)}")
    into = Path(sys.argv[1])
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, chromium() as browser:
        hub = HubInHand(Path(place))
        live_through(hub)
        with site_of(hub, browser) as site:
            taken = [
                take(site, one, screen, scheme, into)
                for one in pages()
                for screen in SCREENS
                for scheme in SCHEMES
            ]
        hub.close()
    print(f"pictures: {len(taken)} of {len(pages())} pages → {into}")


if __name__ == "__main__":
    main()
