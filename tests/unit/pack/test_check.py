"""`pack check` tells everything that is wrong at once, with file, line and next step."""

from datetime import date

import pytest

from hub.errors import FixSettings
from hub.messages import CATALOGUE
from hub.messages.text import Language
from hub.pack import check, load, locate_pack
from hub.pack.calendar import FILE as CALENDAR

from .conftest import TinyPack


def test_a_right_pack_has_no_findings(tiny: TinyPack) -> None:
    assert tiny.told() == []


def test_faults_of_several_files_are_told_at_once_each_with_its_line(tiny: TinyPack) -> None:
    expected = [
        ("areas.csv", tiny.replace("areas.csv", "329901001002,", "32990100100X,"), "K125"),
        (
            "calendar.yaml",
            tiny.replace("calendar.yaml", "make_up_days: [2026-01-04]", "make_up_days: [2026-01-05]"),
            "K162",
        ),
        (
            "codes/cg-2023.csv",
            tiny.replace("codes/cg-2023.csv", "sudden_incident.pipe_burst", "sudden_incident.burst"),
            "K141",
        ),
        ("grants.yaml", tiny.replace("grants.yaml", "purpose: handle", "porpose: handle"), "K203"),
        (
            "link_rules.yaml",
            tiny.replace("link_rules.yaml", "distance_m: 80", "distance_m: -80"),
            "K108",
        ),
        (
            "organisations.yaml",
            tiny.replace("organisations.yaml", "12329901000370378G", "12329901000370378A"),
            "K151",
        ),
        ("pack.yaml", tiny.replace("pack.yaml", "topics: 7 d", "topics: a week"), "K109"),
        ("sources.yaml", tiny.replace("sources.yaml", "cg-2015]", "cg-2016]"), "K144"),
        ("taxonomy.yaml", tiny.replace("taxonomy.yaml", "zh: 街面秩序", "zh: ''"), "K204"),
    ]
    told = tiny.told()
    assert set(expected) <= set(told)
    assert told == sorted(told)


def test_load_refuses_a_faulty_pack_and_names_the_first_fault(tiny: TinyPack) -> None:
    line = tiny.replace("areas.csv", "329901001002,", "32990100100X,")
    tiny.replace("pack.yaml", "topics: 7 d", "topics: a week")
    with pytest.raises(FixSettings) as refused:
        tiny.load()
    assert refused.value.code == "K101"
    assert f"areas.csv:{line}" == refused.value.pointer
    assert refused.value.facts["count"] == 2


def test_every_finding_has_words_in_both_languages(tiny: TinyPack) -> None:
    tiny.replace("areas.csv", "329901001002,", "32990100100X,")
    tiny.replace("sources.yaml", "cg-2015]", "cg-2016]")
    tiny.write("grids.geojson", "{}")
    for finding in check(tiny.root, tiny.cache):
        assert finding.code in CATALOGUE
        for language in Language:
            told = finding.told(language)
            assert told.cause
            assert told.next_step
            assert told.pointer.startswith(finding.file)


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "down"),
    [
        ("areas.csv", "community,329901001,residential,2020-07-01,,\n329", "city,,,,,\n329", "K208", 0),
        ("areas.csv", "329901001001,竹溪社区", "329901002001,竹溪社区", "K126", 0),
        ("areas.csv", "329901001002,梅渚社区", "329901001001,梅渚社区", "K112", 0),
        ("areas.csv", ",329981008", ",329981", "K128", 0),
        ("areas.csv", ",329981008", ",329901001001", "K128", 0),
        ("areas.csv", "street,2020-07-01,,", "street,2020-07-01,2020-06-30,", "K111", 0),
        ("areas.csv", "street,2020-07-01,,", "street,1.7.2020,,", "K113", 0),
        ("areas.csv", "id,name,level", "name,id,level", "K106", 0),
        ("areas.csv", "residential,2020-07-01,,\n329901001002", "residential\n329901001002", "K107", 0),
        ("pack.yaml", "owner: zhongxin, within", "owner: nobody, within", "K212", 0),
        ("pack.yaml", "owner: zhongxin, within", "owner: huanwei, within", "K154", 0),
        (
            "pack.yaml",
            "secrecy: {owner: zhongxin}",
            "secrecy: {owner: zhongxin, categories: [x.*]}",
            "K210",
            0,
        ),
        ("pack.yaml", "audit: 1100 d", "audit: 365 d", "K114", 0),
        ("pack.yaml", "logs: 184 d", "logs: 30 d", "K114", 0),
        ("pack.yaml", "'2026-03-10T08:00:00+08:00'", "'2026-03-10T08:00:00'", "K110", 0),
        ("pack.yaml", "city: 云江市", "city: 云江市\ncity: 云江市", "K202", 1),
        ("pack.yaml", "seed: 1}", "seed: many}", "K205", 0),
        ("pack.yaml", "title: {", "title: [", "K201", 0),
        ("taxonomy.yaml", "link_rule: sudden}", "link_rule: never}", "K131", 0),
        ("taxonomy.yaml", "      vendor:", "      Vendor-1:", "K132", 0),
        (
            "taxonomy.yaml",
            "kind: urban_event\n    link_rule: street\n    categories:\n      v",
            "kind: odd\n    categories:\n      v",
            "K208",
            0,
        ),
        ("codes/cg-2023.csv", "0501,", "401,", "K142", 0),
        ("codes/cg-2023.csv", "0501,", "０４０１,", "K142", 0),
        ("codes/cg-2023.csv", "0501,", ",", "K204", 0),
        ("organisations.yaml", "[城管局, ", "[青澜区网格中心, ", "K153", -3),
        ("organisations.yaml", "valid_to: 2025-12-31", "valid_to: 2019-12-31", "K111", 0),
        ("organisations.yaml", "valid_to: 2025-12-31", "succeeds: [weisheng]", "K152", 0),
        ("organisations.yaml", "  huanwei:", "  环卫:", "K132", 0),
        ("calendar.yaml", "to: 2026-01-03", "to: 2025-12-31", "K161", 0),
        ("calendar.yaml", "make_up_days: [2026-01-04]", "make_up_days: [2026-01-03]", "K162", 0),
        ("calendar.yaml", "'14:00-18:00'", "'14:00-26:00'", "K163", 0),
        ("calendar.yaml", "'14:00-18:00'", "'11:00-18:00'", "K251", -1),
        ("grants.yaml", "to: 2026-12-31", "to: 2027-01-01", "K172", 0),
        ("grants.yaml", "to: 2026-12-31", "to: 2025-12-31", "K111", 0),
        ("grants.yaml", "share_type: unconditional", "share_type: not_shared", "K173", 0),
        ("grants.yaml", "sensitivity: general", "sensitivity: sensitive", "K174", 4),
        ("grants.yaml", "incident.category]", "incident.id]", "K175", -1),
        ("grants.yaml", "[zhongxin, ", "[nobody, ", "K212", 0),
        ("grants.yaml", "purpose: handle", "purpose: handle\n    mask: blur", "K215", 1),
        ("grants.yaml", "purpose: handle", "purpose: handle\n    areas: ['329999']", "K211", 1),
        ("grants.yaml", "purpose: handle", "purpose: handle\n    categories: [market.*]", "K210", 1),
        ("addresses.csv", "A2,", "A1,", "K112", 0),
        ("addresses.csv", "329901001002", "329901001009", "K197", 0),
        ("addresses.csv", "0.015,0.005", "0.015,east", "K108", 0),
    ],
)
def test_each_fault_is_told_under_its_own_code_at_its_line(
    tiny: TinyPack, file: str, old: str, new: str, code: str, down: int
) -> None:
    line = tiny.replace(file, old, new) + down
    assert (file, line, code) in tiny.told()


def test_a_district_that_differs_from_the_manifest_is_told_where_the_district_stands(tiny: TinyPack) -> None:
    tiny.replace("pack.yaml", "district: '329901'", "district: '329902'")
    assert tiny.told() == [("areas.csv", 2, "K127")]


def test_addresses_outside_the_map_are_counted(tiny: TinyPack) -> None:
    tiny.replace("addresses.csv", "0.015,0.005", "120.85,32.0")
    assert tiny.told() == [("pack.yaml", 0, "K189")]


@pytest.mark.parametrize("file", ["pack.yaml", "areas.csv", "taxonomy.yaml", "grants.yaml", "grids.geojson"])
def test_a_file_that_is_not_utf8_is_told_not_guessed(tiny: TinyPack, file: str) -> None:
    raw = (tiny.root / file).read_bytes()
    (tiny.root / file).write_bytes(raw + "\n# 网格".encode("gb18030"))
    assert "K104" in {code for where, _, code in tiny.told() if where == file}


@pytest.mark.parametrize("file", ["areas.csv", "taxonomy.yaml", "calendar.yaml", "addresses.csv"])
def test_a_missing_file_is_told(tiny: TinyPack, file: str) -> None:
    (tiny.root / file).unlink()
    assert (file, 0, "K103") in tiny.told()


def test_a_folder_without_a_manifest_is_no_pack(tiny: TinyPack) -> None:
    (tiny.root / "pack.yaml").unlink()
    with pytest.raises(FixSettings, match="K102"):
        load(tiny.root)
    with pytest.raises(FixSettings, match="K102"):
        check(tiny.root)


def test_without_a_path_the_demo_pack_is_taken() -> None:
    assert (locate_pack().name, next(locate_pack().glob("pack.yaml")).name) == ("demo", "pack.yaml")


@pytest.mark.parametrize("subdistrict", ["329901", ""])
def test_addresses_whose_community_is_not_of_their_subdistrict_are_counted(
    tiny: TinyPack, subdistrict: str
) -> None:
    tiny.replace("addresses.csv", "A2,329901001,", f"A2,{subdistrict},")
    assert tiny.told() == [("pack.yaml", 0, "K188")]


def test_an_address_may_be_known_by_its_subdistrict_alone(tiny: TinyPack) -> None:
    tiny.replace("addresses.csv", "A2,329901001,329901001002,", "A2,329901001,,")
    assert tiny.told() == []


@pytest.mark.nasty("N48", "renamed roads: the former name leads to today's")
def test_a_former_name_must_lead_to_one_that_an_address_bears(tiny: TinyPack) -> None:
    tiny.write("renamed.csv", "old,new\n旧埠路,青影路\n")
    assert tiny.told() == []
    found = tiny.load().gazetteer.search("旧埠路1号")
    assert "A1" in {match.address.id for match in found}
    tiny.write("renamed.csv", "old,new\n旧埠路,新埠路\n老闸街,\n旧埠路,青影路\n")
    assert tiny.told() == [("renamed.csv", 3, "K204"), ("renamed.csv", 4, "K112")]
    tiny.write("renamed.csv", "old,new\n旧埠路,新埠路\n")
    assert tiny.told() == [("renamed.csv", 0, "K187")]


def test_two_maps_of_one_kind_on_one_day_are_told(tiny: TinyPack) -> None:
    again = "    - {file: grids.geojson, kind: comprehensive, version: c-2, valid_from: 2026-01-01, code: code, parent: area}\n"
    tiny.replace("pack.yaml", "  addresses: addresses.csv", f"{again}  addresses: addresses.csv")
    assert tiny.told() == [("pack.yaml", 0, "K190")]


def test_periods_that_follow_each_other_are_fine(tiny: TinyPack) -> None:
    tiny.replace("pack.yaml", "valid_from: 2025-01-01", "valid_from: 2025-01-01, valid_to: 2025-12-31")
    again = "    - {file: grids.geojson, kind: comprehensive, version: c-2, valid_from: 2026-01-01, code: code, parent: area}\n"
    tiny.replace("pack.yaml", "  addresses: addresses.csv", f"{again}  addresses: addresses.csv")
    assert tiny.told() == []
    maps = tiny.load().geography.maps
    assert [date(2025, 1, 1), date(2026, 1, 1)] == [dated.valid_from for dated in maps]


def test_the_calendar_is_named_where_it_is_wrong(tiny: TinyPack) -> None:
    line = tiny.replace("calendar.yaml", "to: 2026-01-03", "to: 2025-12-31")
    assert (CALENDAR, line, "K161") in tiny.told()
