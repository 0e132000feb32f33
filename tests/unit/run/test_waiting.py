"""Pauses and more time, from the department's word to the centre's: no deadline moves but as its contract allows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.clock import SHANGHAI
from hub.errors import Refused
from hub.model import Actor, Duration, Move, Unit, WaitRules, WhistleState
from hub.store import steps
from hub.store.moments import to_us
from tests.instruments import HubInHand
from tests.unit.run.ledgers import is_whole
from tests.unit.run.lives import decide
from tests.unit.run.matters import report, told
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import history
from tests.unit.run.test_lives import as_if, send, stages
from tests.unit.run.test_moving_on import BLOWN, tell
from tests.unit.run.test_ticks import one, tick_at

PAUSES = WaitRules(reason_codes=("WAIT_MATERIAL", "WEATHER"), longest=Duration(24, Unit.URGENT_HOUR), most=2)
MORE_TIME = WaitRules(reason_codes=("HARD_CASE",), longest=Duration(5, Unit.URGENT_DAY), most=2)


@pytest.fixture
def signed(hub: HubInHand) -> HubInHand:
    """A hub whose one matter zilai has signed, under a contract that allows two pauses and two extensions. Contact is
    due two hours after the call, arrival four, the finish two days."""
    tell(hub, pipe(hub, "A1"))
    as_if(hub, lambda contract: replace(contract, pauses=PAUSES, extensions=MORE_TIME))
    report(hub, "zilai", "sign")
    return hub


def at(hour: int, minute: int = 0, day: int = 10) -> datetime:
    """A moment in March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def due(hub: HubInHand) -> Mapping[str, datetime]:
    """Step → when the rules say that it is due."""
    return {each.step: each.due_at for each in one(hub).deadlines}


def managed(hub: HubInHand) -> Mapping[str, datetime]:
    """Step → until when it may be done beside that, where somebody granted more time."""
    return {each.step: each.managed_at for each in one(hub).deadlines if each.managed_at is not None}


def go_to(hub: HubInHand, moment: datetime) -> None:
    """It is that moment now."""
    hub.clock.pause((moment - hub.clock.now()).total_seconds())


def pause(hub: HubInHand, until: datetime, reason: str = "WAIT_MATERIAL", **said: object) -> None:
    """Zilai waits until then."""
    send(hub, "zilai", move="pause", reason_code=reason, until=until.isoformat(), **said)


def ask(hub: HubInHand, until: datetime, reason: str = "HARD_CASE", **said: object) -> None:
    """Zilai asks for time until then."""
    send(hub, "zilai", move="ask", reason_code=reason, until=until.isoformat(), **said)


# -- pauses -------------------------------------------------------------------------------------------


def test_a_pause_puts_off_what_is_not_done_yet_by_its_length_and_nothing_else(signed: HubInHand) -> None:
    before = due(signed)
    go_to(signed, at(10))
    pause(signed, at(13))
    waited = timedelta(hours=3)
    assert {step: moment + waited * (step != "sign") for step, moment in before.items()} == due(signed)
    assert ({}, at(13)) == (managed(signed), one(signed).paused_until)
    (contact,) = (each for each in one(signed).deadlines if each.step == "contact")
    (why,) = (each.facts for each in contact.derivation if each.rule == "paused")
    assert ("WAIT_MATERIAL", at(10).isoformat(), at(13).isoformat()) == (
        why["code"],
        why["from_at"],
        why["until"],
    )
    assert ["accepted", "suspended"] == stages(signed)
    assert is_whole(signed)


@pytest.mark.parametrize("how", ["resume", "contact"], ids=["it says so", "it works on"])
def test_who_goes_on_before_the_end_has_waited_only_so_long(signed: HubInHand, how: str) -> None:
    before = due(signed)
    go_to(signed, at(10))
    pause(signed, at(13))
    go_to(signed, at(10, 20))
    report(signed, "zilai", how)
    assert one(signed).paused_until is None
    after = due(signed)
    assert {timedelta(minutes=20)} == {after[step] - before[step] for step in ("arrive", "finish")}
    assert before["sign"] == after["sign"]


def test_a_pause_that_nobody_ends_is_over_at_its_end_and_no_look_makes_it_longer(signed: HubInHand) -> None:
    go_to(signed, at(10))
    pause(signed, at(13))
    said = due(signed)
    tick_at(signed, at(13))
    assert at(13) == one(signed).paused_until
    assert 1 == tick_at(signed, at(13, 40))
    assert 0 == tick_at(signed, at(13, 50))
    assert (None, said) == (one(signed).paused_until, due(signed))
    assert [("pause", "zilai"), ("resume", "")] == [each[:2] for each in history(signed, "zilai")[-2:]]
    with pytest.raises(Refused, match="W101"):
        report(signed, "zilai", "resume")


@pytest.mark.parametrize(
    ("said", "code", "fact"),
    [
        pytest.param(
            {"reason_code": "BUSY", "until": at(13)}, "W116", "WAIT_MATERIAL, WEATHER", id="no such reason"
        ),
        pytest.param({"reason_code": "WEATHER"}, "W119", "", id="without an end"),
        pytest.param({"reason_code": "WEATHER", "until": at(9)}, "W119", "", id="over before it begins"),
        pytest.param(
            {"reason_code": "WEATHER", "until": at(10, 1, day=11)},
            "W117",
            "2026-03-11T10:00+08:00",
            id="a minute longer than its contract allows",
        ),
    ],
)
def test_a_pause_beyond_its_contract_moves_nothing(
    signed: HubInHand, said: dict[str, Any], code: str, fact: str
) -> None:
    go_to(signed, at(10))
    before, keys = one(signed), signed.rows("SELECT count(*) FROM data_key")
    if "until" in said:
        said = {**said, "until": said["until"].isoformat()}
    with pytest.raises(Refused) as refused:
        send(signed, "zilai", move="pause", note="等待管件到货。", **said)
    assert (code, fact) == (refused.value.code, str(next(iter(refused.value.facts.values()), "")))
    assert before == one(signed)
    assert [(1,)] == signed.rows("SELECT count(*) FROM report")
    assert keys == signed.rows("SELECT count(*) FROM data_key")


def test_no_more_pauses_than_the_contract_says_in_all_rounds_together(signed: HubInHand) -> None:
    for hour in (10, 11):
        go_to(signed, at(hour))
        with pytest.raises(Refused, match="W101") as refused:
            report(signed, "zilai", "resume")
        assert "pause" in str(refused.value.facts["allowed"])
        pause(signed, at(hour, 30), nonce=f"{hour}")
        with pytest.raises(Refused) as refused:
            pause(signed, at(hour, 40), nonce=f"{hour} again")
        assert refused.value.code == ("W101" if hour == 10 else "W118")
        report(signed, "zilai", "resume")
    report(signed, "zilai", "result")
    decide(signed, "zilai", Move.REWORK, "NOT_FIXED")
    before = due(signed)
    with pytest.raises(Refused, match="W118"):
        pause(signed, at(13), nonce="third")
    assert before == due(signed)


def test_before_it_is_signed_and_after_it_is_done_nothing_waits(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    as_if(hub, lambda contract: replace(contract, pauses=PAUSES, extensions=MORE_TIME))
    for state, moves in ((WhistleState.BLOWN, ()), (WhistleState.RESULT, ("sign", "result"))):
        report(hub, "zilai", *moves)
        before = one(hub)
        for move, reason in (("pause", "WEATHER"), ("ask", "HARD_CASE")):
            until = at(12, day=14 if move == "ask" else 10).isoformat()
            with pytest.raises(Refused, match="W101") as refused:
                send(hub, "zilai", move=move, reason_code=reason, until=until)
            assert ("sign, return" if not moves else "-") == refused.value.facts["allowed"]
        assert (state, before) == (before.state, one(hub))


# -- more time -----------------------------------------------------------------------------------------


@pytest.mark.nasty("N84")
def test_more_time_that_is_granted_stands_beside_what_the_rules_say(signed: HubInHand) -> None:
    before = due(signed)
    ask(signed, at(18, day=14), note="需停水施工。")
    assert (before, {}, at(18, day=14)) == (due(signed), managed(signed), one(signed).asked_until)
    decide(signed, "zilai", Move.GRANT)
    assert (before, {"finish": at(18, day=14)}) == (due(signed), managed(signed))
    assert one(signed).asked_until is None
    assert [BLOWN, BLOWN] == told(signed, "zilai")
    with signed.hub.store.read() as conn:
        (*_, asked, granted) = steps.of_whistles(conn, [one(signed).id])[one(signed).id]
    assert ("zilai", "HARD_CASE", Actor.DEPARTMENT) == (asked.by, asked.reason_code, asked.step.actor)
    assert ("zhongxin01", Actor.CENTRE, at(18, day=14)) == (
        granted.by,
        granted.step.actor,
        granted.step.until,
    )


@pytest.mark.nasty("N84")
def test_what_is_finished_in_granted_time_is_late_by_the_rules_and_counts_as_in_time(
    signed: HubInHand,
) -> None:
    legal = due(signed)["finish"]
    report(signed, "zilai", "contact", "arrive")
    ask(signed, at(18, day=14))
    decide(signed, "zilai", Move.GRANT)
    go_to(signed, at(9, day=14))
    report(signed, "zilai", "result")
    tick_at(signed, at(10, day=14))
    rows = signed.rows(f"SELECT step, due_us, excused FROM overdue WHERE whistle_id = '{one(signed).id}'")  # noqa: S608 ours
    assert [("finish", to_us(legal), "extended")] == rows


def test_a_wish_that_is_denied_leaves_every_deadline_and_says_why(signed: HubInHand) -> None:
    before = due(signed)
    ask(signed, at(18, day=14))
    with pytest.raises(Refused, match="W150"):
        decide(signed, "zilai", Move.DENY)
    decide(signed, "zilai", Move.DENY, "ENOUGH_TIME")
    assert (before, {}, None) == (due(signed), managed(signed), one(signed).asked_until)
    assert ("deny", "zhongxin01", "signed", "ENOUGH_TIME") == history(signed, "zilai")[-1]
    with pytest.raises(Refused, match="W101") as refused:
        decide(signed, "zilai", Move.GRANT)
    assert "grant" not in str(refused.value.facts["allowed"])


def test_nobody_grants_time_to_themselves_and_none_that_nobody_asked_for(signed: HubInHand) -> None:
    before = one(signed)
    with pytest.raises(Refused, match="W102"):
        send(signed, "zilai", move="grant", until=at(18, day=14).isoformat())
    with pytest.raises(Refused, match="W101"):
        decide(signed, "zilai", Move.GRANT)
    with pytest.raises(Refused, match="W119"):
        ask(signed, due(signed)["finish"])
    with pytest.raises(Refused, match="W117"):
        ask(signed, at(18, day=16))
    with pytest.raises(Refused, match="W116"):
        ask(signed, at(18, day=14), reason="WEATHER")
    assert before == one(signed)


def test_a_wish_is_answered_before_there_is_another_and_granted_time_is_never_shortened(
    signed: HubInHand,
) -> None:
    ask(signed, at(18, day=13))
    with pytest.raises(Refused, match="W101"):
        ask(signed, at(18, day=14), nonce="second")
    decide(signed, "zilai", Move.GRANT)
    with pytest.raises(Refused, match="W119"):
        ask(signed, at(12, day=13), nonce="less")
    ask(signed, at(18, day=14), nonce="third")
    decide(signed, "zilai", Move.GRANT)
    assert {"finish": at(18, day=14)} == managed(signed)
    with pytest.raises(Refused, match="W118"):
        ask(signed, at(18, day=15), nonce="fourth")


@pytest.mark.nasty("N84")
def test_a_pause_beside_a_wish_for_time_moves_the_legal_deadline_and_the_grant_does_not(
    signed: HubInHand,
) -> None:
    before = due(signed)
    go_to(signed, at(10))
    ask(signed, at(18, day=14))
    pause(signed, at(12))
    assert at(18, day=14) == one(signed).asked_until
    decide(signed, "zilai", Move.GRANT)
    assert at(12) == one(signed).paused_until  # the centre's word ends no pause
    assert before["finish"] + timedelta(hours=2) == due(signed)["finish"]
    assert {"finish": at(18, day=14)} == managed(signed)
    decide(signed, "zilai", Move.RESUME)  # two minutes after it began
    assert before["finish"] + timedelta(minutes=2) == due(signed)["finish"]
