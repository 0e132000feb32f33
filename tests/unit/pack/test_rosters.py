"""`rosters.yaml`: who is on call, and every fault told at its line."""

from datetime import date
from pathlib import Path

import pytest

from hub.model import DepartmentId
from hub.pack.reading import PackFiles
from hub.pack.rosters import FILE, read_rosters
from hub.whistle.rosters import NOBODY, Between, Rosters, Turn
from tests.unit.pack.conftest import TinyPack

TWO = """\
channels:
  sms: {plugin: sms_gateway}
  voice: {plugin: voice_gateway}
rosters:
  chengguan:
    contacts:
      - {label: 值班室, numbers: {sms: '000123', voice: '+000124'}, valid_from: 2026-01-01, valid_to: 2026-06-30}
      - {label: 值班室, numbers: {sms: '000125'}, valid_from: 2026-07-01}
      - {label: 备勤, numbers: {voice: '000126'}, valid_from: 2026-01-01}
    shifts:
      - {when: office, contacts: [值班室, 备勤]}
      - {when: night, contacts: [备勤]}
      - {from: '2026-03-03T17:00:00+08:00', to: '2026-03-03T23:00:00+08:00', contacts: [备勤]}
"""


def read(text: str, root: Path) -> tuple[Rosters, list[tuple[str, int]]]:
    """The rosters, and (code, line) of every fault."""
    (root / FILE).write_text(text, encoding="utf-8")
    files = PackFiles(root)
    return read_rosters(files, ("chengguan", "zhongxin")), [(one.code, one.line) for one in files.found]


def test_a_roster_says_what_it_says(tmp_path: Path) -> None:
    found, faults = read(TWO, tmp_path)
    assert [] == faults
    assert {"sms": "sms_gateway", "voice": "voice_gateway"} == found.channels
    roster = found.by_department[DepartmentId("chengguan")]
    assert [Turn.OFFICE, Turn.NIGHT] == [one.when for one in roster.shifts[:2]]
    assert isinstance(roster.shifts[2].when, Between)
    assert ("值班室", "备勤") == roster.shifts[0].contacts
    assert ({"sms": "000123", "voice": "+000124"}, date(2026, 6, 30)) == (
        roster.contacts[0].numbers,
        roster.contacts[0].valid_to,
    )


def test_a_pack_without_rosters_calls_nobody(tmp_path: Path) -> None:
    assert NOBODY is read_rosters(PackFiles(tmp_path), ())


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        pytest.param("2026-07-01}", "2026-06-30}", ("K270", 8), id="one label twice on one day"),
        pytest.param("'000125'", "'12'", ("K271", 8), id="too short for a number"),
        pytest.param("'000125'", "'０００１２５'", ("K271", 8), id="full-width digits"),
        pytest.param("'000125'", "000125", ("K205", 8), id="a number without quotes loses its zeros"),
        pytest.param("[值班室, 备勤]", "[值班室, 备勒]", ("K272", 11), id="nobody of that label"),
        pytest.param("when: night, ", "", ("K273", 12), id="neither when nor dated"),
        pytest.param("{from: '2026-03-03T17:00:00+08:00', ", "{when: night, ", ("K273", 13), id="half dated"),
        pytest.param("when: night", "when: office", ("K274", 12), id="one turn twice"),
        pytest.param("when: night", "when: noon", ("K208", 12), id="no such turn"),
        pytest.param("{sms: '000125'}", "{fax: '000125'}", ("K275", 8), id="no such channel"),
        pytest.param("T23:00:00+08:00'", "T16:00:00+08:00'", ("K111", 13), id="ends before it begins"),
        pytest.param("T23:00:00+08:00'", "T23:00:00'", ("K110", 13), id="no zone"),
        pytest.param("  voice: {plugin", "  webhook: {plugin", ("K132", 3), id="the hub's own channel"),
        pytest.param("  chengguan:", "  chengguang:", ("K212", 5), id="no such department"),
    ],
)
def test_a_fault_is_told_at_its_line(before: str, after: str, fault: tuple[str, int], tmp_path: Path) -> None:
    assert 1 == TWO.count(before)
    _, faults = read(TWO.replace(before, after), tmp_path)
    assert fault in faults


def test_two_dated_shifts_at_one_moment_and_a_shift_without_a_number_are_told(tmp_path: Path) -> None:
    dated = "      - {from: '2026-03-03T22:00:00+08:00', to: '2026-03-04T08:00:00+08:00', contacts: [备勤]}\n"
    _, faults = read(TWO + dated, tmp_path)
    assert [("K274", 14)] == faults
    _, faults = read(TWO.replace("{voice: '000126'}", "{}"), tmp_path)
    assert ("K278", 12) in faults


def test_a_contract_that_calls_needs_its_channels_and_a_roster(tiny: TinyPack) -> None:
    tiny.write(FILE, TWO)
    assert [] == tiny.told()
    tiny.write("contracts/chengguan.yaml", CONTRACT)
    assert [] == tiny.told()
    tiny.write("contracts/chengguan.yaml", CONTRACT.replace("sms, voice", "sms, fax"))
    assert [("contracts/chengguan.yaml", 11, "K275")] == tiny.told()
    tiny.write("contracts/chengguan.yaml", CONTRACT.replace("urgent_minute", "work_hour"))
    assert [("contracts/chengguan.yaml", 12, "K276")] == tiny.told()
    tiny.write("contracts/chengguan.yaml", CONTRACT)
    tiny.replace(FILE, "  chengguan:", "  zhongxin:")
    assert [("contracts/chengguan.yaml", 0, "K277")] == tiny.told()


CONTRACT = """\
department: chengguan
version: 1
valid: {from: 2026-01-01, to: null}
title: 合同
legal_basis: [权责清单]
accepts:
  - {clause: A, role: lead, categories: ['*']}
deadlines: {sign: {value: 15, unit: urgent_hour}}
channels: [pull]
on_call:
  channels: [sms, voice]
  after: {value: 3, unit: urgent_minute}
form: {properties: {outcome: {type: string}}}
examples:
  - {name: 一例, category: street_order.vendor, area: '329901001001', expect: lead}
"""
