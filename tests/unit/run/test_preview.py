"""A change of the whitelist is run over the whistles of the last days before anybody decides about it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from hub.access.account import Result
from hub.access.cautions import Why
from hub.access.exits import Exit
from hub.access.identifiers import with_check_digit
from hub.access.outline import IN_FULL
from hub.access.proposal import Change
from hub.jsonform import dumps, loads
from hub.model import Grant, Output, Person, Whistle, WhistleState
from hub.run.ground.ledger import noted
from hub.run.whitelist.foreseen import Foreseen
from hub.run.whitelist.preview import looked
from hub.run.whitelist.wanted import changed, ended, from_entries
from hub.store import whistles
from hub.store.tables import whistle
from tests.instruments import HubInHand, person
from tests.unit.run.ledgers import rows
from tests.unit.run.sources import pipe
from tests.unit.run.whitelists import ENTRY, one_of

PHONE = "resident.phone"
ADDRESS = "青云路12号"


def told(hub: HubInHand, *people: Person) -> None:
    """One burst pipe, told by each of `people`."""
    hub.tell(
        *(
            replace(pipe(hub, f"A{n}"), requester=one, content=f"我是{one.name}。", address=ADDRESS)
            for n, one in enumerate(people)
        )
    )
    hub.settle()


def preview(hub: HubInHand, *changes: Change, days: int = 30) -> Foreseen:
    """What they would do."""
    return hub.hub.previewing.of(changes, days=days, now=hub.clock.now())


def full(hub: HubInHand) -> Grant:
    """自来水 sees phones in full, for calling back over HTTP."""
    return one_of(hub, "zilai", PHONE)


def effects(found: Foreseen) -> list[tuple[Any, ...]]:
    """Department, field, masks, outputs, whistles, reports, residents."""
    return [
        (
            one.what.department,
            one.what.field,
            one.what.before,
            one.what.after,
            one.outputs,
            one.whistles,
            one.reports,
            one.residents,
        )
        for one in found.effects
    ]


def test_it_counts_whistles_reports_and_residents_of_what_is_lost(hub: HubInHand) -> None:
    told(hub, person(1), person(2), person(3))
    found = preview(hub, ended(full(hub)))
    assert [("zilai", PHONE, "", None, (Output.API,), 1, 3, 3)] == effects(found)
    assert 1 == found.whistles
    assert () == found.cautions


def test_it_counts_what_another_mask_and_another_output_change(hub: HubInHand) -> None:
    told(hub, person(1))
    masked = replace(full(hub), mask="phone_3_4", outputs=(Output.API, Output.VIEW))
    assert [
        ("zilai", PHONE, "", "phone_3_4", (Output.API,), 1, 1, 1),
        ("zilai", PHONE, None, "phone_3_4", (Output.VIEW,), 1, 1, 1),
    ] == effects(preview(hub, changed(full(hub), masked)))


def test_nothing_changes_for_matters_beyond_a_grants_rows(hub: HubInHand) -> None:
    told(hub, person(1))
    elsewhere = replace(full(hub), areas=(next(a for a in hub.hub.pack.areas if len(a) == 9),))
    gas = one_of(hub, "ranqi", PHONE)
    found = preview(hub, changed(gas, replace(gas, mask="phone_3_4")))
    assert ((), 0) == (found.effects, found.whistles)
    assert [PHONE] == [one.what.field for one in preview(hub, changed(full(hub), elsewhere)).effects]


def test_a_child_and_a_secret_report_are_judged_as_they_will_be(hub: HubInHand) -> None:
    child = replace(person(1), id_number=with_check_digit("32990120180505001"))
    told(hub, child)
    found = preview(hub, ended(full(hub)))
    assert [("zilai", PHONE, "minor", None, (Output.API,), 1, 1, 1)] == effects(found)


def test_a_field_that_no_contract_asks_for_is_said_to_show_nothing(hub: HubInHand) -> None:
    told(hub, person(1))
    (one,) = from_entries(hub.hub.pack, [ENTRY])
    found = preview(hub, Change(grant=one))
    assert () == found.effects
    assert [(Why.NOT_ASKED, "zilai", "event.status_raw")] == [
        (c.why, c.department, c.field) for c in found.cautions
    ]


def test_what_is_called_by_no_whistle_is_said_to_be_uncounted(hub: HubInHand) -> None:
    (one,) = from_entries(hub.hub.pack, [ENTRY | {"departments": ["zhongxin"], "fields": ["event.mode"]}])
    assert ("zhongxin",) == preview(hub, Change(grant=one)).uncounted


def test_whistles_of_before_are_not_looked_at(hub: HubInHand) -> None:
    told(hub, person(1))
    hub.clock.pause(3 * 86_400)
    assert 0 == preview(hub, ended(full(hub)), days=2).whistles
    assert 1 == preview(hub, ended(full(hub)), days=4).whistles


def test_a_grant_of_a_later_first_day_is_run_as_if_it_had_come(hub: HubInHand) -> None:
    told(hub, person(1))
    later = replace(full(hub), mask="phone_3_4", valid_from=date(2026, 6, 1))
    assert ["phone_3_4"] == [one.what.after for one in preview(hub, changed(full(hub), later)).effects]


def test_a_whistle_that_its_department_does_not_see_any_more_is_not_counted(hub: HubInHand) -> None:
    told(hub, person(1))
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(
            'UPDATE whistle SET body = replace(body, \'"state":"blown"\', \'"state":"cancelled"\')'
        )
    assert () == preview(hub, ended(full(hub))).effects


@pytest.mark.nasty("N59")
def test_an_accused_department_would_see_nothing_and_is_not_counted(hub: HubInHand) -> None:
    told(hub, person(1))
    name = hub.hub.pack.organisations[full(hub).department].name
    hub.tell(replace(pipe(hub, "A0"), version="2", requester=person(1), accused_name=name))
    hub.settle()
    with hub.hub.store.write() as conn:  # as before anybody called it off
        conn.exec_driver_sql(
            'UPDATE whistle SET body = replace(body, \'"state":"cancelled"\', \'"state":"blown"\')'
        )
    assert {"blown"} == {loads(Whistle, r[0]).state for r in hub.rows("SELECT body FROM whistle")}
    assert () == preview(hub, ended(full(hub))).effects


def test_of_too_many_whistles_the_newest_are_counted_and_it_says_so(
    hub: HubInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        hub.clock.pause(60)
        hub.tell(replace(pipe(hub, f"B{n}", n), requester=person(n)))
        hub.settle()
    monkeypatch.setattr("hub.run.whitelist.preview.MOST", 2)
    found = preview(hub, ended(full(hub)))
    assert (2, True) == (found.whistles, found.is_cut)
    newest = hub.rows("SELECT id FROM whistle WHERE department = 'zilai' ORDER BY blown_us DESC LIMIT 2")
    assert [r[0] for r in newest] == [one.whistle_id for one in found.examples]


def test_whistles_of_which_nothing_is_shown_do_not_stand_for_others(
    hub: HubInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        hub.clock.pause(60)
        hub.tell(replace(pipe(hub, f"B{n}", n), requester=person(n)))
        hub.settle()
    ids = [r[0] for r in hub.rows("SELECT id FROM whistle WHERE department = 'zilai' ORDER BY blown_us")]
    with hub.hub.store.write() as conn:
        one = whistles.load(conn, ids[2:])[ids[2]]
        body = dumps(replace(one, state=WhistleState.CANCELLED))
        conn.execute(update(whistle).where(whistle.c.id == one.id).values(body=body))
    monkeypatch.setattr("hub.run.whitelist.preview.MOST", 2)
    found = preview(hub, ended(full(hub)))
    assert 2 == found.whistles
    assert [ids[1], ids[0]] == [one.whistle_id for one in found.examples]


# -- examples ----------------------------------------------------------------------------------------


def test_an_example_shows_outlines_before_and_after_and_no_value(hub: HubInHand) -> None:
    told(hub, person(1))
    masked = replace(full(hub), mask="phone_3_4")
    found = preview(hub, changed(full(hub), masked))
    (one,) = found.examples
    assert (IN_FULL, "●●●****●●●●") == (one.before[f"{PHONE} 1"], one.after[f"{PHONE} 1"])
    said = dumps(found)
    for value in ("13800000001", "138", "0001", person(1).name, ADDRESS, "青云"):
        assert value not in said.replace(one.whistle_id, "")


def test_three_examples_at_most_and_each_of_another_whistle(hub: HubInHand) -> None:
    for n in range(5):
        hub.tell(replace(pipe(hub, f"B{n}", n), requester=person(n)))
    hub.settle()
    found = preview(hub, ended(full(hub)))
    assert 3 == len({one.whistle_id for one in found.examples}) == len(found.examples)


def test_whose_records_stood_behind_examples_is_written_down(hub: HubInHand) -> None:
    told(hub, person(1))
    found, now = preview(hub, ended(full(hub))), hub.clock.now()
    row = looked(found, by="ann", matter="gp_1", through=Exit.CLI, now=now)
    noted(hub.hub.store, hub.hub.ledgers.mine(), row)
    (said,) = (one for one in rows(hub) if one.reason == "preview")
    assert ("ann", Result.MASKED, "gp_1", (found.examples[0].whistle_id,)) == (
        said.who,
        said.result,
        said.matter,
        said.rows,
    )
    assert PHONE in said.fields
    assert {"outline"} == {mask for _, mask in said.masks}


def test_pages_of_five_hundred_miss_and_repeat_no_whistle(hub: HubInHand) -> None:
    for n in range(7):
        hub.tell(replace(pipe(hub, f"B{n}", n), requester=person(n)))
    hub.settle()
    now = hub.clock.now()
    last, seen = (now, ""), list[str]()
    with hub.hub.store.read() as conn:
        while some := whistles.blown_before(conn, ["zilai", "chengguan"], now - timedelta(days=1), last, 2):
            seen += [one.id for one in some]
            last = (some[-1].blown_at, some[-1].id)
    stored = [r[0] for r in hub.rows("SELECT id FROM whistle WHERE department IN ('zilai', 'chengguan')")]
    assert len(seen) == len(set(seen))
    assert set(stored) == set(seen)
