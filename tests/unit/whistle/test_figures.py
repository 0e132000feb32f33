"""Figures of departments: fair to who has few cases, the same in any order, and telling of nobody."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.clock import SHANGHAI
from hub.model import Actor, Level, Move, Role
from hub.whistle.evaluation import USUAL_EVALUATION, Aspect, Mark, Score, score
from hub.whistle.figures import USUAL_FIGURES, DepartmentFigures, FigureRules, Figures, figures
from hub.whistle.lives import Life, reached
from hub.whistle.shares import SMALL, Hidden, Share, wilson

BLOWN = datetime(2026, 3, 10, 9, 0, tzinfo=SHANGHAI)
LATER = BLOWN + timedelta(days=30)
HOUR = timedelta(hours=1)


def scored(mark: int | None) -> Score:
    """Marked so in every aspect; None: not marked."""
    if mark is None:
        return Score(None, {}, ())
    return Score(float(mark), {aspect: float(mark) for aspect in Aspect}, ())


def life(department: str = "shuiwu", mark: int | None = 100, **changes: Any) -> Life:
    """One whistle that went well: signed in an hour, done in ten."""
    usual = Life(
        department=department,
        role=Role.LEAD,
        category="a.a",
        level=Level.ROUTINE,
        subdistrict="s1",
        is_own=False,
        is_called_off=False,
        is_relieved=False,
        blown_at=BLOWN,
        reached=reached([(Move.SIGN, BLOWN + HOUR), (Move.RESULT, BLOWN + 10 * HOUR)]),
        due={"sign": BLOWN + 2 * HOUR, "finish": BLOWN + 20 * HOUR},
        late=frozenset(),
        excused=frozenset(),
        score=scored(mark),
        returns=0,
        rounds=0,
        is_flagged=False,
    )
    return replace(usual, **changes)


def of_marks(marks: Mapping[Aspect, int]) -> Score:
    """What these marks of one person come to."""
    return score([Mark(by=Actor.BLOWER, account="w", aspects=marks, at=BLOWN)], USUAL_EVALUATION)


def marked(department: str, **marks: int) -> Life:
    """A whistle that was marked in these aspects alone."""
    return replace(life(department), score=of_marks({Aspect(name): n for name, n in marks.items()}))


def told(*matters: list[Life], rules: FigureRules = USUAL_FIGURES) -> Figures:
    """The figures of these matters."""
    return figures(matters, USUAL_EVALUATION, rules, LATER)


def many(number: int, department: str, mark: int | None = 100, **changes: Any) -> list[list[Life]]:
    """So many matters of one whistle each."""
    return [[life(department, mark, **changes)] for _ in range(number)]


def shares(one: DepartmentFigures, *names: str) -> list[tuple[int, int]]:
    """(n, hits) of these figures."""
    found = [getattr(one, name) for name in names]
    assert all(isinstance(cell, Share) for cell in found)
    return [(cell.n, cell.hits) for cell in found]


def shown(one: DepartmentFigures, *names: str) -> list[Any]:
    """These figures."""
    return [getattr(one, name) for name in names]


def test_the_three_rates_count_who_was_marked_and_who_passed() -> None:
    one = told(*many(7, "shuiwu", 60), *many(3, "shuiwu", 59), *many(5, "shuiwu", None)).departments["shuiwu"]
    assert [(10, 7)] * 3 == shares(one, "response", "resolve", "satisfy")
    assert (15, 59.7) == (one.whistles, one.score)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, (1, 1), id="done in time"),
        pytest.param({"due": {"finish": BLOWN + 10 * HOUR}}, (1, 1), id="done at the last moment"),
        pytest.param({"due": {"finish": BLOWN + 9 * HOUR}}, (1, 0), id="done late"),
        pytest.param({"late": frozenset({"finish"})}, (1, 0), id="noted as late"),
        pytest.param({"excused": frozenset({"finish"})}, None, id="late, which does not count"),
        pytest.param({"due": {"sign": BLOWN}}, None, id="no such limit"),
        pytest.param({"reached": {}}, (1, 0), id="not done, and its time is over"),
        pytest.param({"reached": {}, "due": {"finish": LATER}}, None, id="not done, and there is time left"),
        pytest.param({"is_relieved": True}, None, id="another's matter by now"),
        pytest.param({"rounds": 1, "due": {"finish": BLOWN}}, (1, 1), id="a later round, and no round late"),
        pytest.param({"rounds": 1, "late": frozenset({"finish"})}, (1, 0), id="a round was late"),
    ],
)
def test_a_step_is_on_time_late_or_not_known(
    changes: dict[str, Any], expected: tuple[int, int] | None
) -> None:
    rules = replace(USUAL_FIGURES, hidden_below=1)
    on_time = told([life(**changes)], rules=rules).departments["shuiwu"].on_time.get("finish")
    assert expected == ((on_time.n, on_time.hits) if isinstance(on_time, Share) else None)


def test_times_are_told_as_median_and_ninth_of_ten() -> None:
    hours = [*range(1, 11)]
    lives = [[life(reached={"finish": BLOWN + n * HOUR})] for n in hours]
    times = told(*lives).departments["shuiwu"].times
    assert {"finish": {"median_s": 19800, "p90_s": 9 * 3600}} == {k: v.told() for k, v in times.items()}


def test_several_departments_count_together_where_all_of_them_reported_in() -> None:
    both = [life("shuiwu"), life("zilai")]
    half = [life("shuiwu"), life("zilai", reached={})]
    waits = [life("shuiwu"), life("zilai", reached={}, due={"report_in": LATER})]
    gone = [life("shuiwu"), life("zilai", is_called_off=True, reached={})]
    found = told(*[both] * 6, *[half] * 4, *[waits] * 9, *[gone] * 9)
    assert [(10, 6)] == shares(found.district, "joint")
    assert [(10, 6)] == shares(found.departments["zilai"], "joint")
    assert [(10, 6)] == shares(found.departments["shuiwu"], "joint")


def test_a_return_a_new_round_and_a_doubted_photo_count_a_whistle_once() -> None:
    lives = many(5, "shuiwu", returns=2, rounds=2, is_flagged=True) + many(5, "shuiwu")
    found = told(*lives).departments["shuiwu"]
    assert [(10, 5)] * 3 == shares(found, "returned", "reopened", "flagged")


def test_ranks_follow_what_is_sure_and_nobody_is_ranked_by_a_few_cases() -> None:
    lives = many(200, "shuiwu", 100) + many(200, "chengguan", 30) + many(29, "zilai", 100)
    found = told(*lives).departments
    assert {"shuiwu": 1, "chengguan": 2, "zilai": None} == {name: one.rank for name, one in found.items()}
    assert {"value": None, "reason": "too_few"} == found["zilai"].told()["rank"]


def test_hard_cases_are_not_held_against_who_has_them() -> None:
    """Both solve what anybody would of each kind; one has the hard ones."""
    lives = [
        *many(90, "shuiwu", 100, category="e.easy"),
        *many(10, "shuiwu", 0, category="e.easy"),
        *many(40, "zilai", 100, category="h.hard"),
        *many(60, "zilai", 0, category="h.hard"),
        *many(90, "chengguan", 100, category="e.easy"),
        *many(10, "chengguan", 0, category="e.easy"),
        *many(40, "chengguan", 100, category="h.hard"),
        *many(60, "chengguan", 0, category="h.hard"),
    ]
    found = told(*lives).departments
    assert {0.65} == {one.told()["adjusted"]["share"] for one in found.values()}
    assert found["shuiwu"].rank == found["zilai"].rank


good = st.integers(180, 200)


@settings(max_examples=60, deadline=None)
@given(
    passed=good,
    others=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40), st.integers(0, 40)), max_size=4),
    stratum=st.sampled_from("abc"),
    least=st.sampled_from([1, 2, 30]),
)
def test_one_perfect_case_never_stands_above_two_hundred_good_ones(
    passed: int, others: list[tuple[str, int, int]], stratum: str, least: int
) -> None:
    """Whatever the rest of the district does, and even where a pack ranks from the first case on."""
    lives = many(passed, "many", 100, category="a") + many(200 - passed, "many", 0, category="a")
    lives += many(1, "once", 100, category=stratum)
    for at, (category, well, badly) in enumerate(others):
        lives += many(well, f"other{at}", 100, category=category)
        lives += many(badly, f"other{at}", 0, category=category)
    found = told(*lives, rules=replace(USUAL_FIGURES, least=least, hidden_below=1)).departments
    once, most = found["once"].rank, found["many"].rank
    assert most is not None
    assert once is None or most < once


lives = st.builds(
    life,
    st.sampled_from(["shuiwu", "zilai", "chengguan"]),
    st.one_of(st.none(), st.integers(0, 100)),
    category=st.sampled_from(["a.a", "b.b"]),
    subdistrict=st.sampled_from(["s1", "s2"]),
    is_own=st.booleans(),
    is_called_off=st.booleans(),
    returns=st.integers(0, 1),
    rounds=st.integers(0, 1),
    late=st.sampled_from([frozenset(), frozenset({"finish"})]),
)
one_matter = st.lists(lives, min_size=1, max_size=3).map(
    lambda some: [replace(one, subdistrict=some[0].subdistrict) for one in some]
)
"""A matter lies in one subdistrict."""
district = st.lists(one_matter, max_size=25)


@settings(max_examples=60, deadline=None)
@given(district, st.integers(0, 1000))
def test_the_order_of_one_matter_changes_nothing(matters: list[list[Life]], seed: int) -> None:
    dice = random.Random(seed)
    shuffled = [dice.sample(one, len(one)) for one in dice.sample(matters, len(matters))]
    assert told(*matters) == told(*shuffled)


@settings(max_examples=60, deadline=None)
@given(district)
def test_no_figure_of_few_cases_is_told_of_anyone(matters: list[list[Life]]) -> None:
    found = told(*matters)
    for one in (found.district, *found.departments.values()):
        assert 0 == one.whistles or one.whistles is SMALL or int(str(one.whistles)) >= 5
        cells = (one.response, one.resolve, one.satisfy, one.joint, one.returned, *one.on_time.values())
        for cell in cells:
            assert isinstance(cell, Hidden) or (isinstance(cell, Share) and (cell.n == 0 or cell.n >= 5))
    hidden = [one for one in found.departments.values() if one.whistles is SMALL]
    assert len(hidden) != 1 or len(found.departments) == 1 or found.district.whistles is SMALL
    for one in hidden:
        assert {SMALL} >= {one.response, one.satisfy, one.joint, one.score, *one.times.values()}


def test_a_few_marks_in_one_aspect_do_not_open_the_sum_of_another() -> None:
    """Three marks of one department and two of its partner come to enough, and are of different things."""
    lives = many(17, "a", None) + [[marked("a", response=100)]] * 3
    lives += many(18, "b", None) + [[marked("b", satisfy=0)]] * 2
    lives += many(20, "c") + many(10, "d") + many(10, "d", 0)
    found = told(*lives)
    assert {SMALL} == {one for name in "ab" for one in shown(found.departments[name], "response", "satisfy")}
    assert {SMALL} == set(shown(found.district, "response", "satisfy", "score"))
    assert Share(40, 30) == found.district.resolve
    assert Share(20, 10) == found.departments["d"].satisfy


@pytest.mark.parametrize(
    ("content", "others", "is_told"),
    [
        pytest.param(0, 8, False, id="none of eight"),
        pytest.param(8, 0, False, id="all eight"),
        pytest.param(1, 7, True, id="one of eight"),
        pytest.param(0, 9, True, id="none of nine, who are many"),
    ],
)
def test_what_a_few_residents_all_said_is_not_told_and_not_in_a_score_either(
    content: int, others: int, is_told: bool
) -> None:
    lives = [[marked("a", satisfy=100)]] * content + [[marked("a", satisfy=0)]] * others
    found = told(*lives, *many(9, "b"), *many(9, "b", 0))
    for one in found.departments.values():
        assert [is_told] * 3 == [cell is not SMALL for cell in shown(one, "satisfy", "score", "adjusted")]
    assert Share(18, 9) == found.departments["b"].resolve
    assert is_told == (found.district.satisfy is not SMALL)  # of eight whistles no more than eight were heard


def test_a_step_that_is_hidden_does_not_say_that_a_partner_had_none_of_it() -> None:
    lives = many(20, "a", due={}) + many(3, "b") + many(17, "b", due={}) + many(9, "c") + many(9, "d")
    found = told(*lives)
    assert [SMALL, SMALL] == [found.departments[name].on_time.get("finish") for name in "ab"]
    assert set() == found.departments["a"].on_time.keys() ^ found.departments["b"].on_time.keys()


@st.composite
def districts(draw: st.DrawFn) -> list[list[Life]]:
    """Two to five departments, of each a few sorts of whistles, each a number of times."""
    lives: list[list[Life]] = []
    for name in "abcde"[: draw(st.integers(2, 5))]:
        for _ in range(draw(st.integers(0, 3))):
            marks = draw(st.dictionaries(st.sampled_from(list(Aspect)), st.sampled_from([0, 100])))
            steps = draw(st.sampled_from([{}, {"sign": BLOWN + HOUR}, {"finish": BLOWN + HOUR}]))
            one = life(name, category=draw(st.sampled_from(["a.a", "b.b"])), due=steps)
            one = replace(one, score=of_marks(marks), returns=draw(st.integers(0, 1)))
            lives += [[one]] * draw(st.one_of(st.integers(1, 6), st.integers(1, 20)))
    return lives


RATES = [*Aspect, "returned", "reopened", "flagged"]


def cells(one: DepartmentFigures) -> dict[str, Any]:
    """Each share of the row by its name; a number of whistles is one, too."""
    found = {name: getattr(one, name) for name in RATES} | {f"on_time {k}": v for k, v in one.on_time.items()}
    whistles = one.whistles
    return found | {"whistles": Share(whistles, 0) if isinstance(whistles, int) else whistles}


@settings(max_examples=100, deadline=None)
@given(districts())
def test_nothing_of_a_few_is_told_and_nothing_of_them_is_left_where_all_that_is_told_is_subtracted(
    matters: list[list[Life]],
) -> None:
    """Of every figure: what is told of each department, and the district's less all of these."""
    found = told(*matters)
    rows = {name: cells(one) for name, one in found.departments.items()}
    for figure, whole in cells(found.district).items():
        known = {name: row[figure] for name, row in rows.items() if isinstance(row.get(figure), Share)}
        groups = list(known.values())
        if isinstance(whole, Share):
            n, hits = (sum(getattr(one, of) for one in groups) for of in ("n", "hits"))
            groups.append(Share(whole.n - n, whole.hits - hits))
            unknown = [name for name, row in rows.items() if row.get(figure) is SMALL]
            assert len(unknown) != 1, figure
            assert unknown or groups[-1] == Share(0, 0)
        assert not [one for one in groups if 0 < one.n < 5], figure
        if figure == Aspect.SATISFY:
            assert not [one for one in groups if 0 < one.n <= 8 and one.hits in (0, one.n)]


@settings(max_examples=100, deadline=None)
@given(districts())
def test_a_score_tells_no_more_of_few_residents_than_their_rate_does(matters: list[list[Life]]) -> None:
    found = told(*matters)
    for one in (found.district, *found.departments.values()):
        assert one.satisfy is not SMALL or {SMALL} >= {one.score, one.adjusted} - {None}
    hidden = {name for name, one in found.departments.items() if one.score is SMALL}
    few = [one for (one,) in matters if one.department in hidden and one.score.value is not None]
    assert found.district.score is SMALL or len(few) == 0 or len(few) >= 5


@settings(max_examples=100, deadline=None)
@given(districts())
def test_whose_score_is_hidden_changes_what_no_other_is_compared_with(matters: list[list[Life]]) -> None:
    found = told(*matters).departments
    hidden = {name for name, one in found.items() if one.score is SMALL}
    others = [matter for matter in matters if matter[0].department not in hidden]
    alone = figures(others, USUAL_EVALUATION, USUAL_FIGURES, LATER, found.keys()).departments
    assert [one.adjusted for name, one in found.items() if name not in hidden] == [
        one.adjusted for name, one in alone.items() if name not in hidden
    ]


def test_a_figure_that_is_not_told_says_why() -> None:
    said = told(*many(2, "zilai"), *many(9, "shuiwu")).departments["zilai"].told()
    assert {"value": None, "reason": "small_cell"} == said["whistles"] == said["satisfy"]


@pytest.mark.parametrize(
    ("share", "n", "interval"),
    [
        pytest.param(1.0, 1, (0.2065, 1.0), id="one of one"),
        pytest.param(0.5, 10, (0.2366, 0.7634), id="five of ten"),
        pytest.param(0.95, 200, (0.9104, 0.9726), id="190 of 200"),
        pytest.param(0.0, 20, (0.0, 0.1611), id="none of twenty"),
    ],
)
def test_wilsons_interval(share: float, n: int, interval: tuple[float, float]) -> None:
    assert interval == pytest.approx(wilson(share, n), abs=5e-5)
