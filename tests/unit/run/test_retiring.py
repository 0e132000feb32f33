"""Retention: what is past its time loses its words and its key, and nothing that an open whistle needs does."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.model import Actor, Code, Mode, Move, Whistle
from hub.model.account import Role
from hub.run.care import retiring
from hub.run.matters.announcing import as_closed
from hub.run.sources.entering import Entry
from hub.store import incidents, leases, retired, whistles
from hub.whistle.lifecycle import advance
from tests.e2e.people import account_of
from tests.instruments import HubInHand, person
from tests.unit.run.granting import opened
from tests.unit.run.ledgers import is_whole
from tests.unit.run.matters import DONE
from tests.unit.run.sources import pipe

YEAR = timedelta(days=366)
"""A day longer than the demo keeps records and residents."""


@pytest.fixture
def lived(hub: HubInHand) -> HubInHand:
    """A hub with two matters, each told by somebody, each with its whistles; somebody's history besides."""
    hub.tell(*(replace(pipe(hub, f"A{n}", n), requester=person(n)) for n in range(2)))
    hub.settle()
    hub.tell(replace(pipe(hub, "B", 5), requester=person(3)), mode=Mode.BACKFILL)
    hub.settle()
    return hub


def departments_whistles(hub: HubInHand) -> list[str]:
    """Ids of the water company's whistles, oldest first."""
    return [r[0] for r in hub.rows("SELECT id FROM whistle WHERE department = 'zilai' ORDER BY blown_us, id")]


def end(hub: HubInHand, whistle_id: str) -> None:
    """That one's matter is closed, and every whistle of it is cancelled."""
    with hub.hub.store.write() as conn:
        one = whistles.load(conn, [whistle_id])[whistle_id]
        for each in whistles.of_incidents(conn, [one.incident_id])[one.incident_id]:
            whistles.change(conn, [(_cancelled(each, hub), each.version)], hub.clock.now())
        (matter,) = incidents.load(conn, [one.incident_id]).values()
        incidents.change(conn, [as_closed(matter, hub.clock.now())], hub.clock.now())


def _cancelled(one: Whistle, hub: HubInHand) -> Whistle:
    return advance(one, Move.CANCEL, hub.clock.now(), actor=Actor.HUB)[0]


def clockwork(hub: HubInHand, steps: int = 5) -> None:
    """A leader that was started just now, for a few steps."""
    worker = hub.hub.plain_clockwork()
    for _ in range(steps):
        worker.step()


def left(hub: HubInHand) -> tuple[int, int, int, int]:
    """(records with bytes, events with words, residents, keys)."""
    queries = (
        "SELECT count(*) FROM body",
        "SELECT count(*) FROM event WHERE length(sealed) > 0",
        "SELECT count(*) FROM resident",
        "SELECT count(*) FROM data_key",
    )
    a, b, c, d = (hub.rows(query)[0][0] for query in queries)
    return a, b, c, d


def test_nothing_is_let_go_before_its_time(lived: HubInHand) -> None:
    before = left(lived)
    lived.clock.pause(timedelta(days=364).total_seconds())
    for one in departments_whistles(lived):
        end(lived, one)
    clockwork(lived)
    assert before == left(lived)


def test_past_retention_words_and_people_are_gone_and_the_account_is_as_it_was(lived: HubInHand) -> None:
    account = lived.account()
    for one in departments_whistles(lived):
        end(lived, one)
    lived.clock.pause(YEAR.total_seconds())
    assert (3, 3, 3, 6) == left(lived)
    clockwork(lived)
    assert (0, 0, 0, 0) == left(lived)
    assert account == lived.account()
    assert is_whole(lived)


def test_what_an_open_whistle_needs_is_kept_until_it_ends(lived: HubInHand) -> None:
    done, open_ = departments_whistles(lived)
    end(lived, done)
    lived.clock.pause(YEAR.total_seconds())
    clockwork(lived)
    assert (1, 1, 1, 2) == left(lived)
    end(lived, open_)
    lived.clock.pause(3601)
    clockwork(lived)
    assert (0, 0, 0, 0) == left(lived)


def test_an_open_matter_that_waits_at_the_desk_keeps_its_words(hub: HubInHand) -> None:
    hub.tell(replace(pipe(hub, "A1"), category=Code("hl-2024", "999999"), requester=person(1)))
    hub.settle()
    assert [(1, 0)] == hub.rows("SELECT count(*), (SELECT count(*) FROM whistle) FROM fallback")
    hub.clock.pause(YEAR.total_seconds())
    clockwork(hub)
    assert (1, 1, 1, 2) == left(hub)
    with hub.hub.store.write() as conn:
        incidents.resolve_fallback(conn, [r[0] for r in hub.rows("SELECT id FROM incident")], hub.clock.now())
        conn.exec_driver_sql("UPDATE incident SET state = 'closed'")
    hub.clock.pause(3601)
    clockwork(hub)
    assert (0, 0, 0, 0) == left(hub)


def test_an_open_matter_that_calls_nobody_and_waits_nowhere_keeps_its_words(hub: HubInHand) -> None:
    """A fault that `doctor` names (D113): nothing of it may be gone before somebody has looked."""
    hub.tell(replace(pipe(hub, "A1"), category=Code("hl-2024", "999999"), requester=person(1)))
    hub.settle()
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM fallback")
    hub.clock.pause(YEAR.total_seconds())
    clockwork(hub)
    assert (1, 1, 1, 2) == left(hub)


def test_a_whistle_past_retention_still_opens_and_shows_no_words(lived: HubInHand) -> None:
    (first, _) = departments_whistles(lived)
    for said in ({"nonce": "1", "move": "sign"}, {"nonce": "2", "move": "result", "form": DONE}):
        lived.hub.reporting.take("zilai", first, said, lived.clock.now())
    assert "水管" in str(opened(lived.hub, "zilai", first))
    lived.clock.pause(YEAR.total_seconds())
    clockwork(lived)
    lived.clock.pause(-YEAR.total_seconds())  # its grants hold again: only the words are gone
    shown = opened(lived.hub, "zilai", first)
    assert 1 == len(shown["reports"])
    assert "水管爆" not in str(shown["reports"])
    callback: dict[str, Any] = opened(lived.hub, "zilai", first, "callback")
    assert {None} == set(callback["reports"][0]["resident"].values())


def test_a_departments_report_loses_its_note_once_its_whistle_has_ended(lived: HubInHand) -> None:
    (first, _) = departments_whistles(lived)
    lived.hub.reporting.take(
        "zilai", first, {"nonce": "1", "move": "sign", "note": "已联系测试甲"}, lived.clock.now()
    )
    lived.clock.pause(YEAR.total_seconds())
    clockwork(lived)
    assert [(True,)] == lived.rows("SELECT length(sealed) > 0 FROM report")
    end(lived, first)
    lived.clock.pause(3601)
    clockwork(lived)
    assert [(False,)] == lived.rows("SELECT length(sealed) > 0 FROM report")


def test_a_record_that_casework_has_not_finished_is_kept(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.clock.pause(YEAR.total_seconds())
    clockwork(hub)
    assert (1, 0, 0, 1) == left(hub)


def test_each_step_lets_go_one_portion(lived: HubInHand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retiring, "PORTION", 1)
    for one in departments_whistles(lived):
        end(lived, one)
    lived.clock.pause(YEAR.total_seconds())
    worker = lived.hub.plain_clockwork()
    found = []
    for _ in range(4):
        worker.step()
        found.append(left(lived)[0])
    assert [2, 1, 0, 0] == found


def test_while_another_leads_nothing_is_let_go_here(lived: HubInHand) -> None:
    for one in departments_whistles(lived):
        end(lived, one)
    lived.clock.pause(YEAR.total_seconds())
    before = left(lived)
    leases.take(lived.hub.store, "clockwork", "other", lived.clock.now(), timedelta(seconds=15))
    clockwork(lived)
    assert before == left(lived)


def test_past_retention_an_entry_stands_on_nobodys_list(lived: HubInHand) -> None:
    clerk = account_of(Role.DISTRICT)
    lived.hub.settings.sources["manual_entry"] = {}
    lived.hub.entering.enter(
        clerk, "manual_entry", Entry(key="1", category="public_utility.rain_cover", words="井盖")
    )
    clockwork(lived)
    assert 1 == len(lived.hub.entering.own(clerk, "manual_entry", ledger=lived.hub.ledgers.mine()))
    lived.clock.pause(YEAR.total_seconds())
    clockwork(lived)
    assert [] == lived.hub.entering.own(clerk, "manual_entry", ledger=lived.hub.ledgers.mine())


def test_a_dry_run_counts_and_changes_nothing(lived: HubInHand) -> None:
    done, _ = departments_whistles(lived)
    end(lived, done)
    before = left(lived)
    settings = lived.hub.settings
    place = {
        "GRIDPLUS_HOME": str(settings.home),
        "GRIDPLUS_STORE": settings.store_url,
        "GRIDPLUS_CLOCK_START": "2027-03-12T09:00:00+08:00",
    }
    said = CliRunner().invoke(main, ["retention", "--dry-run", "--json"], env=place)
    months = {"records": {"2026-03": 2}, "reports": {}, "residents": {"2026-03": 2}, "evidence": {}}
    counts = {"records": 2, "reports": 0, "residents": 2, "evidence": 0}
    assert {**counts, "months": months} == orjson.loads(said.output)
    assert before == left(lived)
    assert 2 == CliRunner().invoke(main, ["retention"], env=place).exit_code


def test_what_was_let_go_stands_in_the_history_by_day(lived: HubInHand) -> None:
    for one in departments_whistles(lived):
        end(lived, one)
    lived.clock.pause(YEAR.total_seconds())
    with lived.hub.store.read() as conn:
        foreseen = retiring.due(conn, lived.hub.pack.retention, lived.clock.now())
    clockwork(lived)
    with lived.hub.store.read() as conn:
        days = retired.history(conn, 10)
    assert {("records", foreseen.records), ("residents", foreseen.residents)} == {
        (one.kind, one.number) for one in days
    }
    assert {"2027-03-11"} == {one.day for one in days}
