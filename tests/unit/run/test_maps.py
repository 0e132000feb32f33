"""Grids that sources send: from their record into the maps of every worker, and into what `explain` says."""

from dataclasses import replace
from datetime import date

import pytest

from hub.ids import event_key
from hub.model import Crs, Draft, GridDraft, GridKind
from hub.run.exits.explaining import explain
from tests.instruments import HubInHand
from tests.unit.place.town import Ring, box
from tests.unit.run.sources import SOURCE, Meaning, pipe


def beat(hub: HubInHand, ring: Ring = (), code: str = "JW99") -> GridDraft:
    """A police grid around the first pipe of the tests; `ring` for another outline."""
    address = hub.hub.pack.geography.addresses[1000]
    lon, lat = address.lon, address.lat
    return GridDraft(
        source_ref=code,
        kind=GridKind.POLICE,
        code=code,
        name="青澜九九警格",
        rings=(ring or box(lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001),),
        crs=Crs.CGCS2000,
        valid_from=date(2026, 3, 1),
    )


def told_of(hub: HubInHand, ref: str) -> list[object]:
    """What `explain` says of sent grids under the event with this number."""
    key = event_key(SOURCE, ref, "")
    [event_id] = [id_ for id_, its_key in hub.rows("SELECT id, key FROM event") if its_key == key]
    with hub.hub.store.read() as conn:
        reasons = explain(conn, event_id)["why_here"]["reasons"]
    return [reason for reason in reasons if reason["rule"] == "grid_as_sent"]


def sends(hub: HubInHand, draft: Draft | GridDraft, source: str = SOURCE) -> None:
    """A source sends a record of this, and the hub takes it in."""
    hub.adapter = Meaning({repr(draft).encode(): [draft]})
    hub.tell(repr(draft).encode(), source=source)
    hub.settle(source)


WHOSE = [{"rule": "grid_as_sent", "grid": "JW99", "source": "police_grid", "valid_from": "2026-03-01"}]


def test_a_place_names_the_police_grid_that_a_source_sent_and_explain_says_whose(hub: HubInHand) -> None:
    sends(hub, pipe(hub, "before"))
    sends(hub, beat(hub), "police_grid")
    sends(hub, pipe(hub, "after"))
    assert [] == told_of(hub, "before")
    assert WHOSE == told_of(hub, "after")
    assert 1 == len(hub.rows("SELECT 1 FROM event WHERE body LIKE '%JW99%'"))


def test_a_worker_that_runs_already_takes_up_what_another_received(hub: HubInHand, other: HubInHand) -> None:
    sends(other, pipe(other, "before"))
    sends(hub, beat(hub), "police_grid")
    sends(other, pipe(other, "after"))
    assert WHOSE == told_of(hub, "after")


def test_an_end_that_is_sent_later_ends_the_grid(hub: HubInHand) -> None:
    sends(hub, beat(hub), "police_grid")
    sends(hub, replace(beat(hub), valid_to=date(2026, 3, 2)), "police_grid")
    sends(hub, pipe(hub, "after"))
    assert [] == told_of(hub, "after")


@pytest.mark.nasty("N53", "an absurd outline waits for a person, and the one before it holds on")
def test_an_absurd_outline_is_held_and_the_one_before_it_holds_on(hub: HubInHand) -> None:
    bow: Ring = ((120.80, 32.00), (120.83, 32.03), (120.83, 32.01), (120.80, 32.04), (120.80, 32.00))
    sends(hub, beat(hub), "police_grid")
    sends(hub, replace(beat(hub, bow), valid_from=date(2026, 3, 2)), "police_grid")
    sends(hub, pipe(hub, "after"))
    assert [("held", "R405", "/rings", hub.hub.pack.fallback_owner)] == hub.rows(
        "SELECT fate, code, pointer, owner FROM record WHERE fate = 'held'"
    )
    assert 1 == len(hub.rows("SELECT 1 FROM grid_version"))
    assert WHOSE == told_of(hub, "after")
