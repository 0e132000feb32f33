"""What two persons may have shown beyond the whitelist: who may say what and when, and which grants come of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hub.access.beyond import (
    OPEN_FOR,
    SHOWN_FOR,
    WAITS_FOR,
    Decided,
    Emergency,
    EmergencyKind,
    Reveal,
    Reviewed,
    State,
    Verdict,
    check_decide,
    check_review,
    emergency_grants,
    may_be_named,
    reveal_grants,
)
from hub.access.plan import compile as compile_plan
from hub.access.row import Care, RowScope
from hub.access.standing import Standing, standing
from hub.errors import Refused
from hub.model import DepartmentId, Grant, IncidentId, Output, Sensitivity, ShareType

ASKED = datetime(2026, 3, 10, 9, tzinfo=UTC)
TODAY = date(2026, 3, 10)
AGREED = Decided(verdict=Verdict.APPROVE, by="ben", at=ASKED + timedelta(hours=1))
TURNED_DOWN = replace(AGREED, verdict=Verdict.REFUSE)
WATER = DepartmentId("zilai")
REVEAL = Reveal(
    id="rv_1",
    whistle_id="wh_1",
    department=WATER,
    event_key="ek_1",
    field="resident.phone",
    reason="联系不上",
    by="ann",
    at=ASKED,
)
EMERGENCY = Emergency(
    id="em_1", incident_id=IncidentId("in_1"), kind="life", reason="有人被困", by="ann", at=ASKED
)
LIFE = EmergencyKind(
    id="life",
    zh="人身危险",
    en="danger to life",
    fields=("resident.phone", "event.address"),
    sensitivity=Sensitivity.MINOR,
    legal_basis="第十三条",
)


@pytest.mark.parametrize(
    ("decided", "after", "state"),
    [
        pytest.param(None, timedelta(0), State.WAITING, id="asked now"),
        pytest.param(None, WAITS_FOR - timedelta(seconds=1), State.WAITING, id="a day is almost over"),
        pytest.param(None, WAITS_FOR, State.LAPSED, id="nobody decided for a day"),
        pytest.param(TURNED_DOWN, timedelta(hours=2), State.REFUSED, id="turned down"),
        pytest.param(AGREED, timedelta(hours=1), State.LIVE, id="agreed now"),
        pytest.param(
            AGREED, timedelta(hours=1) + SHOWN_FOR - timedelta(seconds=1), State.LIVE, id="almost over"
        ),
        pytest.param(AGREED, timedelta(hours=1) + SHOWN_FOR, State.ENDED, id="half an hour is over"),
    ],
)
def test_a_reveal_is_shown_for_half_an_hour_from_the_moment_it_is_agreed_to(
    decided: Decided | None, after: timedelta, state: State
) -> None:
    assert state is replace(REVEAL, decided=decided).state_at(ASKED + after)


def test_an_emergency_gives_for_a_day() -> None:
    live = replace(EMERGENCY, decided=AGREED)
    assert [State.LIVE, State.ENDED] == [
        live.state_at(AGREED.at + after) for after in (OPEN_FOR - timedelta(seconds=1), OPEN_FOR)
    ]


@pytest.mark.parametrize("one", [REVEAL, EMERGENCY], ids=["reveal", "emergency"])
def test_it_takes_another_person_and_only_while_it_waits(one: Reveal | Emergency) -> None:
    check_decide(one, "ben", ASKED)
    for by, at, decided, code in (
        ("ann", ASKED, None, "A441"),
        ("ben", ASKED + WAITS_FOR, None, "A442"),
        ("cem", ASKED, TURNED_DOWN, "A442"),
    ):
        with pytest.raises(Refused, match=code):
            check_decide(replace(one, decided=decided), by, at)


@pytest.mark.parametrize(
    ("by", "changes", "code"),
    [
        pytest.param("ann", {}, "A441", id="who proposed it"),
        pytest.param("ben", {}, "A441", id="who agreed"),
        pytest.param("cem", {"decided": None}, "A448", id="it never held"),
        pytest.param("cem", {"decided": TURNED_DOWN}, "A448", id="turned down"),
        pytest.param(
            "cem", {"reviewed": Reviewed(by="dan", at=ASKED, note="属实")}, "A448", id="reviewed already"
        ),
    ],
)
def test_an_emergency_is_reviewed_once_by_who_opened_nothing_of_it(
    by: str, changes: dict[str, object], code: str
) -> None:
    live = replace(EMERGENCY, decided=AGREED)
    check_review(live, "cem")
    with pytest.raises(Refused, match=code):
        check_review(replace(live, **changes), by)  # type: ignore[arg-type]


def given(grants: tuple[Grant, ...], *care: Care, category: str = "pipes.burst") -> dict[str, str]:
    """Field → mask of what these grants give of a record."""
    plan = compile_plan(grants, department=WATER, purpose=grants[0].purpose, output=Output.VIEW, on=TODAY)
    row = RowScope(areas=frozenset(), category=category, care=frozenset(care))
    return {one.field: one.mask for one in plan.selection(row).lines}


def standing_grant(sensitivity: Sensitivity, **changes: object) -> Grant:
    """A grant of the department that was there before."""
    one = Grant(
        id="g-1",
        department=WATER,
        field="resident.phone",
        purpose="handle",
        legal_basis="第十三条",
        sensitivity=sensitivity,
        share_type=ShareType.CONDITIONAL,
        mask="phone_3_4",
        outputs=(Output.API,),
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        approved_by=("cem", "dan"),
    )
    return replace(one, **changes)  # type: ignore[arg-type]


SENSITIVE, MINOR, RESTRICTED = (
    standing_grant(one) for one in (Sensitivity.SENSITIVE, Sensitivity.MINOR, Sensitivity.RESTRICTED)
)
FULL = {"resident.phone": ""}
HIDDEN = {"resident.phone": "phone_3_4"}
BAND = {"resident.phone": "minor"}


@pytest.mark.nasty("N58")
@pytest.mark.parametrize(
    ("before", "care", "expected"),
    [
        pytest.param((), (), FULL, id="an ordinary report"),
        pytest.param((), (Care.SECRET,), {}, id="a secret one"),
        pytest.param((), (Care.MINOR,), BAND, id="a child's"),
        pytest.param((SENSITIVE,), (Care.SECRET,), {}, id="an ordinary grant covers no secret"),
        pytest.param((MINOR,), (Care.MINOR,), HIDDEN, id="a grant that covers children, as far as it does"),
        pytest.param((replace(MINOR, mask=""),), (Care.MINOR,), FULL, id="one that covers them in full"),
        pytest.param((MINOR,), (Care.SECRET,), {}, id="which covers no secret"),
        pytest.param((RESTRICTED,), (Care.SECRET, Care.MINOR), HIDDEN, id="one that covers all"),
        pytest.param((replace(RESTRICTED, mask=""),), (Care.SECRET,), FULL, id="one that covers all in full"),
        pytest.param(
            (replace(RESTRICTED, department=DepartmentId("ranqi")),), (Care.SECRET,), {}, id="another's"
        ),
        pytest.param((replace(RESTRICTED, field="resident.name"),), (Care.SECRET,), {}, id="another field's"),
        pytest.param((replace(RESTRICTED, valid_to=date(2026, 3, 9)),), (Care.SECRET,), {}, id="expired"),
        pytest.param(
            (replace(RESTRICTED, categories=("roads.*",)),), (Care.SECRET,), {}, id="of other matters"
        ),
    ],
)
def test_a_reveal_opens_no_secret_report_and_shows_no_child_without_a_grant_that_covers_them(
    before: tuple[Grant, ...], care: tuple[Care, ...], expected: dict[str, str]
) -> None:
    assert expected == given(reveal_grants(replace(REVEAL, decided=AGREED), before, "第十三条", TODAY), *care)


def test_what_a_reveal_gives_is_named_after_it_and_holds_on_that_day_alone() -> None:
    (one,) = reveal_grants(replace(REVEAL, decided=AGREED), (), "第十三条", TODAY)
    assert ("rv_1", "reveal", (Output.VIEW,), ("ann", "ben")) == (
        one.id,
        one.purpose,
        one.outputs,
        one.approved_by,
    )
    assert [Standing.NOT_YET, Standing.LIVE, Standing.EXPIRED] == [
        standing(one, TODAY + timedelta(days=days)) for days in (-1, 0, 1)
    ]


def test_an_emergency_covers_as_much_as_its_set_says() -> None:
    grants = emergency_grants(replace(EMERGENCY, decided=AGREED), LIFE, WATER, TODAY)
    whole = {"resident.phone": "", "event.address": ""}
    assert (whole, whole, {}) == (given(grants), given(grants, Care.MINOR), given(grants, Care.SECRET))


@pytest.mark.parametrize(
    ("field", "may"),
    [("resident.phone", True), ("event.content", True), ("event.source", False), ("incident.lon", False)],
)
def test_a_pack_names_personal_fields_of_reports_there(field: str, may: bool) -> None:
    assert may is may_be_named(field)
