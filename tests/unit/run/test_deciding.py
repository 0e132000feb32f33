"""The centre decides: a return holds or not, a department is designated; and everybody is told, once."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.errors import Refused
from hub.model import Move, Stage, Whistle
from hub.run.exits.explaining import explain
from hub.run.matters.deciding import Deciding
from tests.instruments import HubInHand
from tests.unit.run.ledgers import is_whole
from tests.unit.run.matters import (
    announced,
    desk,
    findings,
    incidents,
    is_sound,
    link,
    matter,
    on,
    part,
    report,
    told,
    told_now,
    whistles,
)
from tests.unit.run.sources import pipe
from tests.unit.run.test_moving_on import BLOWN, LAMP, OFF, tell

pytestmark = pytest.mark.nasty("N49")


@pytest.fixture
def returned(hub: HubInHand) -> HubInHand:
    """A hub whose one matter, a burst pipe, was handed back by its lead (zilai)."""
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign", "return")
    return hub


def whistle_of(hub: HubInHand, department: str) -> str:
    """The newest whistle of a department."""
    rows = hub.rows("SELECT department, id FROM whistle ORDER BY blown_us, version")
    return str([r[1] for r in rows if r[0] == department][-1])


def decide(hub: HubInHand, department: str, move: Move, reason: str = "") -> Whistle:
    """The centre makes this move with the department's whistle, a minute later."""
    hub.clock.pause(60)
    dispatch = hub.hub.dispatch("centre")
    with hub.hub.store.write() as conn:
        centre = Deciding(conn, dispatch, hub.hub.pack, by="zhongxin01", at=hub.clock.now())
        done = centre.decide(whistle_of(hub, department), move, reason)
    dispatch.committed()
    return done


def designate(hub: HubInHand, department: str, incident: str = "") -> Whistle:
    """The centre calls this department for this matter, or for the only one."""
    hub.clock.pause(60)
    dispatch = hub.hub.dispatch("centre")
    if not incident:
        (incident,) = incidents(hub)
    with hub.hub.store.write() as conn:
        centre = Deciding(conn, dispatch, hub.hub.pack, by="zhongxin01", at=hub.clock.now())
        done = centre.designate(incident, department, "OWN_PIPE")
    dispatch.committed()
    return done


def history(hub: HubInHand, department: str) -> list[tuple[str, str, str, str]]:
    """(move, by, after, reason) of the department's whistle, as `gridplus explain` tells it."""
    with hub.hub.store.read() as conn:
        found = explain(conn, whistle_of(hub, department))["history"]
    return [(one["move"], one["by"], one["after"], one["reason_code"]) for one in found]


def deadlines(hub: HubInHand, department: str) -> Any:
    """Of the department's newest whistle, as stored."""
    bodies = dict(hub.rows("SELECT id, body FROM whistle"))
    return orjson.loads(bodies[whistle_of(hub, department)])["deadlines"]


def test_a_return_that_holds_relieves_its_department_and_the_matter_waits_for_another(
    returned: HubInHand,
) -> None:
    (incident,) = incidents(returned)
    assert [(incident, "returned")] == desk(returned)
    decide(returned, "zilai", Move.UPHOLD, "NOT_THEIR_DUTY")
    assert "reassigned" == whistles(returned)["zilai"]
    assert [BLOWN, (OFF, "reassigned")] == told(returned, "zilai")
    assert [(incident, "returned")] == desk(returned)
    tell(returned, pipe(returned, "A2"))  # the route still names it, and calls it no more
    assert [BLOWN, (OFF, "reassigned")] == told(returned, "zilai")
    assert is_sound(returned)


def test_a_return_that_does_not_hold_stays_with_its_department_whose_clocks_ran_on(
    returned: HubInHand,
) -> None:
    before = deadlines(returned, "zilai")
    decide(returned, "zilai", Move.DISMISS)
    assert "blown" == whistles(returned)["zilai"]
    assert [] == desk(returned)
    assert [BLOWN, BLOWN] == told(returned, "zilai")
    assert before == deadlines(returned, "zilai")
    with pytest.raises(Refused, match="W109"):
        report(returned, "zilai", "return")
    report(returned, "zilai", "sign", "arrive", "result")
    (incident,) = incidents(returned)
    assert "closed" == announced(returned, incident)[-1][1]


def test_whom_the_centre_designates_leads_the_matter_and_closes_it(returned: HubInHand) -> None:
    decide(returned, "zilai", Move.UPHOLD)
    called = designate(returned, "shuiwu")
    assert (called.role, called.clause) == ("lead", "")
    assert [] == desk(returned)
    assert [BLOWN] == told(returned, "shuiwu")
    tell(returned, pipe(returned, "A2"))  # the matter moves on, and the route would call others
    assert [BLOWN] == told(returned, "shuiwu")
    with pytest.raises(Refused, match="W109"):
        report(returned, "shuiwu", "return")
    report(returned, "shuiwu", "sign", "result")
    (incident,) = incidents(returned)
    assert "closed" == announced(returned, incident)[-1][1]
    assert is_sound(returned)


def test_the_history_tells_each_move_and_whose_it_was_and_no_department_sees_the_account(
    returned: HubInHand,
) -> None:
    decide(returned, "zilai", Move.REFER)
    decide(returned, "zilai", Move.UPHOLD, "NOT_THEIR_DUTY")
    designate(returned, "shuiwu")
    assert [
        ("sign", "zilai", "signed", ""),
        ("return", "zilai", "disputed", "NOT_MY_DUTY"),
        ("refer", "zhongxin01", "arbitrating", ""),
        ("uphold", "zhongxin01", "reassigned", "NOT_THEIR_DUTY"),
    ] == history(returned, "zilai")
    assert [("designate", "zhongxin01", "blown", "OWN_PIPE")] == history(returned, "shuiwu")
    messages = orjson.dumps([r[0] for r in returned.rows("SELECT value FROM message")]).decode()
    fetched = orjson.dumps([*told_now(returned, "zilai"), *told_now(returned, "shuiwu")]).decode()
    assert "zhongxin01" not in messages + fetched


def test_what_the_hub_called_off_stands_in_the_history_too(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    tell(hub, replace(pipe(hub, "A1"), stage=Stage.CANCELLED, version="2"))
    assert [("cancel", "", "cancelled", "withdrawn")] == history(hub, "zilai")


def test_a_department_may_take_its_return_back_until_it_is_decided(returned: HubInHand) -> None:
    decide(returned, "zilai", Move.REFER)
    report(returned, "zilai", "sign")
    assert [] == desk(returned)
    with pytest.raises(Refused, match="W101"):
        decide(returned, "zilai", Move.UPHOLD)


@pytest.mark.parametrize(
    ("department", "code"), [("zilai", "W112"), ("nobody", "W111")], ids=["leads it already", "no contract"]
)
def test_a_designation_that_cannot_be_is_refused_and_changes_nothing(
    returned: HubInHand, department: str, code: str
) -> None:
    before = whistles(returned)
    with pytest.raises(Refused, match=code):
        designate(returned, department)
    assert before == whistles(returned)


def test_a_matter_that_is_over_takes_no_designation(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "zilai", "sign", "result")
    with pytest.raises(Refused, match="W110"):
        designate(hub, "shuiwu")


def test_words_are_no_reason_code(returned: HubInHand) -> None:
    with pytest.raises(Refused, match="W114"):
        decide(returned, "zilai", Move.UPHOLD, "因为张三说的")
    assert "disputed" == whistles(returned)["zilai"]


# -- the matter moves on ----------------------------------------------------------------------------


def test_after_a_relief_a_lead_that_the_route_calls_does_not_end_what_was_the_others(
    returned: HubInHand,
) -> None:
    """Nor is the matter with nobody then: it waits for the centre."""
    decide(returned, "zilai", Move.UPHOLD)
    tell(returned, replace(pipe(returned, "A1"), category=LAMP, version="2"))
    assert [] == desk(returned)
    report(returned, "shizheng", "sign", "result")
    (incident,) = incidents(returned)
    assert [(incident, "returned")] == desk(returned)
    assert "closed" != announced(returned, incident)[-1][1]
    assert [] == findings(returned, "D113")


def test_a_result_beside_a_return_leaves_the_matter_at_the_desk_and_the_decision_closes_it(
    returned: HubInHand,
) -> None:
    designate(returned, "shuiwu")
    report(returned, "shuiwu", "sign", "result")
    (incident,) = incidents(returned)
    assert [(incident, "returned")] == desk(returned)
    decide(returned, "zilai", Move.UPHOLD)
    assert [] == desk(returned)
    assert "closed" == announced(returned, incident)[-1][1]


def test_the_doctor_names_a_matter_that_only_who_assists_is_at(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE whistle SET state = 'result' WHERE role = 'lead'")
    assert incidents(hub) == [one["first"] for one in findings(hub, "D113")]


def test_a_return_that_nobody_decides_about_is_named_by_the_doctor_an_assisting_ones_too(
    hub: HubInHand,
) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "shizheng", "return")
    assert [] == findings(hub, "D149")
    hub.clock.pause(hub.hub.pack.fallback_s + 1)
    assert [{"count": 1, "first": whistle_of(hub, "shizheng")}] == findings(hub, "D149")
    decide(hub, "shizheng", Move.DISMISS)
    assert [] == findings(hub, "D149")


def test_who_was_relieved_of_a_matter_is_not_brought_back_to_it_by_a_merge(returned: HubInHand) -> None:
    decide(returned, "zilai", Move.UPHOLD)
    kept = matter(returned, "A1")
    tell(returned, pipe(returned, "B1", 1))
    link(returned, matter(returned, "B1"), kept)
    assert ("zilai", "reassigned") in on(returned, kept)
    assert "zilai" not in {who for who, state in on(returned, kept) if state == "blown"}
    assert [(kept, "returned")] == desk(returned)


@pytest.mark.parametrize("move", [Move.DISMISS, Move.UPHOLD])
def test_the_centres_word_goes_along_with_a_merge_and_back(returned: HubInHand, move: Move) -> None:
    decide(returned, "zilai", move)
    gone = matter(returned, "A1")
    tell(returned, pipe(returned, "B1", 1))
    kept = matter(returned, "B1")
    link(returned, gone, kept)
    if move is Move.DISMISS:
        with pytest.raises(Refused, match="W109"):
            report(returned, "zilai", "return")
    part(returned, gone, kept)
    assert ("zilai", "reassigned" if move is Move.UPHOLD else "blown") in on(returned, gone)
    assert is_sound(returned)


def test_the_centres_word_outlasts_a_withdrawal_that_is_taken_back(returned: HubInHand) -> None:
    decide(returned, "zilai", Move.DISMISS)
    tell(returned, replace(pipe(returned, "A1"), stage=Stage.CANCELLED, version="2"))
    tell(returned, replace(pipe(returned, "A1"), version="3"))
    assert "blown" == whistles(returned)["zilai"]
    with pytest.raises(Refused, match="W109"):
        report(returned, "zilai", "return")


def test_a_department_that_assists_may_be_designated_to_lead(returned: HubInHand) -> None:
    decide(returned, "zilai", Move.UPHOLD)
    called = designate(returned, "jiedao_12")
    assert "lead" == called.role
    assert [] == desk(returned)
    assert [BLOWN, (OFF, "rerouted"), BLOWN] == told(returned, "jiedao_12")
    assert is_sound(returned)


def test_an_assisting_department_whose_return_was_dismissed_leads_where_the_route_says_so(
    hub: HubInHand,
) -> None:
    tell(hub, pipe(hub, "A1"))
    report(hub, "shizheng", "return")
    decide(hub, "shizheng", Move.DISMISS)
    tell(hub, replace(pipe(hub, "A1"), category=LAMP, version="2"))
    rows = hub.rows("SELECT department, role, state FROM whistle ORDER BY blown_us, version")
    assert ("shizheng", "lead", "blown") in rows
    assert [] == desk(hub)
    with pytest.raises(Refused, match="W109"):
        report(hub, "shizheng", "return")


def test_a_secret_matter_is_given_to_a_department_only_by_who_says_that_they_know(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "A1"), secret=True))
    with pytest.raises(Refused, match="W115"):
        designate(hub, "shuiwu")
    assert "shuiwu" not in whistles(hub)


def test_a_person_decides_at_the_command_line(returned: HubInHand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDPLUS_HOME", str(returned.hub.settings.home))
    monkeypatch.setenv("GRIDPLUS_CLOCK_START", "2026-03-10T09:30:00+08:00")
    monkeypatch.setenv("GRIDPLUS_STORE", returned.hub.settings.store_url)
    whistle, by = whistle_of(returned, "zilai"), ["--by", "zhongxin01"]
    (waiting,) = orjson.loads(CliRunner().invoke(main, ["whistle", "list"]).output)["returns"]
    assert {
        "whistle": whistle,
        "state": "disputed",
        "reason_code": "NOT_MY_DUTY",
    }.items() <= waiting.items()
    words = CliRunner().invoke(main, ["whistle", "uphold", whistle, "--reason", "因为张三说的", *by])
    assert 1 == words.exit_code
    assert "张三" not in words.output
    upheld = CliRunner().invoke(main, ["whistle", "uphold", whistle, "--reason", "NOT_THEIR_DUTY", *by])
    assert "reassigned" == orjson.loads(upheld.output)["state"]
    called = CliRunner().invoke(main, ["whistle", "designate", *incidents(returned), "shuiwu", *by])
    assert {"department": "shuiwu", "state": "blown"}.items() <= orjson.loads(called.output).items()
    assert is_whole(returned)
