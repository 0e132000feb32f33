"""A hub that is served, with somebody of each role, and its pages by their table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page

from hub.access.exits import Exit
from hub.access.rights import Basis, Kind, Person
from hub.run.residents.requests import Asked
from hub.run.whitelist.breaking import Alarm
from hub.run.whitelist.revealing import Wish
from tests.browser.chromium import LONGEST_MS, person
from tests.browser.guard import Guard
from tests.browser.people import PEOPLE, sign_in
from tests.e2e.people import let_in
from tests.e2e.planted import for_every_department, planted
from tests.e2e.served import served
from tests.instruments import HubInHand
from tests.unit.run.whitelists import asking, granting

TABLE: Final = Path(__file__).with_name("pages.tsv")
FILLED: Final[Mapping[str, str]] = {
    "whistle_id": "SELECT min(id) FROM whistle WHERE department = 'chengguan'",
    "incident_id": "SELECT min(id) FROM incident",
    "event_id": "SELECT min(id) FROM event",
    "source": "SELECT min(source) FROM record",
    "request_id": "SELECT min(id) FROM resident_request",
    "kind": "SELECT 'comprehensive'",
    "z": "SELECT 11",
    "x": "SELECT 1711",
    "y": "SELECT 835",
    "contract_id": "SELECT min(id) FROM contract_version",
    "name": "SELECT 'event'",
    "grant_id": "SELECT 'g-zhongxin-event.status_raw-handle-20260101'",
    "attachment_id": "SELECT coalesce(min(id), 'at_none') FROM attachment",
    "candidate_id": "SELECT coalesce(min(candidate_id), 'in_none') FROM review",
    "proposal_id": "SELECT min(id) FROM proposal",
    "application_id": "SELECT min(id) FROM access_application",
}
"""What a path's `{…}` is filled with."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the table: a GET route of the pages, and who looks at it here."""

    path: str
    who: str
    """Of `people.PEOPLE`; "" where nobody is signed in."""
    kind: str
    """`page`, or what else it gives: `part` of a page, `data`, `file`, `stream`, `redirect`."""
    ready: str
    """The selector of what is there once the page is drawn."""

    @property
    def name(self) -> str:
        """For files and test ids."""
        return self.path.strip("/").replace("/", "-").replace("{", "").replace("}", "") or "first"


def table() -> tuple[Shown, ...]:
    """All rows."""
    _head, *rows = TABLE.read_text("utf-8").splitlines()
    return tuple(Shown(*("" if cell == "-" else cell for cell in row.split("\t"))) for row in rows)


def pages() -> tuple[Shown, ...]:
    """What is a page of its own."""
    return tuple(one for one in table() if one.kind == "page")


@dataclass(frozen=True, slots=True)
class Site:
    """A served hub, and browsers that look at it."""

    hub: HubInHand
    url: str
    browser: Browser
    _cookies: dict[str, Any] = field(default_factory=dict)
    """Who came in by the form, for their next browser."""

    @contextmanager
    def visit(self, who: str = "", **how: Any) -> Iterator[Page]:
        """A page in a browser of `who`'s own, under a guard that is checked at the end; `how` as in `new_context`."""
        with self.context(who, **how) as (context, guard):
            yield context.new_page()
            guard.check()

    @contextmanager
    def context(self, who: str = "", **how: Any) -> Iterator[tuple[BrowserContext, Guard]]:
        """The same for tests that expect something of the guard, and check it themselves.

        `who` goes through the form once; a test that signs out signs in by itself (`people.sign_in`).
        """
        cookies = self._cookies_of(who) if who else None
        context = self.browser.new_context(base_url=self.url, storage_state=cookies, **(person() | how))
        context.set_default_timeout(LONGEST_MS)
        try:
            yield context, Guard(context, self.url)
        finally:
            context.close()

    def _cookies_of(self, who: str) -> Any:
        if who not in self._cookies:
            context = self.browser.new_context(**person())
            sign_in(
                context.new_page(), self.url, who
            )  # where it leads to is looked at by that page's own test
            self._cookies[who] = context.storage_state()
            context.close()
        return self._cookies[who]

    def filled(self, path: str) -> str:
        """`path` with what this hub holds."""
        for name, query in FILLED.items():
            if f"{{{name}}}" in path:
                path = path.replace(f"{{{name}}}", str(self.hub.rows(query)[0][0]))
        assert "{" not in path, f"{path}: say in {__name__}.FILLED where that comes from"
        return path


@contextmanager
def site_of(hub: HubInHand, browser: Browser) -> Iterator[Site]:
    """`hub`, served, with everybody let in."""
    let_everybody_in(hub)
    with served(hub) as url:
        yield Site(hub, url, browser)


def let_everybody_in(hub: HubInHand) -> None:
    """Each of PEOPLE has an account of `hub` from now on."""
    for one in PEOPLE.values():
        let_in(hub, one)


def live_through(hub: HubInHand) -> None:
    """Every department is called, for matters of people who are planted (`tests.e2e.planted`): whatever a page shows of
    them in full without a grant is a leak."""
    for source, draft in for_every_department(hub.hub.pack, "https://files.invalid"):
        hub.tell(draft, source=source)
    hub.settle(*hub.hub.pack.sources)
    granting(hub, by="security_admin")
    asking(hub, by="operator")
    ask_for_deletion(hub)
    ask_for_more(hub)


def ask_for_more(hub: HubInHand) -> None:
    """An operator would see more of a report, and of a matter in an emergency; both wait for another person."""
    who, now = PEOPLE["operator"], hub.clock.now()
    whistle, event = hub.rows(
        "SELECT whistle.id, event.id FROM whistle JOIN link ON link.incident_id = whistle.incident_id "
        "JOIN event ON event.key = link.event_key WHERE department = 'chengguan' "
        "AND link.undone_us IS NULL ORDER BY whistle.id LIMIT 1"
    )[0]
    wish = Wish(whistle_id=whistle, event_id=event, field="resident.phone", reason="门牌不清，现场找不到人")
    hub.hub.revealing.ask(wish, who, now)
    hub.hub.breaking.propose(Alarm(of=whistle, kind="life", reason="屋里有人被困"), who, now)


def ask_for_deletion(hub: HubInHand) -> None:
    """One of them asks to be deleted; two admins have agreed, and the open matter still needs it."""
    one = planted(0)
    who = Person(name=one.name, phone=one.phone, id_number=one.id_number)
    asked = Asked(kind=Kind.DELETE, basis=Basis.WITHDRAWN, reference="XF-2026-0012", person=who)
    requests = hub.hub.requests(Exit.PAGE)
    requests.agree(requests.enter(asked, by="somebody"), by="another")
