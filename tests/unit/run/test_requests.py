"""A resident's request: found without a list, decided by two, carried through, and told onwards."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hub.access.exits import Exit
from hub.access.rights import Basis, Kind, Person, Refusal, State
from hub.cli import main
from hub.errors import Refused
from hub.jsonform import dumps
from hub.model import EventText, IncidentId
from hub.model import Person as Requester
from hub.run.exits.auditing import Whole, examine_by
from hub.run.exits.linked import reports_of, stored_of
from hub.run.ground.sealing import EVENT_SEALED_AT
from hub.run.residents.copyfile import opened as copy_opened
from hub.run.residents.correcting import Corrected
from hub.run.residents.requests import Asked, Case, Requests
from hub.store import keys
from hub.store.requests import DONE, KEPT
from tests.instruments import HubInHand, person
from tests.unit.run.granting import opened
from tests.unit.run.ledgers import rows as audit_rows
from tests.unit.run.sources import pipe
from tests.unit.run.test_retiring import departments_whistles, end

WORDS = "correct horse"
PHONE = person(1).phone
CONTENT = "我是测试乙，门口水管爆了，电话13800000001，水很大。"


@pytest.fixture
def town(hub: HubInHand) -> HubInHand:
    """Two matters of one person and one of another, each told by one report; departments have looked."""
    hub.tell(
        replace(pipe(hub, "A1", 1), requester=person(1), content=CONTENT),
        replace(pipe(hub, "A2", 2), requester=person(1)),
        replace(pipe(hub, "A3", 3), requester=person(2)),
    )
    hub.settle()
    for one in departments_whistles(hub):
        hub.hub.reporting.take("zilai", one, {"nonce": one, "move": "sign"}, hub.clock.now())
        opened(hub.hub, "zilai", one, "callback")
    return hub


def asked(kind: Kind = Kind.DELETE, who: Requester | None = None, **changes: Any) -> Asked:
    """By person 1, unless `who`."""
    one = who or person(1)
    basis = {Kind.COPY: Basis.COPY, Kind.CORRECT: Basis.CORRECT, Kind.DELETE: Basis.WITHDRAWN}[kind]
    said: dict[str, Any] = {
        "kind": kind,
        "basis": basis,
        "reference": "XF-2026-0012",
        "person": Person(name=one.name, phone=one.phone),
    }
    return Asked(**(said | changes))


def service(hub: HubInHand) -> Requests:
    """As the command line has it."""
    return hub.hub.requests(Exit.CLI)


def agreed(hub: HubInHand, asks: Asked) -> Case:
    """Entered by one, agreed to by another."""
    id_ = service(hub).enter(asks, by="ann")
    service(hub).agree(id_, by="ben")
    return service(hub).case(id_)


def shown(hub: HubInHand) -> str:
    """All that the water company is shown of all its whistles."""
    return "".join(
        str(opened(hub.hub, "zilai", one, purpose))
        for one in departments_whistles(hub)
        for purpose in ("handle", "callback")
    )


def in_vault(hub: HubInHand) -> str:
    """All words and requesters that still open, whatever anybody may be shown."""
    with hub.hub.store.read() as conn:
        every = [row[0] for row in hub.rows("SELECT id FROM incident")]
        reports = [
            one for id_ in every for one in reports_of(conn, hub.hub.vault, stored_of(conn, IncidentId(id_)))
        ]
        return str([(one.text(), one.resident()) for one in reports])


def end_all(hub: HubInHand) -> None:
    """Every matter is over."""
    for one in departments_whistles(hub):
        end(hub, one)


def test_a_request_finds_its_rows_itself_and_keeps_nothing_of_who_asks(town: HubInHand) -> None:
    id_ = service(town).enter(asked(), by="ann")
    case = service(town).case(id_)
    assert 2 == len(case.rows)
    assert State.ENTERED is case.request.state
    assert "2026-03-31" == case.request.due_at.date().isoformat()
    stored = str(town.rows("SELECT * FROM resident_request")) + str(town.rows("SELECT * FROM audit"))
    assert person(1).phone not in stored
    assert person(1).name not in stored


def test_another_name_on_the_same_phone_is_left_alone_and_told(town: HubInHand) -> None:
    case = agreed(town, asked(who=replace(person(1), name="欧阳测")))
    assert (0, 2) == (len(case.rows), case.request.unsure)
    assert State.DONE is case.request.state
    assert [(3,)] == town.rows("SELECT count(*) FROM resident")


def test_who_entered_a_request_does_not_decide_it(town: HubInHand) -> None:
    id_ = service(town).enter(asked(), by="ann")
    with pytest.raises(Refused, match="A504"):
        service(town).agree(id_, by="ann")
    with pytest.raises(Refused, match="A504"):
        service(town).refuse(id_, Refusal.LAW_KEEPS, by="ann")
    service(town).refuse(id_, Refusal.LAW_KEEPS, by="ben")
    with pytest.raises(Refused, match="A505"):
        service(town).agree(id_, by="ben")
    assert State.REFUSED is service(town).case(id_).request.state
    assert [(3,)] == town.rows("SELECT count(*) FROM resident")


def test_what_an_open_matter_needs_is_kept_and_told_and_goes_once_it_is_over(town: HubInHand) -> None:
    case = agreed(town, asked())
    assert [KEPT, KEPT] == [row.state for row in case.rows]
    assert PHONE in shown(town)
    end_all(town)
    service(town).carry(case.request.id, by="ann")
    again = service(town).case(case.request.id)
    assert [DONE, DONE] == [row.state for row in again.rows]
    with pytest.raises(Refused, match="A505"):
        service(town).carry(case.request.id, by="ann")


@pytest.mark.nasty("N62")
def test_after_a_deletion_no_value_opens_and_the_audit_is_whole(town: HubInHand) -> None:
    end_all(town)
    data_keys = {row[0] for row in town.rows("SELECT subject FROM data_key")}
    case = agreed(town, asked())
    gone = data_keys - {row[0] for row in town.rows("SELECT subject FROM data_key")}
    assert 4 == len(gone)  # two records, two requesters
    assert [(1,)] == town.rows("SELECT count(*) FROM resident")
    assert [(1,)] == town.rows("SELECT count(*) FROM event WHERE length(sealed) > 0")
    assert PHONE not in in_vault(town)
    assert "测试乙" not in in_vault(town)
    assert person(2).phone in in_vault(town)
    with town.hub.store.read() as conn:
        assert isinstance(examine_by(conn, town.hub.keys), Whole)
    again = service(town).enter(asked(reference="XF-2026-0013"), by="ann")
    assert () == tuple(service(town).case(again).rows)
    assert 3 == sum(one["records"] for one in town.account()["sources"].values())
    assert State.AGREED is case.request.state


@pytest.mark.nasty("N62")
def test_sources_and_receivers_are_told_until_they_answer(town: HubInHand) -> None:
    end_all(town)
    case = agreed(town, asked())
    source, receiver = case.tasks
    assert ("source", "hotline_12345", ("A1", "A2")) == (source.kind, source.receiver, source.refs)
    assert ("receiver", "zilai", 2) == (receiver.kind, receiver.receiver, len(receiver.refs))
    assert {"resident.name", "resident.phone"} <= set(receiver.fields)
    assert State.AGREED is case.request.state
    service(town).confirm(case.request.id, source.number, "HL-77", by="ann")
    with pytest.raises(Refused, match="A511"):
        service(town).confirm(case.request.id, source.number, "HL-77", by="ann")
    service(town).confirm(case.request.id, receiver.number, "ZL-12", by="ben")
    ended = service(town).case(case.request.id)
    assert State.DONE is ended.request.state
    assert ["enter", "agree", "confirm", "confirm"] == [one.step for one in ended.steps]


def test_what_others_said_of_the_person_goes_too(town: HubInHand) -> None:
    """A department's note and a neighbour's words: nobody would know afterwards what to mask in them."""
    first = next(
        one for one in departments_whistles(town) if PHONE in str(opened(town.hub, "zilai", one, "callback"))
    )
    for move, note in (("contact", "已致电测试乙"), ("arrive", "水阀已关")):
        said = {"nonce": move, "move": move, "note": note}
        town.hub.reporting.take("zilai", first, said, town.clock.now())
    end_all(town)
    agreed(town, asked())
    left = town.rows("SELECT count(*) FROM report WHERE length(sealed) > 0")
    assert [(1,)] == left  # the one that names nobody


def test_every_step_stands_in_the_audit_by_codes(town: HubInHand) -> None:
    end_all(town)
    case = agreed(town, asked())
    mine = [row for row in audit_rows(town) if row.matter == case.request.id]
    assert ["delete.enter", "delete.agree"] == [row.reason for row in mine]
    assert ["ann", "ben"] == [row.who for row in mine]
    assert 2 == mine[1].count
    assert "resident.phone" in mine[1].fields


def test_a_copy_is_made_once_and_opens_by_its_passphrase_alone(town: HubInHand) -> None:
    case = agreed(town, asked(Kind.COPY))
    with pytest.raises(Refused, match="A508"):
        service(town).copy(case.request.id, "short", by="ann")
    file = service(town).copy(case.request.id, WORDS, by="ann")
    assert b"13800000001" not in file
    said = str(copy_opened(file, WORDS))
    assert "我是测试乙" in said
    assert "13800000001" in said
    assert person(2).phone not in said
    assert "自来水" in said  # who was shown something
    with pytest.raises(Refused, match="A513"):
        copy_opened(file, "another horse")
    with pytest.raises(Refused, match="A505"):
        service(town).copy(case.request.id, WORDS, by="ann")
    assert State.DONE is service(town).case(case.request.id).request.state
    assert [Exit.EXPORT] == [row.exit for row in audit_rows(town) if row.reason == "copy.copy"]


@pytest.mark.nasty("N62")
def test_a_correction_replaces_the_values_and_the_old_ones_stay_masked(town: HubInHand) -> None:
    fresh = Corrected(name="测试新", phone="13900000009")
    case = agreed(town, asked(Kind.CORRECT, fresh=fresh))
    assert [DONE, DONE] == [row.state for row in case.rows]
    assert "13900000009" in shown(town)
    assert PHONE not in shown(town)
    assert "我是[姓名]" in shown(town)  # the words of before still say the old name
    found = service(town).case(
        service(town).enter(asked(who=replace(person(1), name="测试新", phone="13900000009")), by="ann")
    )
    assert 2 == len(found.rows)
    for task in case.tasks:
        service(town).confirm(case.request.id, task.number, "HL-1", by="ann")
    assert [] == town.rows("SELECT subject FROM data_key WHERE subject LIKE 'rq_%'")
    assert {(b"",)} == set(town.rows("SELECT sealed FROM resident_request"))
    service(town).refuse(found.request.id, Refusal.REPEATED, by="ben")


def test_values_of_a_correction_that_is_refused_are_gone(town: HubInHand) -> None:
    id_ = service(town).enter(asked(Kind.CORRECT, fresh=Corrected(name="测试新")), by="ann")
    assert [(1,)] == town.rows("SELECT count(*) FROM data_key WHERE subject LIKE 'rq_%'")
    service(town).refuse(id_, Refusal.NOT_PROVEN, by="ben")
    assert [(0,)] == town.rows("SELECT count(*) FROM data_key WHERE subject LIKE 'rq_%'")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reference": "王丽的案子"}, "A502"),
        ({"person": Person(name="测试乙")}, "A503"),
        ({"basis": Basis.COPY}, "A506"),
        ({"kind": Kind.CORRECT, "basis": Basis.CORRECT}, "A507"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_stored(
    hub: HubInHand, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        service(hub).enter(asked(**changes), by="ann")
    assert [] == hub.rows("SELECT * FROM resident_request")


def test_a_copy_of_the_hub_made_afterwards_opens_nothing_of_the_person(
    town: HubInHand, tmp_path: Path
) -> None:
    end_all(town)
    agreed(town, asked())
    env = {"GRIDPLUS_HOME": str(town.hub.settings.home), "GRIDPLUS_STORE": town.hub.settings.store_url}
    words = ["backup", str(tmp_path / "copied"), "--keys", str(tmp_path / "keys" / "keys.toml")]
    (tmp_path / "keys").mkdir()
    done = CliRunner().invoke(main, words, env=env)
    assert 0 == done.exit_code, done.output
    (database,) = (tmp_path / "copied").rglob("store.sqlite")
    copied = HubInHand(town.hub.settings.home, store=f"sqlite:///{database}")
    assert person(2).phone in in_vault(copied)
    assert PHONE not in in_vault(copied)
    copied.close()


def test_a_record_that_brought_other_peoples_reports_keeps_its_key_and_loses_these_words(
    town: HubInHand,
) -> None:
    """As a table of many rows is one record."""
    end_all(town)
    came = "SELECT record_id, id FROM event WHERE body LIKE '%\"A{}\"%'"
    ((first, _),), ((third, id_),) = town.rows(came.format(1)), town.rows(came.format(3))
    with town.hub.store.write() as conn:
        (key,) = keys.of(conn, [first]).values()
        sealed = town.hub.vault.seal(key, EVENT_SEALED_AT, dumps(EventText(title="阀门坏了")).encode())
        said = "UPDATE event SET record_id = ?, sealed = ?, body = replace(body, ?, ?) WHERE id = ?"
        conn.exec_driver_sql(said, (first, sealed, third, first, id_))
    agreed(town, asked())
    assert "阀门坏了" in in_vault(town)
    assert PHONE not in in_vault(town)
    assert [(third,)] == town.rows("SELECT record_id FROM body")
