"""A department contacts a resident through the hub: once, within its limits, and without a number."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.access.exits import Exit
from hub.access.identifiers import with_check_digit
from hub.clock import SHANGHAI
from hub.model import Person, Urgency
from hub.run.ringing.contacting import Contacting, number_of
from hub.whistle.contact import Kind
from tests.instruments import HubInHand, demo_pack, person
from tests.unit.run.ledgers import is_whole, rows
from tests.unit.run.matters import report
from tests.unit.run.relayed import ROOM, WATER, WHO, WORDS, relay
from tests.unit.run.whitelists import end_all

CENTRE_OF_WATER = "000351002"


def at(hub: HubInHand, hour: int, minute: int = 0) -> None:
    """That time of this day, or of the next."""
    now = hub.clock.now().astimezone(SHANGHAI)
    wanted = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    hub.clock.pause((wanted - now).total_seconds() % 86400)


def test_a_template_reaches_the_resident_and_the_department_sees_how_it_stands(
    hub: HubInHand, tmp_path: Path
) -> None:
    with relay(hub, tmp_path) as line:
        whistle = line.whistle()
        assert "queued" == line.ask(whistle).state
        line.work()
        ((number, text),) = line.wrote()
        assert WHO.phone == number
        assert "自来水" in text
        assert whistle[3:11] in text
        assert [("sent", "")] == line.stands(whistle)
        line.work(10)
        assert [("delivered", "")] == line.stands(whistle)


def test_a_call_connects_the_departments_telephone_with_the_residents(hub: HubInHand, tmp_path: Path) -> None:
    with relay(hub, tmp_path) as line:
        whistle = line.whistle()
        line.ask(whistle, kind=Kind.CALL, extension=ROOM)
        line.work()
        assert [(CENTRE_OF_WATER, WHO.phone)] == line.connected()
        assert [("sent", "")] == line.stands(whistle)
        line.work(20)
        assert [("answered", "")] == line.stands(whistle)


@pytest.mark.parametrize("end", ["busy", "no_answer"])
def test_a_call_that_nobody_takes_has_failed(hub: HubInHand, tmp_path: Path, end: str) -> None:
    with relay(hub, tmp_path, voice=(end,)) as line:
        whistle = line.whistle()
        line.ask(whistle, kind=Kind.CALL, extension=ROOM)
        line.work()
        line.work(20)
        assert [("failed", "A409")] == line.stands(whistle)


def test_the_same_nonce_again_contacts_nobody_twice_and_stands_for_nothing_else(
    hub: HubInHand, tmp_path: Path
) -> None:
    with relay(hub, tmp_path) as line:
        whistle = line.whistle()
        first = line.ask(whistle, text=WORDS)
        again = line.ask(whistle, text=WORDS)
        assert (first.id, True, WORDS) == (again.id, again.repeated, again.text)
        assert "A406" == line.refused(whistle, text="别的话。")
        line.work()
        assert 1 == len(line.wrote())


def test_a_gateway_whose_answer_was_lost_is_asked_with_the_same_id_and_writes_once(
    hub: HubInHand, tmp_path: Path
) -> None:
    with relay(hub, tmp_path, sms=("answer_lost",)) as line:
        whistle = line.whistle()
        line.ask(whistle)
        line.work()
        assert [("queued", "S101")] == line.stands(whistle)
        line.work(5)
        assert [("sent", "")] == line.stands(whistle)
        assert (1, 2) == (len(line.wrote()), line.sms.asked)


class Dies(BaseException):
    """What SIGKILL leaves behind."""


def test_a_process_that_dies_before_its_own_commit_dials_nobody_twice(
    hub: HubInHand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise Dies

    with relay(hub, tmp_path) as line:
        whistle = line.whistle()
        line.ask(whistle, kind=Kind.CALL, extension=ROOM)
        with monkeypatch.context() as patched:
            patched.setattr(Contacting, "_values", dies)
            with pytest.raises(Dies):
                line.senders["voice"].step()
        assert [("queued", "")] == line.stands(whistle)
        line.work(60)
        assert 1 == len(line.connected())
        assert 2 == line.voice.asked


# -- who may be contacted -----------------------------------------------------------------------------------


def test_another_departments_whistle_is_not_there(hub: HubInHand, tmp_path: Path) -> None:
    with relay(hub, tmp_path) as line:
        assert "W103" == line.refused(line.whistle(), "chengguan")


@pytest.mark.parametrize("who", [None, Person(name="测试甲")], ids=["nobody", "no phone"])
def test_who_left_no_phone_is_not_contacted(hub: HubInHand, tmp_path: Path, who: Person | None) -> None:
    with relay(hub, tmp_path) as line:
        assert "A402" == line.refused(line.whistle(who=who))


@pytest.mark.nasty("N58")
def test_a_secret_report_gives_no_contact(hub: HubInHand, tmp_path: Path) -> None:
    with relay(hub, tmp_path) as line:
        whistle = line.whistle(secret=True)
        assert {1} == {r[0] for r in hub.rows("SELECT instr(body, '\"secret\":true') > 0 FROM event")}
        assert "A402" == line.refused(whistle)
        assert () == hub.hub.contacts.choices(WATER, whistle, hub.clock.now()).reports


@pytest.mark.nasty("N59")
def test_an_accused_department_contacts_nobody_whatever_it_did_before(hub: HubInHand, tmp_path: Path) -> None:
    with relay(hub, tmp_path) as line:
        whistle = line.whistle()
        line.ask(whistle)
        accused = demo_pack().organisations[WATER].name  # type: ignore[index]  # an id
        line.whistle("A2", who=person(2), accused_name=accused)
        assert "A401" == line.refused(whistle, nonce="2")
        line.work()
        assert [("failed", "A401")] == line.stands(whistle)
        assert [] == line.wrote()


def test_after_its_end_nobody_is_contacted_and_what_waited_is_not_sent(
    hub: HubInHand, tmp_path: Path
) -> None:
    with relay(hub, tmp_path) as line:
        whistle = line.whistle()
        report(hub, WATER, "sign", "contact", "arrive")
        line.ask(whistle)
        report(hub, WATER, "result")
        assert "A401" == line.refused(whistle, nonce="2")
        line.work()
        assert [("failed", "A401")] == line.stands(whistle)


def test_without_a_grant_of_the_phone_for_calling_back_nobody_is_contacted(
    hub: HubInHand, tmp_path: Path
) -> None:
    with relay(hub, tmp_path) as line:
        whistle = line.whistle()
        line.ask(whistle)
        end_all(hub, "resident")
        hub.clock.pause(3)
        assert "A402" == line.refused(whistle, nonce="2")
        line.work()
        assert [("failed", "A402")] == line.stands(whistle)
        assert [] == line.wrote()


def test_a_child_is_not_contacted(hub: HubInHand, tmp_path: Path) -> None:
    child = replace(WHO, id_number=with_check_digit("32990120200101123"))
    with relay(hub, tmp_path) as line:
        whistle = line.whistle(who=child)
        line.ask(whistle)
        line.work()
        assert [("failed", "A402")] == line.stands(whistle)
        assert [] == line.wrote()


# -- words, hours, limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["请打13912345678", "证件320602199001011234", "找住3单元502室的人"])
def test_words_with_somebodys_number_or_home_are_refused(hub: HubInHand, tmp_path: Path, text: str) -> None:
    with relay(hub, tmp_path) as line:
        assert "A404" == line.refused(line.whistle(), text=text)


def test_words_name_no_other_requester_and_who_asks_is_not_told_who_that_is(
    hub: HubInHand, tmp_path: Path
) -> None:
    with relay(hub, tmp_path) as line:
        whistle = line.whistle("A0", who=person(2))
        assert whistle == line.whistle("A1", who=WHO)
        mine = line.hub.hub.contacts.choices(WATER, whistle, hub.clock.now()).reports
        report_of_mine = next(id_ for id_ in mine if id_ == line.report())
        said = f"{WHO.name}您好，{person(2).name}也反映了。"
        made = line.ask(whistle, text=said, report=report_of_mine)
        line.work()
        ((number, text),) = line.wrote()
        other = person(2) if number == WHO.phone else WHO
        mine_name = WHO.name if number == WHO.phone else person(2).name
        assert other.name not in text
        assert mine_name in text
        assert said == made.text
        assert said == hub.hub.contacts.list(WATER, whistle)[0].text


@pytest.mark.parametrize(
    "said",
    [
        {"template": "no_such"},
        {"text": ""},
        {"template": "on_the_way", "text": WORDS},
        {"text": "长" * 141},
        {"kind": Kind.CALL, "extension": "别的电话"},
        {"kind": Kind.CALL, "extension": ROOM, "text": WORDS},
        {"extension": ROOM, "text": WORDS},
    ],
)
def test_what_is_no_choice_is_refused(hub: HubInHand, tmp_path: Path, said: dict[str, Any]) -> None:
    with relay(hub, tmp_path) as line:
        assert "A407" == line.refused(line.whistle(), **said)


def test_one_report_is_contacted_so_often_a_day_and_again_the_next(hub: HubInHand, tmp_path: Path) -> None:
    most = demo_pack().contacts.most_a_day
    with relay(hub, tmp_path) as line:
        whistle = line.whistle()
        for n in range(most):
            line.ask(whistle, nonce=f"n{n}")
        assert "A403" == line.refused(whistle, nonce="more")
        assert "" == line.refused(whistle, nonce="n0")  # a retry is none
        hub.clock.pause(86400)
        assert "" == line.refused(whistle, nonce="tomorrow")


def test_what_failed_before_a_gateway_took_it_does_not_count(hub: HubInHand, tmp_path: Path) -> None:
    with relay(hub, tmp_path, sms=("refuses_numbers",)) as line:
        whistle = line.whistle()
        for n in range(demo_pack().contacts.most_a_day + 1):
            line.ask(whistle, nonce=f"n{n}")
            line.work()
        assert {("failed", "S120")} == set(line.stands(whistle))


def test_nobody_is_woken_but_for_an_emergency(hub: HubInHand, tmp_path: Path) -> None:
    with relay(hub, tmp_path) as line:
        at(hub, 21)
        whistle = line.whistle()
        assert "A405" == line.refused(whistle)
        urgent = line.whistle("B1", 1, urgency=Urgency.CRITICAL)
        line.ask(urgent)
        line.work()
        assert 1 == len(line.wrote())


def test_what_waits_into_the_quiet_hours_is_sent_in_the_morning_and_a_call_is_not_made(
    hub: HubInHand, tmp_path: Path
) -> None:
    with relay(hub, tmp_path) as line:
        at(hub, 20, 55)
        whistle = line.whistle()
        line.ask(whistle, nonce="call", kind=Kind.CALL, extension=ROOM)
        line.ask(whistle, nonce="message")
        line.work(360)
        assert {("failed", "A405"), ("queued", "A405")} == set(line.stands(whistle))
        at(hub, 7, 59)
        line.work()
        assert [] == line.wrote()
        line.work(60)
        assert 1 == len(line.wrote())
        assert [] == line.connected()


def test_a_call_that_no_gateway_takes_is_given_up(hub: HubInHand, tmp_path: Path) -> None:
    with relay(hub, tmp_path, voice=("http_503",)) as line:
        whistle = line.whistle()
        line.ask(whistle, kind=Kind.CALL, extension=ROOM)
        for _ in range(8):
            line.work(120)
        assert [("failed", "A408")] == line.stands(whistle)


# -- what stays behind --------------------------------------------------------------------------------------


def test_who_asked_and_whose_number_was_used_stand_in_the_audit(hub: HubInHand, tmp_path: Path) -> None:
    with relay(hub, tmp_path) as line:
        whistle = line.whistle()
        line.ask(whistle, account="op-1")
        line.refused(whistle, nonce="2", report="ev_none")
        line.work()
        told = [row for row in rows(hub) if row.exit is Exit.CONTACT]
        assert {("contact.asked", "allow"), ("contact.sent", "allow"), ("A402", "deny")} == {
            (row.reason, row.result.value) for row in told
        }
        assert {("resident.phone",)} == {row.fields for row in told}
        assert {whistle} == {row.matter for row in told}
        assert ("op-1", WATER) == (told[0].who, told[0].on_behalf_of)
        assert is_whole(hub)


def test_the_number_stands_nowhere_but_sealed(hub: HubInHand, tmp_path: Path) -> None:
    with relay(hub, tmp_path) as line:
        whistle = line.whistle()
        line.ask(whistle, text=WORDS)
        line.ask(whistle, nonce="2", kind=Kind.CALL, extension=ROOM)
        line.work()
        line.work(20)
        assert 1 == len(line.wrote()) == len(line.connected())
    stored = (tmp_path / "hub.db").read_bytes() + (tmp_path / "hub.db-wal").read_bytes()
    assert WHO.phone.encode() not in stored
    assert WORDS.encode() not in stored


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("138 0000 0001", "13800000001"),
        ("+86 13800000001", "13800000001"),
        ("0513-85551234转8", "051385551234"),
        ("0001234567", "0001234567"),
        ("不便留", ""),
        ("", ""),
    ],
)
def test_what_is_dialled_is_the_first_number_that_was_left(written: str, number: str) -> None:
    assert number == number_of(written)
