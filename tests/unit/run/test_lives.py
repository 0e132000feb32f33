"""Whole lives: from the call to the archive, done again, raised, handed back and forth; and what everybody hears."""

from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest
from sqlalchemy import update

from hub.errors import Refused
from hub.jsonform import dumps
from hub.model import Actor, Closing, Contract, Level, Move, Satisfaction
from hub.store.tables import contract_version
from hub.store.tables import report as report_table
from tests.instruments import HubInHand
from tests.unit.run.ledgers import is_whole
from tests.unit.run.lives import decide, upgrade, whistle_of
from tests.unit.run.matters import (
    DONE,
    announced,
    desk,
    incidents,
    is_sound,
    report,
    told,
    whistles,
)
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import history
from tests.unit.run.test_moving_on import BLOWN, OFF, tell


@pytest.fixture
def called(hub: HubInHand) -> HubInHand:
    """A hub whose one matter, a burst pipe, is led by zilai; shizheng and jiedao_12 assist."""
    tell(hub, pipe(hub, "A1"))
    return hub


def stages(hub: HubInHand) -> list[str]:
    """What the only reporter was told, in order."""
    return [orjson.loads(r[0])["stage"] for r in hub.rows("SELECT body FROM answer ORDER BY source, seq")]


def send(hub: HubInHand, department: str, **said: object) -> None:
    """The department reports about its newest whistle."""
    hub.hub.reporting.take(
        department, whistle_of(hub, department), {"nonce": f"{said}"[:60], **said}, hub.clock.now()
    )


def test_a_whole_life_from_the_call_to_the_archive(called: HubInHand) -> None:
    report(called, "zilai", "sign", "contact", "arrive", "handle", "result")
    decide(called, "zilai", Move.CHECK)
    decide(called, "zilai", Move.ARCHIVE, actor=Actor.HUB)
    assert "archived" == whistles(called)["zilai"]
    assert ["accepted", "in_progress", "in_progress", "in_progress", "done_by_dept", "closed"] == stages(
        called
    )
    assert ["open", "closed", "verified"] == [state for _, state in announced(called, incidents(called)[0])]
    assert is_whole(called)


def test_who_assists_is_told_once_the_leads_are_done(called: HubInHand) -> None:
    report(called, "zilai", "sign", "result")
    assert {"zilai": "result", "shizheng": "cancelled", "jiedao_12": "cancelled"} == whistles(called)
    assert [BLOWN, (OFF, "finished")] == told(called, "shizheng")


def test_a_result_that_does_not_stand_is_worked_on_again_and_closes_the_matter_again(
    called: HubInHand,
) -> None:
    report(called, "zilai", "sign", "result")
    with pytest.raises(Refused, match="W150"):
        decide(called, "zilai", Move.REWORK)
    decide(called, "zilai", Move.REWORK, "NOT_FIXED")
    assert "reopened" == whistles(called)["zilai"]
    assert [BLOWN, BLOWN] == told(called, "zilai")
    assert is_sound(called)
    called.clock.pause(60)
    report(called, "zilai", "result")
    (incident,) = incidents(called)
    assert ["open", "closed", "open", "closed"] == [state for _, state in announced(called, incident)]
    assert ["accepted", "done_by_dept", "reopened", "done_by_dept"] == stages(called)


@pytest.mark.nasty("N81")
def test_a_matter_that_was_checked_and_archived_opens_again_for_its_requester(called: HubInHand) -> None:
    report(called, "zilai", "sign", "result")
    decide(called, "zilai", Move.CHECK)
    decide(called, "zilai", Move.ARCHIVE, actor=Actor.HUB)
    decide(called, "zilai", Move.REOPEN, actor=Actor.REQUESTER)
    (incident,) = incidents(called)
    assert ["open", "closed", "verified", "open"] == [state for _, state in announced(called, incident)]
    assert ("reopened", 1) == state_and_round(called, "zilai")
    with pytest.raises(Refused, match="W101"):
        report(called, "zilai", "return")


def state_and_round(hub: HubInHand, department: str) -> tuple[str, int]:
    """Of the department's newest whistle."""
    ((body,),) = hub.rows(f"SELECT body FROM whistle WHERE id = '{whistle_of(hub, department)}'")  # noqa: S608 ours
    read = orjson.loads(body)
    return read["state"], read["round"]


def test_an_upgrade_raises_the_matter_and_all_who_are_at_it(called: HubInHand) -> None:
    assert Level.KEY is upgrade(called).level
    assert Level.HARD is upgrade(called, "NO_PROGRESS").level
    assert [BLOWN, BLOWN, BLOWN] == told(called, "zilai")
    assert ("upgrade", "zhongxin01", "blown", "NO_PROGRESS") == history(called, "zilai")[-1]
    with pytest.raises(Refused, match="W155"):
        upgrade(called)
    assert is_whole(called)


def as_if(hub: HubInHand, change: Callable[[Contract], Contract]) -> None:
    """The lead's contract said something else from the beginning."""
    with hub.hub.store.write() as conn:
        one = change(hub.hub.contracts.of(conn, "zilai-v1"))
        conn.execute(update(contract_version).where(contract_version.c.id == one.id).values(body=dumps(one)))
    hub.hub.contracts._known.clear()


@pytest.mark.nasty("N40")
def test_what_is_handed_back_three_times_rises_to_the_district(called: HubInHand) -> None:
    as_if(called, lambda one: replace(one, returns=replace(one.returns, max_returns=3)))
    for _ in range(3):
        report(called, "zilai", "sign", "return")
        called.clock.pause(60)
    (incident,) = incidents(called)
    assert [(incident, "ping_pong")] == desk(called)
    assert ("upgrade", "", "disputed", "PING_PONG") == history(called, "zilai")[-1]
    assert "hard" == orjson.loads(called.rows("SELECT body FROM incident")[0][0])["level"]
    assert is_whole(called)


@pytest.mark.nasty("N82")
def test_where_a_contract_waits_for_everyone_a_lead_may_say_that_it_waits_no_more(
    called: HubInHand,
) -> None:
    as_if(called, lambda one: replace(one, closing=Closing.EVERYONE))
    report(called, "jiedao_12", "sign", "result")
    report(called, "zilai", "sign")
    with pytest.raises(Refused, match="W129"):
        send(called, "zilai", move="result", alone=True, form=DONE)
    with pytest.raises(Refused, match="W129"):
        send(called, "shizheng", move="sign", alone=True, note="不等了")
    (incident,) = incidents(called)
    send(called, "zilai", move="result", alone=True, form=DONE, note="市政未到场，管段已换好。")
    assert ["open", "closed"] == [state for _, state in announced(called, incident)]
    assert "cancelled" == whistles(called)["shizheng"]


@pytest.mark.nasty("N82")
@pytest.mark.nasty("N81", "N82")
def test_what_waits_for_who_assists_waits_at_the_desk_no_longer_once_its_lead_does_it_again(
    called: HubInHand,
) -> None:
    as_if(called, lambda one: replace(one, closing=Closing.EVERYONE))
    report(called, "zilai", "sign", "result")
    assert 1 == len(desk(called))
    tell(called, replace(pipe(called, "A1"), version="2", satisfaction=Satisfaction.DISSATISFIED))
    assert ("reopened", []) == (whistles(called)["zilai"], desk(called))


def test_where_a_contract_waits_for_everyone_the_last_one_closes_the_matter(called: HubInHand) -> None:
    as_if(called, lambda one: replace(one, closing=Closing.EVERYONE))
    report(called, "zilai", "sign", "result")
    report(called, "jiedao_12", "sign", "result")
    (incident,) = incidents(called)
    assert ["open"] == [state for _, state in announced(called, incident)]
    report(called, "shizheng", "sign", "result")
    assert ["open", "closed"] == [state for _, state in announced(called, incident)]


def test_who_saw_another_version_is_refused_and_nothing_changes(called: HubInHand) -> None:
    report(called, "zilai", "sign")
    with pytest.raises(Refused, match="W128") as refused:
        send(called, "zilai", move="contact", version=1)
    assert {"version": 2} == refused.value.facts
    send(called, "zilai", move="contact", version=2)
    report(called, "zilai", "result")
    with pytest.raises(Refused, match="W128"):
        decide(called, "zilai", Move.CHECK, seen=3)
    decide(called, "zilai", Move.CHECK, seen=4)
    assert "checked" == whistles(called)["zilai"]


@pytest.mark.parametrize(
    "until",
    [
        "soon",
        "2026-03-12T09:00:00",
        "2026-13-12T09:00:00+08:00",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+10:00",
    ],
)
def test_a_moment_without_a_zone_is_none(called: HubInHand, until: str) -> None:
    report(called, "zilai", "sign")
    with pytest.raises(Refused, match="W102") as refused:
        send(called, "zilai", move="pause", reason_code="WAIT_MATERIAL", until=until)
    assert "/until" == refused.value.pointer


def test_a_reason_is_a_code_whatever_the_move_and_words_stand_nowhere(called: HubInHand) -> None:
    canary = "张三13812345678"
    for move in ("sign", "contact", "arrive", "handle", "return", "pause", "resume", "ask", "result"):
        with pytest.raises(Refused, match="W114"):
            send(called, "zilai", move=move, reason_code=canary)
    for table in ("step", "report", "answer", "message", "whistle"):
        assert not any(canary in str(row) for row in called.rows(f"SELECT * FROM {table}"))  # noqa: S608 ours


@pytest.mark.parametrize("words", ["SIGNED\n", "signed", "ZHANG SAN", "1", "A" * 33])
def test_what_is_no_code_is_no_reason(called: HubInHand, words: str) -> None:
    with pytest.raises(Refused, match="W114"):
        send(called, "zilai", move="sign", reason_code=words)
    assert "blown" == whistles(called)["zilai"]


def test_a_code_that_no_list_has_is_kept_with_the_move(called: HubInHand) -> None:
    send(called, "zilai", move="sign", reason_code="ON_DUTY")
    assert ("sign", "zilai", "signed", "ON_DUTY") == history(called, "zilai")[-1]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"form": {"outcome": "not_found", "measure": "未见漏水"}}, id="another form"),
        pytest.param({"form": DONE, "note": "另有一处"}, id="a note"),
        pytest.param({"form": DONE, "note": "市政未到场", "alone": True}, id="alone"),
    ],
)
def test_other_words_under_the_number_of_an_earlier_report_are_refused_and_not_lost_in_silence(
    called: HubInHand, other: dict[str, object]
) -> None:
    report(called, "zilai", "sign")
    whistle, now = whistle_of(called, "zilai"), called.clock.now()
    first = {"nonce": "n", "move": "result", "form": DONE}
    assert not called.hub.reporting.take("zilai", whistle, first, now).repeated
    assert called.hub.reporting.take("zilai", whistle, first, now).repeated
    with pytest.raises(Refused, match="W108"):
        called.hub.reporting.take("zilai", whistle, {"nonce": "n", "move": "result", **other}, now)
    ((digest,),) = called.rows("SELECT digest FROM report WHERE move = 'result'")
    assert (32, True) == (len(digest), set(digest) <= set("0123456789abcdef"))


def test_a_form_whose_keys_come_in_another_order_is_the_same_report_again(called: HubInHand) -> None:
    report(called, "zilai", "sign")
    whistle, now = whistle_of(called, "zilai"), called.clock.now()
    called.hub.reporting.take("zilai", whistle, {"nonce": "n", "move": "result", "form": DONE}, now)
    turned = {"form": dict(reversed(DONE.items())), "move": "result", "nonce": "n"}
    assert list(DONE) != list(turned["form"])
    assert called.hub.reporting.take("zilai", whistle, turned, now).repeated


def test_words_of_before_digests_were_kept_are_not_compared(called: HubInHand) -> None:
    whistle, now = whistle_of(called, "zilai"), called.clock.now()
    called.hub.reporting.take("zilai", whistle, {"nonce": "n", "move": "sign", "note": "在路上"}, now)
    with called.hub.store.write() as conn:
        conn.execute(update(report_table).values(digest=""))
    again = {"nonce": "n", "move": "sign", "note": "马上到"}
    assert called.hub.reporting.take("zilai", whistle, again, now).repeated
