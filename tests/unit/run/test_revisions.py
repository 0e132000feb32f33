"""Further revisions of a report: what they change, what they leave as it was, what they cannot take away."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.access.vault import DataKey
from hub.jsonform import dumps, loads
from hub.model import Arrival, Code, Draft, Event, EventText, Mode, Person, Resident
from hub.plugin import Body
from hub.run.ground.sealing import open_resident, texts_of
from hub.run.sources.reception import Reception, write
from hub.store import events, incidents, keys, records
from tests.instruments import MORNING, HubInHand, Stated, demo_pack, stated
from tests.unit.run.sources import pipe

AS_SENT = "SELECT id, sealed, digest FROM record JOIN body ON record_id = id ORDER BY record.received_us"
FULL = Person(name="测试甲", phone="13800000001", address="青石路18号")


class Released(Stated):
    """The desk has looked: what seemed a test is none."""

    def normalise(self, body: Body, arrival: Arrival) -> list[Draft]:
        """The draft, under a title that nobody doubts."""
        return [replace(one, title="水管爆裂") for one in super().normalise(body, arrival)]


def told(hub: HubInHand, *drafts: Draft) -> None:
    """Each draft comes a minute after the one before, and is worked on."""
    for draft in drafts:
        hub.clock.pause(60)
        hub.tell(draft)
        hub.settle()


def shown(hub: HubInHand) -> tuple[Event, EventText]:
    """The only report as departments would be shown it: its newest revision, and its words."""
    with hub.hub.store.read() as conn:
        newest = incidents.latest_events(conn, [r[0] for r in hub.rows("SELECT DISTINCT key FROM event")])
        (one,) = events.load(conn, newest.values()).values()
        text = texts_of(hub.hub.vault, [one], keys.of(conn, [one.event.record_id]))
    return one.event, text[one.event.id]


def requester(hub: HubInHand) -> Resident:
    """The only requester, as the vault keeps them now; the newest revision points there."""
    event, _ = shown(hub)
    assert event.requester
    with hub.hub.store.read() as conn:
        key: DataKey = keys.of(conn, [event.requester])[event.requester]
        return open_resident(hub.hub.vault, key, events.residents(conn, [event.requester])[event.requester])


def full(hub: HubInHand, **changes: Any) -> Draft:
    """A report with everything in it, in its second version."""
    draft = replace(pipe(hub, "A1"), version="2", address="青石路18号", requester=FULL)
    return replace(draft, **changes)


def status_only(hub: HubInHand, **changes: Any) -> Draft:
    """What a workflow sends of a known report: its number and how far it is."""
    bare = Draft(
        source_ref="A1", category=Code("hl-2024", ""), is_update=True, version="3", status_raw="办理中"
    )
    return replace(bare, **changes)


# -- who asked ---------------------------------------------------------------------------------------------


@pytest.mark.nasty("N57")
def test_a_later_masked_revision_takes_no_value_of_the_requester_away(hub: HubInHand) -> None:
    masked = Person(name="测*", phone="138****0001", address="青石路**号")
    told(hub, full(hub), full(hub, version="3", requester=masked))
    one = requester(hub)
    assert (FULL.name, FULL.phone, FULL.address) == (one.name, one.phone, one.address)


@pytest.mark.nasty("N57")
def test_a_full_value_takes_the_place_of_a_masked_one(hub: HubInHand) -> None:
    told(hub, full(hub, requester=None), full(hub, version="3", requester=replace(FULL, phone="138****0001")))
    assert "138****0001" == requester(hub).phone
    told(hub, full(hub, version="4"))
    assert FULL.phone == requester(hub).phone


@pytest.mark.nasty("N04")
def test_an_older_revision_that_comes_later_leaves_the_requester_as_they_are(hub: HubInHand) -> None:
    old = Person(name="测试丙", phone="13800000003", id_number="000000199001010000")
    told(hub, full(hub), full(hub, version="1", requester=old, content="旧", title="旧"))
    one = requester(hub)
    assert (FULL.name, FULL.phone, "") == (one.name, one.phone, one.id_number)
    assert "门口水管爆了，水很大。" == shown(hub)[1].content


@pytest.mark.nasty("N04")
def test_a_revision_that_waited_at_the_desk_while_a_newer_one_came_changes_nothing_either(
    hub: HubInHand,
) -> None:
    without = full(hub, version="")
    waits = replace(without, title="测试工单，请勿派", requester=Person(phone="13800000007"))
    told(hub, without, waits, replace(without, content="水更大了。", requester=Person(phone="13800000009")))
    hub.adapter = Released()
    with hub.hub.store.write() as conn:
        assert 1 == records.replay(conn, records.with_code(conn, "R301", None))
    hub.settle()
    assert ("水更大了。", "13800000009") == (shown(hub)[1].content, requester(hub).phone)


def test_both_revisions_in_one_batch_come_to_the_same(hub: HubInHand) -> None:
    newer = full(hub, version="3", requester=Person(phone="13800000009"))
    hub.tell(full(hub), newer, full(hub, version="1", requester=Person(phone="13800000008")))
    hub.settle()
    one = requester(hub)
    assert (FULL.name, "13800000009") == (one.name, one.phone)


def test_a_wish_for_a_call_back_stands_until_the_end(hub: HubInHand) -> None:
    wish = replace(FULL, callback=True)
    told(hub, full(hub, requester=wish), full(hub, version="3"))
    assert requester(hub).callback


# -- what is shown -----------------------------------------------------------------------------------------


def test_what_a_revision_leaves_out_stands_as_it_was(hub: HubInHand) -> None:
    accused = next(one for one in demo_pack().organisations.values())
    told(
        hub,
        full(hub, secret=True, accused_name=accused.name, channel="电话", device_ref="D1"),
        status_only(hub),
    )
    event, text = shown(hub)
    assert "3" == event.version
    assert ("水管爆裂", "门口水管爆了，水很大。", "青石路18号") == (text.title, text.content, text.address)
    assert (True, accused.id, "电话", "D1") == (event.secret, event.accused, event.channel, event.device_ref)
    assert (MORNING, "办理中") == (event.occurred_at, event.status_raw)
    assert FULL.phone == requester(hub).phone


def test_an_older_version_never_is_what_is_shown(hub: HubInHand) -> None:
    told(hub, full(hub), full(hub, version="1", content="旧的说法"))
    assert ("2", "门口水管爆了，水很大。") == (shown(hub)[0].version, shown(hub)[1].content)


def test_the_record_of_a_revision_stays_what_was_sent(hub: HubInHand) -> None:
    told(hub, full(hub))
    before = hub.rows(AS_SENT)
    told(hub, status_only(hub))
    assert before == hub.rows(AS_SENT)[:1]


# -- where, and of what class ------------------------------------------------------------------------------


@pytest.mark.nasty("N03")
def test_an_update_that_says_no_place_takes_that_of_its_report_and_says_so(hub: HubInHand) -> None:
    told(hub, full(hub))
    before, _ = shown(hub)
    told(hub, status_only(hub))
    event, _ = shown(hub)
    assert {"published": 1, "linked": 1, "held": 0, "dead": 0} == hub.account()["fates"]
    assert (before.place, before.category) == (event.place, event.category)
    (why,) = hub.rows(f"SELECT why FROM event WHERE id = '{event.id}'")  # noqa: S608 ours
    assert "place_of_earlier_revision" in why[0]
    assert before.id in why[0]


def test_a_known_report_keeps_its_place_whether_or_not_the_source_calls_it_an_update(hub: HubInHand) -> None:
    told(hub, full(hub), status_only(hub, is_update=False))
    assert 1 == hub.account()["fates"]["linked"]


def test_a_place_that_cannot_be_read_is_no_place_left_out(hub: HubInHand) -> None:
    told(hub, full(hub), status_only(hub, grid_code="no such grid"))
    assert [("held", "R401")] == hub.rows("SELECT fate, code FROM record WHERE fate = 'held'")


@pytest.mark.nasty("N03")
def test_an_update_without_a_place_waits_for_its_report_and_then_follows(hub: HubInHand) -> None:
    told(hub, status_only(hub))
    assert [("held", "R302")] == hub.rows("SELECT fate, code FROM record")
    told(hub, full(hub))
    assert {"published": 1, "linked": 1, "held": 0, "dead": 0} == hub.account()["fates"]
    assert "门口水管爆了，水很大。" == shown(hub)[1].content


@pytest.mark.nasty("N03")
def test_the_report_may_come_behind_its_update_on_the_same_page(hub: HubInHand) -> None:
    hub.tell(status_only(hub), full(hub))
    hub.settle()
    assert {"published": 1, "linked": 1, "held": 0, "dead": 0} == hub.account()["fates"]


def test_a_first_report_without_a_place_is_held_as_ever(hub: HubInHand) -> None:
    told(hub, replace(stated("B1"), position=None))
    assert [("held", "R401")] == hub.rows("SELECT fate, code FROM record")


def test_a_revision_sent_once_more_is_still_a_resend(hub: HubInHand) -> None:
    told(hub, full(hub), status_only(hub), status_only(hub))
    assert ["resend"] == [r[0] for r in hub.rows("SELECT code FROM record WHERE code IS NOT NULL")]
    assert timedelta(0) == shown(hub)[0].occurred_at - MORNING


def test_bodies_of_events_read_back_as_they_were_written(hub: HubInHand) -> None:
    told(hub, full(hub), status_only(hub))
    for (body,) in hub.rows("SELECT body FROM event"):
        assert loads(Event, body)


@pytest.mark.parametrize("back_s", [0, 3600], ids=["one moment", "a clock that was put back"])
def test_of_revisions_without_a_version_the_last_that_came_counts_whatever_the_clock_said(
    hub: HubInHand, back_s: float
) -> None:
    reception = Reception("hotline_12345", hub.adapter, hub.hub.vault, body_limit=1_000_000)
    for number in range(8):
        body = Body(dumps(replace(pipe(hub, "A1"), content=f"第{number}次来电")).encode())
        prepared = reception.prepare([body], arrival=f"push:{number}", mode=Mode.LIVE, now=hub.clock.now())
        with hub.hub.store.write() as conn:
            write(conn, prepared)
        hub.clock.pause(-back_s)
        hub.settle()
    assert "第7次来电" == shown(hub)[1].content
    assert [(8,)] == hub.rows("SELECT count(DISTINCT received_us) FROM record")
