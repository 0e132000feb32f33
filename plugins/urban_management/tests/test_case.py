"""What a case says: class, place, stage and time limit, as tables."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from gridplus_urban_management.case import draft_of
from gridplus_urban_management.case_flow import TOLD, stage_in_flow
from gridplus_urban_management.class_codes import class_of
from gridplus_urban_management.config import PlaceSettings, UrbanConfig
from gridplus_urban_management.coordinates import position_of
from gridplus_urban_management.limits import due_at
from gridplus_urban_management.plane import planar, with_zone
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pyproj import Transformer

from hub.errors import HeldRecord
from hub.model import Alias, Code, Crs, Position, Stage
from hub.place.coords import to_cgcs2000
from hub.plugin.fields import Fields

CONFIG = UrbanConfig.model_validate({"soap": {"url": "http://127.0.0.1:9", "user": "a", "password": "b"}})
FROM = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)
TABLES = {"2015": "cg-2015", "2023": "cg-2023"}


def class_in(table: str = "cg-2023", **case: object) -> Code:
    return class_of(Fields(case), table=table, tables=TABLES, components=("1", "部件"), national=True)


@pytest.mark.nasty("N23", "1 and 01, with a line break or as 1.0")
@pytest.mark.nasty("N26", "a number stored as 4.0")
@pytest.mark.parametrize(
    ("kind", "big", "small", "code"),
    [
        pytest.param("2", "01", "10", "0110", id="two digits and two"),
        pytest.param("2", "1", "5", "0105", id="one digit"),
        pytest.param("2", "1\n", "5.0", "0105", id="a line break, a fraction"),
        pytest.param(2, 1, 5, "0105", id="numbers"),
        pytest.param("2", "０１", " 10 ", "0110", id="full width, padded"),
        pytest.param("2", "01", "0110", "0110", id="the small class repeats the big one"),
        pytest.param("1", "1", "2", "B0102", id="a component"),
        pytest.param("部件", "1", "2", "B0102", id="a component, by word"),
        pytest.param("1", "", "", "", id="no class at all"),
    ],
)
def test_the_class_is_one_code_however_its_digits_were_written(
    kind: object, big: object, small: object, code: str
) -> None:
    assert Code("cg-2023", code) == class_in(event_type_id=kind, main_type_id=big, sub_type_id=small)


@pytest.mark.nasty("N24", "04 and 05 are swapped between the two tables")
@pytest.mark.parametrize(
    ("channel_table", "version", "table"),
    [
        pytest.param("cg-2023", "", "cg-2023", id="the channel's own"),
        pytest.param("cg-2015", "", "cg-2015", id="the view's own"),
        pytest.param("cg-2023", "2015", "cg-2015", id="the row names the older one"),
        pytest.param("cg-2023", "2.015e3", "2.015E3", id="a version nobody declared is passed on as it is"),
    ],
)
def test_a_code_never_goes_without_the_table_it_belongs_to(
    channel_table: str, version: str, table: str
) -> None:
    assert Code(table, "0406") == class_in(
        channel_table, code_version=version, main_type_id="04", sub_type_id="06"
    )


@pytest.mark.parametrize(
    ("step", "state", "before_filing", "stage"),
    [
        pytest.param("1", "核实", "核实", Stage.VERIFYING, id="核实 in 上报: before 立案"),
        pytest.param("5", "核实", "核实", Stage.DONE_BY_DEPT, id="核实 in 反馈: before 结案"),
        pytest.param("1", "核查", "核实", Stage.VERIFYING, id="核查 in 上报: before 立案"),
        pytest.param("反馈", "待核查", "核查", Stage.DONE_BY_DEPT, id="核查 in 反馈, by word"),
        pytest.param("", "核实中", "核实", Stage.VERIFYING, id="no step: the city says 核实 first"),
        pytest.param("", "核实中", "核查", Stage.DONE_BY_DEPT, id="no step: the city says 核查 first"),
        pytest.param("", "核查", "核查", Stage.VERIFYING, id="no step, the other word"),
        pytest.param("3", "returned", "核实", Stage.RETURNED, id="handed back"),
        pytest.param("4.0", "", "核实", Stage.IN_PROGRESS, id="a step as 4.0"),
        pytest.param("", "closed", "核实", Stage.CLOSED, id="an english word"),
        pytest.param("", "已办结", "核实", Stage.DONE_BY_DEPT, id="办结"),
        pytest.param("", "结案", "核实", Stage.CLOSED, id="结案"),
        pytest.param("6", "正常移交", "核实", Stage.CLOSED, id="a word nobody listed stands as its step"),
        pytest.param("", "正常移交", "核实", Stage.UNKNOWN, id="a word nobody listed, no step"),
        pytest.param("", "", "核实", Stage.RECEIVED, id="nothing said"),
        pytest.param("4", "5", "核实", Stage.SUSPENDED, id="a number the city has listed"),
    ],
)
@pytest.mark.nasty("N28", "states by word and by number")
def test_the_stage_follows_the_place_in_the_flow_and_not_the_word(
    step: str, state: str, before_filing: Literal["核实", "核查"], stage: Stage
) -> None:
    own = {"5.0": Stage.SUSPENDED}
    assert stage == stage_in_flow(step, state, own=own, before_filing=before_filing)


def test_whatever_the_hub_can_say_has_a_word_that_the_platform_knows() -> None:
    no_step_of_a_department = {Stage.RECEIVED, Stage.VERIFYING, Stage.UNKNOWN}
    assert set(Stage) - no_step_of_a_department == set(TOLD)


@pytest.mark.parametrize(
    ("limit", "unit", "hours"),
    [
        pytest.param("2紧急工作时", "", 2, id="urgent hours run on"),
        pytest.param("3 紧急工作日", "", 72, id="urgent days are natural days"),
        pytest.param("30紧急工作分钟", "", 0.5, id="urgent minutes"),
        pytest.param("4小时", "", 4, id="plain hours"),
        pytest.param("2天", "", 48, id="plain days"),
        pytest.param("2.0", "1", 2, id="value and unit apart, as 2.0"),
        pytest.param("４小时", "", 4, id="full-width digit"),
        pytest.param("4工作时", "", None, id="working hours need the calendar"),
        pytest.param("2", "2.0", None, id="working days by the vendor's number"),
        pytest.param("", "", None, id="none"),
    ],
)
@pytest.mark.nasty("N26", "a time limit as 2.0")
def test_a_limit_that_runs_on_becomes_a_moment(limit: str, unit: str, hours: float | None) -> None:
    expected = None if hours is None else FROM + timedelta(hours=hours)
    assert expected == due_at(limit, unit, FROM)


@pytest.mark.nasty("N27", "odd limits go to a person")
@pytest.mark.parametrize(
    "limit", ["1紧急工作时制止", "种植季节15工作日", "尽快", "2", "二天", "停工4工作时/处罚7工作日"]
)
def test_a_limit_in_odd_words_waits_for_a_person(limit: str) -> None:
    with pytest.raises(HeldRecord) as caught:
        due_at(limit, "", FROM)
    assert caught.value.code == "R304"


def test_the_deadline_follows_the_condition_row_and_not_the_class() -> None:
    case = {"rec_id": "C1", "main_type_id": "1", "sub_type_id": "2", "dispatch_time": "2026-03-10 08:00:00"}
    busy, quiet = (
        draft_of(Fields(case | {"cond_name": name, "limit_text": limit}), CONFIG, "cg-2023")
        for name, limit in (("车行道", "2紧急工作时"), ("人行道", "2紧急工作日"))
    )
    assert busy.category == quiet.category
    assert [
        (one.condition, (one.clocks[0].due_at - FROM).total_seconds() / 3600) for one in (busy, quiet)
    ] == [("车行道", 2.0), ("人行道", 48.0)]


PLACE = PlaceSettings()


@pytest.mark.parametrize(
    ("x", "y", "settings", "expected"),
    [
        pytest.param(
            "40580320.472", "3542168.169", {},
            Position(40580320.472, 3542168.169, Crs.CGCS2000_GK, central_meridian=120.0), id="a plane with its zone",
        ),
        pytest.param(
            "3542168.169", "580320.472", {"x_is": "north"},
            Position(580320.472, 3542168.169, Crs.CGCS2000_GK, central_meridian=120.0), id="surveyors write north into x",
        ),
        pytest.param("120.85", "32.00", {}, Position(120.85, 32.0, Crs.CGCS2000, decimals=2), id="degrees in between"),
        pytest.param("121", "31", {}, Position(121.0, 31.0, Crs.CGCS2000, decimals=0), id="whole degrees"),
        pytest.param("171.3", "34.2", {}, Position(171.3, 34.2, Crs.CGCS2000, decimals=1), id="impossible, passed on"),
        pytest.param("120.854271", "31.997874", {"kind": "gcj02"},
                     Position(120.854271, 31.997874, Crs.GCJ02, decimals=6), id="a map client's"),
        pytest.param("0.0", "0.0", {}, None, id="zeros are none"),
        pytest.param("null", "", {}, None, id="words for none"),
    ],
)  # fmt: skip
@pytest.mark.nasty("N43", "missing, zero, in metres")
@pytest.mark.nasty("N44", "two decimals are kept as such")
def test_a_coordinate_is_passed_on_with_the_system_it_was_written_in(
    x: str, y: str, settings: dict[str, Any], expected: Position | None
) -> None:
    assert expected == position_of(x, y, PlaceSettings(**settings))


def test_tiles_of_a_web_map_become_degrees() -> None:
    found = position_of("1.2993125939559E7", "4821242.674498", PlaceSettings(kind="web_mercator"))
    assert found is not None
    expected = Transformer.from_crs(3857, 4326, always_xy=True).transform(12993125.939559, 4821242.674498)
    assert (found.x, found.y) == pytest.approx(expected, abs=1e-9)
    assert found.crs is Crs.WGS84


@given(st.floats(118.6, 121.4), st.floats(20, 45))
def test_the_platform_and_the_hub_agree_on_the_plane_within_a_centimetre(lon: float, lat: float) -> None:
    east, north = planar(lon, lat, 120.0)
    for easting in (east, with_zone(east, 120.0)):
        found = to_cgcs2000(Position(easting, north, Crs.CGCS2000_GK, central_meridian=120.0))
        assert found == pytest.approx((lon, lat), abs=1e-7)


@pytest.mark.nasty("N10", "opened again under a new number that names the old one")
def test_a_case_that_names_an_older_one_is_the_same_as_that() -> None:
    case = Fields({"rec_id": "UM2", "event_desc": "重复件 原单号：ＵＭ202602270098，垃圾又堆满了"})
    assert draft_of(case, CONFIG, "cg-2023").same_as == ("UM202602270098",)


@pytest.mark.nasty("N21", "a number that a spreadsheet turned into a date is nobody's number")
def test_a_number_that_became_a_date_ties_no_cases_together() -> None:
    case = Fields({"rec_id": "6072", "task_num": "2019-06-16 00:15:00.000", "other_task_num": "HL1"})
    assert (Alias("hotline_order", "HL1"),) == draft_of(case, CONFIG, "cg-2023").aliases


@pytest.mark.nasty("N32", "other spellings of the same names")
@pytest.mark.nasty("N07", "a number with blanks, full width and small letters")
def test_fields_are_found_under_other_vendors_spellings() -> None:
    case = Fields({"RecId": " um１ ", "SubTypeID": "10", "mainTypeId": 1, "StreetCode": "329901001"})
    draft = draft_of(case, CONFIG, "cg-2023")
    assert (draft.source_ref, draft.category.value, draft.area_code) == ("UM1", "0110", "329901001")


def test_a_misspelt_setting_or_no_channel_at_all_stops_the_start() -> None:
    for wrong in (
        {},
        {"soap": {"url": "u", "user": "a", "password": "b", "pagesize": 3}},
        {"view": {"url": 5}},
    ):
        with pytest.raises(ValidationError):
            UrbanConfig.model_validate(wrong)
