"""Departments ask for fields, admins answer, and what was accepted becomes grants as others decide."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.access.application import State, Step
from hub.access.audit import AuditRow, row_of
from hub.access.exits import Exit
from hub.access.proposal import Word
from hub.errors import Refused
from hub.model import Output, ShareType
from hub.model.account import Role
from hub.run.whitelist.appliedclocks import clock_of
from hub.run.whitelist.applying import Answer, Applying
from hub.run.whitelist.catalogue import titles
from hub.store.applications import Stored
from tests.e2e.people import account_of, let_in
from tests.instruments import HubInHand
from tests.unit.run.whitelists import asking, say

FIELDS = ("event.satisfaction", "event.status_raw")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubInHand]:
    """A hub with the demo pack, on Tuesday 10 March 2026."""
    made = HubInHand(tmp_path)
    yield made
    made.close()


def applying(hub: HubInHand) -> Applying:
    """By the command line's door."""
    return hub.hub.applying(Exit.CLI)


def stored(hub: HubInHand, id_: str) -> Stored:
    """As it stands."""
    return applying(hub).one(id_)


def accept(hub: HubInHand, id_: str, by: str = "ann", **changes: Any) -> str:
    """Accepted now; the proposal's id."""
    today = date(2026, 3, 10)
    said: dict[str, Any] = {
        "masks": {"event.satisfaction": "", "event.status_raw": "text_scan"},
        "begins": today,
        "ends": today + timedelta(days=200),
        "max_rows_day": None,
        "reason": "核对办理情况",
    }
    return applying(hub).accept(id_, Answer(**(said | changes)), by=by)


def word(hub: HubInHand, proposal: str, by: str, what: Word, reason: str = "") -> None:
    """Somebody says a word about the proposal."""
    say(
        hub, hub.hub.register.proposal(proposal, now=hub.clock.now()).stored.proposal, by, what, reason=reason
    )


def audited(hub: HubInHand) -> list[AuditRow]:
    """All rows, oldest first."""
    blocks = hub.rows("SELECT rows FROM audit ORDER BY made_us, seq")
    return [row_of(line) for block in blocks for line in str(block[0]).splitlines()]


def test_what_is_accepted_becomes_grants_once_another_approves(hub: HubInHand) -> None:
    id_ = asking(hub)
    proposal = accept(hub, id_)
    assert State.ACCEPTED is stored(hub, id_).state
    word(hub, proposal, "ben", Word.APPROVE)
    assert State.PROVIDED is stored(hub, id_).state
    found = {
        one.grant.field: one.grant
        for one in hub.hub.register.grants(now=hub.clock.now(), department="chengguan")
        if one.proposal == proposal
    }
    assert set(FIELDS) == set(found)
    assert ("", "text_scan") == (found[FIELDS[0]].mask, found[FIELDS[1]].mask)
    assert {((Output.VIEW,), "handle", "本部门权责清单", ("ben",))} == {
        (one.outputs, one.purpose, one.legal_basis, one.approved_by) for one in found.values()
    }
    steps = [(one.step, one.by) for one in stored(hub, id_).steps]
    assert [(Step.ASK, "olga"), (Step.ACCEPT, "ann"), (Step.PROVIDE, "ben")] == steps


def test_nothing_is_given_for_longer_than_was_asked_for(hub: HubInHand) -> None:
    id_ = asking(hub)
    asked_until = stored(hub, id_).application.ends_on
    proposal = accept(hub, id_, ends=asked_until + timedelta(days=30))
    changes = hub.hub.register.proposal(proposal, now=hub.clock.now()).stored.proposal.changes
    assert {asked_until} == {one.grant.valid_to for one in changes if one.grant}


def test_the_one_who_accepts_cannot_approve(hub: HubInHand) -> None:
    proposal = accept(hub, asking(hub))
    with pytest.raises(Refused, match="A201"):
        word(hub, proposal, "ann", Word.APPROVE)


def test_it_is_refused_with_its_proposal_for_the_same_reason(hub: HubInHand) -> None:
    id_ = asking(hub)
    word(hub, accept(hub, id_), "ben", Word.REFUSE, "另有渠道")
    one = stored(hub, id_)
    assert (State.REFUSED, "另有渠道") == (one.state, one.steps[-1].reason)


def test_a_withdrawn_proposal_leaves_it_to_be_answered_by_the_clock_that_it_had(hub: HubInHand) -> None:
    id_ = asking(hub)
    before = clock_of(stored(hub, id_), hub.hub.pack.calendar)
    proposal = accept(hub, id_)
    hub.clock.pause(86_400)
    word(hub, proposal, "ann", Word.WITHDRAW)
    one = stored(hub, id_)
    assert (State.ASKED, "") == (one.state, one.proposal)
    assert before == clock_of(one, hub.hub.pack.calendar)
    again = accept(hub, id_, reason="改正后重提", max_rows_day=10)
    assert again != proposal
    assert again == stored(hub, id_).proposal


@pytest.mark.parametrize(
    ("fields", "share_type", "due"),
    [
        pytest.param(("event.stage",), ShareType.UNCONDITIONAL, "2026-03-11", id="one working day"),
        pytest.param(("resident.phone",), ShareType.CONDITIONAL, "2026-03-24", id="ten working days"),
    ],
)
def test_the_answer_is_due_by_how_the_fields_are_shared(
    hub: HubInHand, fields: tuple[str, ...], share_type: ShareType, due: str
) -> None:
    one = stored(hub, asking(hub, fields=fields))
    clock = clock_of(one, hub.hub.pack.calendar)
    assert clock is not None
    assert (share_type, "answer", due) == (
        one.application.share_type,
        clock.step,
        clock.due_at.date().isoformat(),
    )


def test_the_fields_are_due_twenty_working_days_after_it_was_accepted(hub: HubInHand) -> None:
    id_ = asking(hub)
    accept(hub, id_)
    clock = clock_of(stored(hub, id_), hub.hub.pack.calendar)
    assert clock is not None
    # ten days of March after the 10th … Tomb Sweeping Day is kept on Monday 6 April
    assert ("provide", "2026-04-08") == (clock.step, clock.due_at.date().isoformat())


def test_how_late_an_answer_came_is_kept(hub: HubInHand) -> None:
    id_ = asking(hub, fields=("event.stage",))
    hub.clock.pause(3 * 86_400)
    applying(hub).refuse(id_, "已有", by="ann")
    last = stored(hub, id_).steps[-1]
    assert last.due_at is not None
    assert last.due_at < last.at


def test_a_refusal_needs_a_reason_that_tells_of_nobody(hub: HubInHand) -> None:
    id_ = asking(hub)
    for reason, code in (("", "A204"), ("他电话13812345678", "A213")):
        with pytest.raises(Refused, match=code):
            applying(hub).refuse(id_, reason, by="ann")
    assert State.ASKED is stored(hub, id_).state


def test_an_accepted_one_is_neither_refused_nor_withdrawn_beside_its_proposal(hub: HubInHand) -> None:
    id_ = asking(hub)
    accept(hub, id_)
    with pytest.raises(Refused, match="A424"):
        applying(hub).refuse(id_, "不给", by="ann")
    with pytest.raises(Refused, match="A424"):
        applying(hub).withdraw(id_, "chengguan", by="olga")
    with pytest.raises(Refused, match="A424"):
        accept(hub, id_, by="ben", reason="再来一次")
    assert 1 == len(hub.rows("SELECT id FROM proposal"))


def test_a_department_withdraws_its_own_and_no_other(hub: HubInHand) -> None:
    id_ = asking(hub)
    with pytest.raises(Refused, match="A420"):
        applying(hub).withdraw(id_, "zilai", by="zoe")
    with pytest.raises(Refused, match="A420"):
        applying(hub).one(id_, "zilai")
    applying(hub).withdraw(id_, "chengguan", by="olga")
    assert State.WITHDRAWN is stored(hub, id_).state


def test_what_would_be_no_right_grant_changes_nothing(hub: HubInHand) -> None:
    id_ = asking(hub)
    with pytest.raises(Refused, match="A206"):
        accept(hub, id_, masks={"event.satisfaction": "-", "event.status_raw": ""})
    with pytest.raises(Refused, match="A204"):
        accept(hub, id_, reason="")
    assert (State.ASKED, []) == (stored(hub, id_).state, hub.rows("SELECT id FROM proposal"))


def test_no_more_than_twenty_of_a_department_wait(hub: HubInHand) -> None:
    ids = [asking(hub, words=f"第{n}次") for n in range(20)]
    with pytest.raises(Refused, match="A427"):
        asking(hub)
    asking(hub, department="zilai")
    applying(hub).withdraw(ids[0], "chengguan", by="olga")
    asking(hub)


def test_only_an_operator_of_the_department_asks_and_only_a_security_admin_answers(hub: HubInHand) -> None:
    let_in(hub, account_of(Role.OPERATOR, name="olga"))
    let_in(hub, account_of(Role.OPERATOR, name="zoe", organisation="zilai"))
    let_in(hub, account_of(Role.DISTRICT, name="dan"))
    id_ = asking(hub)
    for by in ("zoe", "dan", "nobody"):
        with pytest.raises(Refused, match="A425"):
            asking(hub, by=by)
    with pytest.raises(Refused, match="A217"):
        accept(hub, id_, by="olga")
    with pytest.raises(Refused, match="A217"):
        applying(hub).refuse(id_, "不给", by="dan")


def test_the_most_urgent_stands_first_and_what_is_over_comes_a_page_at_a_time(hub: HubInHand) -> None:
    slow = asking(hub)
    hub.clock.pause(60)
    quick = asking(hub, fields=("event.stage",))
    found = applying(hub).listed()
    assert [quick, slow] == [one.application.id for one in found.waiting]
    for n in range(22):
        hub.clock.pause(60)
        applying(hub).withdraw(asking(hub, words=f"第{n}次"), "chengguan", by="olga")
    first = applying(hub).listed("chengguan")
    second = applying(hub).listed("chengguan", first.onward)
    assert (20, 2, None, ()) == (len(first.over), len(second.over), second.onward, tuple(second.waiting))
    ids = [one.application.id for one in (*first.over, *second.over)]
    assert 22 == len(set(ids))
    assert [] == list(applying(hub).listed("zilai").over)


def test_each_step_stands_in_the_audit(hub: HubInHand) -> None:
    id_ = asking(hub)
    proposal = accept(hub, id_)
    rows = [row for row in audited(hub) if row.matter in (id_, proposal)]
    assert [("ask", "olga"), ("accept", "ann"), ("propose", "ann")] == [(row.reason, row.who) for row in rows]
    assert {("chengguan", FIELDS, 0)} == {
        (row.on_behalf_of, row.fields, row.count) for row in rows if row.matter == id_
    }


def test_the_catalogue_says_of_every_field_what_it_means_and_how_it_is_shared(hub: HubInHand) -> None:
    book = {one.field: one for one in hub.hub.register.fields(now=hub.clock.now())}
    assert set(titles()) <= set(book)
    assert [] == [one.field for one in book.values() if not one.meaning_zh or not one.meaning_en]
    phone, stage, former = (book[f] for f in ("resident.phone", "event.stage", "resident.former"))
    assert (ShareType.CONDITIONAL, "sensitive", True) == (
        phone.share_type,
        phone.sensitivity,
        phone.is_personal,
    )
    assert (ShareType.UNCONDITIONAL, "general") == (stage.share_type, stage.sensitivity)
    assert ShareType.NOT_SHARED is former.share_type
    assert "zilai" in phone.held_by


def test_what_is_about_a_person_is_given_once_two_others_approved(hub: HubInHand) -> None:
    id_ = asking(hub, fields=("resident.phone",), purpose="visit")
    proposal = accept(hub, id_, masks={"resident.phone": "phone_3_4"})
    word(hub, proposal, "ben", Word.APPROVE)
    assert State.ACCEPTED is stored(hub, id_).state
    word(hub, proposal, "cem", Word.APPROVE)
    assert State.PROVIDED is stored(hub, id_).state
