"""An emergency reaches a person: at once, by rungs, once each, whatever gateways and processes do (N42, N90)."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest

from hub.access.exits import Exit
from hub.access.whitelist import Fixed
from hub.bus.message import Fenced
from hub.clock import SHANGHAI
from hub.errors import Refused
from hub.model import Move, Reason
from hub.plugin import CallReceipt, Summons
from hub.run.ringing.calling import Calling
from hub.run.ringing.callwords import CallWords
from hub.store.whistles import change, load
from tests.instruments import HubInHand
from tests.unit.run.duty import burst, calls, phones, state, unheard_of
from tests.unit.run.lives import decide
from tests.unit.run.matters import findings, report, told, whistles
from tests.unit.run.sources import pipe

MINUTES_3 = 180.0
ROOM, LEADER = "自来水值班室", "自来水带班领导"
CENTRE = ("区指挥中心值班长席", "区指挥中心副值班席")


def night(hub: HubInHand) -> None:
    """Ten minutes before midnight on a day off."""
    wanted = datetime(2026, 3, 14, 23, 50, tzinfo=SHANGHAI)
    hub.clock.pause((wanted - hub.clock.now()).total_seconds())


@pytest.mark.nasty("N42")
def test_an_emergency_at_ten_to_midnight_on_a_day_off_rings_a_phone_at_once(
    hub: HubInHand, tmp_path: Path
) -> None:
    night(hub)
    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        duty.work()
        assert ("sms", ROOM, "accepted", "") in calls(hub, whistle)
        assert ("sms", "000351001") in duty.rang()


@pytest.mark.nasty("N42", "N90")
def test_what_nobody_takes_climbs_every_rung_to_the_districts_centre_and_is_told_then(
    hub: HubInHand, tmp_path: Path
) -> None:
    night(hub)
    with phones(hub, tmp_path, voice=("no_answer",)) as duty:
        whistle = burst(hub)
        duty.work()
        assert [] == unheard_of(hub)
        while len(calls(hub, whistle)) < 8:
            assert whistle not in unheard_of(hub)
            duty.after(60)
        ladder = [(one[0], one[1]) for one in calls(hub, whistle)]
        expected = [(c, who) for who in (ROOM, LEADER, *CENTRE) for c in ("sms", "voice")]
        assert expected == ladder
        duty.after(MINUTES_3)
        assert whistle in unheard_of(hub)
        assert expected == [(one[0], one[1]) for one in calls(hub, whistle)]
        assert {"S125"} == {one[3] for one in calls(hub, whistle) if one[0] == "voice"}


def test_the_next_channel_waits_for_the_contracts_time_and_no_longer(hub: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        duty.work()
        duty.after(MINUTES_3 - 1)
        assert ["sms"] == [one[0] for one in calls(hub, whistle)]
        duty.after(1)
        assert ["sms", "voice"] == [one[0] for one in calls(hub, whistle)]


@pytest.mark.nasty("N90")
def test_who_presses_the_key_signs_for_the_department_and_its_software_may_sign_once_more(
    hub: HubInHand, tmp_path: Path
) -> None:
    """The department's software is down all the while: its whistle waits, under the one id it has everywhere."""
    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        duty.work()
        duty.after(MINUTES_3)
        duty.after(30)
        assert [("sms", ROOM, "delivered", ""), ("voice", ROOM, "taken", "")] == calls(hub, whistle)
        assert "signed" == state(hub, whistle)
        report(hub, "zilai", "sign")  # back at work, it signs what it fetched
        assert "signed" == state(hub, whistle)
        assert [("zilai", whistle)] == [
            tuple(r) for r in hub.rows("SELECT department, id FROM whistle WHERE department = 'zilai'")
        ]
        assert 1 == len(told(hub, "zilai"))
        reports = hub.rows("SELECT whistle_id, move FROM report")
        assert ["sign"] == [r[1] for r in reports if r[0] == whistle]
        report(hub, "zilai", "contact", "arrive", "result")
        duty.after(MINUTES_3)
        assert 2 == len(calls(hub, whistle))


@pytest.mark.nasty("N90")
def test_what_is_signed_by_the_software_calls_nobody_any_more(hub: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        duty.work()
        report(hub, "zilai", "sign")
        duty.after(MINUTES_3)
        duty.after(MINUTES_3)
        assert [("sms", ROOM, "accepted", "")] == calls(hub, whistle)
        asked_about = hub.rows("SELECT whistle_id FROM summons WHERE next_us IS NOT NULL")
        assert whistle not in [r[0] for r in asked_about]


def test_a_whistle_that_was_signed_before_its_call_went_out_rings_nobody(
    hub: HubInHand, tmp_path: Path
) -> None:
    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        assert duty.planner.step()
        report(hub, "zilai", "sign")
        duty.work()
        assert [("sms", ROOM, "void", "")] == calls(hub, whistle)
        assert ("sms", "000351001") not in duty.rang()


def test_a_second_signature_by_another_hand_is_refused_where_no_phone_took_it(
    hub: HubInHand, tmp_path: Path
) -> None:
    with phones(hub, tmp_path) as duty:
        burst(hub)
        duty.work()
        report(hub, "zilai", "sign")
        hub.clock.pause(1)
        with pytest.raises(Refused, match="W101"):
            report(hub, "zilai", "sign")


def test_the_centre_that_takes_a_call_signs_for_nobody_and_nobody_else_is_called(
    hub: HubInHand, tmp_path: Path
) -> None:
    with phones(hub, tmp_path, sms=("refuses_numbers",), voice=("hung_up",)) as duty:
        whistle = burst(hub)
        duty.work()
        duty.after(20)
        assert ("voice", CENTRE[0], "accepted", "") == calls(hub, whistle)[-1]
        duty.voice.setup = replace(duty.voice.setup, failures=())  # type: ignore[misc]
        duty.after(30)
        called = calls(hub, whistle)
        assert ("voice", CENTRE[0], "taken", "") == called[-1]
        duty.after(MINUTES_3)
        assert called == calls(hub, whistle)
        assert "blown" == state(hub, whistle)
        assert whistle not in unheard_of(hub)


@pytest.mark.parametrize("trouble", ["hangs", "http_503"])
def test_a_gateway_that_is_ill_holds_up_neither_the_next_channel_nor_the_deadlines(
    hub: HubInHand, tmp_path: Path, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that hangs is not asked here at all: its own worker would be waiting in `send`."""
    with phones(hub, tmp_path, sms=(trouble,)) as duty:
        whistle = burst(hub)
        duty.planner.step()
        if trouble == "http_503":
            duty.send("sms")
            assert [("sms", ROOM, "queued", "S102")] == calls(hub, whistle)
        else:
            hub.clock.pause(MINUTES_3)
        duty.planner.step()
        assert ["sms", "voice"] == [one[0] for one in calls(hub, whistle)]
        duty.send("voice")
        assert ("voice", "000351002") in duty.rang()
        hub.clock.pause(3600)
        assert hub.hub.plain_clockwork().step()


def test_a_gateway_that_is_back_is_asked_again_with_the_same_id(hub: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path, sms=("answer_lost",)) as duty:
        whistle = burst(hub)
        duty.planner.step()
        duty.send("sms")
        assert [("sms", ROOM, "queued", "S101")] == calls(hub, whistle)
        hub.clock.pause(5)
        duty.send("sms")
        assert [("sms", ROOM, "accepted", "")] == calls(hub, whistle)
        ids = {r[0] for r in hub.rows("SELECT id FROM summons")}
        rang = [one["nonce"] for one in duty.sms.heard()]
        assert (ids, len(ids)) == (set(rang), len(rang))


class Dies(BaseException):
    """What SIGKILL leaves behind: nothing after it is done."""


def test_a_process_that_dies_between_the_gateways_answer_and_its_own_commit_rings_nobody_twice(
    hub: HubInHand, other: HubInHand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise Dies

    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        duty.planner.step()
        with monkeypatch.context() as patched:
            patched.setattr(Calling, "_settle", dies)
            with pytest.raises(Dies):
                duty.callers["sms"].step()
        assert 1 == len(duty.sms.heard())
        assert {"queued"} == {r[0] for r in hub.rows("SELECT state FROM summons")}
        other.hub.settings.channels, other.hub.registry = hub.hub.settings.channels, hub.hub.registry
        other.clock.pause(60 - 3600)
        hub.clock.pause(60)  # the lease of the one that died is over by then
        successor = other.hub.plain_calling("sms")
        while successor.step():
            pass
        assert ("sms", ROOM, "accepted", "") == calls(hub, whistle)[0]
        ids = {r[0] for r in hub.rows("SELECT id FROM summons")}
        rang = [one["nonce"] for one in duty.sms.heard()]
        assert (ids, len(ids)) == (set(rang), len(rang))
        assert len(rang) + 1 == duty.sms.asked


def test_who_slept_past_the_lease_writes_nothing(hub: HubInHand, other: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path) as duty:
        burst(hub)
        duty.planner.step()
        other.hub.settings.channels, other.hub.registry = hub.hub.settings.channels, hub.hub.registry
        caller, asleep = duty.callers["sms"], other.hub.plain_calling("sms")
        send = caller._send

        def slow(row: object, now: datetime) -> object:
            outcome = send(row, now)
            asleep.step()
            return outcome

        caller._send = slow  # type: ignore[assignment, method-assign]
        with pytest.raises(Fenced):
            caller.step()
        assert 1 == len(duty.sms.heard())


def test_two_planners_plan_no_call_twice(hub: HubInHand, other: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        other.clock.pause(-3600)
        rival = other.hub.plain_summoning()
        assert bool(duty.planner.step()) is not bool(rival.step())
        assert 1 == len(calls(hub, whistle))


class Raises:
    """A channel plugin that is broken."""

    def check(self) -> None:
        """Never asked."""

    def send(self, call: Summons) -> CallReceipt:  # noqa: ARG002 the interface's
        """Fails as foreign code does."""
        raise ZeroDivisionError

    def close(self) -> None:
        """Nothing is open."""


def test_a_channel_that_raises_fails_its_own_call_and_the_next_one_is_made(
    hub: HubInHand, tmp_path: Path
) -> None:
    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        duty.callers["sms"]._gateway = lambda _: Raises()
        duty.work()
        assert [("sms", ROOM, "failed", "S123"), ("voice", ROOM, "accepted", "")] == calls(hub, whistle)


def test_a_channel_that_is_not_set_up_is_passed_over_and_says_so(hub: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path) as duty:
        del hub.hub.settings.channels["sms"]
        whistle = burst(hub)
        duty.work()
        assert [("sms", ROOM, "failed", "S122"), ("voice", ROOM, "accepted", "")] == calls(hub, whistle)


def test_a_plugin_that_is_not_installed_fails_its_calls_and_says_so(hub: HubInHand, tmp_path: Path) -> None:
    from hub.plugin.registry import Registry

    with phones(hub, tmp_path) as duty:
        hub.hub.registry = Registry([], [])
        whistle = burst(hub)
        duty.work()
        assert {("failed", "C102")} == {one[2:] for one in calls(hub, whistle)}


def test_only_what_the_grants_give_is_said_and_it_is_audited(hub: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        duty.work()
        (said,) = [one["text"] for one in duty.sms.heard() if one["ref"] == "000351001"]
        assert said.startswith("【网格吹哨】应急哨")
        assert whistle[3:11] in said
        assert "门口水管爆了" not in said
        rows = [
            orjson.loads(line)
            for (block,) in hub.rows("SELECT rows FROM audit")
            for line in block.splitlines()
        ]
        audited = [one for one in rows if one["exit"] == Exit.SUMMONS and one["matter"] == whistle]
        (row,) = audited
        assert {"incident.category_zh", "incident.subdistrict_name", "whistle.id", "whistle.level"} == set(
            row["fields"]
        )
        assert ("zilai", True) == (row["who"], bool(row["grants"]))


def test_without_a_grant_a_call_says_nothing_but_that_there_is_one(hub: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        duty.planner.step()
        from hub.run.exits.showing import Showing

        bare = CallWords(
            pack=hub.hub.pack, showing=Showing(hub.hub.pack, Fixed(())), contracts=hub.hub.contracts
        )
        duty.callers["sms"]._words = bare
        while duty.callers["sms"].step():
            pass
        (said,) = [one["text"] for one in duty.sms.heard() if one["ref"] == "000351001"]
        assert "【网格吹哨】急件，请立即签收。" == said
        assert whistle[3:11] not in said


def test_of_a_secret_matter_neither_category_nor_place_is_said(hub: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path) as duty:
        whistle = burst(hub)
        ((body,),) = hub.rows("SELECT body FROM incident")
        with hub.hub.store.write() as conn:
            conn.exec_driver_sql(
                "UPDATE incident SET body = ?", (body.replace('"secret":false', '"secret":true'),)
            )
        duty.planner.step()
        duty.send("sms")
        (said,) = [one["text"] for one in duty.sms.heard() if one["ref"] == "000351001"]
        assert f"【网格吹哨】应急哨 {whistle[3:11]}，请立即签收。" == said


def test_a_routine_whistle_rings_no_phone(hub: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path) as duty:
        hub.tell(pipe(hub, "A1"))
        hub.settle()
        assert "blown" in whistles(hub).values()
        duty.work()
        assert [] == duty.rang()


def test_a_whistle_that_only_speaks_of_an_emergency_rings_no_phone(hub: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path) as duty:
        hub.tell(pipe(hub, "A1"))
        hub.settle()
        with hub.hub.store.write() as conn:
            (routine,) = [
                one
                for one in load(conn, [r[0] for r in hub.rows("SELECT id FROM whistle")]).values()
                if one.department == "zilai"
            ]
            said = (*routine.reasons, Reason("said", {"level": "emergency"}))
            change(
                conn,
                [(replace(routine, reasons=said, version=routine.version + 1), routine.version)],
                hub.clock.now(),
            )
        duty.work()
        assert [] == duty.rang()


def test_a_return_that_does_not_hold_is_called_anew(hub: HubInHand, tmp_path: Path) -> None:
    with phones(hub, tmp_path, voice=("busy",)) as duty:
        whistle = burst(hub)
        duty.work()
        report(hub, "zilai", "sign", "return")
        decide(hub, "zilai", Move.DISMISS)
        duty.work()
        assert ["sms", "sms"] == [one[0] for one in calls(hub, whistle)]


def test_doctor_names_who_cannot_be_called_and_who_is_not_there(hub: HubInHand) -> None:
    assert [] == findings(hub, "D155") + findings(hub, "D156")
    pack, hub_ = hub.hub.pack, hub.hub
    uncalled = [
        replace(one, on_call=type(one.on_call)()) for one in pack.contracts if one.department == "zilai"
    ]
    others = [one for one in pack.contracts if one.department != "zilai"]
    hub_._pack = replace(pack, contracts=tuple(others + uncalled))
    del hub_.__dict__["pack"]
    assert [{"count": 1, "first": uncalled[0].id}] == findings(hub, "D155")
    hub.clock.pause(timedelta(days=3650).total_seconds())
    rosters = pack.rosters
    over = {
        name: replace(one, contacts=tuple(replace(c, valid_to=c.valid_from) for c in one.contacts))
        for name, one in rosters.by_department.items()
    }
    hub_._pack = replace(pack, rosters=replace(rosters, by_department=over))
    del hub_.__dict__["pack"]
    assert len(over) == findings(hub, "D156")[0]["count"]


def test_an_emergency_that_nobody_is_called_for_in_time_is_told(hub: HubInHand) -> None:
    whistle = burst(hub)
    assert [] == unheard_of(hub)
    hub.clock.pause(MINUTES_3 + 1)
    assert whistle in unheard_of(hub)
