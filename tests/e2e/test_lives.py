"""Lives that go wrong in the ways of the field, from the first report to the last card, on both stacks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from hub.api.app import serve
from hub.model import Closing, Move, SourceClock
from hub.store import principals
from hub.store.moments import to_us
from hub.whistle.reached import SOURCE
from hub.whistle.supervision import State, Turn
from tests.e2e.test_posts import by
from tests.instruments import MORNING, HubInHand, person
from tests.unit.run.lives import whistle_of
from tests.unit.run.matters import DONE, announced, desk, incidents, is_sound, told
from tests.unit.run.matters import whistles as states
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import history
from tests.unit.run.test_lives import as_if
from tests.unit.run.test_supervising import look, overdue, review, shown

LEAD, ASSISTING, STREET = "zilai", "shizheng", "jiedao_12"
RETURN = {"move": "return", "reason_code": "NOT_MY_DUTY", "note": "不属本单位职责。"}


@pytest.fixture
def http(hub: HubInHand) -> Iterator[TestClient]:
    """The hub's application, with a key for everybody who is called for a burst pipe, and for the centre."""
    names = [("department", name) for name in (LEAD, ASSISTING, STREET, "shuiwu")]
    with hub.hub.store.write() as conn:
        for kind, name in (*names, ("centre", "zhongxin01")):
            principals.register(conn, principals.Principal(kind, name), name, hub.clock.now())
    with TestClient(serve(hub.hub), raise_server_exceptions=False) as client:
        yield client


def say(hub: HubInHand, http: TestClient, department: str, **said: object) -> str:
    """The department reports about its newest whistle, a minute later; gives back the code of a refusal."""
    hub.clock.pause(60)
    path = f"/departments/me/whistles/{whistle_of(hub, department)}/reports"
    body = {"nonce": f"{hub.clock.now().timestamp()}", **said}
    return str(http.post(path, headers=by(department), json=body).json().get("code", ""))


def centre(http: TestClient, path: str, **said: object) -> Any:
    """What the centre is told of what it decides."""
    return http.post(f"/centre/{path}", headers=by("zhongxin01"), json=said).json()


def level(hub: HubInHand) -> str:
    """At which level the only matter stands."""
    ((body,),) = hub.rows("SELECT body FROM incident")
    return str(orjson.loads(body)["level"])


@pytest.mark.nasty("N40")
def test_what_each_hands_back_once_rises_to_the_district_and_its_clock_there_runs_from_the_first_time(
    hub: HubInHand, http: TestClient
) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    (incident,) = incidents(hub)
    assert "" == say(hub, http, LEAD, **RETURN)
    first = hub.rows("SELECT queued_us FROM fallback")
    assert "" == say(hub, http, ASSISTING, **RETURN)
    assert ("routine", [(incident, "returned")]) == (level(hub), desk(hub))
    assert "" == say(hub, http, STREET, **RETURN)
    assert ("hard", [(incident, "ping_pong")]) == (level(hub), desk(hub))
    assert first == hub.rows("SELECT queued_us FROM fallback")
    assert ("upgrade", "", "disputed", "PING_PONG") == history(hub, LEAD)[-1]
    waiting = http.get("/centre/returns", headers=by("zhongxin01")).json()["returns"]
    assert {LEAD, ASSISTING, STREET} == {one["department"] for one in waiting}
    called = centre(http, f"matters/{incident}/designations", department="shuiwu")
    assert ("hard", "blown", []) == (called["level"], called["state"], desk(hub))
    assert "W109" == say(hub, http, "shuiwu", **RETURN)  # it ends here
    assert is_sound(hub)


@pytest.mark.nasty("N40")
def test_who_never_signs_is_late_by_a_clock_that_runs_from_the_call(hub: HubInHand, http: TestClient) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    look(hub, days=2, hours=1)
    assert {"sign", "contact", "arrive", "finish"} == overdue(hub).keys()
    assert ("yellow", "sign", "standing") in shown(hub)
    before = hub.rows("SELECT whistle_id, step, due_us FROM overdue ORDER BY 1, 2")
    assert "" == say(hub, http, LEAD, move="sign")
    look(hub, minutes=5)
    assert before == hub.rows("SELECT whistle_id, step, due_us FROM overdue ORDER BY 1, 2")
    look(hub, days=8)
    assert "key" == level(hub)


@pytest.mark.nasty("N41")
def test_work_that_was_done_in_time_and_told_late_is_late_and_an_appeal_changes_what_counts(
    hub: HubInHand, http: TestClient
) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    assert "" == say(hub, http, LEAD, move="sign")
    restored = (hub.clock.now() + timedelta(hours=3)).isoformat()
    hub.clock.pause(timedelta(days=2, hours=2).total_seconds())
    assert "" == say(hub, http, LEAD, move="result", form=DONE | {"restored_at": restored})
    look(hub, minutes=5)
    facts = hub.rows("SELECT whistle_id, step, round, due_us FROM overdue ORDER BY 1, 2")
    assert "" == overdue(hub)["finish"]  # what the form says of itself moves no clock
    (card,) = (
        one
        for one in http.get("/departments/me/cards", headers=by(LEAD)).json()["cards"]
        if one["step"] == "finish"
    )
    assert ("yellow", "standing") == (card["card"], card["state"])
    appeal = {"nonce": "1", "reason_code": "DONE_IN_TIME", "note": "当日已恢复供水，漏报结果。"}
    path = f"/departments/me/cards/{card['id']}/appeal"
    assert 201 == http.post(path, headers=by(LEAD), json=appeal).status_code
    assert [State.REVIEWED, State.WITHDRAWN] == [
        review(hub, card["id"], Turn.WITHDRAW, name) for name in ("first", "second")
    ]
    assert "appealed" == overdue(hub)["finish"]
    look(hub, days=20)
    assert facts == [
        row
        for row in hub.rows("SELECT whistle_id, step, round, due_us FROM overdue ORDER BY 1, 2")
        if row in facts
    ]
    assert "appealed" == overdue(hub)["finish"]
    assert "withdrawn" in {state for _, step, state in shown(hub) if step == "finish"}
    again = http.post(path, headers=by(LEAD), json=appeal | {"nonce": "2"})
    assert (409, "W132") == (again.status_code, again.json()["code"])


def outage(hub: HubInHand, ref: str, days: int) -> None:
    """A report comes so many days after it was made, with a deadline of its source's that is long over."""
    made = MORNING - timedelta(days=days)
    clock = SourceClock("12345", made + timedelta(hours=24), made)
    who = person(days)
    hub.tell(replace(pipe(hub, ref), reported_at=made, occurred_at=made, clocks=(clock,), requester=who))
    hub.settle()


@pytest.mark.nasty("N79")
def test_what_arrives_after_an_outage_is_handled_and_timed_and_earns_nobody_a_card(
    hub: HubInHand, http: TestClient
) -> None:
    for n in range(3):
        outage(hub, f"L{n}", 3)
    assert [("late",)] == list({(orjson.loads(r[0])["mode"],) for r in hub.rows("SELECT body FROM event")})
    assert "blown" == states(hub)[LEAD]
    look(hub, minutes=5)
    assert {SOURCE: "late_received"} == overdue(hub)
    look(hub, days=20)
    assert ("late_received", "") == (overdue(hub)[SOURCE], overdue(hub)["finish"])
    assert [] == [one for department in (LEAD, ASSISTING, STREET) for one in shown(hub, department)]
    assert [(0,)] == hub.rows("SELECT count(*) FROM measure")
    ((due_us,),) = hub.rows(
        f"SELECT due_us FROM overdue WHERE step = '{SOURCE}' AND whistle_id = '{whistle_of(hub, LEAD)}'"  # noqa: S608 ours
    )
    assert to_us(MORNING - timedelta(days=2)) == due_us


@pytest.mark.nasty("N79")
def test_a_report_in_its_time_about_the_same_matter_makes_it_count(hub: HubInHand, http: TestClient) -> None:
    outage(hub, "L1", 3)
    hub.tell(replace(pipe(hub, "A1"), requester=person(9), same_as=("L1",)))
    hub.settle()
    assert 1 == len(incidents(hub))
    look(hub, days=20)
    assert ("yellow", "finish", "standing") in shown(hub)
    assert "late_received" == overdue(hub)[SOURCE]
    assert SOURCE not in {step for _, step, _ in shown(hub)}


@pytest.mark.nasty("N82")
@pytest.mark.parametrize("closing", Closing)
def test_a_lead_closes_the_matter_though_who_assists_never_answers(
    hub: HubInHand, http: TestClient, closing: Closing
) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    as_if(hub, lambda one: replace(one, closing=closing))
    (incident,) = incidents(hub)
    assert "" == say(hub, http, LEAD, move="sign")
    if closing is Closing.EVERYONE:
        assert "W129" == say(hub, http, LEAD, move="result", form=DONE, alone=True)
        assert "W101" == say(hub, http, ASSISTING, move="result", form=DONE)
        said = {"alone": True, "note": "协办单位未到场，管段已换好。"}
    else:
        said = {}
    assert "" == say(hub, http, LEAD, move="result", form=DONE, **said)
    assert {LEAD: "result", ASSISTING: "cancelled", STREET: "cancelled"} == states(hub)
    assert ["open", "closed"] == [state for _, state in announced(hub, incident)]
    for department in (ASSISTING, STREET):
        assert "finished" == told(hub, department)[-1][1]
        assert "W101" == say(hub, http, department, move="sign")
    assert {"cancel": "finished"} == {
        move: why for move, _, _, why in history(hub, ASSISTING) if move == Move.CANCEL
    }
    look(hub, days=20)
    assert {} == overdue(hub, ASSISTING)  # what it was not asked any more to do is not late
