"""One record's way through the whole hub, on both stacks."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from hub.errors import FixSettings, Refused
from hub.model import Alias, Code, DepartmentId, Mode, Stage
from hub.run.assembly import Assembly
from hub.run.exits.explaining import explain
from hub.run.ground.ledger import Ledger
from hub.run.ground.sealing import texts_of
from hub.run.matters.relinking import Relinking
from hub.store.events import load
from hub.store.incidents import latest_events
from hub.store.keys import of
from tests.instruments import MORNING, HubInHand, at, person, stated

HERE = at(120.8512, 32.0013)


def spot(hub: HubInHand, n: int = 0) -> tuple[float, float]:
    """A point well inside the demo district: a standard address of it."""
    address = hub.hub.pack.geography.addresses[1000 + 997 * n]
    return address.lon, address.lat


def test_one_report_opens_one_matter_and_calls_its_departments(hub: HubInHand) -> None:
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    account = hub.account()
    assert {"published": 1, "linked": 0, "held": 0, "dead": 0} == account["fates"]
    assert account["incidents"] == 1
    assert "zilai" in account["departments"]


@pytest.mark.nasty("N15", "N16")
def test_twenty_neighbours_and_three_systems_are_one_matter_and_one_whistle_a_department(
    hub: HubInHand,
) -> None:
    lon, lat = spot(hub)
    for n in range(18):
        hub.tell(
            stated(
                f"A{n}",
                position=at(lon + 1e-5 * (n % 5), lat),
                occurred_at=MORNING + timedelta(seconds=10 * n),
                requester=person(n),
            )
        )
    hub.tell(stated("C1", category=Code("cg-2023", "0501"), position=at(lon, lat)), source="urban_management")
    hub.tell(stated("J1", category=Code("jg-2025", "JG0301"), position=at(lon, lat)), source="police_grid")
    hub.settle("hotline_12345", "urban_management", "police_grid")
    account = hub.account()
    assert account["records"] == 20
    assert account["fates"]["published"] == account["incidents"]
    first = hub.rows("SELECT incident_id, count(*) FROM link GROUP BY incident_id ORDER BY 2 DESC")[0]
    assert first[1] >= 19
    doubled = hub.rows("SELECT incident_id, department FROM whistle GROUP BY 1, 2 HAVING count(*) > 1")
    assert doubled == []


@pytest.mark.nasty("N01")
def test_a_resend_after_three_days_creates_nothing(hub: HubInHand) -> None:
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    hub.clock.pause(3 * 86_400)
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    account = hub.account()
    assert {"published": 1, "linked": 1, "held": 0, "dead": 0} == account["fates"]
    assert (account["events"], account["incidents"]) == (1, 1)
    assert hub.rows("SELECT code FROM record WHERE fate = 'linked'") == [("resend",)]


@pytest.mark.nasty("N02")
def test_changed_content_under_the_same_time_is_a_new_revision_of_the_same_report(hub: HubInHand) -> None:
    draft = stated("A1", position=at(*spot(hub)), version="2026-03-10 09:00:00")
    hub.tell(draft, replace(draft, content="水更大了。"))
    hub.settle()
    assert hub.account()["events"] == 2
    assert hub.account()["incidents"] == 1
    assert hub.rows("SELECT note FROM event ORDER BY note") == [("opened",), ("revision",)]


@pytest.mark.nasty("N03")
def test_an_update_before_its_creation_waits_and_follows_once_the_creation_came(hub: HubInHand) -> None:
    late = stated("A1", position=at(*spot(hub)), is_update=True, content="补充：还在漏。", version="2")
    hub.tell(late)
    hub.settle()
    assert hub.rows("SELECT fate, code FROM record") == [("held", "R302")]
    hub.tell(replace(late, is_update=False, content="水管爆了。", version="1"))
    hub.settle()
    assert hub.account()["fates"] == {"published": 1, "linked": 1, "held": 0, "dead": 0}


@pytest.mark.nasty("N04")
def test_an_older_version_that_comes_later_changes_nothing_and_stays_in_history(hub: HubInHand) -> None:
    new = stated("A1", position=at(*spot(hub)), version="2026-03-10 10:00:00")
    hub.tell(new)
    hub.settle()
    hub.tell(replace(new, version="2026-03-10 08:00:00", content="旧"))
    hub.settle()
    assert hub.rows("SELECT note FROM event ORDER BY note") == [("older_version",), ("opened",)]


@pytest.mark.nasty("N06")
def test_a_report_under_its_second_number_joins_the_first(hub: HubInHand) -> None:
    one = stated("HL1", position=at(*spot(hub)), aliases=(Alias("platform", "PT1"),))
    other = stated(
        "HL2", position=at(*spot(hub, 3)), aliases=(Alias("platform", "PT1"),), content="另一种说法"
    )
    hub.tell(one, other)
    hub.settle()
    assert hub.account()["incidents"] == 1


@pytest.mark.nasty("N10")
def test_a_report_that_was_named_before_it_came_joins_the_one_that_named_it(hub: HubInHand) -> None:
    hub.tell(stated("HL2", position=at(*spot(hub)), same_as=("HL1",)))
    hub.settle()
    hub.tell(stated("HL1", position=at(*spot(hub, 3))))
    hub.settle()
    assert hub.account()["incidents"] == 1
    assert hub.rows("SELECT department, count(*) FROM whistle GROUP BY department HAVING count(*) > 1") == []


@pytest.mark.nasty("N10")
def test_a_number_of_one_report_of_many_leads_to_their_matter(hub: HubInHand) -> None:
    hub.tell(*(stated(f"HL{n}", position=at(*spot(hub))) for n in range(24)))
    hub.settle()
    hub.tell(stated("HL99", position=at(*spot(hub, 3)), same_as=("HL5",)))
    hub.settle()
    assert hub.account()["incidents"] == 1


@pytest.mark.nasty("N78")
def test_a_back_fill_opens_matters_but_starts_no_whistle(hub: HubInHand) -> None:
    hub.tell(stated("OLD", position=at(*spot(hub))), mode=Mode.BACKFILL)
    hub.settle()
    account = hub.account()
    assert account["fates"]["published"] == 1
    assert account["whistles"] == 0


@pytest.mark.nasty("N79")
def test_a_report_that_comes_after_an_outage_is_marked_late(hub: HubInHand) -> None:
    long_ago = MORNING - timedelta(days=4)
    hub.tell(stated("L1", position=at(*spot(hub)), occurred_at=long_ago, reported_at=long_ago))
    hub.settle()
    assert orjson.loads(hub.rows("SELECT body FROM event")[0][0])["mode"] == "late"


@pytest.mark.nasty("N25")
def test_an_unknown_code_is_taken_and_waits_at_the_desk_with_an_owner(hub: HubInHand) -> None:
    hub.tell(stated("U1", category=Code("hl-2024", "999999"), position=at(*spot(hub))))
    hub.settle()
    assert hub.account()["fates"]["published"] == 1
    assert hub.rows("SELECT owner FROM fallback") == [("zhongxin",)]


@pytest.mark.nasty("N77")
def test_test_rows_are_held_for_a_person(hub: HubInHand) -> None:
    hub.tell(stated("T1", title="测试工单，请勿派", position=at(*spot(hub))))
    hub.settle()
    assert hub.rows("SELECT fate, code, owner FROM record") == [("held", "R301", "zhongxin")]


def test_what_a_plugin_fails_on_is_held_and_its_neighbours_go_on(hub: HubInHand) -> None:
    hub.tell(b"boom", stated("A1", position=at(*spot(hub))), b"boom")
    hub.settle()
    assert hub.account()["fates"] == {"published": 1, "linked": 0, "held": 2, "dead": 0}


def test_a_secret_report_joins_nothing_and_nothing_joins_it(hub: HubInHand) -> None:
    place = at(*spot(hub))
    hub.tell(
        stated("S1", position=place, secret=True),
        stated("A1", position=place),
        stated("S2", position=place, secret=True),
    )
    hub.settle()
    assert hub.account()["incidents"] == 3


def test_explain_tells_why_of_event_incident_and_whistle(hub: HubInHand) -> None:
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    (whistle,) = hub.rows("SELECT id FROM whistle WHERE role = 'lead'")
    hub.hub.opening.open(
        "zilai",
        whistle[0],
        purpose="handle",
        ledger=Ledger("w1", hub.hub.store, key=hub.hub.keys.audit),
        now=hub.clock.now(),
    )
    with hub.hub.store.read() as conn:
        told = explain(conn, whistle[0])
        assert told["contract"].startswith("zilai-v")
        assert told["clause"]
        assert told["why_late"][0]["derivation"]
        assert told["why_these_fields"][0]["grants"]
        (event,) = told["incident"]["events"]
        assert event["why_here"]["grid"]
        assert event["why_linked"][0]["reasons"]
        assert explain(conn, event["event"])["event"] == event["event"]
        with pytest.raises(Refused):
            explain(conn, "wh_" + "0" * 32)


def test_two_matters_can_be_joined_and_parted_again_and_are_what_they_were(hub: HubInHand) -> None:
    hub.tell(stated("A1", position=at(*spot(hub))), stated("B1", position=at(*spot(hub, 5))))
    hub.settle()
    one, other = (r[0] for r in hub.rows("SELECT id FROM incident ORDER BY id"))
    before = hub.rows("SELECT event_key, incident_id FROM link WHERE undone_us IS NULL ORDER BY 1")
    with hub.hub.store.write() as conn:
        Relinking(conn, hub.hub.dispatch("review"), by="desk", at=hub.clock.now()).merge(one, other)
    assert {r[0] for r in hub.rows("SELECT incident_id FROM link WHERE undone_us IS NULL")} == {other}
    with hub.hub.store.write() as conn:
        Relinking(conn, hub.hub.dispatch("review"), by="desk", at=hub.clock.now()).unmerge(one, other)
    assert before == hub.rows("SELECT event_key, incident_id FROM link WHERE undone_us IS NULL ORDER BY 1")
    assert {r[0] for r in hub.rows("SELECT state FROM incident")} == {"open"}


def test_a_report_taken_out_of_its_matter_opens_one_of_its_own(hub: HubInHand) -> None:
    place = at(*spot(hub))
    hub.tell(
        stated("A1", position=place, requester=person(1)), stated("A2", position=place, requester=person(2))
    )
    hub.settle()
    assert hub.account()["incidents"] == 1
    (key,) = hub.rows("SELECT event_key FROM link ORDER BY linked_us DESC, event_key LIMIT 1")
    with hub.hub.store.write() as conn:
        Relinking(conn, hub.hub.dispatch("review"), by="desk", at=hub.clock.now()).unlink(key[0])
    assert hub.account()["incidents"] == 2
    assert {r[0] for r in hub.rows("SELECT incident_id FROM link WHERE undone_us IS NULL")} == {
        r[0] for r in hub.rows("SELECT id FROM incident")
    }


def test_a_departments_answers_reach_every_source_that_reported(hub: HubInHand) -> None:
    lon, lat = spot(hub)
    hub.tell(stated("A1", position=at(lon, lat), requester=person(1)), stated("A2", position=at(lon, lat)))
    hub.settle()
    (whistle,) = hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")
    take = hub.hub.reporting.take
    first = take("zilai", whistle[0], {"nonce": "1", "move": "sign"}, hub.clock.now())
    again = take("zilai", whistle[0], {"nonce": "1", "move": "sign"}, hub.clock.now())
    assert (first.repeated, again.repeated) == (False, True)
    form = {"outcome": "done", "measure": "已更换管段"}
    take("zilai", whistle[0], {"nonce": "2", "move": "result", "form": form}, hub.clock.now())
    assert hub.rows("SELECT state FROM incident") == [("closed",)]
    told = [orjson.loads(r[0]) for r in hub.rows("SELECT body FROM answer ORDER BY seq")]
    assert [
        ("A1", Stage.ACCEPTED),
        ("A1", Stage.DONE_BY_DEPT),
        ("A2", Stage.ACCEPTED),
        ("A2", Stage.DONE_BY_DEPT),
    ] == sorted((one["source_ref"], one["stage"]) for one in told)


def test_another_departments_whistle_is_not_there_for_me(hub: HubInHand) -> None:
    hub.tell(stated("A1", position=at(*spot(hub))))
    hub.settle()
    (whistle,) = hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")
    with pytest.raises(Refused) as refused:
        hub.hub.reporting.take("chengguan", whistle[0], {"nonce": "1", "move": "sign"}, hub.clock.now())
    assert refused.value.code == "W103"


def test_of_two_revisions_in_one_page_the_later_one_is_what_a_department_sees(hub: HubInHand) -> None:
    """The order within a page is kept, whatever the ids are."""
    first = stated("A1", position=at(*spot(hub)))
    later = [replace(first, content=f"第{n}次补充") for n in range(12)]
    hub.tell(first, *later)
    hub.settle()
    (key,) = {r[0] for r in hub.rows("SELECT key FROM event")}
    with hub.hub.store.read() as conn:
        newest = latest_events(conn, [key])[key]
        text = texts_of(hub.hub.vault, list(load(conn, [newest]).values()), of(conn, _record_of(hub, newest)))
    assert text[newest].content == "第11次补充"


def _record_of(hub: HubInHand, event_id: str) -> list[str]:
    return [record for event, record in hub.rows("SELECT id, record_id FROM event") if event == event_id]


def test_a_report_that_turns_secret_closes_its_matter_to_everyone(hub: HubInHand) -> None:
    draft = stated("A1", position=at(*spot(hub)), requester=person(2))
    hub.tell(draft)
    hub.settle()
    hub.tell(replace(draft, secret=True, content="请为我保密。"))
    hub.settle()
    assert orjson.loads(hub.rows("SELECT body FROM incident")[0][0])["secret"] is True
    (whistle,) = hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")
    shown = hub.hub.opening.open(
        "zilai", whistle[0], purpose="callback", ledger=hub.hub.ledgers.mine(), now=hub.clock.now()
    )
    assert person(2).phone not in orjson.dumps(shown).decode()


def test_an_accused_department_is_not_shown_the_report_against_it(hub: HubInHand) -> None:
    name = hub.hub.pack.organisations[DepartmentId("zilai")].name
    place = at(*spot(hub))
    hub.tell(stated("A1", position=place))
    hub.settle()
    hub.tell(stated("A2", position=place, accused_name=name, content="水司拖延不修。"))
    hub.settle()
    (whistle,) = hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")
    shown = hub.hub.opening.open(
        "zilai", whistle[0], purpose="handle", ledger=hub.hub.ledgers.mine(), now=hub.clock.now()
    )
    assert "水司拖延不修" not in orjson.dumps(shown).decode()
    assert [] == shown.get("reports", [])


def test_a_store_takes_nothing_that_other_keys_would_seal(hub: HubInHand, tmp_path: Path) -> None:
    hub.tell(stated("A1", position=at(*spot(hub))))
    other = tmp_path / "other"
    settings = hub.hub.settings.model_copy(update={"home": other, "store": hub.hub.settings.store_url})
    stranger = Assembly(settings, clock=hub.clock, pack=hub.hub.pack)
    with pytest.raises(FixSettings) as refused:
        assert stranger.vault
    assert refused.value.code == "A122"
    stranger.close()


def test_messages_that_casework_has_not_read_outlive_their_retention(hub: HubInHand) -> None:
    hub.tell(stated("A1", position=at(*spot(hub))))
    intake = hub.hub.plain_intake("hotline_12345", hub.adapter)
    held = intake.lease()
    assert held is not None
    intake.digest(held)
    hub.clock.pause(30 * 86_400)
    hub.hub.plain_clockwork().step()
    hub.settle()
    assert hub.account()["fates"]["published"] == 1
