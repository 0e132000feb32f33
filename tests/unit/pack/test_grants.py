"""The whitelist in compact form: each department and each field becomes one grant of its own."""

from datetime import date

import pytest

from hub.model import Grant, Output

from .conftest import TinyPack

_LEAP = "grants.yaml", "{from: 2026-01-01, to: 2026-12-31}"


def test_an_entry_stands_for_departments_times_fields(tiny: TinyPack) -> None:
    grants = tiny.load().grants
    assert [(grant.department, grant.field) for grant in grants] == [
        ("zhongxin", "incident.id"),
        ("zhongxin", "incident.category"),
        ("chengguan", "incident.id"),
        ("chengguan", "incident.category"),
    ]
    assert {(Output.VIEW, Output.API)} == {grant.outputs for grant in grants}
    assert {(date(2026, 1, 1), date(2026, 12, 31))} == {(g.valid_from, g.valid_to) for g in grants}


def test_ids_are_readable_and_do_not_hang_on_the_order_of_the_file(tiny: TinyPack) -> None:
    before = {grant.id for grant in tiny.load().grants}
    tiny.replace("grants.yaml", "[zhongxin, chengguan]", "[chengguan, zhongxin]")
    assert before == {grant.id for grant in tiny.load().grants}
    assert "g-chengguan-incident.id-handle-20260101" in before


def test_two_lines_for_other_rows_are_two_grants(tiny: TinyPack) -> None:
    text = (tiny.root / "grants.yaml").read_text(encoding="utf-8")
    again = text.removeprefix("grants:\n").replace(
        "purpose: handle", "purpose: handle\n    areas: ['329901001']"
    )
    tiny.write("grants.yaml", text + again)
    grants: tuple[Grant, ...] = tiny.load().grants
    assert len({grant.id for grant in grants}) == 8


@pytest.mark.parametrize(
    ("valid", "told"),
    [
        ("{from: 2024-02-29, to: 2025-02-28}", []),
        ("{from: 2024-02-29, to: 2025-03-01}", ["K172"]),
        ("{from: 2026-03-01, to: 2027-02-28}", []),
        ("{from: 2026-03-01, to: 2027-03-01}", ["K172"]),
        ("{from: 2026-03-01, to: 9999-12-31}", ["A429"]),
        ("{from: 9999-01-01, to: 9999-12-31}", ["A429"]),
        ("{from: 1999-12-31, to: 2000-06-30}", ["A429"]),
        ("{from: 2999-12-31, to: 2999-12-31}", []),
    ],
)
def test_a_grant_holds_for_a_year_at_most(tiny: TinyPack, valid: str, told: list[str]) -> None:
    tiny.replace(*_LEAP, valid)
    assert told == [code for _, _, code in tiny.told()]


@pytest.mark.parametrize(
    ("approved_by", "told"),
    [("[privacy_officer, hub_owner]", []), ("[hub_owner, hub_owner]", ["K174"]), ("[hub_owner]", ["K174"])],
)
def test_what_is_sensitive_needs_two_different_roles(
    tiny: TinyPack, approved_by: str, told: list[str]
) -> None:
    tiny.replace("grants.yaml", "sensitivity: general", "sensitivity: sensitive")
    tiny.replace("grants.yaml", "approved_by: [hub_owner]", f"approved_by: {approved_by}")
    assert told == sorted({code for _, _, code in tiny.told()})


@pytest.mark.parametrize("departments", ["[]", "['']", "[zhongxin, '']"])
def test_a_line_names_its_departments(tiny: TinyPack, departments: str) -> None:
    tiny.replace("grants.yaml", "[zhongxin, chengguan]", departments)
    assert ["K204"] == sorted({code for _, _, code in tiny.told()})
