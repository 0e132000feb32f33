"""What a case says: class, place, stage and time limit, as tables."""

from datetime import UTC, datetime

import pytest
from gridplus_urban_management.case import draft_of
from gridplus_urban_management.config import UrbanConfig
from gridplus_urban_management.simulator.plane import planar, with_zone
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.model import Alias, Crs, Position, Stage
from hub.place.coords import to_cgcs2000
from hub.plugin.fields import Fields
from hub.plugin.gb30428 import TOLD

CONFIG = UrbanConfig.model_validate({"soap": {"url": "http://127.0.0.1:9", "user": "a", "password": "b"}})
FROM = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)


def test_whatever_the_hub_can_say_has_a_word_that_the_platform_knows() -> None:
    no_step_of_a_department = {Stage.RECEIVED, Stage.VERIFYING, Stage.UNKNOWN}
    assert set(Stage) - no_step_of_a_department == set(TOLD)


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
