"""Posts blow whistles: who may, at which level, calling whom; and what a review decides."""

from dataclasses import replace

import orjson
import pytest

from hub.errors import Refused
from hub.model import Level, Move, Stage
from hub.whistle.rules import USUAL, LevelRules, Post
from tests.instruments import HubInHand
from tests.unit.run.ledgers import is_whole
from tests.unit.run.lives import blow, place, review
from tests.unit.run.matters import is_sound, link, matter, on, report, told, whistles
from tests.unit.run.sources import pipe
from tests.unit.run.test_answering import let_it_lead
from tests.unit.run.test_deciding import deadlines, designate, history
from tests.unit.run.test_moving_on import BLOWN, tell
from tests.unit.run.test_relinking import far
from tests.unit.run.test_ticks import noted

DISTRICT = "district:329901"
REVIEWED = replace(
    USUAL,
    levels={Level.EMERGENCY: LevelRules(title={}, blown_by=(Post.COMMUNITY,), reviewed_by=Post.DISTRICT)},
)
"""Rules by which the district reviews what a community blows."""


@pytest.fixture
def called(hub: HubInHand) -> HubInHand:
    """A hub whose one matter, a burst pipe, has called its departments."""
    tell(hub, pipe(hub, "A1"))
    return hub


def subdistrict(hub: HubInHand) -> str:
    """The post of the matter's own subdistrict."""
    return f"subdistrict:{place(hub).subdistrict_id}"


def community(hub: HubInHand) -> str:
    """The post of the matter's own community."""
    return f"community:{place(hub).community_id}"


def incident_level(hub: HubInHand) -> str:
    """At which level the only matter stands."""
    ((body,),) = hub.rows("SELECT body FROM incident")
    return str(orjson.loads(body)["level"])


def level_of(hub: HubInHand, department: str) -> str:
    """At which level the department's whistle stands."""
    rows = hub.rows("SELECT department, body FROM whistle ORDER BY blown_us, version")
    return str(orjson.loads([r[1] for r in rows if r[0] == department][-1])["level"])


def test_a_post_that_blows_an_emergency_calls_whom_that_level_calls_and_raises_the_others(
    called: HubInHand,
) -> None:
    (new,) = blow(called, community(called), Level.EMERGENCY)
    assert ("yingji", "assist", "blown") == (new.department, new.role, new.state)
    assert [BLOWN] == told(called, "yingji")
    assert [BLOWN, BLOWN] == told(called, "zilai")
    assert {"emergency"} == {level_of(called, one) for one in ("zilai", "yingji")}
    moves = [one[:3] for one in history(called, "yingji")]
    assert [("submit", "jiedao01", "submitted"), ("blow", "", "blown")] == moves
    assert ("upgrade", "jiedao01", "blown", "") in history(called, "zilai")
    assert "emergency" == incident_level(called)
    assert is_sound(called)
    assert is_whole(called)


def test_what_a_post_blew_stays_whatever_the_contracts_call(called: HubInHand) -> None:
    blow(called, community(called), Level.EMERGENCY)
    tell(called, pipe(called, "A2"))
    assert "blown" == whistles(called)["yingji"]
    assert [BLOWN] == told(called, "yingji")


def tick_all(hub: HubInHand) -> None:
    """Clockwork, until nothing is due."""
    clockwork = hub.hub.plain_clockwork()
    while clockwork.step():
        pass


@pytest.fixture
def submitted(called: HubInHand) -> HubInHand:
    """The same after a post has submitted a whistle for one more department, which the district reviews."""
    (new,) = blow(called, community(called), Level.EMERGENCY, rules=REVIEWED)
    assert ("yingji", "submitted") == (new.department, new.state)
    return called


def test_of_what_waits_for_its_review_no_department_hears(submitted: HubInHand) -> None:
    assert [] == told(submitted, "yingji")
    assert ["review"] == [one["step"] for one in deadlines(submitted, "yingji")]
    assert "routine" == incident_level(submitted)
    assert is_whole(submitted)


def test_what_is_approved_is_blown_with_clocks_from_then(submitted: HubInHand) -> None:
    review(submitted, DISTRICT, "yingji", Move.APPROVE, rules=REVIEWED)
    assert [BLOWN] == told(submitted, "yingji")
    (first, *_) = deadlines(submitted, "yingji")
    assert submitted.clock.now().replace(microsecond=0).isoformat() == first["from_at"]
    assert [("submit", "submitted"), ("approve", "reviewed"), ("blow", "blown")] == [
        (one[0], one[2]) for one in history(submitted, "yingji")
    ]
    assert "emergency" == incident_level(submitted)


def test_what_is_refused_is_over_and_nobody_was_told(submitted: HubInHand) -> None:
    with pytest.raises(Refused, match="W150"):
        review(submitted, DISTRICT, "yingji", Move.REFUSE, rules=REVIEWED)
    review(submitted, DISTRICT, "yingji", Move.REFUSE, "NO_NEED", rules=REVIEWED)
    assert "refused_to_blow" == whistles(submitted)["yingji"]
    assert [] == told(submitted, "yingji")
    with pytest.raises(Refused, match="W101"):
        review(submitted, DISTRICT, "yingji", Move.APPROVE, rules=REVIEWED)


def test_only_the_post_that_the_pack_names_reviews(submitted: HubInHand) -> None:
    with pytest.raises(Refused, match="W156") as refused:
        review(submitted, subdistrict(submitted), "yingji", Move.APPROVE, rules=REVIEWED)
    assert {"allowed": "district"} == refused.value.facts


SAME_POST = replace(
    USUAL,
    levels={
        Level.EMERGENCY: LevelRules(title={}, blown_by=(Post.SUBDISTRICT,), reviewed_by=Post.SUBDISTRICT)
    },
)
"""Rules by which somebody else at the same post reviews."""


@pytest.mark.parametrize(
    ("submits", "approves", "code"),
    [
        pytest.param("wang", "wang", "W158", id="one account"),
        pytest.param("{post}", "{post}", "W158", id="one key of the post"),
        pytest.param("{post}/wang", "{post}/wang", "W158", id="one person's key"),
        pytest.param("{post}/wang", "wang", "W158", id="one person, by key and by command line"),
        pytest.param("{post}", "{post}/wang", "W158", id="by a key that anybody at the post may have"),
        pytest.param("{post}/wang", "{post}", "W158", id="to a key that anybody at the post may have"),
        pytest.param("{post}/wang", "{post}/li", "", id="two persons at one post"),
        pytest.param("wang", "li", "", id="two accounts"),
    ],
)
def test_who_submitted_does_not_approve(called: HubInHand, submits: str, approves: str, code: str) -> None:
    post = subdistrict(called)
    blow(called, post, Level.EMERGENCY, rules=SAME_POST, by=submits.format(post=post))
    by = approves.format(post=post)
    if code:
        with pytest.raises(Refused, match=code):
            review(called, post, "yingji", Move.APPROVE, rules=SAME_POST, by=by)
        assert ("submitted", []) == (whistles(called)["yingji"], told(called, "yingji"))
        review(called, post, "yingji", Move.REFUSE, "NO_NEED", rules=SAME_POST, by=by)  # taken back
        assert "refused_to_blow" == whistles(called)["yingji"]
    else:
        review(called, post, "yingji", Move.APPROVE, rules=SAME_POST, by=by)
        assert "blown" == whistles(called)["yingji"]


def test_another_post_is_another_person_where_no_account_is_known(called: HubInHand) -> None:
    post = community(called)
    blow(called, post, Level.EMERGENCY, rules=REVIEWED, by=post)
    review(called, DISTRICT, "yingji", Move.APPROVE, rules=REVIEWED, by=DISTRICT)
    assert "blown" == whistles(called)["yingji"]


def test_one_account_at_two_posts_is_one_person(called: HubInHand) -> None:
    blow(called, community(called), Level.EMERGENCY, rules=REVIEWED, by=f"{community(called)}/wang")
    with pytest.raises(Refused, match="W158"):
        review(called, DISTRICT, "yingji", Move.APPROVE, rules=REVIEWED, by=f"{DISTRICT}/wang")


def test_a_review_that_comes_too_late_is_noted_with_the_reviewer_and_not_counted(
    submitted: HubInHand,
) -> None:
    submitted.clock.pause(2 * 24 * 3600)
    tick_all(submitted)
    assert {("review", 0): "reviewer"} == noted(submitted, "yingji")
    review(submitted, DISTRICT, "yingji", Move.APPROVE, rules=REVIEWED)
    tick_all(submitted)
    assert {("review", 0): "reviewer"} == noted(submitted, "yingji")
    assert [] == submitted.rows("SELECT step FROM card WHERE department = 'yingji'")


def test_a_post_of_elsewhere_reviews_nothing_and_learns_of_no_matter(submitted: HubInHand) -> None:
    with pytest.raises(Refused, match="W103") as refused:
        review(submitted, "district:329999", "yingji", Move.APPROVE, rules=REVIEWED)
    assert {} == refused.value.facts


def test_of_a_matter_that_turned_secret_a_reviewer_learns_nothing(submitted: HubInHand) -> None:
    tell(submitted, replace(pipe(submitted, "A1"), secret=True, version="2"))
    with pytest.raises(Refused, match="W103") as refused:
        review(submitted, DISTRICT, "yingji", Move.APPROVE, rules=REVIEWED)
    assert {} == refused.value.facts


def test_what_ends_before_its_review_ends_in_silence(submitted: HubInHand) -> None:
    submitted.clock.pause(60)
    tell(submitted, replace(pipe(submitted, "A1"), stage=Stage.CANCELLED, version="2"))
    assert "cancelled" == whistles(submitted)["yingji"]
    assert [] == told(submitted, "yingji")


def test_who_may_not_blow_is_told_at_which_levels_they_may(called: HubInHand) -> None:
    with pytest.raises(Refused, match="W151") as refused:
        blow(called, community(called), Level.KEY)
    assert {"allowed": "routine, emergency"} == refused.value.facts
    with pytest.raises(Refused, match="W151"):
        blow(called, subdistrict(called), Level.ROUTINE)


def test_a_post_of_elsewhere_sees_no_such_matter(called: HubInHand) -> None:
    with pytest.raises(Refused, match="C106"):
        blow(called, "subdistrict:329901999", Level.KEY)


def test_no_post_hands_a_matter_to_whom_no_clause_names(called: HubInHand) -> None:
    with pytest.raises(Refused, match="W153") as refused:
        blow(called, subdistrict(called), Level.KEY, "jiaoyu")
    assert {"allowed": "jiedao_12, shizheng, zilai"} == refused.value.facts


def test_who_is_called_already_is_not_called_again(called: HubInHand) -> None:
    with pytest.raises(Refused, match="W152"):
        blow(called, subdistrict(called), Level.KEY, "zilai")


@pytest.mark.nasty("N12")
def test_what_waits_for_its_review_calls_off_nobody_who_comes_with_a_merge(called: HubInHand) -> None:
    tell(called, far(called))
    one, other = matter(called, "A1"), matter(called, "B1")
    post = community(called)
    (draft,) = blow(called, post, Level.EMERGENCY, rules=REVIEWED)
    (working,) = blow(called, post, Level.EMERGENCY, incident=other)
    assert working.department == draft.department
    report(called, working.department, "sign")
    link(called, other, one)
    assert {("yingji", "signed"), ("yingji", "cancelled")} == {w for w in on(called, one) if w[0] == "yingji"}
    assert [BLOWN] == told(called, "yingji")
    assert is_sound(called)


def test_whom_the_centre_designates_waits_for_no_review_any_more(called: HubInHand) -> None:
    report(called, "zilai", "return")
    (draft,) = blow(called, community(called), Level.EMERGENCY, rules=REVIEWED)
    let_it_lead(called, draft.department)
    done = designate(called, draft.department)
    assert {("yingji", "cancelled"), ("yingji", "blown")} == {
        w for w in on(called, done.incident_id) if w[0] == "yingji"
    }
    assert [BLOWN] == told(called, "yingji")
    assert is_sound(called)
