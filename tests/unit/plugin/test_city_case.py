"""What a case of urban management says, by what its city has settled."""

import pytest

from hub.errors import HeldRecord
from hub.model import Code, Stage
from hub.plugin.city_case import CitySettings, class_of, clocks_of, stage_of_case
from hub.plugin.fields import Fields
from hub.plugin.times import zone_of


def class_in(table: str = "cg-2023", **case: object) -> Code:
    return class_of(Fields(case), CitySettings(), table)


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


def test_a_city_may_number_its_classes_by_row() -> None:
    case = Fields({"event_type_id": "1", "main_type_id": "1", "sub_type_id": "2034"})
    assert Code("cg-2023", "2034") == class_of(case, CitySettings(codes="row_ids"), "cg-2023")


def test_words_of_the_city_come_before_those_of_the_product() -> None:
    own = {"handling": Stage.IN_PROGRESS}
    assert stage_of_case("", "handling", CitySettings(), own) is Stage.IN_PROGRESS
    city = CitySettings(states={"handling": Stage.SUSPENDED})
    assert stage_of_case("", "handling", city, own) is Stage.SUSPENDED


def test_a_limit_nobody_can_count_names_its_field_and_a_stated_moment_needs_no_limit() -> None:
    case = {"create_time": "2026-03-10 08:00:00", "limit_text": "种植季节15工作日"}
    with pytest.raises(HeldRecord, match="R304") as held:
        clocks_of(Fields(case), zone_of("+08:00"))
    assert held.value.pointer == "/limit_text"
    stated = Fields(case | {"act_deadline_time": "2026-03-12 08:00:00"})
    assert [one.name for one in clocks_of(stated, zone_of("+08:00"))] == ["处置时限"]
