"""A matter's whistles when it moves on: who is blown, who ends, who goes along; as tables and as laws."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import ids
from hub.model import (
    Actor,
    Call,
    DepartmentId,
    Ending,
    IncidentId,
    Move,
    Reason,
    Role,
    Whistle,
    WhistleId,
    WhistleState,
)
from hub.whistle.follow import (
    DESIGNATED,
    MERGED,
    ended,
    ending_of,
    follow,
    is_done,
    is_led,
    join,
    next_id,
    part,
)
from hub.whistle.lifecycle import ACTIVE, OVER, UNBLOWN
from tests.unit.whistle.test_lifecycle import BLOWN_AT, WHISTLE

LEAD, ASSIST = Role.LEAD, Role.ASSIST
ONE, OTHER = IncidentId("in_1"), IncidentId("in_2")


def whistle(
    department: str = "zilai",
    state: WhistleState = WhistleState.BLOWN,
    role: Role = LEAD,
    incident: IncidentId = ONE,
    reasons: tuple[Reason, ...] = (),
) -> Whistle:
    """A whistle in some state."""
    return replace(
        WHISTLE,
        id=WhistleId(f"wh_{incident}_{department}_{state}"),
        incident_id=incident,
        department=DepartmentId(department),
        state=state,
        role=role,
        reasons=reasons,
    )


def call(department: str = "zilai", role: Role = LEAD) -> Call:
    """What routing says."""
    return Call(
        department=DepartmentId(department), role=role, contract_id="c", clause="1", deadlines=(), reasons=()
    )


@pytest.mark.parametrize(
    ("state", "wanted", "blown", "ends"),
    [
        pytest.param(WhistleState.BLOWN, LEAD, 0, 0, id="called already"),
        pytest.param(WhistleState.BLOWN, None, 0, 1, id="called no longer"),
        pytest.param(WhistleState.SIGNED, None, 0, 1, id="signed, called no longer"),
        pytest.param(WhistleState.CONTACTED, None, 0, 1, id="contacted, called no longer"),
        pytest.param(WhistleState.DISPUTED, None, 0, 1, id="returned, called no longer"),
        pytest.param(WhistleState.DISPUTED, LEAD, 0, 0, id="returned, and the route has nobody else"),
        pytest.param(WhistleState.REPORTED_IN, None, 0, 0, id="at the place, called no longer"),
        pytest.param(WhistleState.REPORTED_IN, ASSIST, 0, 0, id="at the place, now to assist"),
        pytest.param(WhistleState.RESULT, None, 0, 0, id="handed in its result"),
        pytest.param(WhistleState.RESULT, LEAD, 0, 0, id="handed in its result, called still"),
        pytest.param(WhistleState.BLOWN, ASSIST, 1, 1, id="called in another role"),
        pytest.param(WhistleState.CANCELLED, LEAD, 1, 0, id="called off before, called again"),
        pytest.param(WhistleState.CANCELLED, None, 0, 0, id="called off before"),
    ],
)
def test_a_whistle_follows_the_route(state: WhistleState, wanted: Role | None, blown: int, ends: int) -> None:
    turn = follow([whistle(state=state)], [call(role=wanted)] if wanted else [])
    assert (blown, ends) == (len(turn.blow), len(turn.end))


@pytest.mark.parametrize("state", sorted(ACTIVE | {WhistleState.DISPUTED}))
def test_the_accused_ends_wherever_it_is_and_whoever_called_it(state: WhistleState) -> None:
    foreign = whistle(state=state, reasons=(Reason(MERGED, {"from": OTHER}),))
    assert (foreign,) == follow([foreign], [], {foreign.department}).end
    assert () == follow([whistle(state=WhistleState.RESULT)], [], {foreign.department}).end


def test_what_a_merge_brought_is_not_called_off_by_a_route() -> None:
    foreign = whistle(reasons=(Reason(MERGED, {"from": OTHER}),))
    assert ((), ()) == (follow([foreign], []).end, follow([foreign], [call()]).blow)


STANDING = st.lists(
    st.builds(
        whistle,
        st.sampled_from(["zilai", "shizheng", "gongan"]),
        st.sampled_from(list(WhistleState)),
        st.sampled_from(list(Role)),
    ),
    max_size=3,
    unique_by=lambda w: w.department,
)
ROUTE = st.lists(
    st.builds(call, st.sampled_from(["zilai", "shizheng", "gongan"]), st.sampled_from(list(Role))),
    max_size=3,
    unique_by=lambda c: c.department,
)


@given(STANDING, ROUTE)
def test_following_a_route_twice_does_nothing_the_second_time(
    standing: list[Whistle], route: list[Call]
) -> None:
    turn = follow(standing, route)
    gone = {w.id for w in turn.end}
    after = [ended(w, Ending.REROUTED, BLOWN_AT)[0] if w.id in gone else w for w in standing]
    after += [
        replace(whistle(c.department, role=c.role), id=WhistleId(f"new_{c.department}")) for c in turn.blow
    ]
    again = follow(after, route)
    assert ((), ()) == (again.blow, again.end)
    at_it = [w.department for w in after if w.state not in OVER]
    assert len(at_it) == len(set(at_it))


@given(STANDING, STANDING)
@pytest.mark.nasty("N12")
def test_joined_and_parted_again_every_whistle_is_back_or_was_called_off(
    mine: list[Whistle], theirs: list[Whistle]
) -> None:
    moving = [replace(w, incident_id=OTHER, id=WhistleId(f"o_{w.id}")) for w in mine]
    done = join(moving, ONE, theirs, takes_more=True, at=BLOWN_AT)
    off = {w.id for w, _ in done.ended}
    together = [*(w for w in theirs if w.id not in off), *done.moved]
    at_it = [w.department for w in together if w.state not in OVER]
    assert len(at_it) == len(set(at_it))
    back = {w.id: w for w in part(together, OTHER)}
    went = {w.id for w in done.moved}
    for one in moving:
        if one.id in went:
            assert replace(one, version=one.version + 2) == back.pop(one.id)
        else:
            assert one.id in off or one.state in OVER
    assert not back


def test_a_whistle_that_is_called_off_says_why_behind_what_it_said_before() -> None:
    before = Reason("contract_clause", {"clause": "1"})
    off, step = ended(whistle(reasons=(before,)), Ending.WITHDRAWN, BLOWN_AT)
    assert (Actor.HUB, Move.CANCEL, off.version) == (step.actor, step.move, step.version)
    assert (before, Reason("withdrawn")) == off.reasons
    assert (WhistleState.CANCELLED, WHISTLE.version + 1) == (off.state, off.version)
    for why in Ending:
        assert why is ending_of(ended(whistle(reasons=(before, before)), why, BLOWN_AT)[0])


def test_a_whistle_that_goes_along_belongs_to_the_other_matter_and_says_whence_it_came() -> None:
    mine = whistle(incident=OTHER)
    done = join([mine], ONE, [whistle("gongan")], takes_more=True, at=BLOWN_AT)
    assert () == done.ended
    (moved,) = done.moved
    assert (ONE, (Reason(MERGED, {"from": OTHER}),)) == (moved.incident_id, moved.reasons)
    stays = join([mine], ONE, [whistle()], takes_more=True, at=BLOWN_AT)
    assert ((), [Reason("merged")]) == (stays.moved, [w.reasons[-1] for w, _ in stays.ended])


def test_nothing_moves_to_a_matter_that_takes_no_more() -> None:
    done = join([whistle(incident=OTHER)], ONE, [], takes_more=False, at=BLOWN_AT)
    assert ((), ["cancelled"]) == (done.moved, [w.state for w, _ in done.ended])


@pytest.mark.parametrize("state", list(WhistleState))
def test_a_matter_is_led_while_a_lead_is_at_it(state: WhistleState) -> None:
    assert (state in ACTIVE) is is_led([whistle(state=state)])
    assert not is_led([whistle(state=state, role=ASSIST)])


@pytest.mark.parametrize(
    ("states", "done"),
    [
        pytest.param([(WhistleState.RESULT, LEAD)], True, id="its lead is done"),
        pytest.param([(WhistleState.RESULT, LEAD), (WhistleState.BLOWN, ASSIST)], True, id="a helper is not"),
        pytest.param([(WhistleState.RESULT, LEAD), (WhistleState.BLOWN, LEAD)], False, id="one of two leads"),
        pytest.param(
            [(WhistleState.RESULT, LEAD), (WhistleState.CANCELLED, LEAD)], True, id="one called off"
        ),
        pytest.param(
            [(WhistleState.RESULT, LEAD), (WhistleState.DISPUTED, LEAD)], False, id="one returned it"
        ),
        pytest.param([(WhistleState.RESULT, ASSIST)], False, id="nobody led"),
        pytest.param([(WhistleState.CANCELLED, LEAD)], False, id="all called off"),
    ],
)
def test_a_matter_is_done_when_every_lead_that_still_counts_is(
    states: list[tuple[WhistleState, Role]], done: bool
) -> None:
    called = [whistle(f"d{n}", state, role) for n, (state, role) in enumerate(states)]
    assert done is is_done(called)


def test_each_round_of_calling_one_department_has_an_id_of_its_own() -> None:
    first = next_id(ONE, "zilai", set())
    assert ids.whistle_id(ONE, "zilai") == first
    assert ids.whistle_id(ONE, "zilai", 1) == next_id(ONE, "zilai", {first})


def designated(department: str, state: WhistleState) -> Whistle:
    """A lead that the centre called."""
    return whistle(department, state=state, reasons=(Reason(DESIGNATED),))


def test_whom_the_centre_designated_stays_whatever_the_route_says() -> None:
    standing = [designated("gongan", WhistleState.BLOWN)]
    assert () == follow(standing, [call(role=LEAD)]).end
    assert standing == list(
        follow(standing, [], {DepartmentId("gongan")}).end
    )  # but for whom a report accuses


def test_a_matter_whose_lead_was_relieved_is_done_only_with_one_that_was_designated() -> None:
    gone = whistle("zilai", state=WhistleState.REASSIGNED)
    other = whistle("gongan", state=WhistleState.RESULT)
    assert not is_done([gone])
    assert not is_done([gone, other])
    assert not is_done([gone, other, designated("shuiwu", WhistleState.SIGNED)])
    assert is_done([gone, other, designated("shuiwu", WhistleState.RESULT)])
    assert () == follow([gone], [call(role=LEAD)]).blow  # who was relieved is not called again by the route


def test_the_centres_word_of_an_earlier_whistle_is_said_of_the_next_one_of_that_department_alone() -> None:
    clause = Reason("contract_clause")
    off = replace(designated("zilai", WhistleState.CANCELLED), role=LEAD)
    route = [replace(call(one), reasons=(clause,)) for one in ("zilai", "gongan")]
    again, other = follow([off], route).blow
    assert (clause, Reason(DESIGNATED)) == again.reasons
    assert ("zilai", "c", "1") == (again.department, again.contract_id, again.clause)
    assert route[1] == other


def test_who_was_relieved_of_a_matter_does_not_come_back_with_a_merge() -> None:
    relieved = whistle("zilai", state=WhistleState.REASSIGNED)
    mine = whistle("zilai", incident=OTHER)
    done = join([mine], ONE, [relieved], takes_more=True, at=BLOWN_AT)
    assert () == done.moved
    ((gone, step),) = done.ended
    assert (WhistleState.CANCELLED, Ending.MERGED, BLOWN_AT) == (gone.state, ending_of(gone), step.at)


@pytest.mark.parametrize("state", [WhistleState.CANCELLED, WhistleState.RESULT])
def test_a_department_that_is_through_with_a_matter_takes_its_whistle_of_the_other_along(
    state: WhistleState,
) -> None:
    mine = whistle("zilai", incident=OTHER)
    done = join([mine], ONE, [whistle("zilai", state=state)], takes_more=True, at=BLOWN_AT)
    assert [ONE] == [one.incident_id for one in done.moved]
    assert () == done.ended


@pytest.mark.parametrize("draft", sorted(UNBLOWN))
@pytest.mark.parametrize(
    ("comes", "moves", "ends"),
    [
        pytest.param(WhistleState.SIGNED, True, "theirs", id="who is at work goes on and the draft ends"),
        pytest.param(WhistleState.REASSIGNED, True, "theirs", id="who was relieved is not asked for there"),
        pytest.param(WhistleState.SUBMITTED, False, "mine", id="of two drafts the one that stands stays"),
        pytest.param(WhistleState.RESULT, False, "", id="who is done leaves it be"),
    ],
)
def test_what_waits_for_its_review_keeps_nobody_away_who_was_called(
    draft: WhistleState, comes: WhistleState, moves: bool, ends: str
) -> None:
    mine, theirs = whistle(state=comes, incident=OTHER), whistle(state=draft)
    done = join([mine], ONE, [theirs], takes_more=True, at=BLOWN_AT)
    assert [mine.id] * moves == [one.id for one in done.moved]
    named = {"mine": [mine.id], "theirs": [theirs.id], "": []}
    assert named[ends] == [one.id for one, _ in done.ended]


def test_a_relief_goes_along_with_a_merge_where_the_department_is_not_called_there() -> None:
    relieved = whistle(
        "zilai", state=WhistleState.REASSIGNED, incident=OTHER, reasons=(Reason("reassigned"),)
    )
    (gone,) = join([relieved], ONE, [whistle("gongan")], takes_more=True, at=BLOWN_AT).moved
    assert (ONE, Ending.REASSIGNED) == (gone.incident_id, ending_of(gone))
    assert (replace(relieved, version=relieved.version + 2),) == part([gone], OTHER)
    assert () == join([relieved], ONE, [whistle("zilai")], takes_more=True, at=BLOWN_AT).moved


def test_of_two_whistles_of_one_department_the_one_that_stays_takes_over_the_centres_word() -> None:
    clause = Reason("contract_clause")
    mine = replace(designated("zilai", WhistleState.BLOWN), incident_id=OTHER, id=WhistleId("o_1"))
    stays = whistle("zilai", reasons=(clause,))
    done = join([mine], ONE, [stays, whistle("gongan")], takes_more=True, at=BLOWN_AT)
    assert (replace(stays, reasons=(clause, Reason(DESIGNATED)), version=stays.version + 1),) == done.moved
    assert [mine.id] == [one.id for one, _ in done.ended]
    plain = replace(mine, reasons=())
    assert () == join([plain], ONE, [stays], takes_more=True, at=BLOWN_AT).moved
    moves = replace(mine, department=DepartmentId("shuiwu"))
    assert [moves.id] == [one.id for one in join([moves], ONE, [stays], takes_more=True, at=BLOWN_AT).moved]
