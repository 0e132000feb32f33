"""Projection: the one door, and nothing comes back through it."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.account import Result
from hub.access.audit import shown
from hub.access.chain import Chain
from hub.access.exits import Exit
from hub.access.keyring import KeyRing
from hub.access.marked import ProjectedBytes, ProjectedJson, ProjectedText, refuse_projected
from hub.access.masks import MASKS
from hub.access.project import View, project
from hub.access.projected import Projected
from hub.access.row import RowScope
from hub.access.vault import DataKey, Vault
from hub.errors import Bug
from hub.model import Draft, Person, Resident, ResidentId, Urgency
from tests.unit.access.giving import ROW, TODAY, VIEW, grant, plan_of

PHONE = plan_of((grant("resident.phone", "phone_3_4"), grant("resident.name"), grant("incident.id")))


def test_only_what_is_granted_is_shown_and_in_the_form_that_is_granted() -> None:
    shown_json = project(VIEW, PHONE, ROW).as_json()
    assert shown_json == {"incident": {"id": "in_1"}, "resident": {"name": "测试甲", "phone": "138****0000"}}


@given(
    fields=st.sets(
        st.sampled_from([f"{dataset}.{leaf}" for dataset, leaves in VIEW.items() for leaf in leaves])
    ),
    mask=st.sampled_from(["", *MASKS]),
)
def test_no_grant_no_field(fields: set[str], mask: str) -> None:
    projected = project(VIEW, plan_of([grant(field, mask) for field in fields]), ROW)
    seen = {f"{dataset}.{leaf}" for dataset, leaves in projected.as_json().items() for leaf in leaves}  # type: ignore[attr-defined]  # data sets are mappings
    assert seen | set(projected.withheld) == fields


def test_a_field_that_is_not_given_is_not_even_fetched() -> None:
    def never() -> str:
        raise AssertionError("the vault was opened for nothing")

    view = {"resident": {"name": lambda: "测试甲", "phone": "13800000000", "id_number": never}}
    assert project(view, PHONE, ROW).as_json()["resident"] == {"name": "测试甲", "phone": "138****0000"}


def test_a_field_that_the_record_lacks_is_left_out_of_view_and_account() -> None:
    projected = project({"resident": {"phone": "13800000000"}}, PHONE, ROW)
    assert projected.as_json() == {"resident": {"phone": "138****0000"}}
    assert projected.account.fields == ("resident.phone",)
    assert [line.field for line in projected.lines] == ["resident.phone"]


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_value_that_is_not_there_is_not_masked_into_one(nothing: object) -> None:
    projected = project({"resident": {"phone": nothing}}, PHONE, ROW)
    assert {"phone": nothing} == projected.as_json()["resident"]


@pytest.mark.nasty("N31")
def test_a_text_is_scanned_for_the_record_s_own_values_and_those_of_linked_records() -> None:
    plan = plan_of((grant("event.content", "text_scan"),))
    view: View = {
        "event": {"content": "测试甲和样本乙说，13800000000，住样本花园3幢101室，林丙"},
        "resident": {"id": "rs_1", "name": lambda: "测试甲", "callback": True},
    }
    row = replace(ROW, known=lambda: ("样本乙", "云江市样本花园3幢101室"))
    assert project(view, plan, row).as_json()["event"] == {
        "content": "[姓名]和[姓名]说，[电话]，住[地址]，林丙"
    }


def test_a_text_is_not_shown_while_nobody_said_what_is_personal_in_it() -> None:
    plan = plan_of((grant("event.content", "text_scan"),))
    with pytest.raises(Bug) as refused:
        project(VIEW, plan, replace(ROW, known=None))
    assert refused.value.code == "A107"


def test_a_record_without_texts_needs_no_known_values() -> None:
    plan = plan_of((grant("event.content", "text_scan"), grant("incident.id")))
    projected = project({"incident": {"id": "in_1"}}, plan, RowScope(frozenset(), "unmapped"))
    assert projected.as_json() == {"incident": {"id": "in_1"}}


def test_a_coordinate_is_shown_at_the_centre_of_its_grid() -> None:
    plan = plan_of((grant("incident.lon", "geo_grid"), grant("incident.lat", "geo_grid")))
    row = replace(ROW, grid_centre=(120.85, 32.0))
    assert project(VIEW, plan, row).as_json()["incident"] == {"lon": 120.85, "lat": 32.0}


def test_an_age_is_that_of_the_plan_s_day() -> None:
    view = {"resident": {"birth_date": date(2012, 3, 10)}}
    for on, band in ((date(2026, 3, 9), "0-13岁"), (date(2026, 3, 10), "14-17岁")):
        plan = plan_of((grant("resident.birth_date", "minor"),), on=on)
        assert {"birth_date": band} == project(view, plan, ROW).as_json()["resident"]


def test_a_projection_tells_the_grant_and_mask_of_each_field() -> None:
    account = project(VIEW, PHONE, ROW).account
    assert account.fields == ("incident.id", "resident.name", "resident.phone")
    assert account.masks == (("resident.phone", "phone_3_4"),)
    assert account.grants == tuple(sorted((line.grant_id, 1) for line in PHONE.lines))
    assert account.result is Result.MASKED


@pytest.mark.parametrize(
    ("grants", "result"),
    [
        ((), Result.DENY),
        ((grant("incident.id"),), Result.ALLOW),
        ((grant("incident.lon", "geo_100m"),), Result.MASKED),
    ],
)
def test_a_projection_tells_how_it_ended(grants: tuple[object, ...], result: Result) -> None:
    assert result is project(VIEW, plan_of(grants), ROW).account.result  # type: ignore[arg-type]  # grants of a table


def test_what_leaves_is_plain_data_that_a_json_writer_takes() -> None:
    at = datetime(2026, 3, 10, tzinfo=UTC)
    view = {
        "incident": {
            "at": at,
            "on": TODAY,
            "urgency": Urgency.URGENT,
            "list": ({"a": (1, None)},),
            "id": "in_1",
        }
    }
    plan = plan_of([grant(f"incident.{leaf}") for leaf in view["incident"]])
    plain = project(view, plan, ROW).as_json()["incident"]
    expected = {
        "at": "2026-03-10T00:00:00+00:00",
        "on": "2026-03-10",
        "urgency": "urgent",
        "list": [{"a": [1, None]}],
        "id": "in_1",
    }
    assert expected == plain == orjson.loads(orjson.dumps(plain))
    assert isinstance(plain, dict)
    assert type(plain["urgency"]) is str


def test_changing_what_left_changes_nothing_inside() -> None:
    projected = project({"incident": {"id": ["in_1"]}}, PHONE, ROW)
    projected.as_json()["incident"]["id"].append("in_2")  # type: ignore[index]  # a mapping
    assert projected.as_json()["incident"] == {"id": ["in_1"]}


def test_a_projection_that_is_logged_by_mistake_names_fields_only() -> None:
    projected = project(VIEW, PHONE, ROW)
    assert "Projected(incident.id, resident.name, resident.phone)" == repr(projected) == f"{projected}"


def test_a_projection_cannot_be_changed() -> None:
    projected = project(VIEW, PHONE, ROW)
    for name in ("_held", "phone"):
        with pytest.raises(AttributeError, match="Projected cannot be changed"):
            setattr(projected, name, "13800000000")
    with pytest.raises(AttributeError, match="Projected cannot be changed"):
        del projected._held


def test_one_field_is_a_marked_text_and_what_is_not_shown_is_none() -> None:
    view: View = {
        "incident": {"id": Urgency.URGENT},
        "resident": {"phone": "13800000000", "name": None, "id_number": "329901199003071230"},
    }
    projected = project(view, PHONE, ROW)
    assert {
        "resident.phone": "138****0000",
        "incident.id": "urgent",
        "resident.name": None,
        "resident.id_number": None,
        "event.content": None,
    } == {
        field: projected.text(field)
        for field in ("resident.phone", "incident.id", "resident.name", "resident.id_number", "event.content")
    }
    assert isinstance(projected.text("incident.id"), ProjectedText)


def test_a_set_and_a_marked_text_leave_as_plain_data() -> None:
    plan = plan_of((grant("incident.id"), grant("incident.lon")))
    marked = ProjectedText("in_1")
    plain = project({"incident": {"id": frozenset(("in_1",)), "lon": marked}}, plan, ROW).as_json()
    assert {"incident": {"id": ["in_1"], "lon": "in_1"}} == plain
    assert type(plain["incident"]["lon"]) is str  # type: ignore[index]  # a mapping


def test_a_grant_of_so_many_rows_a_day_is_counted_and_refused_when_they_are_used_up() -> None:
    limited = replace(grant("resident.phone", "phone_3_4", id_="g_1"), max_rows_day=5)
    plan = plan_of((limited, grant("resident.name", id_="g_2")))
    assert ["g_1"] == [line.grant_id for line in plan.selection(ROW).limited]
    assert [5] == [line.max_rows_day for line in plan.selection(ROW).limited]
    assert () == project(VIEW, plan, ROW).refused
    spent = project(VIEW, plan, replace(ROW, spent=frozenset(("g_1",))))
    assert (("resident.phone",), {"resident": {"name": "测试甲"}}) == (spent.refused, spent.as_json())


RING = KeyRing({"m1": bytes(32)}, "m1", bytes(32), bytes(32))
VAULT = Vault(RING)
KEY = VAULT.new_key("rs_1")


def seal(value: object) -> object:
    return VAULT.seal(KEY, "resident.phone", value)  # type: ignore[arg-type]  # that is what is tried


def blind(value: object) -> object:
    return VAULT.blind("phone", value)  # type: ignore[arg-type]  # that is what is tried


def digest(value: object) -> object:
    return VAULT.salted_digest(KEY, value)  # type: ignore[arg-type]  # that is what is tried


def fingerprint(value: object) -> object:
    return VAULT.fingerprint(value)  # type: ignore[arg-type]  # that is what is tried


def project_again(value: object) -> object:
    return project(value, PHONE, ROW)  # type: ignore[arg-type]  # that is what is tried


PROJECTED = project(VIEW, PHONE, ROW)
MASKED = PROJECTED.text("resident.phone")
assert MASKED is not None


@pytest.mark.parametrize(
    ("way_in", "value"),
    [
        pytest.param(seal, MASKED.encode(), id="seal a masked text"),
        pytest.param(seal, str(MASKED).encode("utf-8"), id="seal it after str()"),
        pytest.param(blind, MASKED, id="index a masked text"),
        pytest.param(digest, MASKED, id="digest a masked text"),
        pytest.param(fingerprint, MASKED.encode(), id="fingerprint a masked text"),
        pytest.param(project_again, PROJECTED, id="project a projection"),
        pytest.param(project_again, PROJECTED.as_json(), id="project what left"),
        pytest.param(project_again, {"resident": PROJECTED.as_json()["resident"]}, id="project a part of it"),
        pytest.param(refuse_projected, PROJECTED, id="store a projection"),
        pytest.param(refuse_projected, PROJECTED.as_json(), id="store what left"),
        pytest.param(refuse_projected, PROJECTED.as_json()["resident"], id="store a part of it"),
        pytest.param(refuse_projected, [{"a": (PROJECTED.as_json(),)}], id="store it deep inside"),
        pytest.param(refuse_projected, {MASKED: 1}, id="store it as a key"),
        pytest.param(refuse_projected, Person(phone=MASKED), id="make a person of it"),
        pytest.param(
            refuse_projected, Resident(ResidentId("rs_1"), phone=MASKED), id="make a resident of it"
        ),
        pytest.param(refuse_projected, DataKey("rs_1", MASKED.encode(), b""), id="make a key of it"),
        pytest.param(refuse_projected, copy.copy(MASKED), id="store a copy"),
        pytest.param(refuse_projected, pickle.loads(pickle.dumps(MASKED)), id="store it in another process"),  # noqa: S301 - our own bytes
        pytest.param(refuse_projected, f"{MASKED}", id="store it after an f-string"),
    ],
)
def test_what_was_projected_is_never_taken_for_the_full_value(
    way_in: Callable[[object], object], value: object
) -> None:
    with pytest.raises(Bug) as refused:
        way_in(value)
    assert refused.value.code == "A105"


@pytest.mark.parametrize("use", [dict, list, tuple, iter, len])
def test_a_projection_cannot_be_unpacked(use: Callable[[Projected], object]) -> None:
    with pytest.raises(TypeError):
        use(PROJECTED)


def test_a_draft_made_of_projected_values_is_refused_where_truth_is_written() -> None:
    draft = Draft(source_ref="1", category=None, requester=Person(name=MASKED))  # type: ignore[arg-type]  # no matter here
    with pytest.raises(Bug):
        refuse_projected(draft)


@pytest.mark.parametrize(
    "full", [Person("测试甲", "13800000000"), {"a": ["b", b"c", 1, None, 1.5]}, "x", 1, {1, 2}]
)
def test_full_values_are_written(full: object) -> None:
    refuse_projected(full)


def test_marks_have_their_own_types() -> None:
    assert isinstance(MASKED, ProjectedText)
    assert isinstance(MASKED.encode(), ProjectedBytes)
    assert isinstance(PROJECTED.as_json(), ProjectedJson)
    assert PROJECTED.text("resident.id_number") is None


def test_a_projection_s_audit_row_holds_no_value() -> None:
    row = shown(
        PROJECTED,
        at=datetime(2026, 3, 10, tzinfo=UTC),
        through=Exit.HTTP_WHISTLE,
        rows=("in_1",),
        matter="wh_1",
    )
    body = Chain("web/1").append((row,)).body
    assert "resident.phone" in body
    assert not any(value in body for value in ("测试甲", "13800000000", "138****0000"))


def test_a_projection_leaves_only_through_an_exit_of_its_output() -> None:
    at = datetime(2026, 3, 10, tzinfo=UTC)
    with pytest.raises(Bug) as refused:
        shown(PROJECTED, at=at, through=Exit.TOPIC_WHISTLE, rows=())
    assert refused.value.code == "A108"
