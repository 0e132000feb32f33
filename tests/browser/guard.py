"""Watches everything that a browser context does: no request leaves the host, no error in its console, no page that its
content security policy had to stop. Pages, their frames, workers and service workers alike."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError, WebSocket

_TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", one =>
  console.error(`policy: ${one.effectiveDirective} stopped ${one.blockedURI} of ${one.sourceFile}:${one.lineNumber}`))"""
"""Also of those that a library catches and keeps to itself."""
_SETTLED = """() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(
  [...document.querySelectorAll("link[href]")].map(one => one.href)))))"""
"""Waits until what was begun is told; the links by which a page may reach out without any request that is told."""


class Guard:
    """What went wrong in a context since it was made."""

    def __init__(self, context: BrowserContext, own: str) -> None:
        """`own`: where the hub answers, `http://127.0.0.1:port`; all else is outside."""
        self._context, self._own = context, own
        self._faults: list[str] = []
        self._expected: dict[str, bool] = {}
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", self._threw)
        context.on("page", self._opened)

    def expects(self, words: str) -> None:
        """A console error with these words is part of the test, and has to come: `status of 403` where a page is refused."""
        self._expected.setdefault(words, False)

    def bears(self, words: str) -> None:
        """One with these words may come, and need not: it depends on what was on its way."""
        self._expected[words] = True

    def check(self) -> None:
        """Fails with every URL outside, every error and every violation; and where one that was expected did not come."""
        for page in self._context.pages:
            if not page.is_closed():
                for url in page.evaluate(_SETTLED):
                    self._sent_to(url)
        missed = [
            f"expected, and did not come: {words}" for words, came in self._expected.items() if not came
        ]
        assert not [*self._faults, *missed], "\n".join([*self._faults, *missed])

    def _opened(self, page: Page) -> None:
        page.on("websocket", self._connected)

    def _asked(self, request: Request) -> None:
        self._sent_to(request.url)

    def _connected(self, socket: WebSocket) -> None:
        self._sent_to(socket.url.replace("ws", "http", 1))

    def _sent_to(self, url: str) -> None:
        is_inside = url.startswith((f"{self._own}/", "data:", f"blob:{self._own}/", "about:"))
        if not is_inside:
            self._faults.append(f"a request outside of the host: {url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._fault("console", f"{message.text} ({message.location.get('url', '')})")

    def _threw(self, error: WebError) -> None:
        self._fault("error", str(error.error))

    def _fault(self, where: str, words: str) -> None:
        wanted = [one for one in self._expected if one in words]
        self._expected.update(dict.fromkeys(wanted, True))
        if not wanted:
            self._faults.append(f"{where}: {words}")
