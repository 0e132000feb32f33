"""The same report in other bytes, under another number, and many of one requester."""

import json

import pytest

from hub.jsonform import dumps
from hub.model import Alias
from tests.docs.blocks import ROOT
from tests.instruments import HubInHand, at, person, stated


@pytest.mark.nasty("N88")
def test_a_report_that_a_gateway_has_formatted_anew_is_the_same_report(hub: HubInHand) -> None:
    address = hub.hub.pack.geography.addresses[1000]
    sent = dumps(stated("LD1", position=at(address.lon, address.lat), version="1")).encode()
    anew = json.dumps(dict(sorted(json.loads(sent).items(), reverse=True)), indent=2).encode()
    assert sent != anew
    for body in (sent, anew):
        hub.tell(body)
        hub.settle()
    account = hub.account()
    assert {"published": 1, "linked": 1, "held": 0, "dead": 0} == account["fates"]
    assert 1 == account["incidents"]


@pytest.mark.nasty("N08")
def test_a_report_under_its_new_number_that_names_the_old_one_does_not_come_twice(hub: HubInHand) -> None:
    address = hub.hub.pack.geography.addresses[1000]
    here = at(address.lon, address.lat)
    hub.tell(stated("OLD-17", position=here))
    hub.settle()
    hub.tell(stated("2026-000017", position=here, aliases=(Alias("old", "OLD-17"),)))
    hub.settle()
    account = hub.account()
    assert (1, 1) == (account["incidents"], account["fates"]["linked"])


@pytest.mark.nasty("N17")
def test_no_letter_is_refused_for_who_wrote_it(hub: HubInHand) -> None:
    addresses = hub.hub.pack.geography.addresses[::40][:60]
    letters = [
        stated(f"XF{n}", position=at(one.lon, one.lat), requester=person(1))
        for n, one in enumerate(addresses)
    ]
    hub.tell(*letters)
    hub.settle()
    fates = hub.account()["fates"]
    assert (len(letters), 0, 0) == (fates["published"] + fates["linked"], fates["held"], fates["dead"])


@pytest.mark.nasty("N17")
def test_nobody_is_listed_counted_or_searched_for_over_http() -> None:
    routes = json.loads((ROOT / "docs/reference/openapi.json").read_text("utf-8"))["paths"]
    asked = {
        part
        for path in routes.values()
        for route in path.values()
        for one in route.get("parameters", ())
        for part in one["name"].lower().split("_")
    }
    assert asked
    assert set() == asked & {"requester", "person", "phone", "citizen", "resident", "reporter"}
