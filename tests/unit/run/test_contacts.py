"""A department contacts a resident through the hub: once, within its limits, and without a number."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.access.exits import Exit
from hub.access.identifiers import with_check_digit
from hub.model import DepartmentId, Person, Sensitivity, Urgency
from hub.run.residents.receivers import tasks
from hub.run.ringing.contacting import Contacting, number_of
from hub.whistle.contact import Kind
from tests.instruments import HubInHand, demo_pack, person
from tests.unit.run.filed import exported, file
from tests.unit.run.ledgers import is_whole, rows
from tests.unit.run.relayed import ROOM, WATER, WHO, WORDS, Relay, relay
from tests.unit.run.whitelists import end_all
from tests.unit.store.blank import blank

PHONE_OF_ROOM = "000351002"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    """One hub for all: each test has a matter of its own."""
    place = tmp_path_factory.mktemp("line")
    blank(place / "hub.db")
    hub = HubInHand(place)
    with relay(hub, place) as made:
        yield made
    hub.close()


def choices(line: Relay, whistle: str) -> tuple[str, ...]:
    """Reports whose requester can be contacted."""
    return line.hub.hub.contacts.choices(WATER, whistle, line.hub.clock.now()).reports


def test_a_template_reaches_the_resident_and_the_department_sees_how_it_stands(line: Relay) -> None:
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


def test_a_call_connects_the_departments_telephone_with_the_residents(line: Relay) -> None:
    whistle = line.whistle()
    line.ask(whistle, kind=Kind.CALL, extension=ROOM)
    line.work()
    assert [(PHONE_OF_ROOM, WHO.phone)] == line.connected()
    assert [("sent", "")] == line.stands(whistle)
    line.work(20)
    assert [("answered", "")] == line.stands(whistle)


@pytest.mark.parametrize("end", ["busy", "no_answer"])
def test_a_call_that_nobody_takes_has_failed(line: Relay, end: str) -> None:
    whistle = line.whistle()
    line.ask(whistle, kind=Kind.CALL, extension=ROOM)
    with line.failing(line.voice, end):
        line.work()
        line.work(20)
    assert [("failed", "A409")] == line.stands(whistle)


def test_the_same_nonce_again_contacts_nobody_twice_and_stands_for_nothing_else(line: Relay) -> None:
    whistle = line.whistle()
    first = line.ask(whistle, text=WORDS)
    again = line.ask(whistle, text=WORDS)
    assert (first.id, True, WORDS) == (again.id, again.repeated, again.text)
    assert "A406" == line.refused(whistle, text="别的话。")
    line.work()
    assert 1 == len(line.wrote())


def test_a_gateway_whose_answer_was_lost_is_asked_with_the_same_id_and_writes_once(line: Relay) -> None:
    whistle = line.whistle()
    before = line.sms.asked
    line.ask(whistle)
    with line.failing(line.sms, "answer_lost"):
        line.work()
    assert [("queued", "S101")] == line.stands(whistle)
    line.work(5)
    assert [("sent", "")] == line.stands(whistle)
    assert (1, 2) == (len(line.wrote()), line.sms.asked - before)


class Dies(BaseException):
    """What SIGKILL leaves behind."""


def test_a_process_that_dies_before_its_own_commit_dials_nobody_twice(
    line: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise Dies

    whistle = line.whistle()
    before = line.voice.asked
    line.ask(whistle, kind=Kind.CALL, extension=ROOM)
    with monkeypatch.context() as patched:
        patched.setattr(Contacting, "_values", dies)
        with pytest.raises(Dies):
            line.senders["voice"].step()
    assert [("queued", "")] == line.stands(whistle)
    line.work(60)
    assert (1, 2) == (len(line.connected()), line.voice.asked - before)


# -- who may be contacted -----------------------------------------------------------------------------------


def test_another_departments_whistle_is_not_there(line: Relay) -> None:
    assert "W103" == line.refused(line.whistle(), "chengguan")


@pytest.mark.parametrize("who", [None, Person(name="测试甲")], ids=["nobody", "no phone"])
def test_who_left_no_phone_is_not_contacted(line: Relay, who: Person | None) -> None:
    assert "A402" == line.refused(line.whistle(who))


@pytest.mark.nasty("N58")
def test_a_secret_report_gives_no_contact(line: Relay) -> None:
    whistle = line.whistle(secret=True)
    assert "A402" == line.refused(whistle)
    assert () == choices(line, whistle)


@pytest.mark.nasty("N58")
def test_not_even_a_grant_for_secret_reports_gives_a_contact(tmp_path: Path) -> None:
    demo = demo_pack()
    grants = tuple(replace(one, sensitivity=Sensitivity.RESTRICTED) for one in demo.grants)
    hub = HubInHand(tmp_path, pack=replace(demo, grants=grants))
    with relay(hub, tmp_path) as line:
        assert "A402" == line.refused(line.whistle(secret=True))
        assert "" == line.refused(line.whistle())
    hub.close()


@pytest.mark.nasty("N58")
def test_a_report_that_became_secret_is_not_answered_any_more(line: Relay) -> None:
    whistle = line.whistle()
    line.ask(whistle)
    line.corrected(secret=True)
    line.work()
    assert [("failed", "A402")] == line.stands(whistle)
    assert [] == line.wrote()


@pytest.mark.nasty("N59")
def test_an_accused_department_contacts_nobody_whatever_it_asked_for_before(line: Relay) -> None:
    whistle = line.whistle()
    line.ask(whistle)
    line.again(person(2), accused_name=demo_pack().organisations[DepartmentId(WATER)].name)
    assert "A401" == line.refused(whistle, nonce="2")
    line.work()
    assert [("failed", "A401")] == line.stands(whistle)
    assert [] == line.wrote()
    with line.hub.hub.store.write() as conn:  # as if nobody had called it off
        conn.exec_driver_sql(
            "UPDATE whistle SET state = 'blown', body = replace(body, '\"cancelled\"', '\"blown\"') WHERE id = ?",
            (whistle,),
        )
    assert "A401" == line.refused(whistle, nonce="3")


def test_after_its_end_nobody_is_contacted_and_what_waited_is_not_sent(line: Relay) -> None:
    whistle = line.whistle()
    for move in ("sign", "contact", "arrive"):
        line.report_in(whistle, move)
    line.ask(whistle)
    line.report_in(whistle, "result", form={"outcome": "done", "measure": "已更换管段"})
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
        assert "A402" == line.refused(whistle, nonce="2")
        assert () == choices(line, whistle)
        line.work()
        assert [("failed", "A402")] == line.stands(whistle)
        assert [] == line.wrote()


@pytest.mark.nasty("N58")
def test_a_child_is_not_contacted(line: Relay) -> None:
    whistle = line.whistle(replace(WHO, id_number=with_check_digit("32990120200101123")))
    line.ask(whistle)
    line.work()
    assert [("failed", "A402")] == line.stands(whistle)
    assert [] == line.wrote()


# -- words, hours, limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["请打13912345678", "证件320602199001011234", "找住3单元502室的人"])
def test_words_with_somebodys_number_or_home_are_refused(line: Relay, text: str) -> None:
    assert "A404" == line.refused(line.whistle(), text=text)


def test_words_name_no_other_requester_and_who_asks_is_not_told_who_that_is(line: Relay) -> None:
    whistle = line.whistle(WHO)
    line.again(person(2))
    said = f"{person(2).name}您好，{WHO.name}也反映了。"
    made = line.ask(whistle, text=said)
    line.work()
    ((number, text),) = line.wrote()
    assert person(2).phone == number
    assert f"{person(2).name}您好" in text
    assert WHO.name not in text
    assert [said, said] == [made.text, line.hub.hub.contacts.list(WATER, whistle)[0].text]


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
def test_what_is_no_choice_is_refused(line: Relay, said: dict[str, Any]) -> None:
    assert "A407" == line.refused(line.whistle(), **said)


def test_one_report_is_contacted_so_often_a_day_and_again_the_next(line: Relay) -> None:
    most = demo_pack().contacts.most_a_day
    whistle = line.whistle()
    for n in range(most):
        line.ask(whistle, nonce=f"n{n}")
    assert "A403" == line.refused(whistle, nonce="more")
    assert "" == line.refused(whistle, nonce="n0")  # a retry is none
    line.hub.clock.pause(86400)
    assert "" == line.refused(whistle, nonce="tomorrow")


def test_what_failed_before_a_gateway_took_it_does_not_count(line: Relay) -> None:
    whistle = line.whistle()
    with line.failing(line.sms, "refuses_numbers"):
        for n in range(demo_pack().contacts.most_a_day + 1):
            line.ask(whistle, nonce=f"n{n}")
            line.work()
    assert {("failed", "S120")} == set(line.stands(whistle))


def test_nobody_is_woken_but_for_an_emergency(line: Relay) -> None:
    whistle = line.whistle()
    line.at(21)
    assert "A405" == line.refused(whistle)
    urgent = line.whistle(urgency=Urgency.CRITICAL)
    line.at(21)
    line.ask(urgent)
    line.work()
    assert 1 == len(line.wrote())


def test_what_waits_into_the_quiet_hours_is_sent_in_the_morning_and_a_call_is_not_made(line: Relay) -> None:
    whistle = line.whistle()
    line.at(20, 55)
    line.ask(whistle, nonce="call", kind=Kind.CALL, extension=ROOM)
    line.ask(whistle, nonce="message")
    line.work(360)
    assert {("failed", "A405"), ("queued", "A405")} == set(line.stands(whistle))
    line.at(7, 59)
    line.work()
    assert [] == line.wrote()
    line.work(60)
    assert (1, 0) == (len(line.wrote()), len(line.connected()))


def test_a_call_that_no_gateway_takes_is_given_up(line: Relay) -> None:
    whistle = line.whistle()
    line.ask(whistle, kind=Kind.CALL, extension=ROOM)
    with line.failing(line.voice, "http_503"):
        line.work()
        line.work(601)
    assert [("failed", "A408")] == line.stands(whistle)


# -- what stays behind --------------------------------------------------------------------------------------


def test_who_asked_and_whose_number_was_used_stand_in_the_audit(line: Relay) -> None:
    whistle = line.whistle()
    line.ask(whistle, account="op-1")
    line.refused(whistle, nonce="2", report="ev_none")
    line.work()
    told = [row for row in rows(line.hub) if row.exit is Exit.CONTACT and row.matter == whistle]
    assert {
        ("contact.asked", "allow", "op-1", WATER),
        ("contact.sent", "allow", "op-1", WATER),
        ("A402", "deny", WATER, ""),
    } == {(row.reason, row.result.value, row.who, row.on_behalf_of) for row in told}
    assert {("resident.phone",)} == {row.fields for row in told}
    assert is_whole(line.hub)


def test_who_only_had_a_number_used_is_no_receiver_of_it(line: Relay) -> None:
    line.ask(line.whistle())
    line.work()
    keys = [str(r[0]) for r in line.hub.rows("SELECT key FROM event")]
    with line.hub.hub.store.read() as conn:
        found = tasks(conn, keys, {WATER}, line.hub.clock.now())
    assert ["source"] == [one.kind for one in found]


def test_what_was_sent_stands_in_the_dossier_and_what_became_of_it(line: Relay) -> None:
    whistle = line.whistle()
    line.ask(whistle, text=WORDS, account="op-1")
    line.work()
    file(line.hub)
    line.work(10)
    file(line.hub)
    entries = exported(line.hub, whistle, WATER).data["entries"]
    told = [
        {name: one["value"] for name, one in entry["shown"].items() if name.startswith("dossier.contacts/")}
        for entry in entries
        if any(name.startswith("dossier.contacts/") for name in entry.get("shown", ()))
    ]
    assert ["message", "delivered"] == [told[0]["dossier.contacts/kind"], told[1]["dossier.contacts/state"]]
    assert "op-1" == told[0]["dossier.contacts/by"]
    assert told[0]["dossier.contacts/id"] == told[1]["dossier.contacts/id"]
    assert WORDS not in str(entries)  # nobody is granted them: a digest stands for them


def test_the_number_and_the_words_stand_nowhere_but_sealed(hub: HubInHand, tmp_path: Path) -> None:
    with relay(hub, tmp_path) as line:
        whistle = line.whistle()
        line.ask(whistle, text=WORDS)
        line.ask(whistle, nonce="2", kind=Kind.CALL, extension=ROOM)
        line.work()
        line.work(20)
        file(hub)
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
