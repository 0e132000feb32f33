"""What grid workers report and offices enter on our own pages: records, fates and answers like any source's (doors)."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest

from hub.demo.canaries import Canaries
from hub.model import Person
from hub.model.account import Role
from hub.run.matters.answering import _WORDS
from hub.web.pages.reports import STAGES
from tests.e2e import people
from tests.e2e.served import served
from tests.instruments import HubInHand
from tests.photos import CANARY, photo
from tests.unit.run.ledgers import rows
from tests.unit.run.matters import report as department_reports

pytestmark = pytest.mark.doors
KEY = "0f3c9d52-6a1e-4b7f-9d0a-2f4c6e8a1b3d"
WORDS = "甄虚子看见雨水井盖松动"
REPORTER = Person(name="甄虚丑", phone="13900009871")


@pytest.fixture
def open_hub(hub: HubInHand) -> HubInHand:
    """A hub whose settings know both pages as sources."""
    hub.hub.settings.sources.update({"grid_pages": {}, "manual_entry": {}})
    return hub


@pytest.fixture
def url(open_hub: HubInHand) -> Iterator[str]:
    """Where that hub answers."""
    with served(open_hub) as where:
        yield where


def written(**changes: Any) -> dict[str, Any]:
    """What the page's script sends."""
    said = {
        "key": KEY,
        "category": "public_utility.rain_cover",
        "words": WORDS,
        "spot": {"lon": 120.851784, "lat": 31.997001, "accuracy_m": 9},
        "age_s": 90.0,
    }
    return said | changes


def entered(**changes: str) -> dict[str, str]:
    """The form of manual entry, filled in."""
    said = {
        "key": KEY,
        "category": "public_utility.rain_cover",
        "words": WORDS,
        "channel": "phone",
        "request": "help",
        "address": "墨和路122号",
        "name": REPORTER.name,
        "phone": REPORTER.phone,
    }
    return said | changes


def send(worker: httpx.Client, **changes: Any) -> httpx.Response:
    """As the script does it."""
    return worker.post("/report/records", json=written(**changes), headers={"accept": "application/json"})


def photos(*some: bytes) -> list[str]:
    """As the script writes them."""
    return [b64encode(one).decode() for one in some]


def work(hub: HubInHand, *sources: str) -> None:
    """Runs the hub until all is settled, by the pages' own adapter, and tells sources what there is to tell."""
    hub.adapter = hub.hub.adapter("grid_pages")  # type: ignore[assignment]  # in place of one that says drafts
    hub.settle(*sources)
    for source in sources:
        worker = hub.hub.intake(source)
        for _ in range(6):  # loaded, checking, running
            worker._step()


def numbers(hub: HubInHand) -> list[str]:
    """Of all reports."""
    return [orjson.loads(body)["source_ref"] for (body,) in hub.rows("SELECT body FROM event")]


def test_a_report_is_a_record_of_its_source_under_the_number_that_the_page_was_told(
    open_hub: HubInHand, url: str
) -> None:
    worker = people.signed_in(url, open_hub, Role.GRID_WORKER)
    number = send(worker).json()["number"]
    work(open_hub, "grid_pages")
    assert [("published", "grid_pages")] == open_hub.rows("SELECT fate, source FROM record")
    assert [number] == numbers(open_hub)


def test_sent_again_it_is_the_same_report_and_nothing_is_stored_twice(open_hub: HubInHand, url: str) -> None:
    worker = people.signed_in(url, open_hub, Role.GRID_WORKER)
    first, again = send(worker).json(), send(worker, age_s=4000.0).json()
    assert first == again
    assert [(1,)] == open_hub.rows("SELECT count(*) FROM record")
    other = people.signed_in(url, open_hub, Role.COMMUNITY)
    assert send(other).json() != first, "a key is an account's own"


@pytest.mark.parametrize("age_s", [40 * 86_400.0, 1e300])
def test_what_lay_on_a_telephone_for_long_is_taken_too(open_hub: HubInHand, url: str, age_s: float) -> None:
    worker = people.signed_in(url, open_hub, Role.GRID_WORKER)
    assert 200 == send(worker, age_s=age_s).status_code
    assert [(1,)] == open_hub.rows("SELECT count(*) FROM record")


def test_the_page_shows_what_the_source_was_told_to_whoever_reported_and_to_nobody_else(
    open_hub: HubInHand, url: str
) -> None:
    worker = people.signed_in(url, open_hub, Role.GRID_WORKER)
    number = send(worker).json()["number"]
    assert "已送达" in worker.get("/reports/list").text
    work(open_hub, "grid_pages")
    (department,) = {d for (d,) in open_hub.rows("SELECT department FROM whistle WHERE role = 'lead'")}
    department_reports(open_hub, department, "sign", "contact", "arrive")
    work(open_hub, "grid_pages")
    page = worker.get("/reports").text
    name = open_hub.hub.names[department]
    assert number in page
    assert "办理中" in page
    assert f"已由{name}签收" in page
    other = people.signed_in(url, open_hub, Role.COMMUNITY)
    assert number not in other.get("/reports").text
    looks = [row for row in rows(open_hub) if row.purpose == "own_reports"]
    assert [("grid_worker", 1)] * 2 == [(row.who, row.count) for row in looks]
    assert {"page"} == {row.exit.value for row in looks}
    assert number not in people.signed_in(url, open_hub, Role.SUBDISTRICT).get("/entry").text


def test_every_stage_that_a_source_is_told_of_has_a_name_on_the_page() -> None:
    assert STAGES.keys() >= {stage for stage, _ in _WORDS}


@pytest.mark.parametrize(
    ("some", "code"),
    [
        ([b"%PDF-1.7 not a picture"], "P303"),
        ([photo()] * 7, "P302"),
        ([photo() + b"\0" * (8 * 1024 * 1024)], "P304"),
    ],
    ids=["no picture", "too many", "too large"],
)
def test_photos_are_judged_by_their_content_their_number_and_their_size(
    open_hub: HubInHand, url: str, some: list[bytes], code: str
) -> None:
    worker = people.signed_in(url, open_hub, Role.GRID_WORKER)
    answer = send(worker, photos=photos(*some))
    assert (422, code) == (answer.status_code, answer.json()["code"])
    assert [(0,)] == open_hub.rows("SELECT count(*) FROM record")


def test_a_photo_becomes_an_attachment_of_the_report(open_hub: HubInHand, url: str) -> None:
    worker = people.signed_in(url, open_hub, Role.GRID_WORKER)
    assert 200 == send(worker, photos=photos(photo(), photo("PNG"))).status_code
    work(open_hub, "grid_pages")
    assert 2 == open_hub.hub.plain_attachments("grid_pages").step()
    assert [("fetched", "jpeg"), ("fetched", "png")] == open_hub.rows(
        "SELECT state, kind FROM attachment ORDER BY kind"
    )


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"category": "no.such_thing"}, "/category"),
        ({"words": ""}, "/body/words"),
        ({"spot": {"lon": 999, "lat": 0}}, "/body/spot/lon"),
        ({"whose": "somebody"}, "/body/whose"),
    ],
)
def test_what_the_page_does_not_offer_is_refused_and_named(
    open_hub: HubInHand, url: str, changes: dict[str, Any], pointer: str
) -> None:
    worker = people.signed_in(url, open_hub, Role.GRID_WORKER)
    answer = send(worker, **changes)
    assert (422, pointer) == (answer.status_code, answer.json()["pointer"])


def test_a_page_whose_source_nobody_configured_takes_nothing(hub: HubInHand) -> None:
    with served(hub) as url:
        answer = send(people.signed_in(url, hub, Role.GRID_WORKER))
    assert (503, "P305") == (answer.status_code, answer.json()["code"])
    assert [(0,)] == hub.rows("SELECT count(*) FROM entered")


def test_nobody_comes_in_past_the_sign_in(open_hub: HubInHand, url: str) -> None:
    """The source has no door of its own."""
    assert 404 == httpx.post(f"{url}/in/grid_pages/", json=written()).status_code
    assert 401 == httpx.post(f"{url}/report/records", json=written()).status_code
    stranger = people.signed_in(url, open_hub, Role.GRID_WORKER)
    stranger.headers["x-csrf"] = "guessed"
    assert 403 == send(stranger).status_code


def test_what_a_browser_keeps_names_nobody_and_its_worker_reaches_no_other_page(
    open_hub: HubInHand, url: str
) -> None:
    worker = people.signed_in(url, open_hub, Role.GRID_WORKER, title="甄虚寅")
    shell = worker.get("/report/shell").text
    assert "甄虚寅" in worker.get("/report").text
    assert "甄虚寅" not in shell
    assert worker.headers["x-csrf"] not in shell
    script = worker.get("/report/worker.js")
    assert "/report" == script.headers["service-worker-allowed"]
    kept = [path for path in script.text.partition("\n")[0].split('"') if path.startswith("/assets/")]
    assert len(kept) > 5
    assert {200} == {worker.get(path).status_code for path in kept}


def test_an_entry_is_a_record_of_its_source_and_who_told_of_it_is_shown_nowhere(
    open_hub: HubInHand, url: str
) -> None:
    clerk = people.signed_in(url, open_hub, Role.SUBDISTRICT)
    assert "/entry?done=1" == clerk.post("/entry", data=entered()).headers["location"]
    clerk.post("/entry", data=entered())  # the button pressed twice
    refused = clerk.post("/entry", data=entered(occurred="2026-03-11T09:00", words=WORDS[:4]))
    assert "P301" in refused.text
    assert WORDS[:4] in refused.text, "what was written is not lost"
    send(people.signed_in(url, open_hub, Role.GRID_WORKER), photos=photos(photo()))
    work(open_hub, "manual_entry", "grid_pages")
    open_hub.hub.plain_attachments("grid_pages").step()
    assert [("manual_entry", 1)] == open_hub.rows(
        "SELECT source, count(*) FROM record WHERE source = 'manual_entry' GROUP BY source"
    )
    pages = [refused.text, *(clerk.get(path).text for path in ("/entry", "/reports", "/report"))]
    told = Canaries([REPORTER, Person(name=WORDS), Person(name=CANARY.decode())])
    assert {} == told.in_texts({"pages": [page.replace(WORDS[:4], "") for page in pages]})
    with open_hub.hub.store.read() as conn:
        assert {} == told.in_store(conn)


def test_a_clerks_own_entries_stand_below_the_form_with_what_became_of_them(
    open_hub: HubInHand, url: str
) -> None:
    clerk = people.signed_in(url, open_hub, Role.DISTRICT)
    clerk.post("/entry", data=entered())
    page = clerk.get("/entry?done=1").text
    assert "雨水井盖" in page
    assert "已送达" in page
    assert "已录入" in page
    assert ("district", "own_reports") in {(row.who, row.purpose) for row in rows(open_hub)}


def test_places_are_found_by_address_and_the_map_shows_the_visitors_own_area(
    open_hub: HubInHand, url: str
) -> None:
    worker = people.signed_in(url, open_hub, Role.GRID_WORKER)
    (found,) = worker.get("/report/addresses", params={"q": "墨和路122号"}).json()
    assert ("望河街道萍湾社区墨和路122号霞裕小学", 120.851784) == (found["name"], found["lon"])
    assert [] == worker.get("/report/addresses").json()
    assert 8 == len(worker.get("/report/ground").json()["parts"])
    district = people.signed_in(url, open_hub, Role.DISTRICT)
    assert 16 == len(district.get("/report/ground").json()["parts"])
