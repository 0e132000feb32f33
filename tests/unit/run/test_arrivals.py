"""Word of new events: each is told once, in order within its subdistrict, and a secret one without what and where."""

from dataclasses import replace

import orjson
import pytest

from hub.bus import Delivered, Message
from hub.model import AreaId, Event, EventId
from hub.run.ground import arrivals
from hub.store import events
from tests.instruments import HubInHand
from tests.unit.run.sources import pipe


@pytest.fixture
def one(hub: HubInHand) -> Event:
    """A stored event."""
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    with hub.hub.store.read() as conn:
        (row,) = conn.exec_driver_sql("SELECT id FROM event")
        return events.load(conn, [row.id])[row.id].event


def many(one: Event, number: int) -> list[Event]:
    """Events in three subdistricts and in none, in turn."""
    named = [replace(one.place, subdistrict_id=AreaId(f"320x0{n}")) for n in (1, 2, 3)]
    places = [*named, replace(one.place, subdistrict_id=None)]
    return [replace(one, id=EventId(f"ev_{n}"), place=places[n % 4]) for n in range(number)]


def as_read(message: Message) -> Delivered:
    return Delivered(message.topic, 0, 1, message.key, message.value)


def test_every_event_is_told_once_and_in_order_within_its_subdistrict(hub: HubInHand, one: Event) -> None:
    all_ = many(one, 4 * arrivals.MOST + 7)
    made = list(arrivals.messages(all_, "320x", hub.clock.now()))
    by_key: dict[str, list[str]] = {}
    for message in made:
        told = arrivals.told(as_read(message))
        assert 1 <= len(told) <= arrivals.MOST
        by_key.setdefault(message.key, []).extend(told)
    assert by_key == {key: [e.id for e in all_ if arrivals.key_of(e, "320x") == key] for key in by_key}
    assert {"320x01", "320x02", "320x03", "320x"} == by_key.keys()
    assert len(made) == len({orjson.loads(message.value)["id"] for message in made})


def test_the_same_events_are_told_under_the_same_id(hub: HubInHand, one: Event) -> None:
    first, again, other = (
        next(arrivals.messages(some, "320x", hub.clock.now()))
        for some in (many(one, 4), many(one, 4), many(one, 8))
    )
    ids = [orjson.loads(message.value)["id"] for message in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]


def test_a_secret_report_shows_neither_what_nor_where(hub: HubInHand, one: Event) -> None:
    (message,) = arrivals.messages([replace(one, secret=True)], "320x", hub.clock.now())
    (event,) = orjson.loads(message.value)["data"]["events"]
    assert (None, None) == (event["category"], event["grid_id"])


@pytest.mark.parametrize(
    "value", ["", "[]", "{}", '{"data": null}', '{"data": {"events": 3}}', '{"data": {"events": [1]}}']
)
def test_what_tells_of_no_event_is_passed_over(value: str) -> None:
    assert [] == arrivals.told(Delivered("grid.events", 0, 1, "k", value))


def test_word_of_one_event_as_version_0_1_gave_it_is_understood() -> None:
    value = '{"subject": "ev_1", "data": {"event_id": "ev_1", "key": "ek_1"}}'
    assert ["ev_1"] == arrivals.told(Delivered("grid.events", 0, 1, "k", value))
