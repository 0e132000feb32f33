"""A matter moves on: who is called, who is called off, and who is told, after the first call."""

from dataclasses import replace
from datetime import datetime, timedelta

import orjson
import pytest

from hub.model import Code, Draft, Mode, Stage, Urgency
from hub.store.moments import to_us
from tests.instruments import MORNING, HubInHand, person
from tests.unit.run.matters import (
    announced,
    desk,
    findings,
    incidents,
    is_sound,
    matter,
    report,
    told,
    told_now,
    whistles,
)
from tests.unit.run.sources import SOURCE, pipe

LAMP = Code("hl-2024", "010202")
BLOWN, OFF = ("whistle.v1", ""), "whistle.cancelled.v1"


def tell(hub: HubInHand, *drafts: Draft, mode: Mode = Mode.LIVE) -> None:
    """Told and handled, a minute after what was told before."""
    hub.clock.pause(60)
    hub.tell(*drafts, mode=mode)
    hub.settle()


def stands(hub: HubInHand, field: str) -> object:
    """A field of the only incident."""
    ((body,),) = hub.rows("SELECT body FROM incident")
    return orjson.loads(body)[field]


# -- history that comes to life ---------------------------------------------------------------------


@pytest.mark.nasty("N78")
def test_the_first_live_report_of_a_matter_that_a_back_fill_opened_calls_its_departments(
    hub: HubInHand,
) -> None:
    tell(hub, pipe(hub, "OLD"), mode=Mode.BACKFILL)
    assert {} == whistles(hub)
    tell(hub, pipe(hub, "NEW"))
    assert 1 == len(incidents(hub))
    assert {"zilai": "blown", "jiedao_12": "blown", "shizheng": "blown"} == whistles(hub)
    ((body,),) = hub.rows("SELECT body FROM whistle WHERE department = 'zilai'")
    starts = {to_us(datetime.fromisoformat(one["from_at"])) for one in orjson.loads(body)["deadlines"]}
    ((arrival,),) = hub.rows("SELECT received_us FROM record WHERE mode = 'live'")
    assert {arrival // 1_000_000 * 1_000_000} == starts  # the live report's, not the history's


@pytest.mark.nasty("N78")
def test_a_live_report_in_the_same_batch_as_its_history_calls_too(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "OLD"), mode=Mode.BACKFILL)
    tell(hub, pipe(hub, "NEW"))
    assert 1 == len(incidents(hub))
    assert "blown" == whistles(hub)["zilai"]


@pytest.mark.nasty("N78")
def test_a_back_fill_that_joins_history_calls_nobody(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "OLD"), pipe(hub, "OLDER"), mode=Mode.BACKFILL)
    tell(hub, replace(pipe(hub, "OLD"), content="补录"), mode=Mode.BACKFILL)
    assert ({}, []) == (whistles(hub), desk(hub))


@pytest.mark.nasty("N78")
@pytest.mark.parametrize(
    ("stage", "state", "called"),
    [
        pytest.param(Stage.IN_PROGRESS, "open", {"blown"}, id="it goes on"),
        pytest.param(Stage.CLOSED, "closed", set(), id="it was closed there"),
        pytest.param(Stage.CANCELLED, "cancelled", set(), id="it was withdrawn there"),
    ],
)
def test_a_back_filled_report_that_its_source_goes_on_with_is_live(
    hub: HubInHand, stage: Stage, state: str, called: set[str]
) -> None:
    tell(hub, pipe(hub, "OLD"), mode=Mode.BACKFILL)
    tell(hub, replace(pipe(hub, "OLD"), content="还在漏。", stage=stage))
    assert (state, called) == (stands(hub, "state"), set(whistles(hub).values()))


@pytest.mark.nasty("N10", "N78")
def test_a_live_report_of_what_history_had_closed_is_a_recurrence_and_calls(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "OLD"), stage=Stage.CLOSED), mode=Mode.BACKFILL)
    tell(hub, pipe(hub, "NEW"))
    assert matter(hub, "OLD") != matter(hub, "NEW")
    assert "blown" == whistles(hub)["zilai"]
    tell(hub, replace(pipe(hub, "AGAIN"), requester=person(2)), pipe(hub, "MORE"))  # calls nobody twice
    assert {matter(hub, "NEW")} == {matter(hub, "AGAIN"), matter(hub, "MORE")}
    assert [BLOWN] == told(hub, "zilai")
    tell(hub, pipe(hub, "OLDER"), mode=Mode.BACKFILL)
    assert 2 == len(incidents(hub))
    assert is_sound(hub)


# -- revisions --------------------------------------------------------------------------------------


@pytest.mark.nasty("N02")
def test_a_report_that_turns_out_to_be_something_else_calls_others_and_calls_off_the_first(
    hub: HubInHand,
) -> None:
    tell(hub, pipe(hub, "A1"))
    tell(hub, replace(pipe(hub, "A1"), category=LAMP, version="2"))
    assert "public_utility.street_lamp" == stands(hub, "category")
    assert {"zilai": "cancelled", "jiedao_12": "cancelled", "shizheng": "blown"} == whistles(hub)
    assert [BLOWN, (OFF, "rerouted")] == told(hub, "zilai")
    # from assisting to leading is another call: the end is read before the new beginning
    assert [BLOWN, (OFF, "rerouted"), BLOWN] == told(hub, "shizheng")
    assert is_sound(hub)


@pytest.mark.nasty("N02")
def test_a_department_that_is_at_the_place_stays_whatever_the_report_turns_out_to_be(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign", "arrive")
    tell(hub, replace(pipe(hub, "A1"), category=LAMP))
    assert "reported_in" == whistles(hub)["zilai"]
    assert [BLOWN] == told(hub, "zilai")


@pytest.mark.nasty("N02")
def test_a_matter_whose_only_lead_that_is_left_was_done_before_closes_and_calls_nobody(
    hub: HubInHand,
) -> None:
    tell(hub, replace(pipe(hub, "A1"), version="1"))
    report(hub, "zilai", "sign", "arrive")
    tell(hub, replace(pipe(hub, "A1"), category=LAMP, version="2"))
    report(hub, "zilai", "result")
    assert ("open", "blown") == (stands(hub, "state"), whistles(hub)["shizheng"])
    tell(hub, replace(pipe(hub, "A1"), version="3"))
    assert ("closed", "cancelled") == (stands(hub, "state"), whistles(hub)["shizheng"])
    assert [] == desk(hub)
    (one,) = incidents(hub)
    assert [(1, "open"), (2, "open"), (4, "closed")] == announced(hub, one)


@pytest.mark.nasty("N04")
def test_an_older_version_that_comes_later_calls_nobody(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "A1"), version="2"))
    before = whistles(hub)
    tell(hub, replace(pipe(hub, "A1"), version="1", category=LAMP, stage=Stage.CANCELLED))
    assert before == whistles(hub)
    assert ("sudden_incident.water_pipe_burst", "open") == (stands(hub, "category"), stands(hub, "state"))


@pytest.mark.nasty("N02")
def test_a_report_that_moves_takes_its_matter_along_and_is_found_there(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    tell(hub, replace(pipe(hub, "A1", 5), version="2"))
    there = pipe(hub, "A1", 5).position
    assert there is not None
    assert (there.x, there.y) == (stands(hub, "place")["lon"], stands(hub, "place")["lat"])  # type: ignore[index]  # JSON
    tell(hub, replace(pipe(hub, "A2", 5), requester=person(3)))
    assert matter(hub, "A1") == matter(hub, "A2")
    assert is_sound(hub)


@pytest.mark.nasty("N02")
def test_of_two_revisions_the_one_that_came_last_counts_whichever_partition_is_read_first(
    hub: HubInHand,
) -> None:
    tell(hub, pipe(hub, "A1"))
    for revision in (pipe(hub, "A1", 5), replace(pipe(hub, "A1"), content="还是原来的地方。")):
        hub.clock.pause(60)
        hub.tell(revision)
        read_in(hub)
    first, last = hub.rows("SELECT seq, value FROM message WHERE topic = 'grid.events' ORDER BY seq")[1:]
    with hub.hub.store.write() as conn:
        for seq, value in ((first.seq, last.value), (last.seq, first.value)):
            conn.exec_driver_sql("UPDATE message SET value = ? WHERE seq = ?", (value, seq))
    hub.settle()
    here = pipe(hub, "A1").position
    assert here is not None
    assert here.x == stands(hub, "place")["lon"]  # type: ignore[index]  # JSON


def read_in(hub: HubInHand) -> None:
    """Intake alone: casework has not seen it."""
    intake = hub.hub.plain_intake(SOURCE, hub.adapter)
    held = intake.lease()
    assert held is not None
    intake.digest(held)


@pytest.mark.nasty("N02")
@pytest.mark.parametrize(
    ("who", "said", "then"),
    [
        pytest.param("A1", Urgency.CRITICAL, "critical", id="the report that opened it raises it"),
        pytest.param("A2", Urgency.CRITICAL, "critical", id="another one raises it"),
        pytest.param("A1", Urgency.ROUTINE, "routine", id="the report that opened it lowers it"),
        pytest.param("A2", Urgency.ROUTINE, "urgent", id="another one does not lower it"),
    ],
)
def test_urgency_follows_the_report_that_opened_the_matter_and_rises_with_every_other(
    hub: HubInHand, who: str, said: Urgency, then: str
) -> None:
    first = replace(pipe(hub, "A1"), urgency=Urgency.URGENT, version="1")
    other = replace(pipe(hub, "A2"), urgency=Urgency.ROUTINE, version="1")
    tell(hub, first, other)
    assert matter(hub, "A1") == matter(hub, "A2")
    tell(hub, replace(first if who == "A1" else other, urgency=said, version="2"))
    assert then == stands(hub, "urgency")


@pytest.mark.nasty("N02")
def test_only_the_report_that_opened_a_matter_says_what_and_where_it_is(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"), pipe(hub, "A2"))
    before = whistles(hub)
    tell(hub, replace(pipe(hub, "A2", 5), category=LAMP, version="2"))
    assert ("sudden_incident.water_pipe_burst", before) == (stands(hub, "category"), whistles(hub))


@pytest.mark.nasty("N25")
def test_a_code_that_nobody_knows_any_more_leaves_the_matter_what_it_was(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    tell(hub, replace(pipe(hub, "A1"), category=Code("hl-2024", "999999"), version="2"))
    assert ("sudden_incident.water_pipe_burst", "blown") == (stands(hub, "category"), whistles(hub)["zilai"])


@pytest.mark.nasty("N25")
def test_a_matter_whose_code_is_known_at_last_leaves_the_desk(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "A1"), category=Code("hl-2024", "999999")))
    assert [(incidents(hub)[0], "category_unmapped")] == desk(hub)
    tell(hub, replace(pipe(hub, "A1"), version="2"))
    assert ([], "blown") == (desk(hub), whistles(hub)["zilai"])


def test_the_same_again_calls_nobody_twice(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    for n in range(3):
        tell(hub, replace(pipe(hub, "A1"), content=f"第{n}次补充", urgency=Urgency.URGENT, version=str(n)))
    assert [BLOWN] == told(hub, "zilai")
    assert 3 == len(hub.rows("SELECT id FROM whistle"))


def test_a_department_that_is_called_again_after_it_was_called_off_gets_a_whistle_of_its_own(
    hub: HubInHand,
) -> None:
    tell(hub, pipe(hub, "A1"))
    tell(hub, replace(pipe(hub, "A1"), category=LAMP, version="2"))
    tell(hub, replace(pipe(hub, "A1"), version="3"))
    assert [BLOWN, (OFF, "rerouted"), BLOWN] == told(hub, "zilai")
    ids = {r[0] for r in hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")}
    assert 2 == len(ids)
    assert is_sound(hub)


# -- withdrawn at the source ------------------------------------------------------------------------


@pytest.mark.nasty("N11")
@pytest.mark.parametrize("stage", [Stage.CANCELLED, Stage.REJECTED])
def test_a_withdrawn_report_ends_its_matter_and_its_departments_are_told(
    hub: HubInHand, stage: Stage
) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign")
    tell(hub, replace(pipe(hub, "A1"), stage=stage, version="2"))
    assert "cancelled" == stands(hub, "state")
    assert {"cancelled"} == set(whistles(hub).values())
    for department in ("zilai", "jiedao_12", "shizheng"):
        assert [BLOWN, (OFF, "withdrawn")] == told(hub, department)
    assert [(1, "open"), (2, "cancelled")] == announced(hub, incidents(hub)[0])


@pytest.mark.nasty("N11")
def test_the_clocks_of_a_withdrawn_matter_stop(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    tell(hub, replace(pipe(hub, "A1"), stage=Stage.CANCELLED))
    hub.clock.pause(timedelta(days=40).total_seconds())
    assert 0 == hub.hub.plain_clockwork().step()


@pytest.mark.nasty("N11")
def test_a_matter_goes_on_while_one_of_its_reports_stands(hub: HubInHand) -> None:
    tell(hub, *(replace(pipe(hub, f"A{n}"), requester=person(n)) for n in range(14)))
    assert 1 == len(incidents(hub))
    tell(hub, *(replace(pipe(hub, f"A{n}"), stage=Stage.CANCELLED) for n in range(13)))
    assert ("open", "blown") == (stands(hub, "state"), whistles(hub)["zilai"])
    tell(hub, replace(pipe(hub, "A13"), stage=Stage.CANCELLED))
    assert ("cancelled", "cancelled") == (stands(hub, "state"), whistles(hub)["zilai"])


@pytest.mark.nasty("N11")
def test_a_report_that_is_taken_up_again_brings_its_matter_back(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    tell(hub, replace(pipe(hub, "A1"), stage=Stage.CANCELLED, version="2"))
    tell(hub, replace(pipe(hub, "A1"), stage=Stage.REOPENED, version="3"))
    assert "open" == stands(hub, "state")
    assert [BLOWN, (OFF, "withdrawn"), BLOWN] == told(hub, "zilai")
    assert is_sound(hub)


@pytest.mark.nasty("N11")
def test_a_report_that_comes_withdrawn_calls_nobody(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "A1"), stage=Stage.CANCELLED))
    assert ("cancelled", {}, []) == (stands(hub, "state"), whistles(hub), desk(hub))


def test_word_of_what_was_called_off_names_the_whistle_and_why(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    tell(hub, replace(pipe(hub, "A1"), stage=Stage.CANCELLED))
    _, last = hub.rows("SELECT message_id, whistle_id FROM delivery ORDER BY seq")
    message = told_now(hub, "zilai")[-1]
    assert (last[0], last[1]) == (message["id"], message["subject"])
    assert f"{last[1]}:2" == message["id"]
    assert {
        "whistle": {"id": last[1]},
        "department": "zilai",
        "href": f"/departments/me/whistles/{last[1]}",
        "reason": "withdrawn",
    } == message["data"]


# -- closed matters ---------------------------------------------------------------------------------


@pytest.mark.nasty("N10")
def test_a_report_that_comes_after_its_matter_was_closed_is_told_the_result_and_calls_nobody(
    hub: HubInHand,
) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign", "result")
    assert "closed" == stands(hub, "state")
    before = hub.rows("SELECT id FROM whistle")
    tell(hub, replace(pipe(hub, "A2"), same_as=("A1",)))
    assert matter(hub, "A1") == matter(hub, "A2")
    assert ("closed", before) == (stands(hub, "state"), hub.rows("SELECT id FROM whistle"))
    answers = [orjson.loads(r[0]) for r in hub.rows("SELECT body FROM answer ORDER BY seq")]
    assert ("A2", "done_by_dept") == (answers[-1]["source_ref"], answers[-1]["stage"])


@pytest.mark.nasty("N10")
def test_a_report_that_names_a_number_closed_long_ago_is_a_recurrence_and_calls(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign", "result")
    hub.clock.pause(timedelta(days=3).total_seconds())
    later = MORNING + timedelta(days=3)
    tell(hub, replace(pipe(hub, "A2"), same_as=("A1",), occurred_at=later, reported_at=later))
    bodies = {r[0]: orjson.loads(r[1]) for r in hub.rows("SELECT id, body FROM incident")}
    assert matter(hub, "A1") == bodies[matter(hub, "A2")]["recurrence_of"]
    assert [BLOWN, BLOWN] == told(hub, "zilai")


def test_a_matter_that_its_departments_finish_is_announced_as_closed(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign", "result")
    assert [(1, "open"), (2, "closed")] == announced(hub, incidents(hub)[0])


def test_a_secret_matter_that_is_over_is_announced_without_place_or_category(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "A1"), secret=True))
    tell(hub, replace(pipe(hub, "A1"), secret=True, stage=Stage.CANCELLED))
    values = [r[0] for r in hub.rows("SELECT value FROM message WHERE topic = 'grid.incidents' ORDER BY seq")]
    assert [{"incident_id", "state", "version"}] * 2 == [set(orjson.loads(one)["data"]) for one in values]


# -- returned ---------------------------------------------------------------------------------------


def test_a_returned_matter_without_another_lead_waits_at_the_desk_until_it_is_taken_back(
    hub: HubInHand,
) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "return")
    assert [(incidents(hub)[0], "returned")] == desk(hub)
    ((owner, queued, due),) = hub.rows("SELECT owner, queued_us, due_us FROM fallback")
    assert ("zhongxin", hub.hub.pack.fallback_s) == (owner, (due - queued) // 1_000_000)
    report(hub, "zilai", "sign")
    assert [] == desk(hub)


def test_an_assisting_department_that_returns_a_matter_leaves_it_with_its_lead(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "shizheng", "return")
    assert [] == desk(hub)


def test_a_returned_matter_that_is_called_again_elsewhere_leaves_the_desk(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "return")
    tell(hub, replace(pipe(hub, "A1"), category=LAMP, version="2"))
    assert ([], "blown") == (desk(hub), whistles(hub)["shizheng"])
    assert is_sound(hub)


def test_a_matter_that_comes_to_the_desk_again_has_a_clock_of_its_own(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "return")
    report(hub, "zilai", "sign")
    hub.clock.pause(600)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE whistle SET body = replace(body, '\"returns\":1', '\"returns\":0')")
    report(hub, "zilai", "return")
    ((queued,),) = hub.rows("SELECT queued_us FROM fallback WHERE resolved_us IS NULL")
    assert hub.clock.now().timestamp() == queued / 1_000_000


# -- nobody is forgotten ----------------------------------------------------------------------------


def test_the_doctor_names_a_live_open_matter_that_is_with_nobody(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "OLD", 5), mode=Mode.BACKFILL)
    tell(hub, pipe(hub, "A1"), replace(pipe(hub, "U1", 3), category=Code("hl-2024", "999999")))
    assert [] == findings(hub, "D113")
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE whistle SET state = 'cancelled'")
    assert [{"count": 1, "first": matter(hub, "A1")}] == findings(hub, "D113")
