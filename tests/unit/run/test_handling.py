"""Matters that no department is called for: dealt with elsewhere by law or by plan, and drills."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import update

from hub.model import Code, Draft, Handling, Stage, Urgency
from hub.run.map.marks import Stage as MapStage
from hub.run.map.marks import stage_of
from hub.store.tables import whistle
from tests.instruments import HubInHand, at
from tests.unit.run.matters import (
    desk,
    findings,
    incidents,
    is_sound,
    link,
    matter,
    part,
    report,
    told,
    unlink,
    whistles,
)
from tests.unit.run.sources import pipe
from tests.unit.run.test_answering import heard, texts
from tests.unit.run.test_moving_on import tell


def water(hub: HubInHand, ref: str, n: int = 0, **changes: Any) -> Draft:
    """No water, at a standard address; another `n` is another one of them."""
    address = hub.hub.pack.geography.addresses[1000 + n]
    now = hub.clock.now()
    said: dict[str, Any] = {
        "position": at(address.lon, address.lat),
        "category": code(hub),
        "title": "家里没水",
        "content": f"第{n}户没水了。",
        "occurred_at": now,
        "reported_at": now,
    }
    return replace(pipe(hub, ref), **(said | changes))


def code(hub: HubInHand) -> Code:
    found = hub.hub.pack.codes.code_for("hl-2024", "livelihood_service.water_supply")
    assert found is not None
    return Code("hl-2024", found)


def announced(hub: HubInHand, ref: str = "N1", hours: int = 6, **changes: Any) -> Draft:
    """计划停水 for the community of the addresses of `water`, from now on."""
    community = hub.hub.pack.geography.addresses[1000].community_id
    now = hub.clock.now()
    said: dict[str, Any] = {
        "position": None,
        "address": "",
        "area_code": community,
        "category": code(hub),
        "title": "计划停水公告",
        "content": "",
        "handling": Handling.ELSEWHERE,
        "occurred_at": now,
        "reported_at": now,
        "until": now + timedelta(hours=hours),
    }
    return replace(pipe(hub, ref), **(said | changes))


def elsewhere(hub: HubInHand, *drafts: Draft) -> None:
    """Told by another source than all the rest."""
    hub.clock.pause(60)
    hub.tell(*drafts, source="urban_management")
    hub.settle("urban_management")


def stands(hub: HubInHand, id_: str) -> dict[str, Any]:
    (body,) = (r[1] for r in hub.rows("SELECT id, body FROM incident") if r[0] == id_)
    found: dict[str, Any] = orjson.loads(body)
    return found


# -- elsewhere --------------------------------------------------------------------------------------


def test_what_a_legal_channel_has_is_shown_and_calls_nobody(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "P1"), handling=Handling.ELSEWHERE))
    one = stands(hub, matter(hub, "P1"))
    assert ("open", "elsewhere", "hotline_12345") == (one["state"], one["handling"], one["handled_by"])
    assert {} == whistles(hub)
    assert [] == desk(hub)


def test_who_reports_the_same_is_told_who_has_it_and_nobody_is_called_twice(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "P1"), handling=Handling.ELSEWHERE))
    elsewhere(hub, pipe(hub, "C1"))
    assert matter(hub, "P1") == matter(hub, "C1")
    assert {} == whistles(hub)
    assert ["in_progress"] == heard(hub, "C1")
    assert [] == heard(hub, "P1")
    assert "政务服务便民热线 12345办理" in texts(hub, "C1")[0]


def test_a_report_that_comes_with_it_hears_it_too(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "P1"), handling=Handling.ELSEWHERE), pipe(hub, "A1"))
    assert matter(hub, "P1") == matter(hub, "A1")
    assert ["in_progress"] == heard(hub, "A1")


def test_departments_that_are_at_a_matter_go_on_when_it_comes_by_a_legal_channel_too(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    called = whistles(hub)
    tell(hub, replace(pipe(hub, "P1"), handling=Handling.ELSEWHERE))
    assert matter(hub, "A1") == matter(hub, "P1")
    assert called == whistles(hub) != {}
    assert "call" == stands(hub, matter(hub, "A1"))["handling"]


def test_an_emergency_calls_whoever_else_may_have_it(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "P1"), handling=Handling.ELSEWHERE, urgency=Urgency.CRITICAL))
    assert {} != whistles(hub)


def test_it_is_closed_when_its_own_channel_says_so_and_everybody_hears_it(hub: HubInHand) -> None:
    first = replace(pipe(hub, "P1"), handling=Handling.ELSEWHERE)
    tell(hub, first)
    elsewhere(hub, pipe(hub, "C1"))
    tell(hub, replace(first, version="2", stage=Stage.DONE_BY_DEPT))
    assert "closed" == stands(hub, matter(hub, "P1"))["state"]
    assert ["in_progress", "done_by_dept"] == heard(hub, "C1")
    assert is_sound(hub)


def test_what_a_channel_gives_back_is_called_for(hub: HubInHand) -> None:
    first = replace(pipe(hub, "P1"), handling=Handling.ELSEWHERE)
    tell(hub, first)
    tell(hub, replace(first, version="2", handling=Handling.CALL))
    assert {} != whistles(hub)
    assert ("call", "") == tuple(stands(hub, matter(hub, "P1"))[it] for it in ("handling", "handled_by"))


@pytest.mark.parametrize("stage", [Stage.CANCELLED, Stage.REJECTED])
def test_what_a_channel_lets_go_is_called_for_where_others_wait(hub: HubInHand, stage: Stage) -> None:
    first = replace(pipe(hub, "P1"), handling=Handling.ELSEWHERE)
    tell(hub, first)
    elsewhere(hub, pipe(hub, "C1"))
    tell(hub, replace(first, version="2", stage=stage))
    assert {} != whistles(hub)
    assert ("call", "") == tuple(stands(hub, matter(hub, "C1"))[it] for it in ("handling", "handled_by"))
    assert is_sound(hub)


def test_a_closed_matter_that_a_channel_gives_back_is_called_for(hub: HubInHand) -> None:
    first = replace(pipe(hub, "P1"), handling=Handling.ELSEWHERE)
    tell(hub, first)
    tell(hub, replace(first, version="2", stage=Stage.CLOSED))
    tell(hub, replace(first, version="3", handling=Handling.CALL, stage=Stage.ACCEPTED))
    assert {} != whistles(hub)
    assert is_sound(hub)


def test_what_departments_closed_stays_closed_whoever_has_it_afterwards(hub: HubInHand) -> None:
    first = pipe(hub, "A1")
    tell(hub, first)
    tell(hub, replace(first, version="2", handling=Handling.ELSEWHERE))
    report(hub, "zilai", "sign", "arrive", "result")
    assert "closed" == stands(hub, matter(hub, "A1"))["state"]
    tell(hub, replace(first, version="3", handling=Handling.ELSEWHERE, stage=Stage.IN_PROGRESS))
    assert "closed" == stands(hub, matter(hub, "A1"))["state"]


def test_who_is_left_when_the_report_of_the_channel_is_taken_out_is_called_for(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "P1"), handling=Handling.ELSEWHERE))
    elsewhere(hub, pipe(hub, "C1"))
    unlink(hub, "P1")
    assert ["elsewhere", "call"] == [stands(hub, matter(hub, it))["handling"] for it in ("P1", "C1")]
    assert {matter(hub, "C1")} == {r[0] for r in hub.rows("SELECT incident_id FROM whistle")}


def test_a_channel_is_not_told_that_it_has_the_matter(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "P1"), handling=Handling.ELSEWHERE))
    tell(hub, replace(pipe(hub, "P2"), handling=Handling.ELSEWHERE))
    assert matter(hub, "P1") == matter(hub, "P2")
    assert [] == heard(hub, "P2")


@pytest.mark.parametrize(
    ("handling", "urgency", "is_named"),
    [
        (Handling.ELSEWHERE, Urgency.ROUTINE, False),
        (Handling.DRILL, Urgency.CRITICAL, False),
        (Handling.ELSEWHERE, Urgency.CRITICAL, True),
        (Handling.CALL, Urgency.ROUTINE, True),
    ],
)
def test_the_doctor_names_whom_somebody_should_have_been_called_for(
    hub: HubInHand, handling: Handling, urgency: Urgency, is_named: bool
) -> None:
    tell(hub, replace(pipe(hub, "P1"), handling=handling, urgency=urgency))
    assert [] == findings(hub, "D113")
    with hub.hub.store.write() as conn:
        conn.execute(update(whistle).values(state="cancelled"))
    assert is_named == bool(findings(hub, "D113"))


@pytest.mark.parametrize(
    ("handling", "stage"),
    [
        (Handling.CALL, MapStage.WAITING),
        (Handling.ELSEWHERE, MapStage.ELSEWHERE),
        (Handling.DRILL, MapStage.DRILL),
    ],
)
def test_a_map_shows_who_has_what_nobody_is_called_for(handling: Handling, stage: MapStage) -> None:
    assert stage is stage_of(False, [], handling)
    assert (MapStage.DRILL if handling is Handling.DRILL else MapStage.DONE) is stage_of(True, [], handling)


# -- announced --------------------------------------------------------------------------------------


@pytest.mark.nasty("N75")
def test_a_flood_of_reports_is_explained_by_what_was_announced(hub: HubInHand) -> None:
    elsewhere(hub, announced(hub))
    tell(hub, *(water(hub, f"W{n}", n) for n in range(8) if near(hub, n)))
    assert 1 == len(incidents(hub))
    assert {} == whistles(hub)
    assert "3月10日" in texts(hub, "W0")[0]
    rules = {one["rule"] for r in hub.rows("SELECT reasons FROM link") for one in orjson.loads(r[0])}
    assert "announced" in rules


def near(hub: HubInHand, n: int) -> bool:
    addresses = hub.hub.pack.geography.addresses
    return addresses[1000 + n].community_id == addresses[1000].community_id


@pytest.mark.parametrize(
    "changes",
    [
        {"category": Code("hl-2024", "010202")},
        {"occurred_at": None, "reported_at": None},
    ],
    ids=["of something else", "later"],
)
def test_nothing_else_is_explained_by_it(hub: HubInHand, changes: dict[str, Any]) -> None:
    elsewhere(hub, announced(hub, hours=1))
    if "occurred_at" in changes:
        hub.clock.pause(2 * 3600)
        now = hub.clock.now()
        changes = {"occurred_at": now, "reported_at": now}
    tell(hub, water(hub, "W0", **changes))
    assert matter(hub, "N1") != matter(hub, "W0")
    assert {} != whistles(hub)


def test_what_is_announced_for_later_explains_nothing_before_it_begins(hub: HubInHand) -> None:
    begins = hub.clock.now() + timedelta(hours=20)
    elsewhere(hub, announced(hub, occurred_at=begins, until=begins + timedelta(hours=6)))
    tell(hub, water(hub, "W0"))
    assert matter(hub, "N1") != matter(hub, "W0")
    hub.clock.pause(21 * 3600)
    tell(hub, water(hub, "W1", 1))
    assert matter(hub, "N1") == matter(hub, "W1")


def test_who_announced_it_may_tell_of_something_else_there(hub: HubInHand) -> None:
    elsewhere(hub, announced(hub))
    elsewhere(hub, water(hub, "F1"))
    assert matter(hub, "N1") != matter(hub, "F1")


def test_another_community_is_not_explained_by_it(hub: HubInHand) -> None:
    elsewhere(hub, announced(hub))
    other = next(n for n in range(1, 30_000) if not near(hub, n))
    tell(hub, water(hub, "W0", other))
    assert matter(hub, "N1") != matter(hub, "W0")


def test_it_closes_by_itself_when_it_is_over(hub: HubInHand) -> None:
    elsewhere(hub, announced(hub, hours=2))
    tell(hub, water(hub, "W0"))
    clockwork = hub.hub.plain_clockwork()
    clockwork.step()
    assert "open" == stands(hub, matter(hub, "N1"))["state"]
    hub.clock.pause(2 * 3600)
    clockwork.step()
    assert "closed" == stands(hub, matter(hub, "N1"))["state"]
    assert ["in_progress", "done_by_dept"] == heard(hub, "W0")
    assert 0 == clockwork.step()


def test_one_that_is_moved_closes_when_it_was_moved_to(hub: HubInHand) -> None:
    first = announced(hub, hours=1)
    tell(hub, first)
    assert first.until is not None
    tell(hub, replace(first, version="2", until=first.until + timedelta(hours=3)))
    hub.clock.pause(2 * 3600)
    clockwork = hub.hub.plain_clockwork()
    clockwork.step()
    assert "open" == stands(hub, matter(hub, "N1"))["state"]
    hub.clock.pause(2 * 3600)
    clockwork.step()
    assert "closed" == stands(hub, matter(hub, "N1"))["state"]


def test_one_that_is_prolonged_after_its_end_goes_on_and_who_reported_hears_until_when(
    hub: HubInHand,
) -> None:
    first = announced(hub, hours=1)
    elsewhere(hub, first)
    assert first.until is not None
    tell(hub, water(hub, "W0"))
    hub.clock.pause(2 * 3600)
    clockwork = hub.hub.plain_clockwork()
    clockwork.step()
    elsewhere(hub, replace(first, version="2", until=first.until + timedelta(hours=3)))
    assert ["in_progress", "done_by_dept", "in_progress"] == heard(hub, "W0")
    assert "open" == stands(hub, matter(hub, "N1"))["state"]
    tell(hub, water(hub, "W1", 1))
    assert matter(hub, "N1") == matter(hub, "W1")
    hub.clock.pause(2 * 3600)
    clockwork.step()
    assert "closed" == stands(hub, matter(hub, "N1"))["state"]


def test_a_new_word_on_what_is_over_does_not_open_it(hub: HubInHand) -> None:
    first = announced(hub, hours=1)
    elsewhere(hub, first)
    hub.clock.pause(2 * 3600)
    hub.hub.plain_clockwork().step()
    elsewhere(hub, replace(first, version="2", title="计划停水公告（更正）"))
    assert "closed" == stands(hub, matter(hub, "N1"))["state"]


@pytest.mark.parametrize("how", ["called off", "put off"])
def test_who_was_told_of_it_is_called_for_where_it_explains_them_no_more(hub: HubInHand, how: str) -> None:
    first = announced(hub)
    elsewhere(hub, first)
    tell(hub, water(hub, "W0"))
    assert {} == whistles(hub)
    begins = hub.clock.now() + timedelta(days=2)
    put_off = replace(first, version="2", occurred_at=begins, until=begins + timedelta(hours=6))
    elsewhere(hub, put_off if how == "put off" else replace(first, version="2", stage=Stage.CANCELLED))
    assert {} != whistles(hub)
    assert is_sound(hub)


def test_who_turns_out_to_tell_of_something_else_is_called_for(hub: HubInHand) -> None:
    elsewhere(hub, announced(hub))
    first = water(hub, "W0")
    tell(hub, first, water(hub, "W1", 1))
    assert {} == whistles(hub)
    burst = Code("hl-2024", "010202")
    tell(hub, replace(first, version="2", category=burst, title="水管爆裂", content="水漫到一楼了。"))
    assert {} != whistles(hub)
    assert is_sound(hub)


def test_what_waits_at_the_desk_is_not_closed_by_an_announced_end(hub: HubInHand) -> None:
    unknown = Code("hl-2024", "999999")
    elsewhere(hub, announced(hub, hours=2, category=unknown, urgency=Urgency.CRITICAL))
    waiting = desk(hub)
    assert [matter(hub, "N1")] == [one for one, _ in waiting]
    hub.clock.pause(3 * 3600)
    clockwork = hub.hub.plain_clockwork()
    clockwork.step()
    assert ("open", waiting) == (stands(hub, matter(hub, "N1"))["state"], desk(hub))
    assert 0 == clockwork.step()


# -- drills -----------------------------------------------------------------------------------------


def test_a_drill_calls_nobody_however_urgent_it_looks(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "D1"), handling=Handling.DRILL, urgency=Urgency.CRITICAL))
    assert ({}, []) == (whistles(hub), desk(hub))
    assert "drill" == stands(hub, matter(hub, "D1"))["handling"]


def test_a_drill_and_the_real_thing_beside_it_never_meet(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "D1"), handling=Handling.DRILL))
    tell(hub, pipe(hub, "A1"))
    tell(hub, replace(pipe(hub, "D2"), handling=Handling.DRILL))
    assert matter(hub, "D1") == matter(hub, "D2") != matter(hub, "A1")
    assert {} != whistles(hub)


def test_a_drill_that_names_a_real_matter_is_kept_apart_all_the_same(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    tell(hub, replace(pipe(hub, "D1"), handling=Handling.DRILL, same_as=("A1",)))
    assert matter(hub, "D1") != matter(hub, "A1")


def test_a_drill_that_becomes_real_calls(hub: HubInHand) -> None:
    first = replace(pipe(hub, "D1"), handling=Handling.DRILL)
    tell(hub, first)
    tell(hub, replace(first, version="2", handling=Handling.CALL))
    assert {} != whistles(hub)
    assert told(hub, "zilai")
    assert is_sound(hub)


def test_one_of_several_reports_of_a_drill_that_becomes_real_calls(hub: HubInHand) -> None:
    second = replace(pipe(hub, "D2"), handling=Handling.DRILL)
    tell(hub, replace(pipe(hub, "D1"), handling=Handling.DRILL))
    tell(hub, second)
    assert matter(hub, "D1") == matter(hub, "D2")
    tell(hub, replace(second, version="2", handling=Handling.CALL))
    assert ("call", True) == (stands(hub, matter(hub, "D2"))["handling"], is_sound(hub))
    assert {} != whistles(hub)


def test_what_others_tell_of_in_earnest_is_no_drill_by_the_word_of_one(hub: HubInHand) -> None:
    first = pipe(hub, "A1")
    tell(hub, first)
    elsewhere(hub, pipe(hub, "C1"))
    tell(hub, replace(first, version="2", handling=Handling.DRILL))
    assert "call" == stands(hub, matter(hub, "A1"))["handling"]


def test_a_drill_that_was_closed_and_becomes_real_calls(hub: HubInHand) -> None:
    first = replace(pipe(hub, "D1"), handling=Handling.DRILL)
    tell(hub, first)
    tell(hub, replace(first, version="2", stage=Stage.CLOSED))
    assert "closed" == stands(hub, matter(hub, "D1"))["state"]
    tell(hub, replace(first, version="3", handling=Handling.CALL, stage=Stage.IN_PROGRESS))
    assert {} != whistles(hub)
    one = stands(hub, matter(hub, "D1"))
    assert ("open", None) == (one["state"], one["closed_at"])
    assert is_sound(hub)


def test_what_a_person_joins_to_a_drill_makes_it_real(hub: HubInHand) -> None:
    tell(hub, replace(pipe(hub, "D1"), handling=Handling.DRILL))
    tell(hub, pipe(hub, "A1"))
    real, drill = matter(hub, "A1"), matter(hub, "D1")
    link(hub, real, drill)
    assert ("call", True) == (stands(hub, drill)["handling"], is_sound(hub))
    part(hub, real, drill)
    assert ["call", "drill"] == [stands(hub, one)["handling"] for one in (real, drill)]


def test_another_report_of_the_channel_that_has_it_hears_the_end_too(hub: HubInHand) -> None:
    first = replace(pipe(hub, "P1"), handling=Handling.ELSEWHERE)
    tell(hub, first)
    tell(hub, pipe(hub, "A1"))
    tell(hub, replace(first, version="2", stage=Stage.DONE_BY_DEPT))
    assert ["in_progress", "done_by_dept"] == heard(hub, "A1")
    assert [] == heard(hub, "P1")
