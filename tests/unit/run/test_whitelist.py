"""The whitelist is changed by proposals that others approve, and the change holds everywhere at once."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from hub.access.account import Result
from hub.access.proposal import Change, State, Word
from hub.access.standing import Standing
from hub.access.whitelist import Decision
from hub.bus.message import Fenced
from hub.errors import Refused
from hub.model.account import Role
from hub.run.assembly import Assembly
from hub.run.ground.livegrants import LiveGrants
from hub.run.whitelist.wanted import difference, from_entries
from hub.store import decisions
from hub.store.decisions import Made
from tests.e2e.people import account_of, let_in
from tests.instruments import HubInHand, before, person
from tests.unit.run.granting import opened, restarted
from tests.unit.run.ledgers import is_whole, rows
from tests.unit.run.sources import pipe
from tests.unit.run.whitelists import (
    ENTRY,
    approve,
    changing,
    ending,
    granting,
    one_of,
    propose,
    say,
    stands,
    wanting,
)

PHONE = "resident.phone"


def called(hub: HubInHand) -> str:
    """A burst pipe of one requester is told; 自来水's whistle."""
    hub.tell(replace(pipe(hub, "A1"), requester=person(1)))
    hub.settle()
    (row,) = hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")
    return str(row[0])


def phones(hub: Assembly, whistle: str) -> list[str]:
    """What 自来水 is shown of the requester's phone in this process."""
    shown: dict[str, Any] = opened(hub, "zilai", whistle, purpose="callback")
    return [one["resident"]["phone"] for one in shown["reports"] if "phone" in one.get("resident", {})]


def code_of(act: Any) -> str:
    """The code with which it is refused."""
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


# -- in force ----------------------------------------------------------------------------------------


def test_a_field_goes_and_comes_by_two_approvals_beside_the_proposers(hub: HubInHand) -> None:
    whistle = called(hub)
    full = one_of(hub, "zilai", PHONE)
    assert ["13800000001"] == phones(hub.hub, whistle)
    one = changing(hub, full, replace(full, mask="phone_3_4"))
    assert 2 == one.needs
    assert State.PROPOSED == say(hub, one, "ben")
    assert full == stands(hub, full.id)
    assert State.IN_FORCE == say(hub, one, "cem")
    after = stands(hub, full.id)
    assert ("phone_3_4", ("ben", "cem"), full.version + 1) == (after.mask, after.approved_by, after.version)


@pytest.mark.nasty("N61")
def test_a_change_holds_in_a_process_that_runs_after_a_second_and_no_restart(
    hub: HubInHand, other: HubInHand
) -> None:
    whistle, passed = called(hub), [0.0]
    other.hub.__dict__["whitelist"] = LiveGrants(
        other.hub.store, other.hub.pack.grants, passed_s=lambda: passed[0]
    )
    assert ["13800000001"] == phones(other.hub, whistle)
    full = one_of(hub, "zilai", PHONE)
    approve(hub, changing(hub, full, replace(full, mask="phone_3_4")))
    passed[0] = 1.0
    assert ["138****0001"] == phones(other.hub, whistle)
    approve(hub, ending(hub, stands(hub, full.id)))
    passed[0] = 2.0
    assert [] == phones(other.hub, whistle)


def test_the_store_is_asked_once_a_second_however_many_whistles_are_shown(hub: HubInHand) -> None:
    passed, asked = [0.0], list[str]()
    grants = LiveGrants(hub.hub.store, hub.hub.pack.grants, passed_s=lambda: passed[0])
    first = grants.now()
    before(hub.hub.store, "SELECT max(grant_decision.number)", lambda: asked.append("again"))
    assert {id(first)} == {id(grants.now()) for _ in range(1_000)}
    passed[0] = 0.999
    assert first is grants.now()
    assert [] == asked
    passed[0] = 1.0
    assert first is grants.now()
    assert ["again"] == asked


def test_where_the_store_does_not_answer_nothing_old_is_shown(hub: HubInHand) -> None:
    def fail() -> None:
        raise ConnectionError

    passed = [0.0]
    grants = LiveGrants(hub.hub.store, hub.hub.pack.grants, passed_s=lambda: passed[0])
    grants.now()
    before(hub.hub.store, "SELECT max(grant_decision.number)", fail)
    passed[0] = 1.0
    with pytest.raises(ConnectionError):
        grants.now()


@pytest.mark.nasty("N61")
def test_a_decided_grant_ends_with_its_last_day_in_a_process_that_runs(hub: HubInHand) -> None:
    whistle = called(hub)
    full = one_of(hub, "zilai", PHONE)
    approve(hub, changing(hub, full, replace(full, valid_to=date(2026, 3, 11))))
    with restarted(hub) as again:  # one process over two nights
        hub.clock.pause(86_400)
        assert ["13800000001"] == phones(again, whistle)
        hub.clock.pause(86_400)
        assert [] == phones(again, whistle)


def test_a_new_grant_that_the_contract_asks_for_shows_its_field(hub: HubInHand) -> None:
    whistle = called(hub)
    full = one_of(hub, "zilai", PHONE)
    approve(hub, ending(hub, full))
    one = propose(hub, wanting(Change(grant=replace(full, mask="phone_3_4", approved_by=()))))
    assert State.IN_FORCE == approve(hub, one)
    with restarted(hub) as again:
        assert ["138****0001"] == phones(again, whistle)


def test_a_pack_with_a_higher_version_overrules_a_decision_and_one_with_the_same_does_not(
    hub: HubInHand,
) -> None:
    full = one_of(hub, "zilai", PHONE)
    one = changing(hub, full, replace(full, mask="phone_3_4"))
    approve(hub, one)
    for version, mask, state in ((2, "phone_3_4", State.IN_FORCE), (3, "", State.ENDED)):
        raised = tuple(replace(g, version=version) if g.id == full.id else g for g in hub.hub.pack.grants)
        with restarted(hub, grants=raised) as again:
            now = hub.clock.now()
            assert mask == again.register.grant(full.id, now=now).grant.mask
            assert state == again.register.proposal(one.id, now=now).state


def test_a_grant_with_a_later_first_day_lets_the_one_before_hold_until_then(hub: HubInHand) -> None:
    before_ = one_of(hub, "zilai", PHONE)
    (entry,) = from_entries(
        hub.hub.pack,
        [
            ENTRY
            | {
                "fields": [PHONE],
                "purpose": "callback",
                "mask": "phone_3_4",
                "sensitivity": "sensitive",
                "valid": {"from": date(2026, 4, 1), "to": date(2026, 12, 31)},
            }
        ],
    )
    one = changing(hub, before_, entry)
    assert State.APPROVED == approve(hub, one)
    assert date(2026, 3, 31) == stands(hub, before_.id).valid_to
    on = {one.grant.id: one.standing for one in hub.hub.register.grants("zilai 电话", now=hub.clock.now())}
    assert {before_.id: Standing.LIVE, entry.id: Standing.NOT_YET} == on


# -- refused -----------------------------------------------------------------------------------------


def test_nobody_approves_their_own_proposal_or_twice(hub: HubInHand) -> None:
    full = one_of(hub, "zilai", PHONE)
    one = changing(hub, full, replace(full, mask="phone_3_4"))
    assert "A201" == code_of(lambda: say(hub, one, "ann"))
    say(hub, one, "ben")
    assert "A202" == code_of(lambda: say(hub, one, "ben"))
    assert full == stands(hub, full.id)


def test_a_refusal_needs_a_reason_and_is_for_good(hub: HubInHand) -> None:
    one = granting(hub)
    assert "A204" == code_of(lambda: say(hub, one, "ben", Word.REFUSE))
    assert State.REFUSED == say(hub, one, "ben", Word.REFUSE, reason="超出职责")
    assert "A203" == code_of(lambda: say(hub, one, "cem"))


def test_who_proposed_takes_it_back_and_nobody_else(hub: HubInHand) -> None:
    one = granting(hub)
    assert "A205" == code_of(lambda: say(hub, one, "ben", Word.WITHDRAW))
    assert State.WITHDRAWN == say(hub, one, "ann", Word.WITHDRAW)


def test_what_changed_meanwhile_is_not_approved_and_nothing_of_it_holds(hub: HubInHand) -> None:
    full = one_of(hub, "zilai", PHONE)
    other_one = one_of(hub, "ranqi", PHONE)
    masked = replace(full, mask="phone_3_4")
    first = changing(hub, full, masked)
    second = ending(hub, other_one, full)
    approve(hub, first)
    assert "A215" == code_of(lambda: say(hub, second, "ben"))
    assert other_one == stands(hub, other_one.id)
    listed = hub.hub.register.proposal(second.id, now=hub.clock.now())
    assert (State.PROPOSED, ()) == (listed.state, listed.stored.said)


def test_over_a_decision_that_came_in_between_nothing_is_decided(hub: HubInHand) -> None:
    full = one_of(hub, "zilai", PHONE)
    with hub.hub.store.read() as conn:
        known = decisions.newest(conn)
    approve(hub, ending(hub, full))
    late = Made(Decision(full.id, full.version + 2, full), "gp_late", hub.clock.now())
    with pytest.raises(Fenced), hub.hub.store.write() as conn:
        decisions.add(conn, [late], behind=known)
    assert [None] == [made.decision.grant for made in hub.hub.register.history(full.id)]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"fields": ["resident.shoe_size"]}, "K218"),
        ({"departments": ["nobody"]}, "K212"),
        ({"mask": "half"}, "K215"),
        ({"legal_basis": ""}, "K204"),
        ({"share_type": "not_shared"}, "K173"),
        ({"valid": {"from": date(2026, 1, 1), "to": date(2027, 1, 1)}}, "K172"),
        ({"valid": {"from": date(9999, 1, 1), "to": date(9999, 12, 31)}}, "A429"),
        ({"purpose": "so gesehen"}, "A216"),
        ({"colour": "red"}, "K203"),
    ],
)
def test_a_proposed_grant_keeps_to_the_rules_of_the_packs_file(
    hub: HubInHand, entry: dict[str, Any], told: str
) -> None:
    from hub.contract.marked import Entry, Faults
    from hub.pack.grants import read_proposed
    from hub.run.whitelist.wanted import subjects

    assert "A206" == code_of(lambda: granting(hub, **entry))
    sheet = Entry({"grants": [ENTRY | entry]}, "", Faults("f"))
    read_proposed(sheet, subjects(hub.hub.pack))
    assert told in {one.code for one in sheet.faults.found}


def test_what_cannot_hold_is_refused_when_it_is_proposed(hub: HubInHand) -> None:
    full = one_of(hub, "zilai", PHONE)
    past = {"from": date(2025, 3, 1), "to": date(2026, 2, 1)}
    assert "A209" == code_of(lambda: granting(hub, valid=past))
    assert "A211" == code_of(lambda: propose(hub, wanting(Change(grant=full))))
    assert "A212" == code_of(lambda: changing(hub, full, full))
    assert "A210" == code_of(lambda: propose(hub, wanting(Change(target="g-none"))))
    assert "A207" == code_of(lambda: propose(hub, wanting()))
    change = Change(target=full.id, target_version=full.version)
    assert "A204" == code_of(lambda: propose(hub, wanting(change, reason=" ")))
    assert "A213" == code_of(lambda: propose(hub, wanting(change, reason="来电13800000001要求")))
    assert "A214" == code_of(lambda: say(hub, replace(granting(hub), id="gp_none"), "ben"))


# -- written down ------------------------------------------------------------------------------------


def test_who_said_what_of_which_grant_stands_in_the_audit(hub: HubInHand) -> None:
    full = one_of(hub, "zilai", PHONE)
    one = ending(hub, full)
    say(hub, one, "ben")
    other_one = granting(hub)
    say(hub, other_one, "cem", Word.REFUSE, reason="超出职责")
    said = [row for row in rows(hub) if row.purpose == "whitelist"]
    assert [
        ("ann", "propose", Result.ALLOW, one.id),
        ("ben", "approve", Result.ALLOW, one.id),
        ("ann", "propose", Result.ALLOW, other_one.id),
        ("cem", "refuse", Result.DENY, other_one.id),
    ] == [(row.who, row.reason, row.result, row.matter) for row in said]
    assert ((PHONE,), (full.id,)) == (said[0].fields, said[0].rows)
    assert is_whole(hub)


def test_what_was_decided_about_a_grant_is_kept_version_by_version(hub: HubInHand) -> None:
    full = one_of(hub, "zilai", PHONE)
    approve(hub, changing(hub, full, replace(full, mask="phone_3_4")))
    approve(hub, ending(hub, stands(hub, full.id)))
    with hub.hub.store.read() as conn:
        kept = decisions.of_grant(conn, full.id)
    assert [(2, "phone_3_4"), (3, None)] == [
        (one.decision.version, one.decision.grant and one.decision.grant.mask) for one in kept
    ]


# -- looked at ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "departments", "fields"),
    [
        ("谁能看到证件号码？", {"minzheng"}, {"resident.id_number"}),
        ("身份证", {"minzheng"}, {"resident.id_number"}),
        ("燃气公司 手机号", {"ranqi"}, {PHONE}),
        ("who sees event.status_raw", {"zhongxin"}, {"event.status_raw"}),
    ],
)
def test_the_whitelist_is_asked_from_either_side(
    hub: HubInHand, words: str, departments: set[str], fields: set[str]
) -> None:
    found = [one.grant for one in hub.hub.register.grants(words, now=hub.clock.now())]
    assert departments == {one.department for one in found}
    assert fields == {one.field for one in found}


def test_what_a_department_sees_is_all_its_own(hub: HubInHand) -> None:
    found = {one.grant for one in hub.hub.register.grants("城管能看到什么？", now=hub.clock.now())}
    assert {one for one in hub.hub.pack.grants if one.department == "chengguan"} == found
    own = hub.hub.register.grants("手机号", now=hub.clock.now(), department="zilai")
    assert {"zilai"} == {one.grant.department for one in own}


def test_what_ends_soon_and_what_is_to_be_reviewed_are_named(hub: HubInHand) -> None:
    now = hub.clock.now()
    assert () == hub.hub.register.expiring(now=now)
    one = granting(hub, valid={"from": date(2026, 3, 1), "to": date(2026, 4, 8)})
    say(hub, one, "ben")
    (soon,) = hub.hub.register.expiring(now=now)
    assert (date(2026, 4, 8), one.id) == (soon.last_on, soon.proposal)
    assert () == hub.hub.register.reviews(now=now)
    later = now + timedelta(days=29)
    (due,) = hub.hub.register.reviews(now=later)
    assert one.id == due.stored.proposal.id
    hub.clock.pause(29 * 86_400)
    say(hub, one, "ben", Word.REVIEW, review_by=date(2026, 5, 1))
    assert () == hub.hub.register.reviews(now=later)


def test_a_file_becomes_as_many_proposals_as_it_has_kinds_of_changes(hub: HubInHand) -> None:
    grants = hub.hub.whitelist.now().grants
    (new,) = from_entries(hub.hub.pack, [ENTRY])
    looser = replace(grants[5], outputs=(grants[5].outputs[0],), approved_by=("x",))
    found = difference(grants, [new, looser, *grants[6:], *grants[1:5]])
    assert ((new,), ((grants[5], looser),), (grants[0],)) == (found.new, found.changed, found.gone)
    assert ["grant", "change", "end"] == [one.action for one in found.wanted("年度核对")]
    same = difference(grants, [replace(one, approved_by=(), version=9) for one in grants])
    assert () == same.wanted("年度核对")


def test_where_people_have_accounts_only_a_security_admins_word_counts(hub: HubInHand) -> None:
    let_in(hub, account_of(Role.SECURITY_ADMIN, name="ann"))
    let_in(hub, account_of(Role.AUDITOR, name="ben"))
    let_in(hub, account_of(Role.SECURITY_ADMIN, name="gone", is_disabled=True))
    let_in(hub, account_of(Role.SECURITY_ADMIN, name="new", confirmed_by=""))
    one = granting(hub)
    for name in ("ben", "gone", "new", "nobody"):
        assert "A217" == code_of(lambda name=name: say(hub, one, name))
        assert "A217" == code_of(lambda name=name: granting(hub, by=name))
    let_in(hub, account_of(Role.SECURITY_ADMIN, name="cem"))
    assert State.IN_FORCE == say(hub, one, "cem")
