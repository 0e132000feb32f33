"""一哨一档: what stands in it, who is shown what of it, and who tampered with it."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.errors import HubError, Refused
from hub.messages.entries import KINDS
from hub.model import Code, DepartmentId, Move, Satisfaction
from hub.run.dossier import anchorfiles, dossierpage
from hub.run.dossier.dossiers import _gathered
from hub.run.dossier.registering import LEASE
from hub.run.dossier.verifying import prove
from hub.run.matters.evidence import withdraw
from hub.store import dossiers, leases
from hub.whistle.dossier import ENTRY, Chain, verify
from hub.whistle.supervision import Turn
from tests.instruments import HubInHand, person
from tests.unit.run import matters
from tests.unit.run.filed import (
    WORDS,
    asked,
    call,
    cut,
    exported,
    file,
    granted,
    kind_of,
    kinds,
    packed,
    proved,
    shown,
)
from tests.unit.run.granting import opened
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import decide
from tests.unit.run.test_relinking import far
from tests.unit.run.test_supervising import APPEAL, appealing, look, of_department, review

CLOSED = {"seq", "algorithm", "previous", "inner", "digest"}
"""What is told of an entry of which nothing is given."""


@pytest.fixture
def called(hub: HubInHand, tmp_path: Path) -> str:
    """A whistle whose matter two neighbours told of; anchors are kept."""
    return call(hub, tmp_path)


# -- what stands in it -----------------------------------------------------------------------------


def test_a_dossier_says_by_which_clause_why_it_was_linked_when_it_is_due_and_who_moved_it(
    hub: HubInHand, called: str
) -> None:
    matters.report(hub, "zilai", "sign")
    file(hub)
    export = exported(hub, called)
    (opened,), (clocks,), (move,) = (shown(export, kind) for kind in ("opened", "clocks", "move"))
    assert ("zilai-v1", "zilai") == (opened["whistle.contract_id"], opened["dossier.department"])
    assert opened["whistle.clause"].startswith("ZL-")
    assert "counted" == clocks["dossier.clocks/sign"]["derivation"][0]["rule"]
    assert ("sign", "zilai") == (move["dossier.moves/move"], move["dossier.moves/by"])
    rules = [link["dossier.links/reasons"][0]["rule"] for link in shown(export, "link")]
    assert ["opened", "rule"] == rules


@pytest.mark.parametrize("is_filed_between", [True, False])
def test_a_doubt_and_that_it_was_withdrawn_stand_in_it_for_the_centre(
    hub: HubInHand, called: str, is_filed_between: bool
) -> None:
    matters.report(hub, "zilai", "sign", "result")
    if is_filed_between:
        file(hub)
    hub.clock.pause(60)
    with hub.hub.store.write() as conn:
        assert 1 == withdraw(conn, called, by="zhongxin01", reason_code="SEEN", at=hub.clock.now())
    file(hub)
    export = exported(hub, called)
    (doubt,), (withdrawn,) = (shown(export, kind) for kind in ("doubt", "doubt_withdrawn"))
    assert "no_evidence" == doubt["dossier.doubts/doubt"] == withdrawn["dossier.doubts/doubt"]
    assert ("SEEN", "zhongxin01") == (
        withdrawn["dossier.doubts/reason_code"],
        withdrawn["dossier.accounts/by"],
    )
    department = orjson.dumps(exported(hub, called, "zilai").data).decode()
    assert not any(one in department for one in ("no_evidence", "SEEN", "zhongxin01"))


def test_which_field_was_shown_to_whom_under_which_grant_stands_in_it(hub: HubInHand, called: str) -> None:
    opening = hub.hub.opening.open(
        "zilai", called, purpose="handle", ledger=hub.hub.ledgers.mine(), now=hub.clock.now()
    )
    assert opening["reports"]
    file(hub)
    looks = shown(exported(hub, called), "look")
    opened = [one for one in looks if one["dossier.looks/exit"] == "http_whistle"]
    assert {"zilai"} == {one["dossier.looks/who"] for one in opened}
    assert any("event.content" in one["dossier.looks/fields"] for one in opened)
    assert any(one["dossier.looks/grants"] for one in opened)
    file(hub)
    exits = [one["dossier.looks/exit"] for one in shown(exported(hub, called), "look")]
    assert "dossier" in exits


def test_a_report_that_leaves_the_matter_is_put_down(hub: HubInHand, called: str) -> None:
    file(hub)
    matters.unlink(hub, "A2")
    file(hub)
    assert 1 == kinds(hub, called).count("unlink")
    (gone,) = shown(exported(hub, called), "unlink")
    assert "desk" == gone["dossier.accounts/by"]


def test_a_whistle_that_went_along_with_a_merge_says_so_and_has_the_reports_of_both(
    hub: HubInHand, called: str
) -> None:
    hub.tell(replace(far(hub), category=Code("hl-2024", "040301")))
    hub.settle()
    file(hub)
    other = str(hub.rows("SELECT id FROM whistle WHERE department = 'chengguan'")[0][0])
    before = kinds(hub, other)
    matters.link(hub, matters.matter(hub, "B1"), matters.matter(hub, "A1"))
    file(hub)
    assert ["matter"] == [kind for kind in kinds(hub, other)[len(before) :] if kind == "matter"]
    assert 4 == kinds(hub, other).count("link")  # its own twice: here, and where it is now
    with hub.hub.store.read() as conn:
        for (id_,) in hub.rows("SELECT id FROM whistle"):
            assert isinstance(verify((one.entry for one in dossiers.entries(conn, id_)), id_), Chain)


def test_what_is_marked_as_not_filed_once_more_is_not_put_down_twice(hub: HubInHand, called: str) -> None:
    """As after a step back of the store's rows."""
    matters.report(hub, "zilai", "sign")
    file(hub)
    before = kinds(hub, called)
    with hub.hub.store.write() as conn:
        for table in ("step", "link", "answer"):
            conn.exec_driver_sql(f"UPDATE {table} SET filed = 0")  # noqa: S608 one of three words
        conn.exec_driver_sql("DELETE FROM dossier_mark")
    file(hub)
    assert before == kinds(hub, called)
    assert 0 == hub.rows("SELECT count(*) FROM step WHERE filed = 0")[0][0]


def test_who_stalled_while_another_took_over_files_nothing(hub: HubInHand, called: str) -> None:
    registrar = hub.hub.plain_registrar()
    registrar.step()
    before = hub.rows("SELECT count(*) FROM dossier_entry")
    length = timedelta(seconds=hub.hub.settings.lease_s)
    matters.report(hub, "zilai", "sign")
    assert leases.take(hub.hub.store, LEASE, "another", hub.clock.now() + length * 1.1, length)
    assert 0 == registrar.step()
    assert before == hub.rows("SELECT count(*) FROM dossier_entry")
    assert 1 == hub.rows("SELECT count(*) FROM step WHERE filed = 0")[0][0]


def test_a_move_that_was_committed_late_or_by_a_slow_clock_is_filed_too(hub: HubInHand, called: str) -> None:
    file(hub)
    matters.report(hub, "zilai", "sign")
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE step SET made_us = made_us - 86400000000")
    file(hub)
    assert 1 == kinds(hub, called).count("move")


def test_what_was_rolled_back_is_filed_by_the_next_step_and_once(hub: HubInHand, called: str) -> None:
    registrar = hub.hub.plain_registrar()
    filing = registrar._filing
    with suppress(ZeroDivisionError), hub.hub.store.write() as conn:
        assert filing.portion(conn, hub.clock.now())
        raise ZeroDivisionError
    assert [] == kinds(hub, called)
    file(hub)
    assert 1 == kinds(hub, called).count("opened")


def test_what_its_dossier_has_still_to_tell_of_is_counted_whatever_it_is(hub: HubInHand, called: str) -> None:
    def unfiled() -> int:
        return int(exported(hub, called).data["unfiled"])

    file(hub)
    assert 0 == unfiled()
    look(hub, hours=2)
    (card,) = of_department(hub)
    file(hub)
    assert 0 == unfiled()
    appealing(hub).take("zilai", card.id, APPEAL, hub.clock.now())
    assert 1 == unfiled()
    matters.unlink(hub, "A2")
    assert 2 <= unfiled()
    file(hub)
    assert 0 == unfiled()
    others = next(r[0] for r in hub.rows("SELECT department FROM whistle") if r[0] != "zilai")
    matters.report(hub, others, "sign")
    assert 0 == unfiled()


def test_every_revision_stands_in_it_with_the_next_move_in_the_order_in_which_they_came(
    hub: HubInHand, called: str
) -> None:
    file(hub)
    for words in ("路面塌了。", "有人受伤。"):
        hub.clock.pause(60)
        hub.tell(replace(pipe(hub, "A1"), requester=person(1), content=WORDS + words))
        hub.settle()
        assert 0 == file(hub)
    matters.report(hub, "zilai", "sign")
    file(hub)
    with granted(hub, "event.content") as made:
        told = [
            (one["event.id"], one["event.content"])
            for one in shown(exported(hub, called, by=made), "event")
            if WORDS in one["event.content"]
        ]
    revisions = [r[0] for r in hub.rows("SELECT id FROM event ORDER BY received_us") if r[0] in dict(told)]
    assert list(zip(revisions, (WORDS, WORDS + "路面塌了。", WORDS + "有人受伤。"), strict=True)) == told
    matters.report(hub, "zilai", "contact")
    file(hub)
    assert 4 == kinds(hub, called).count("event")


@pytest.mark.parametrize("said_first", [True, False], ids=["in the older words", "in the newer words"])
def test_who_was_named_as_its_requester_by_any_revision_is_hidden_in_the_words_of_all(
    hub: HubInHand, called: str, said_first: bool
) -> None:
    gone, now = person(1), person(2)
    words = [f"{gone.name}说，{WORDS}", WORDS] if said_first else [WORDS, f"{gone.name}说，{WORDS}"]
    for requester, content in zip((gone, now), words, strict=True):
        hub.clock.pause(60)
        hub.tell(replace(pipe(hub, "A1"), requester=requester, content=content))
        hub.settle()
    matters.report(hub, "zilai", "sign")
    file(hub)
    with granted(hub, "event.content", mask="text_scan", to="zilai") as made:
        exits = [exported(hub, called, "zilai", by=made).data, opened(hub.hub, "zilai", called)]
    for told in map(str, exits):
        assert "水管爆" in told
        assert gone.name not in told


def test_a_report_that_is_linked_brings_its_revisions_of_before(hub: HubInHand, called: str) -> None:
    file(hub)
    hub.tell(far(hub))
    hub.settle()
    for words in ("水管爆了。", "水管爆了，路面塌了。"):
        hub.clock.pause(60)
        hub.tell(replace(far(hub), content=words))
        hub.settle()
    matters.link(hub, matters.matter(hub, "B1"), matters.matter(hub, "A1"))
    file(hub)
    assert 2 + 3 == kinds(hub, called).count("event")


# -- who is shown what -----------------------------------------------------------------------------


def test_what_is_not_shown_lies_nowhere_in_the_file(hub: HubInHand, called: str) -> None:
    file(hub)
    for department in ("", "zilai"):
        with granted(hub, "event.title", "event.content", mask="text_scan") as masked:
            content = packed(hub, exported(hub, called, department, by=masked))
        assert person(1).phone.encode() not in content
        assert (WORDS.encode() in content) is (department == "")  # text_scan finds nobody in these words
    with granted(hub, "dossier.nothing") as made:
        content = packed(hub, exported(hub, called, "zilai", by=made))
    assert WORDS.encode() not in content
    assert b"hotline_12345" not in content


def test_a_masked_value_is_shown_beside_its_digest_and_brings_no_salt(hub: HubInHand, called: str) -> None:
    file(hub)
    with granted(hub, "event.content", mask="text_scan") as made:
        data = exported(hub, called, by=made).data
    (first, *_) = [one for one in data["entries"] if kind_of(one) == "event"]
    said = first["masked"]["event.content"]
    assert ("text_scan", WORDS) == (said["mask"], said["value"])
    assert "event.content" not in first["shown"]
    assert set(said["digests"]) <= set(first["fields"])


def test_another_departments_dossier_looks_like_one_that_is_not_there(hub: HubInHand, called: str) -> None:
    file(hub)
    for whistle, department in ((called, "shizheng"), ("wh_none", ""), ("wh_none", "zilai")):
        with pytest.raises(Refused, match="W103"):
            exported(hub, whistle, department)


def test_the_accused_is_shown_which_whistle_it_is_and_nothing_else(hub: HubInHand, called: str) -> None:
    hub.clock.pause(60)
    hub.tell(replace(pipe(hub, "A3"), accused_name=hub.hub.pack.organisations[DepartmentId("zilai")].name))
    hub.settle()
    file(hub)
    hub.hub.opening.open(
        "zilai", called, purpose="handle", ledger=hub.hub.ledgers.mine(), now=hub.clock.now()
    )
    file(hub)
    export = exported(hub, called, "zilai")
    first, *others = export.data["entries"]
    assert ({"whistle.id"}, {}) == (set(first["shown"]), first["masked"])
    assert [CLOSED] * len(others) == [set(one) for one in others]
    data, page = orjson.dumps(export.data).decode(), dossierpage.page(export.data, hub.hub.pack).decode()
    moments = set(re.findall(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.+]+", data))
    assert {export.data["exported_at"]} == moments
    for kind, word in KINDS.items():
        assert f'"{kind}"' not in data
        assert f"</td><td>{word}</td>" not in page
    assert () == proved(hub, export).findings


def test_of_an_entry_only_names_of_fields_that_are_given_go_out(hub: HubInHand, called: str) -> None:
    """Which fields there were besides nobody is told; an entry of which nothing is given is a digest."""
    matters.report(hub, "zilai", "sign")
    file(hub)
    with hub.hub.store.read() as conn:
        filed = dossiers.entries(conn, called)
    export = exported(hub, called, "zilai")
    names = {name for one in filed for name in one.digests}
    given = {name for one in export.data["entries"] for name in one.get("shown", {})}
    assert {"dossier.moves/move", "event.id", "dossier.links/verdict"} <= names
    assert {n for n in names if f'"{n}"' in orjson.dumps(export.data).decode()} == given
    closed = [one["seq"] for one in export.data["entries"] if set(one) == CLOSED]
    assert [one.entry.seq for one in filed if one.kind in ("event", "link")] == closed
    assert {one.entry.inner for one in filed if one.entry.seq in closed} == {
        one["inner"] for one in export.data["entries"] if "inner" in one
    }


def test_accounts_of_the_centre_and_reports_of_requesters_are_shown_to_no_department(
    hub: HubInHand, called: str
) -> None:
    look(hub, hours=2)
    (card,) = of_department(hub)
    appealing(hub).take("zilai", card.id, APPEAL, hub.clock.now())
    review(hub, card.id, Turn.WITHDRAW, "wang.reviewer")
    review(hub, card.id, Turn.KEEP, "li.reviewer")
    matters.report(hub, "zilai", "sign", "return")
    decide(hub, "zilai", Move.DISMISS, "DUTY")
    matters.report(hub, "zilai", "sign", "result")
    hub.clock.pause(60)
    later = hub.clock.now().isoformat()
    hub.tell(replace(pipe(hub, "A1"), satisfaction=Satisfaction.DISSATISFIED, version=later))
    hub.settle()
    matters.unlink(hub, "A2")
    file(hub)
    accounts = {"wang.reviewer", "li.reviewer", "zhongxin01", "desk", *matters.keys_of(hub, "A1")}
    department = exported(hub, called, "zilai")
    said = orjson.dumps(department.data).decode() + dossierpage.page(department.data, hub.hub.pack).decode()
    assert set() == {one for one in accounts if one in said}
    centre = exported(hub, called)
    acted = {
        one["dossier.accounts/by"]
        for kind in ("move", "turn", "unlink", "evaluation")
        for one in shown(centre, kind)
        if "dossier.accounts/by" in one
    }
    assert accounts == acted
    moves = shown(department, "move")
    assert {("department", "zilai")} == {
        (one["dossier.moves/actor"], one["dossier.moves/by"]) for one in moves if "dossier.moves/by" in one
    }
    assert {"centre", "requester"} <= {one["dossier.moves/actor"] for one in moves}


def looks_at_dossiers(hub: HubInHand) -> list[dict[str, Any]]:
    """What the audit says of dossiers that were taken along."""
    rows = [orjson.loads(line) for r in hub.rows("SELECT rows FROM audit") for line in r[0].splitlines()]
    return [one for one in rows if one["exit"] == "dossier"]


def test_a_look_at_a_dossier_is_written_down_with_who_and_for_whom(hub: HubInHand, called: str) -> None:
    file(hub)
    exported(hub, called, "zilai")
    (line,) = looks_at_dossiers(hub)
    assert ("duty", "zilai", called) == (line["who"], line["on_behalf_of"], line["matter"])


def test_taking_a_dossier_along_is_one_look_at_all_that_was_given(hub: HubInHand, called: str) -> None:
    matters.report(hub, "zilai", "sign")
    file(hub)
    with granted(hub, "event.title", mask="text_scan") as made:
        export = exported(hub, called, by=made)
    data = export.data
    (line,) = looks_at_dossiers(hub)
    given = {name.partition("/")[0] for one in data["entries"] for name in one["shown"]} - {ENTRY}
    masked = {(name, said["mask"]) for one in data["entries"] for name, said in one["masked"].items()}
    assert ("masked", given | {name for name, _ in masked}) == (line["result"], set(line["fields"]))
    assert masked == {tuple(one) for one in line["masks"]}
    assert len(line["rows"]) == line["count"]
    assert {called, *(one["event.id"] for one in shown(export, "event"))} <= set(line["rows"])
    before = kinds(hub, called).count("look")
    file(hub)
    assert 1 == kinds(hub, called).count("look") - before


def test_a_field_that_went_out_in_two_forms_is_said_to_have_done_so(hub: HubInHand, called: str) -> None:
    file(hub)
    full = AuditRow(
        at=hub.clock.now(),
        who="x",
        exit=Exit.DOSSIER,
        result=Result.ALLOW,
        purpose="handle",
        fields=("event.title", "whistle.id"),
        rows=("e1",),
    )
    masked = replace(
        full, result=Result.MASKED, fields=("event.title",), masks=(("event.title", "m"),), rows=("e2",)
    )
    refused = replace(full, result=Result.DENY, reason="A123", rows=("e3",))
    other = replace(full, fields=("whistle.clause",), rows=("e1", "e4"))
    nothing = replace(full, result=Result.DENY, fields=(), rows=("e5",))
    rows = list(_gathered([nothing, full, masked, refused, other], asked(hub, called)))
    assert [
        (Result.ALLOW, ("event.title", "whistle.clause", "whistle.id"), ("e1", "e4"), 2),
        (Result.MASKED, ("event.title",), ("e2",), 1),
        (Result.DENY, ("event.title", "whistle.id"), ("e3",), 1),
    ] == [(one.result, one.fields, one.rows, one.count) for one in rows]
    (alone,) = _gathered([nothing, replace(nothing, rows=("e6",))], asked(hub, called))
    assert (Result.DENY, (), ("e5", "e6")) == (alone.result, alone.fields, alone.rows)


def test_the_page_says_what_the_data_says_and_runs_nothing(hub: HubInHand, called: str) -> None:
    matters.report(hub, "zilai", "sign")
    file(hub)
    with granted(hub, "event.content") as made:
        export = exported(hub, called, by=made)
    page = dossierpage.page(export.data, hub.hub.pack).decode()
    assert all(one in page for one in (called, export.data["head"], WORDS, "吹哨", "办理", "时限"))
    assert not any(one in page for one in ("<script", "http://", "https://", "src=", "javascript:"))
    entry = {**export.data["entries"][0], "shown": {"event.content": {"salt": "", "value": "<b onx='1'>"}}}
    page = dossierpage.page({**export.data, "entries": [entry]}, hub.hub.pack).decode()
    assert "<b onx" not in page


# -- what time takes away, and who tampers ---------------------------------------------------------


def test_a_row_that_was_changed_in_the_database_stops_the_export(hub: HubInHand, called: str) -> None:
    file(hub)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE dossier_entry SET kind = 'x' WHERE seq = 2")
    with pytest.raises(HubError, match="V101") as caught:
        exported(hub, called)
    assert 2 == caught.value.facts["number"]


@pytest.mark.parametrize("what", ["made_us = made_us + 1", "seed = '00'", "said = '{}'", "sealed = '{}'"])
def test_whatever_is_changed_of_what_an_entry_says_stops_the_export(
    hub: HubInHand, called: str, what: str
) -> None:
    file(hub)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(f"UPDATE dossier_entry SET {what} WHERE seq = 2")  # noqa: S608 one of four words
    with pytest.raises(HubError, match="V101") as caught:
        exported(hub, called)
    assert 2 == caught.value.facts["number"]


def test_an_end_that_was_cut_off_before_the_anchor_is_found(hub: HubInHand, called: str) -> None:
    file(hub)
    cut(hub, called, 2)
    with pytest.raises(HubError, match="V102"):
        exported(hub, called)
    cut(hub, called, 1)
    with pytest.raises(HubError, match="V102"):
        exported(hub, called)


def test_a_dossier_that_is_gone_altogether_is_found(hub: HubInHand, called: str) -> None:
    file(hub)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM dossier_entry")
        conn.exec_driver_sql("DELETE FROM dossier_head")
    with pytest.raises(HubError, match="V102"):
        exported(hub, called)


def test_what_is_cut_off_behind_the_last_anchor_is_not_found(hub: HubInHand, called: str) -> None:
    """docs/security.md says so, under what is not held."""
    file(hub)
    anchored = len(kinds(hub, called))
    hub.hub.settings.anchors = None
    matters.report(hub, "zilai", "sign")
    file(hub)
    assert len(kinds(hub, called)) > anchored
    cut(hub, called, anchored)
    assert () == proved(hub, exported(hub, called)).findings


# -- anchors ---------------------------------------------------------------------------------------


def test_an_anchor_that_could_not_be_noted_is_noted_the_next_time(hub: HubInHand, called: str) -> None:
    place = hub.hub.settings.anchors
    file(hub)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE dossier_head SET anchored = 0")
    hub.clock.pause(timedelta(minutes=6).total_seconds())
    file(hub)
    assert place is not None
    assert len(anchorfiles.naming(place, called)) == 1
    assert 0 == hub.rows("SELECT count(*) FROM dossier_head WHERE seq <> anchored")[0][0]
    proof = prove(
        packed(hub, exported(hub, called)), [hub.hub.signer().public], list(anchorfiles.lines(place))
    )
    assert () == proof.findings


def test_sm3_takes_over_in_the_middle_of_a_dossier(hub: HubInHand, called: str) -> None:
    file(hub)
    hub.hub.settings.digest = "sm3"
    matters.report(hub, "zilai", "sign")
    file(hub)
    export = exported(hub, called)
    assert ["sha256", "sm3"] == list(dict.fromkeys(one["algorithm"] for one in export.data["entries"]))
    assert () == proved(hub, export).findings


def test_a_move_that_nobody_files_for_ten_minutes_is_named_by_the_doctor(hub: HubInHand, called: str) -> None:
    matters.report(hub, "zilai", "sign")
    assert [] == matters.findings(hub, "D161")
    hub.clock.pause(timedelta(minutes=11).total_seconds())
    assert [{"count": 1}] == matters.findings(hub, "D161")
    file(hub)
    assert [] == matters.findings(hub, "D161")
