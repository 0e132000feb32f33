"""Opening a whistle: limits of the day, children, and contracts that the pack let go."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.identifiers import with_check_digit
from hub.errors import Refused
from hub.model import Grant, Person
from hub.run.care.doctor import Doctor
from hub.run.exits.explaining import explain
from hub.store.moments import to_us
from tests.instruments import HubInHand, demo_pack, person
from tests.unit.run.granting import grants, opened, restarted
from tests.unit.run.ledgers import blocks, is_whole
from tests.unit.run.sources import pipe

DEPARTMENT = "zilai"
"""Sees the phones of those who told of a burst pipe in full, so many rows a day."""


def whistle(hub: HubInHand, n: int = 0) -> str:
    """The id of the department's n-th whistle."""
    ids = hub.rows("SELECT id FROM whistle WHERE department = 'zilai' ORDER BY blown_us, id")
    return str(ids[n][0])


def told_by(hub: HubInHand, *people: Person) -> None:
    """One matter, told by each of `people`."""
    hub.tell(
        *(
            replace(
                pipe(hub, f"A{n}"), requester=one, content=f"我是{one.name}，水管爆了。", address="青云路12号"
            )
            for n, one in enumerate(people)
        )
    )
    hub.settle()


def limited(field: str, limit: int) -> tuple[Grant, ...]:
    """The whitelist, its grants of `field` with so many rows a day."""
    return grants(lambda one: replace(one, max_rows_day=limit) if one.field == field else one)


def phones(shown: dict[str, Any]) -> list[str]:
    """The numbers that an answer has, in order."""
    return [one["resident"]["phone"] for one in shown["reports"] if "phone" in one.get("resident", {})]


def looks(hub: HubInHand) -> list[AuditRow]:
    """What was written down of the department's openings."""
    return [
        row
        for chain in blocks(hub).values()
        for block in chain
        for row in block.rows
        if row.who == DEPARTMENT and row.exit == "http_whistle"
    ]


# -- so many rows a day ------------------------------------------------------------------------------


def test_rows_over_a_grants_limit_come_without_its_fields_and_say_so(hub: HubInHand) -> None:
    told_by(hub, *(person(n) for n in range(5)))
    with restarted(hub, grants=limited("resident.phone", 3)) as it:
        shown = opened(it, DEPARTMENT, whistle(hub), "callback")
    assert 3 == len(phones(shown))
    assert 5 == len([one for one in shown["reports"] if "name" in one["resident"]])
    assert {"code": "A123", "fields": {"resident.phone": 2}} == shown["refused"]


def test_reading_the_same_rows_again_on_the_same_day_is_free_and_the_next_day_counts_anew(
    hub: HubInHand,
) -> None:
    told_by(hub, *(person(n) for n in range(5)))
    with restarted(hub, grants=limited("resident.phone", 3)) as it:
        first, again = (phones(opened(it, DEPARTMENT, whistle(hub), "callback")) for _ in range(2))
        hub.clock.pause(timedelta(hours=15).total_seconds())  # past midnight in Asia/Shanghai, not in UTC
        assert date(2026, 3, 10) == hub.clock.now().date()
        tomorrow = opened(it, DEPARTMENT, whistle(hub), "callback")
    assert first == again
    assert 3 == len(phones(tomorrow))


def test_other_matters_count_towards_the_same_limit(hub: HubInHand) -> None:
    hub.tell(*(replace(pipe(hub, f"A{n}", n), requester=person(n)) for n in range(3)))
    hub.settle()
    with restarted(hub, grants=limited("resident.phone", 2)) as it:
        found = [phones(opened(it, DEPARTMENT, whistle(hub, n), "callback")) for n in range(3)]
    assert [1, 1, 0] == [len(one) for one in found]


def test_what_was_refused_is_written_down_with_its_field_and_its_row(hub: HubInHand) -> None:
    told_by(hub, *(person(n) for n in range(2)))
    with restarted(hub, grants=limited("resident.phone", 1)) as it:
        opened(it, DEPARTMENT, whistle(hub), "callback")
    (refused,) = (row for row in looks(hub) if row.reason)
    assert (Result.DENY, "A123", ("resident.phone",)) == (refused.result, refused.reason, refused.fields)
    assert 1 == len(refused.rows)
    assert is_whole(hub)


def test_reports_count_where_the_limited_field_is_of_the_report(hub: HubInHand) -> None:
    told_by(hub, *(person(n) for n in range(3)))
    with restarted(hub, grants=limited("event.address", 1)) as it:
        shown = opened(it, DEPARTMENT, whistle(hub))
    assert 1 == len([one for one in shown["reports"] if "address" in one["event"]])


# -- children ----------------------------------------------------------------------------------------


def born(on: date) -> Person:
    """Somebody invented with a valid citizen id."""
    return Person(
        name="测试童", phone="13800009999", id_number=with_check_digit(f"329901{on:%Y%m%d}123"), callback=True
    )


@pytest.mark.nasty("N58")
@pytest.mark.parametrize(
    ("birthday", "is_child"),
    [
        pytest.param(date(2012, 3, 11), True, id="fourteen tomorrow"),
        pytest.param(date(2012, 3, 10), False, id="fourteen today"),
        pytest.param(date(2026, 1, 1), True, id="a baby"),
        pytest.param(date(1990, 3, 7), False, id="grown up"),
    ],
)
def test_whoever_is_under_fourteen_when_it_is_read_is_hidden_from_ordinary_grants(
    hub: HubInHand, birthday: date, is_child: bool
) -> None:
    told_by(hub, born(birthday))
    callback = opened(hub.hub, DEPARTMENT, whistle(hub), "callback")["reports"][0]
    handle = opened(hub.hub, DEPARTMENT, whistle(hub))["reports"][0]
    assert is_child is (callback["resident"]["phone"] == "***")
    assert is_child is (callback["resident"]["name"] == "***")
    assert is_child is (handle["event"]["content"] == "***")
    assert is_child is ("minor" in {mask for row in looks(hub) for _, mask in row.masks})


def test_a_child_is_none_any_more_from_the_day_of_the_fourteenth_birthday(hub: HubInHand) -> None:
    told_by(hub, born(date(2012, 3, 11)))
    before = phones(opened(hub.hub, DEPARTMENT, whistle(hub), "callback"))
    hub.clock.pause(timedelta(days=1).total_seconds())
    assert (["***"], ["13800009999"]) == (
        before,
        phones(opened(hub.hub, DEPARTMENT, whistle(hub), "callback")),
    )


# -- contracts that the pack let go -------------------------------------------------------------------


def without_contract(department: str) -> dict[str, Any]:
    """A pack in which the department has another version only."""
    contracts = tuple(
        replace(one, version=7) if one.department == department else one for one in demo_pack().contracts
    )
    return {"contracts": contracts}


def test_a_whistle_is_opened_and_answered_under_the_contract_it_was_blown_under(hub: HubInHand) -> None:
    told_by(hub, person(1))
    with restarted(hub, **without_contract(DEPARTMENT)) as it:
        assert "summary" in opened(it, DEPARTMENT, whistle(hub))["incident"]
        taken = it.reporting.take(DEPARTMENT, whistle(hub), {"nonce": "1", "move": "sign"}, hub.clock.now())
    assert "signed" == taken.whistle.state
    assert "zilai-v1" == taken.whistle.contract_id


def test_explain_tells_which_contract_decided_and_since_when_it_is_kept(hub: HubInHand) -> None:
    told_by(hub, person(1))
    with hub.hub.store.read() as conn:
        said = explain(conn, whistle(hub))
    ((kept_us,),) = hub.rows("SELECT first_used_us FROM contract_version WHERE id = 'zilai-v1'")
    kept = datetime.fromisoformat(said["contract_kept_since"])
    assert ("zilai-v1", kept_us) == (said["contract"], to_us(kept))


def test_a_contract_that_nobody_has_any_more_is_told_with_its_next_step(hub: HubInHand) -> None:
    told_by(hub, person(1))
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM contract_version")
    with restarted(hub, **without_contract(DEPARTMENT)) as it:
        for ask in (
            lambda: opened(it, DEPARTMENT, whistle(hub)),
            lambda: it.reporting.take(
                DEPARTMENT, whistle(hub), {"nonce": "1", "move": "sign"}, hub.clock.now()
            ),
        ):
            with pytest.raises(Refused) as refused:
                ask()
            assert "W120" == refused.value.code
    with hub.hub.store.read() as conn:
        assert None is explain(conn, whistle(hub))["contract_kept_since"]


def test_a_contract_changed_under_its_version_changes_no_whistle_and_doctor_names_it(hub: HubInHand) -> None:
    told_by(hub, person(1))
    changed = tuple(replace(one, fields=()) if one.id == "zilai-v1" else one for one in demo_pack().contracts)
    with restarted(hub, contracts=changed) as it:
        assert "summary" in opened(it, DEPARTMENT, whistle(hub))["incident"]
        with it.store.read() as conn:
            found = Doctor(it.pack, (), hub.clock.now()).findings(conn)
    assert [("D121", "zilai-v1")] == [
        (one.code, one.facts["contract"]) for one in found if one.code == "D121"
    ]
