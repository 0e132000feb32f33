"""Two packs beside each other: which departments are touched, and whom something breaks for."""

from dataclasses import replace
from datetime import date

from hub.access.masks import strictness
from hub.contract.change import Change, Direction
from hub.contract.packs import compare
from hub.model import Channel, Contract
from tests.unit.contract.building import clause, contract

TOMORROW, TODAY = date(2026, 3, 11), date(2026, 3, 10)
A1 = contract("a", clause("lead", "market.*"))
B1 = contract("b", clause("assist", "market.*"))


def following(one: Contract, **changes: object) -> tuple[Contract, Contract]:
    """`one` until today, and its next version from tomorrow on."""
    after = replace(one, version=one.version + 1, valid_from=TOMORROW, **changes)  # type: ignore[arg-type]
    return replace(one, valid_to=TODAY), after


def test_a_pack_beside_itself_touches_nobody() -> None:
    assert () == compare([A1, B1], [A1, B1], strictness)


def test_a_version_that_ends_for_another_one_is_compared_with_that_one_alone() -> None:
    (only,) = compare([A1, B1], [*following(A1, channels=(Channel.PULL,)), B1], strictness)
    assert ("a", "a-v1", "a-v2", TOMORROW, True) == (
        only.department,
        only.before,
        only.after,
        only.valid_from,
        only.breaks,
    )
    assert Change(Direction.BREAKS, "channels", "kafka", before="kafka") in only.changes


def test_a_next_version_that_says_the_same_touches_nobody() -> None:
    assert () == compare([A1], following(A1), strictness)


def test_a_version_that_was_changed_under_its_number_breaks() -> None:
    (only,) = compare([A1], [replace(A1, legal_basis=("other",))], strictness)
    assert [Change(Direction.BREAKS, "version", "a-v1", "as first used", "changed under its number")] == list(
        only.changes
    )


def test_a_contract_that_only_ends_leaves_nobody_behind_it() -> None:
    (only,) = compare([A1], [replace(A1, valid_to=TODAY)], strictness)
    assert [Change(Direction.BREAKS, "valid", "to", "", "2026-03-10")] == list(only.changes)
    (back,) = compare([replace(A1, valid_to=TODAY)], [A1], strictness)
    assert not back.breaks


def test_a_next_version_that_ends_where_the_one_before_did_not_leaves_nobody_behind_it() -> None:
    end = date(2026, 12, 31)
    (only,) = compare([A1], following(A1, valid_to=end), strictness)
    assert [Change(Direction.BREAKS, "valid", "to", "", "2026-12-31")] == list(only.changes)
    assert () == compare([replace(A1, valid_to=TODAY)], following(A1, valid_to=end), strictness)


def test_a_department_that_leaves_breaks_and_one_that_comes_does_not_and_breaks_come_first() -> None:
    lost, come = compare([B1], [A1], strictness)
    assert [("b", True), ("a", False)] == [(one.department, one.breaks) for one in (lost, come)]
    assert [Change(Direction.NEW, "contract", "a", "", "a-v1")] == list(come.changes)
