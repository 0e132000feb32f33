"""Departments with validity: who exists on a day, who took over, and who is meant by a name."""

from datetime import date

import pytest

from hub.model import DepartmentId
from hub.pack import uscc_is_valid

from .conftest import TinyPack

_SPLIT = """\
organisations:
  zhongxin: {name: 网格中心, kind: centre, valid_from: 2020-01-01}
  guotu: {name: 国土局, kind: department, uscc: '', aliases: [土地局], valid_from: 2020-01-01, valid_to: 2024-06-30}
  ziran: {name: 自然资源局, kind: department, valid_from: 2024-07-01, valid_to: 2025-12-31, succeeds: [guotu], aliases: [土地局]}
  guihua: {name: 规划局, kind: department, valid_from: 2024-07-01, succeeds: [guotu]}
  ziyuan: {name: 自然资源和规划局, kind: department, valid_from: 2026-01-01, succeeds: [ziran]}
"""


@pytest.mark.nasty("N83")
@pytest.mark.parametrize(
    ("day", "bodies"),
    [
        pytest.param("2024-06-30", ["guotu"], id="the last day before the split"),
        pytest.param("2024-07-01", ["ziran", "guihua"], id="split in two"),
        pytest.param("2026-01-01", ["guihua", "ziyuan"], id="one half renamed again"),
    ],
)
def test_after_a_reform_the_successors_are_in_charge(tiny: TinyPack, day: str, bodies: list[str]) -> None:
    tiny.write("organisations.yaml", _SPLIT)
    tiny.write("grants.yaml", "grants: []")
    found = tiny.load().organisations.in_charge_of(DepartmentId("guotu"), date.fromisoformat(day))
    assert bodies == [body.id for body in found]


@pytest.mark.nasty("N83")
def test_an_ended_body_without_successor_leaves_nobody(tiny: TinyPack) -> None:
    organisations = tiny.load().organisations
    huanwei = DepartmentId("huanwei")
    assert [b.id for b in organisations.in_charge_of(huanwei, date(2025, 12, 31))] == ["huanwei"]
    assert organisations.in_charge_of(huanwei, date(2026, 1, 1)) == ()
    assert "huanwei" not in {body.id for body in organisations.on(date(2026, 1, 1))}
    assert "huanwei" in organisations


@pytest.mark.nasty("N83")
def test_one_name_means_another_body_after_the_reform(tiny: TinyPack) -> None:
    tiny.write("organisations.yaml", _SPLIT)
    tiny.write("grants.yaml", "grants: []")
    pack = tiny.load()
    called = [pack.organisations.called("土地局", date(year, 1, 1)) for year in (2024, 2025, 2026)]
    assert [body and body.id for body in called] == ["guotu", "ziran", None]
    assert pack.organisation_of(name="土地局") == "ziran"


@pytest.mark.parametrize("name", ["城管局", "城管局(本部)", "城管局（本部）", " 青澜区城市管理局 "])
def test_a_body_is_found_by_any_of_its_names(tiny: TinyPack, name: str) -> None:
    assert tiny.load().organisation_of(name=name) == "chengguan"


def test_the_uscc_beats_the_name_and_an_unknown_body_is_nobody(tiny: TinyPack) -> None:
    pack = tiny.load()
    assert pack.organisation_of(name="城管局", uscc="12329901000370378g") == "zhongxin"
    assert pack.organisation_of(name="城管局", uscc="91110000000000000X") == "chengguan"
    assert pack.organisation_of(name="某某公司") is None
    assert pack.organisation_of() is None


@pytest.mark.nasty("N87")
@pytest.mark.parametrize(
    ("uscc", "valid"),
    [
        pytest.param("913201000000000280", True, id="r = 0: the check character is 0"),
        pytest.param("12329901000370378G", True, id="as published"),
        pytest.param("12329901000370378A", False, id="wrong check character"),
        pytest.param("1232990100037O378G", False, id="O is not in the alphabet"),
        pytest.param("12329901000370378", False, id="17 characters"),
    ],
)
def test_a_uscc_is_judged_by_its_check_character(uscc: str, valid: bool) -> None:
    assert valid is uscc_is_valid(uscc)
