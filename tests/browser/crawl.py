"""Walks the pages as somebody and gathers all that leaves the hub by them: bodies, headers with the names of files, the page as
drawn and its source, live streams, and what the browser keeps. What is searched for in it is the caller's.

May not hold: what may be shown to whom.
"""

import io
import re
import ssl
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import httpx
from playwright.sync_api import BrowserContext, Page, Response
from playwright.sync_api import Error as BrowserError

from tests.browser.site import Site, table

MOST_OF_A_KIND: Final = 2
"""Pages whose URL differs in ids alone that are walked; of a list of a thousand whistles these many are opened."""
_PAUSE_S: Final = 1.5
_STREAM_S: Final = 5.0
_KEPT: Final = Path(__file__).with_name("kept.js").read_text("utf-8").partition("\n")[2]  # without its head
_LINKS: Final = """() => ['a[href]', 'form[method=get][action]', '[hx-get]', '[data-hx-get]'].flatMap(where =>
  [...document.querySelectorAll(where)].map(one => one.getAttribute(where.match(/([a-z-]+)\\]$/)[1])))"""
_ID: Final = re.compile(r"[0-9][0-9A-Za-z_-]*|[0-9A-Za-z_-]{20,}")
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_ASSETS: Final = "/assets/"
_LAST: Final = "/signin"
"""A page of this host without a stream, on which the walk ends and the browser's places are looked through once more."""


@dataclass
class Haul:
    """What somebody's walk brought."""

    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """`what URL` → texts, as a search may read them; `what` is body, headers, page, stream or a place of the browser."""
    statuses: dict[str, int] = field(default_factory=dict)
    """URL → how the hub answered when it was walked to."""

    def add(self, what: str, url: str, *texts: str) -> None:
        """Keeps `texts`, and beside them what they say once escapes are read."""
        for text in texts:
            self.texts[f"{what} {url}"] += [text, *_read(text)]


def _read(text: str) -> Iterator[str]:
    """What `text` hides: percent signs as in URLs and file names, and `\\u` as in JSON."""
    if "%" in text:
        yield unquote(text)
    if "\\u" in text:
        yield _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def crawl(site: Site, who: str, begin: Sequence[str]) -> Haul:
    """All that `who` gets to see, from the paths `begin` on along links of this host."""
    haul = Haul()
    client = httpx.Client(
        timeout=10, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    )  # nothing here speaks TLS
    with site.context(who) as (context, _guard), client:
        _Walk(site.url, context, context.new_page(), client, haul).over(begin)
    return haul


class _Walk:
    def __init__(
        self, own: str, context: BrowserContext, page: Page, client: httpx.Client, haul: Haul
    ) -> None:
        self._own, self._context, self._page, self._client, self._haul = own, context, page, client, haul
        self._answers: list[Response] = []
        self._kinds: Counter[str] = Counter()
        context.on("response", self._heard)

    def _heard(self, answer: Response) -> None:
        self._answers.append(answer)

    def over(self, begin: Sequence[str]) -> None:
        waiting, seen = [f"{self._own}{path}" for path in begin], set[str]()
        while waiting:
            url = waiting.pop(0)
            if url not in seen and self._is_wanted(url):
                seen.add(url)
                waiting += self._visit(url)
        self._page.goto(f"{self._own}{_LAST}")
        self._page.wait_for_load_state("networkidle")  # what scripts still wrote is kept by now
        self._gather(f"{self._own}{_LAST}")

    def _is_wanted(self, url: str) -> bool:
        parts = urlsplit(url)
        kind = _route(parts.path) + "?" + re.sub(r"=[^&]*", "=", parts.query)
        self._kinds[kind] += 1
        return (
            url.startswith(f"{self._own}/")
            and not parts.path.startswith(_ASSETS)
            and self._kinds[kind] <= MOST_OF_A_KIND
        )

    def _visit(self, url: str) -> Sequence[str]:
        """What the hub answers, and if it is a page that is shown, that page as it is drawn; where it leads."""
        answer = self._fetch(url)
        if answer.is_redirect:
            return [urljoin(url, answer.headers["location"])]
        if answer.is_error or not answer.headers.get("content-type", "").startswith("text/html"):
            return ()
        self._page.goto(url)
        self._page.wait_for_load_state()
        self._gather(url)
        links: list[str] = self._page.evaluate(_LINKS)
        return [urldefrag(urljoin(url, one)).url for one in links]

    def _fetch(self, url: str) -> httpx.Response:
        """Keeps the answer as it comes over the line."""
        cookies = "; ".join(f"{one['name']}={one['value']}" for one in self._context.cookies())
        headers = {"cookie": cookies, "accept": "text/html,*/*"}
        with self._client.stream("GET", url, headers=headers) as answer:
            self._haul.statuses[url] = answer.status_code
            self._haul.add("headers", url, *(f"{name}: {value}" for name, value in answer.headers.items()))
            if answer.headers.get("content-type", "").startswith("text/event-stream"):
                self._haul.add("stream", url, "".join(_for_a_while(answer)))
            else:
                self._haul.add("body", url, *_texts(answer.read()))
        return answer

    def _gather(self, url: str) -> None:
        self._page.evaluate("() => new Promise(done => requestIdleCallback(done, {timeout: 500}))")
        for one in self._answers:
            self._keep(one)
        self._answers.clear()
        self._haul.add("page", url, self._page.content(), self._page.evaluate("document.body.innerText"))
        for place, text in self._page.evaluate(_KEPT).items():
            self._haul.add(place, url, text)
        cookies = (f"{one['name']}={one['value']}" for one in self._context.cookies())
        self._haul.add("cookies", url, *cookies)

    def _keep(self, answer: Response) -> None:
        """What a page asked for by itself: data, pictures, streams of events."""
        if _ASSETS in answer.url or not answer.url.startswith(self._own):
            return
        self._haul.add("headers", answer.url, *(f"{k}: {v}" for k, v in answer.all_headers().items()))
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            self._fetch(answer.url)
            return
        try:
            self._haul.add("body", answer.url, *_texts(answer.body()))
        except BrowserError:  # a redirection has no body, and of a page that is gone Chromium keeps none
            self._fetch(answer.url)


@cache
def _routes() -> Mapping[str, re.Pattern[str]]:
    """Route with places for ids → which paths are its."""
    paths = sorted((one.path for one in table()), key=lambda path: path.count("{"))
    return {path: re.compile(re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(path))) for path in paths}


def _route(path: str) -> str:
    """Of the page that `path` leads to, so that a list of a thousand grants is one kind; else `path` without ids."""
    return next((name for name, fits in _routes().items() if fits.fullmatch(path)), _ID.sub("*", path))


def _for_a_while(answer: httpx.Response) -> Iterator[str]:
    """What a stream says until it pauses for _PAUSE_S, or goes on for _STREAM_S."""
    answer.request.extensions["timeout"]["read"] = _PAUSE_S
    ends = time.monotonic() + _STREAM_S
    try:
        for text in answer.iter_text():
            yield text
            if time.monotonic() > ends:
                return
    except httpx.ReadTimeout:
        return


def _texts(raw: bytes) -> Iterable[str]:
    """The body as text; of an archive, as spreadsheets are, the names and texts of its members."""
    yield raw.decode("utf-8", "replace")
    if raw.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(raw)) as opened:
            for name in opened.namelist():
                yield name
                yield opened.read(name).decode("utf-8", "replace")
