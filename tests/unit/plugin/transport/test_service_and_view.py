"""A platform with a service, a view or both: what it lists, whatever one of its times looks like."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import ValidationError

from hub.clock import FixedClock
from hub.errors import HeldRecord
from hub.model import Code, Draft
from hub.plugin import Tools
from hub.plugin.city_case import version_of
from hub.plugin.fields import Fields
from hub.plugin.times import zone_of
from hub.plugin.transport.paging import Marked
from hub.plugin.transport.service_and_view import Exchange, ServiceAndView, ServiceAndViewConfig
from hub.plugin.transport.soap import Call, call_in, response_bytes
from hub.plugin.transport.soap_pull import Operation

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
LISTED = (
    '<id updated="2026-03-10 11:30:00">A1</id><id updated="昨天">A2</id><id updated="�">A3</id><id>A4</id>'
)
SOAP = {"url": "http://127.0.0.1:9/", "user": "a", "password": "b", "code_table": "t"}


class Cases(ServiceAndView[ServiceAndViewConfig]):
    exchange = Exchange(
        changed=Operation(
            name="GetChanged",
            namespace="http://cases.example/",
            walk=Marked(mark=("last",), more=("more",), begin="0"),
            total=("count",),
            kind="case",
        ),
        numbers="ListIds",
        single="GetCases",
        kept=("no",),
    )

    def draft(self, case: Fields, table: str) -> Draft:
        return Draft(source_ref=case.needed_ref("no"), category=Code(table, "1"))


class Versioned(Cases):
    def version(self, updated: str) -> str:
        return version_of(Fields({"update_time": updated}), zone_of("+08:00"))


def cases(kind: type[Cases]) -> Cases:
    """One with a service that lists four cases."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked: Call = call_in(request.content)
        document = f"<result><code>0</code><ids>{LISTED}</ids></result>"
        return httpx.Response(200, content=response_bytes(asked, document))

    tools = Tools(
        source="cases",
        clock=FixedClock(NOON),
        http=lambda **_: httpx.Client(transport=httpx.MockTransport(answer)),
        nonce=lambda: "n",
    )
    return kind(ServiceAndViewConfig.model_validate({"soap": SOAP}), tools)


def test_a_time_that_cannot_be_read_ends_no_list() -> None:
    listed = cases(Versioned).inventory(NOON - timedelta(hours=1), NOON)
    assert [("A1", "2026-03-10T03:30:00.000+00:00"), ("A2", ""), ("A3", ""), ("A4", "")] == [
        (one.ref, one.version) for one in listed
    ]


def test_a_platform_that_says_no_times_lists_numbers_alone() -> None:
    assert {""} == {one.version for one in cases(Cases).inventory(NOON - timedelta(hours=1), NOON)}


def test_of_a_case_such_a_time_waits_for_a_person() -> None:
    with pytest.raises(HeldRecord, match="R203"):
        version_of(Fields({"update_time": "昨天"}), zone_of("+08:00"))


def test_neither_service_nor_view_stops_the_start() -> None:
    with pytest.raises(ValidationError, match="soap or view"):
        ServiceAndViewConfig.model_validate({})
