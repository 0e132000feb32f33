"""Plans: nothing without a live grant, and of several grants the strictest."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.adds_up import AddsUp, adds_up
from hub.access.fields import is_personal
from hub.access.masks import MASKS, strictness
from hub.access.plan import compile as compile_plan
from hub.access.planbook import PlanBook
from hub.access.row import Care, RowScope, areas_of
from hub.access.standing import Standing, last_day, standing
from hub.access.whitelist import Renewed
from hub.errors import FixSettings
from hub.model import AreaId, Grant, Output, Sensitivity, ShareType
from tests.unit.access.giving import (
    BAIDANG,
    CHENGGUAN,
    ELSEWHERE,
    ROW,
    SHUIWU,
    TODAY,
    XINGHU,
    Changing,
    grant,
    plan_of,
)


def given_to(row: RowScope, *grants: Grant) -> dict[str, str]:
    """Field → mask that the grants give for `row`."""
    return {line.field: line.mask for line in plan_of(grants).selection(row).lines}


def test_without_a_grant_there_is_no_field() -> None:
    assert plan_of(()).lines == ()


@pytest.mark.parametrize(
    "other",
    [
        grant("resident.phone", department=SHUIWU),
        grant("resident.phone", purpose="callback"),
        grant("resident.phone", outputs=(Output.STREAM, Output.EXPORT)),
        grant("resident.phone", outputs=()),
        grant("resident.phone", valid_to=TODAY - timedelta(days=1)),
        grant("resident.phone", valid_from=TODAY + timedelta(days=1)),
        grant("resident.phone", share_type=ShareType.NOT_SHARED),
        grant("resident.phone", approved_by=()),
        grant("resident.phone", sensitivity=Sensitivity.SENSITIVE, approved_by=("provider",)),
        grant("resident.phone", sensitivity=Sensitivity.SENSITIVE, approved_by=("provider", "provider")),
        grant("resident.phone", legal_basis=""),
        grant("phone"),
        grant("resident."),
        grant("resident.*"),
    ],
    ids=lambda each: each.id,
)
def test_a_grant_for_another_case_gives_nothing(other: Grant) -> None:
    assert given_to(ROW, other).get("resident.phone") is None


@pytest.mark.nasty("N61")
@pytest.mark.parametrize(
    ("on", "stands"),
    [
        (date(2025, 12, 31), Standing.NOT_YET),
        (date(2026, 1, 1), Standing.LIVE),
        (date(2026, 6, 30), Standing.LIVE),
        (date(2026, 7, 1), Standing.EXPIRED),
    ],
)
def test_a_grant_holds_from_its_first_day_to_its_last_and_not_a_day_longer(
    on: date, stands: Standing
) -> None:
    assert stands is standing(grant("resident.phone", valid_to=date(2026, 6, 30)), on)


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "last"),
    [
        (date(2026, 1, 1), date(2026, 6, 30), date(2026, 6, 30)),
        (date(2026, 1, 1), date(2099, 12, 31), date(2027, 1, 1)),
        (date(2028, 2, 29), date(2030, 1, 1), date(2029, 2, 28)),
    ],
)
def test_a_grant_ends_after_a_year_whatever_it_says(valid_from: date, valid_to: date, last: date) -> None:
    assert last == last_day(grant("resident.phone", valid_from=valid_from, valid_to=valid_to))


def test_the_strictest_of_several_grants_wins() -> None:
    assert given_to(
        ROW,
        grant("resident.id_number"),
        grant("resident.id_number", "id_age_sex"),
        grant("resident.id_number", "id_6_4"),
    ) == {"resident.id_number": "id_age_sex"}


@given(masks=st.lists(st.sampled_from(["", *MASKS]), min_size=1, max_size=6))
def test_the_order_of_grants_never_matters(masks: list[str]) -> None:
    grants = [grant("resident.name", mask, id_=f"g{number}") for number, mask in enumerate(masks)]
    forth, back = given_to(ROW, *grants), given_to(ROW, *reversed(grants))
    assert forth == back == {"resident.name": max(masks, key=strictness)}


def test_a_field_that_one_grant_calls_not_shared_is_given_by_none() -> None:
    closed = grant("resident.phone", department=SHUIWU, share_type=ShareType.NOT_SHARED)
    assert given_to(ROW, grant("resident.phone"), closed) == {}
    book = PlanBook((grant("resident.phone"), closed))
    assert book.plan(CHENGGUAN, "handle", Output.API, TODAY).lines == ()


@pytest.mark.parametrize(
    ("areas", "categories", "holds"),
    [
        ((), (), True),
        ((AreaId("329901"),), (), True),
        ((XINGHU,), (), True),
        ((BAIDANG,), (), True),
        ((ELSEWHERE,), (), False),
        ((ELSEWHERE, XINGHU), (), True),
        ((), ("street_order.*",), True),
        ((), ("street_order.unlicensed_vendor",), True),
        ((), ("street_order.occupy_road", "sudden_incident.*"), False),
        ((), ("street.*",), False),
        ((), ("*",), True),
        ((XINGHU,), ("market.*",), False),
    ],
)
def test_a_grant_is_for_the_records_of_its_areas_and_categories(
    areas: tuple[AreaId, ...], categories: tuple[str, ...], holds: bool
) -> None:
    assert holds == bool(given_to(ROW, grant("resident.phone", areas=areas, categories=categories)))


def test_a_record_without_a_place_is_in_no_area() -> None:
    nowhere = RowScope(areas_of(None), "street_order.unlicensed_vendor")
    assert given_to(nowhere, grant("resident.phone", areas=(XINGHU,))) == {}


def test_a_stricter_grant_counts_only_where_it_holds() -> None:
    grants = (grant("resident.phone"), grant("resident.phone", "phone_3_4", areas=(ELSEWHERE,)))
    assert given_to(ROW, *grants) == {"resident.phone": ""}
    there = RowScope(areas_of(ELSEWHERE), "street_order.unlicensed_vendor")
    assert given_to(there, *grants) == {"resident.phone": "phone_3_4"}


SIX_FOUR = grant("resident.id_number", "id_6_4")
BIRTH = grant("resident.birth_date")


def test_six_and_four_of_an_id_are_dropped_beside_a_full_birth_date() -> None:
    selection = plan_of((SIX_FOUR, BIRTH)).selection(ROW)
    assert [line.field for line in selection.lines] == ["resident.birth_date"]
    assert selection.withheld == ("resident.id_number",)


@pytest.mark.parametrize(
    "beside",
    [
        grant("resident.birth_date", "minor"),
        grant("resident.birth_date", areas=(ELSEWHERE,)),
        grant("resident.birth_date", purpose="callback"),
        grant("resident.name"),
    ],
    ids=["masked", "of other records", "for another purpose", "another field"],
)
def test_six_and_four_of_an_id_stay_where_the_record_shows_no_birth_date(beside: Grant) -> None:
    assert given_to(ROW, SIX_FOUR, beside)["resident.id_number"] == "id_6_4"


def test_an_age_band_may_stand_beside_a_birth_date() -> None:
    assert given_to(ROW, grant("resident.id_number", "id_age_sex"), BIRTH).keys() == {
        "resident.id_number",
        "resident.birth_date",
    }


def test_two_plans_that_rebuild_an_id_are_named() -> None:
    handle = plan_of((SIX_FOUR,))
    callback = plan_of((grant("person.born_on", purpose="callback"),), purpose="callback")
    warning = AddsUp("resident.id_number", "person.born_on", "id_rebuilt")
    assert (warning,) == adds_up(handle, callback) == adds_up(callback, handle)


def test_a_mask_is_in_vain_where_another_plan_gives_the_full_value() -> None:
    view = plan_of((grant("resident.phone", "phone_3_4"),))
    export = plan_of((grant("resident.phone", outputs=(Output.EXPORT,)),), output=Output.EXPORT)
    assert (AddsUp("resident.phone", "resident.phone", "mask_in_vain"),) == adds_up(view, export)


def test_plans_that_tell_the_same_add_up_to_nothing() -> None:
    plan = plan_of((grant("resident.phone", "phone_3_4"), SIX_FOUR))
    assert adds_up(plan, plan) == ()


@pytest.mark.nasty("N58")
@pytest.mark.parametrize("sensitivity", [Sensitivity.GENERAL, Sensitivity.SENSITIVE, Sensitivity.MINOR])
@pytest.mark.parametrize("field", ["resident.name", "event.content", "event.title", "incident.address"])
def test_a_secret_report_hides_its_person_from_every_ordinary_grant(
    field: str, sensitivity: Sensitivity
) -> None:
    secret = RowScope(ROW.areas, ROW.category, care=frozenset({Care.SECRET}))
    grants = (grant(field, sensitivity=sensitivity), grant("incident.category"))
    assert given_to(secret, *grants) == {"incident.category": ""}


@pytest.mark.nasty("N58")
def test_a_secret_report_is_open_to_a_grant_made_for_it() -> None:
    secret = RowScope(ROW.areas, ROW.category, care=frozenset({Care.SECRET, Care.MINOR}))
    grants = (
        grant("resident.phone"),
        grant("resident.phone", "phone_3_4", sensitivity=Sensitivity.RESTRICTED),
    )
    assert given_to(secret, *grants) == {"resident.phone": "phone_3_4"}


@pytest.mark.nasty("N58")
def test_a_child_is_an_age_band_to_every_ordinary_grant() -> None:
    child = RowScope(ROW.areas, ROW.category, care=frozenset({Care.MINOR}))
    assert given_to(child, grant("resident.name", "name_1"), grant("incident.category")) == {
        "resident.name": "minor",
        "incident.category": "",
    }
    for_children = grant("resident.name", "name_1", sensitivity=Sensitivity.MINOR)
    assert given_to(child, grant("resident.name"), for_children) == {"resident.name": "name_1"}


def test_a_mask_that_does_not_exist_stops_the_compiling() -> None:
    with pytest.raises(FixSettings) as refused:
        plan_of((grant("resident.phone", "no_such"),))
    assert refused.value.code == "A106"


def test_a_plan_is_compiled_once_a_day() -> None:
    book = PlanBook((grant("resident.phone"),))
    first = book.plan(CHENGGUAN, "handle", Output.API, TODAY)
    assert first is book.plan(CHENGGUAN, "handle", Output.API, TODAY)
    assert first is not book.plan(CHENGGUAN, "handle", Output.API, TODAY + timedelta(days=1))


@pytest.mark.nasty("N61")
def test_a_grant_that_ends_during_an_export_gives_nothing_from_that_day_on() -> None:
    book = PlanBook((grant("resident.phone", valid_to=TODAY),))
    days = [TODAY, TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=1)]
    plans = [book.plan(CHENGGUAN, "handle", Output.API, day) for day in days]
    assert [len(plan.selection(ROW).lines) for plan in plans] == [1, 1, 0, 0]


@pytest.mark.nasty("N61")
def test_a_grant_that_is_withdrawn_gives_nothing_from_that_moment_on() -> None:
    whitelist = Changing(grant("resident.phone"), grant("incident.id"))
    books = Renewed(whitelist, PlanBook)
    first = books.now()
    assert first is books.now()
    assert len(first.plan(CHENGGUAN, "handle", Output.API, TODAY).lines) == 2
    whitelist.are(grant("incident.id"))
    after = books.now().plan(CHENGGUAN, "handle", Output.API, TODAY)
    assert [line.field for line in after.lines] == ["incident.id"]


def test_a_book_of_grants_with_a_mask_that_does_not_exist_is_refused() -> None:
    with pytest.raises(FixSettings) as refused:
        PlanBook((grant("incident.id", "no_such"),))
    assert refused.value.code == "A106"


def test_a_plan_says_who_for_what_and_when() -> None:
    plan = compile_plan((), department=SHUIWU, purpose="callback", output=Output.VIEW, on=TODAY)
    assert (plan.department, plan.purpose, plan.output, plan.on) == (SHUIWU, "callback", Output.VIEW, TODAY)


@pytest.mark.parametrize(
    ("finest", "areas"),
    [
        (None, set()),
        (AreaId("329901"), {"329901"}),
        (XINGHU, {"329901", "329901001"}),
        (BAIDANG, {"329901", "329901001", "329901001003"}),
    ],
)
def test_an_area_lies_in_those_whose_codes_begin_its_own(finest: AreaId | None, areas: set[str]) -> None:
    assert areas == areas_of(finest)


SCHEMAS = sorted((Path(__file__).parents[3] / "contracts" / "schema").glob("*.json"))


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda file: file.name)
def test_every_field_that_the_schema_calls_personal_is_kept_with_care(file: Path) -> None:
    dataset = file.name.split(".")[0]
    properties = json.loads(file.read_text(encoding="utf-8")).get("properties", {})
    personal = {leaf for leaf, said in properties.items() if said.get("x-class") in {"personal", "sensitive"}}
    assert personal == {leaf for leaf in personal if is_personal(f"{dataset}.{leaf}")}
