"""What one viewer is given of a matter: rows by territory, fields by grant, points by mask."""

from dataclasses import replace

import pytest

from hub.access.territory import NOTHING, Territory
from hub.model import Sensitivity, WhistleState
from hub.run.map.marks import Stage, stage_of
from hub.store.pins import Call
from tests.unit.run.map.pinned import ALL, grant, marker, pin

POINT = ("incident.lon", "incident.lat")


def calls(*states: WhistleState) -> tuple[Call, ...]:
    """One leading whistle in each of `states`."""
    return tuple(Call("shizheng", True, state) for state in states)


def test_whoever_is_granted_all_sees_all() -> None:
    mark = marker().mark(pin())
    assert mark is not None
    assert ("in_1", True, 120.85, 32.0) == mark[:4]
    assert ("called", "routine", ("hotline_12345",)) == (
        mark.face.stage,
        mark.face.urgency,
        mark.face.sources,
    )
    assert ("32990100100101", "329901001001", "329901001") == (mark.grid, mark.community, mark.subdistrict)


def test_without_a_grant_there_is_nothing() -> None:
    assert marker(grant("resident.phone")).mark(pin()) is None


@pytest.mark.parametrize(
    ("mask", "shown"),
    [
        pytest.param("", (120.850123, 32.000456), id="in full"),
        pytest.param("geo_100m", (120.85, 32.0), id="to a hundred metres"),
        pytest.param("geo_grid", (120.8, 31.9), id="the middle of its grid"),
        pytest.param("text_scan", (None, None), id="a mask that is for words"),
    ],
)
def test_a_point_is_what_the_mask_gives(mask: str, shown: tuple[float | None, float | None]) -> None:
    given = [grant("incident.id"), *(grant(field, mask=mask) for field in POINT)]
    mark = marker(*given).mark(pin(lon=120.850123, lat=32.000456))
    assert mark is not None
    assert shown == (mark.lon, mark.lat)


def test_half_a_point_is_none() -> None:
    mark = marker(grant("incident.id"), grant("incident.lon")).mark(pin())
    assert mark is not None
    assert (None, None) == (mark.lon, mark.lat)


def test_a_field_under_a_mask_is_not_shown_since_its_mask_was_made_for_something_else() -> None:
    mark = marker(grant("incident.id"), grant("incident.category", mask="id_1_1")).mark(pin())
    assert mark is not None
    assert "" == mark.face.category


def test_a_grant_with_a_limit_of_rows_a_day_gives_nothing_to_a_map() -> None:
    assert marker(*(grant(field, max_rows_day=100) for field in ALL)).mark(pin()) is None


def test_a_grant_for_one_area_gives_nothing_of_another() -> None:
    here = [grant(field, areas=("329901001",)) for field in ALL]
    assert marker(*here).mark(pin()) is not None
    elsewhere = pin(community_id="329901002001", subdistrict_id="329901002", grid_id="32990100200101")
    assert marker(*here).mark(elsewhere) is None


@pytest.mark.nasty("N58")
def test_a_secret_matter_is_there_for_no_one_without_a_grant_for_secrets() -> None:
    assert marker().mark(pin(secret=True)) is None
    restricted = [replace(grant(field), sensitivity=Sensitivity.RESTRICTED) for field in ALL]
    mark = marker(*restricted).mark(pin(secret=True))
    assert mark is not None
    assert mark.named


@pytest.mark.parametrize(
    ("territory", "seen"),
    [
        pytest.param(Territory(area=""), True, id="the district"),
        pytest.param(Territory(area="329901001"), True, id="its subdistrict"),
        pytest.param(Territory(area="329901001001"), True, id="its community"),
        pytest.param(Territory(area="32990100100101"), True, id="its grid"),
        pytest.param(Territory(area="329901002"), False, id="another subdistrict"),
        pytest.param(Territory(area="32990100"), False, id="the beginning of a code"),
        pytest.param(Territory(department="shizheng"), True, id="the department that is called"),
        pytest.param(Territory(department="chengguan"), False, id="another department"),
        pytest.param(NOTHING, False, id="nowhere"),
    ],
)
def test_rows_are_those_of_the_territory(territory: Territory, seen: bool) -> None:
    assert seen == (marker(territory=territory).mark(pin()) is not None)


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        (WhistleState.BLOWN, True),
        (WhistleState.DISPUTED, True),
        (WhistleState.RESULT, True),
        (WhistleState.SUBMITTED, False),
        (WhistleState.REASSIGNED, False),
        (WhistleState.CANCELLED, False),
    ],
)
def test_a_department_sees_a_matter_while_it_is_its_own(state: WhistleState, seen: bool) -> None:
    mark = marker(territory=Territory(department="shizheng")).mark(pin(calls=calls(state)))
    assert seen == (mark is not None)


def test_a_department_is_shown_nothing_of_a_matter_that_complains_about_it() -> None:
    mine = Territory(department="shizheng")
    assert marker(territory=mine).mark(pin(accused=frozenset({"shizheng"}))) is None
    assert marker().mark(pin(accused=frozenset({"shizheng"}))) is not None


def test_a_department_sees_its_own_whistle_and_no_other_department() -> None:
    two = (*calls(WhistleState.SIGNED), Call("chengguan", True, WhistleState.DISPUTED))
    mark = marker(territory=Territory(department="shizheng")).mark(pin(calls=two))
    assert mark is not None
    assert ("handling", ("shizheng",)) == (mark.face.stage, mark.face.departments)


@pytest.mark.parametrize(
    ("states", "closed", "stage"),
    [
        ((), False, Stage.WAITING),
        ((WhistleState.BLOWN,), False, Stage.CALLED),
        ((WhistleState.SIGNED,), False, Stage.HANDLING),
        ((WhistleState.SIGNED, WhistleState.BLOWN), False, Stage.CALLED),
        ((WhistleState.RESULT, WhistleState.HANDLING), False, Stage.HANDLING),
        ((WhistleState.HANDLING, WhistleState.DISPUTED), False, Stage.DISPUTED),
        ((WhistleState.RESULT, WhistleState.CHECKED), False, Stage.DONE),
        ((WhistleState.BLOWN,), True, Stage.DONE),
    ],
)
def test_a_matter_is_as_far_as_those_who_lead(
    states: tuple[WhistleState, ...], closed: bool, stage: Stage
) -> None:
    helper = Call("chengguan", False, WhistleState.BLOWN)
    assert stage is stage_of(closed, (*calls(*states), *((helper,) if states else ())))
