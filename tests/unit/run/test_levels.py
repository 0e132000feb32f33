"""A matter's level follows its reports and its merges, back too; whoever is at it rises with it and hears of it, and
an emergency rings its phones however it came to be one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from hub.model import Mode, Move, Stage, Urgency
from hub.run.matters.deciding import Deciding
from tests.instruments import HubInHand
from tests.unit.run.duty import phones
from tests.unit.run.lives import decide, upgrade
from tests.unit.run.matters import announced, is_sound, link, matter, part, report, told, unlink, whistles
from tests.unit.run.sources import pipe
from tests.unit.run.test_going_on import due, standing
from tests.unit.run.test_lives import as_if
from tests.unit.run.test_moving_on import tell
from tests.unit.run.test_relinking import far

BLOWN, MERGED = ("whistle.v1", ""), ("whistle.cancelled.v1", "merged")
CRITICAL = Urgency.CRITICAL


def level(hub: HubInHand, incident: str) -> str:
    """At which a matter stands."""
    bodies = dict(hub.rows("SELECT id, body FROM incident"))
    return str(orjson.loads(bodies[incident])["level"])


def called_at(hub: HubInHand, incident: str) -> dict[str, str]:
    """Department → the level of its whistle, of those that are open in a matter."""
    rows = hub.rows("SELECT incident_id, department, body FROM whistle WHERE state != 'cancelled'")
    return {r[1]: orjson.loads(r[2])["level"] for r in rows if r[0] == incident}


def raise_to(hub: HubInHand, incident: str, wanted: str) -> None:
    """The centre raises it step by step; what its report says makes it an emergency."""
    while level(hub, incident) != wanted:
        hub.clock.pause(60)
        dispatch, now = hub.hub.dispatch("centre"), hub.clock.now()
        with hub.hub.store.write() as conn:
            Deciding(conn, dispatch, hub.hub.pack, by="zhongxin01", at=now).upgrade(incident)


def two(hub: HubInHand, first: str = "routine", second: str = "routine") -> tuple[str, str]:
    """Two burst pipes, at these levels."""
    drafts = zip((pipe(hub, "A1"), far(hub)), (first, second), strict=True)
    tell(hub, *(replace(one, urgency=CRITICAL) if at == "emergency" else one for one, at in drafts))
    found = matter(hub, "A1"), matter(hub, "B1")
    for one, at in zip(found, (first, second), strict=True):
        raise_to(hub, one, at)
    return found


# -- merges ------------------------------------------------------------------------------------------


@pytest.mark.nasty("N12")
@pytest.mark.parametrize(
    ("stays", "comes", "together"),
    [
        ("routine", "routine", "routine"),
        ("routine", "key", "key"),
        ("key", "routine", "key"),
        ("key", "hard", "hard"),
        ("routine", "emergency", "emergency"),
        ("hard", "emergency", "emergency"),
        ("emergency", "hard", "emergency"),
    ],
)
def test_what_becomes_one_matter_stands_at_the_higher_level_and_each_is_back_at_its_own_when_that_is_undone(
    hub: HubInHand, stays: str, comes: str, together: str
) -> None:
    one, other = two(hub, stays, comes)
    link(hub, other, one)
    assert together == level(hub, one)
    assert {together} == set(called_at(hub, one).values())
    hub.clock.pause(60)
    part(hub, other, one)
    assert (stays, comes) == (level(hub, one), level(hub, other))
    assert comes in called_at(hub, other).values()
    assert is_sound(hub)


@pytest.mark.nasty("N12", "N42")
def test_whom_a_merge_raises_is_told_once_and_has_the_clocks_of_the_level(hub: HubInHand) -> None:
    one, other = two(hub, "routine", "emergency")
    before, theirs = due(hub, "shizheng", one), due(hub, "shizheng", other)
    link(hub, other, one)
    assert [BLOWN, BLOWN, MERGED, BLOWN] == told(hub, "shizheng")
    assert {step: min(at, before.get(step, at)) for step, at in theirs.items()} == due(hub, "shizheng", one)
    assert "yingji" in called_at(hub, one)


@pytest.mark.nasty("N12")
def test_what_is_raised_while_two_are_one_is_raised_for_both(hub: HubInHand) -> None:
    one, other = two(hub, "routine", "key")
    link(hub, other, one)
    raise_to(hub, one, "hard")
    part(hub, other, one)
    assert ("hard", "hard") == (level(hub, one), level(hub, other))


@pytest.mark.nasty("N12")
@pytest.mark.parametrize(("leaves", "left"), [("key", "hard"), ("hard", "key")])
def test_of_several_that_became_one_the_level_of_those_that_are_left_holds(
    hub: HubInHand, leaves: str, left: str
) -> None:
    one, other = two(hub, "routine", "key")
    tell(hub, pipe(hub, "C1", 3))
    third = matter(hub, "C1")
    raise_to(hub, third, "hard")
    link(hub, other, one)
    link(hub, third, one)
    assert "hard" == level(hub, one)
    part(hub, other if leaves == "key" else third, one)
    assert left == level(hub, one)


@pytest.mark.nasty("N12")
def test_a_matter_merged_on_with_what_was_merged_into_it_brings_the_levels_of_both(hub: HubInHand) -> None:
    one, other = two(hub, "routine", "hard")
    tell(hub, pipe(hub, "C1", 3))
    third = matter(hub, "C1")
    link(hub, other, one)
    link(hub, one, third)
    assert "hard" == level(hub, third)
    part(hub, one, third)
    assert ("routine", "hard") == (level(hub, third), level(hub, one))
    part(hub, other, one)
    assert ("routine", "hard") == (level(hub, one), level(hub, other))


@pytest.mark.nasty("N12")
def test_a_report_that_was_critical_takes_its_emergency_along_when_it_is_taken_out(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"), replace(pipe(hub, "A2"), urgency=CRITICAL))
    home = matter(hub, "A1")
    assert "emergency" == level(hub, home)
    fresh = unlink(hub, "A2")
    assert ("routine", "emergency") == (level(hub, home), level(hub, fresh))


# -- reports -----------------------------------------------------------------------------------------


def joins(hub: HubInHand, **changes: object) -> None:
    """Another report of the same."""
    tell(hub, replace(pipe(hub, "A2"), **{"version": "1", **changes}))  # type: ignore[arg-type]  # fields of Draft


def is_edited(hub: HubInHand, **changes: object) -> None:
    """The report that opened the matter says something else."""
    tell(hub, replace(pipe(hub, "A1"), **{"version": "1", **changes}))  # type: ignore[arg-type]


def another_is_edited(hub: HubInHand, **changes: object) -> None:
    """A report that joined it does."""
    joins(hub)
    joins(hub, **{"version": "2", **changes})


def is_merged(hub: HubInHand, **changes: object) -> None:
    """Another matter becomes a part of it."""
    tell(hub, replace(far(hub), **changes))  # type: ignore[arg-type]
    link(hub, matter(hub, "B1"), matter(hub, "A1"))


WAYS = pytest.mark.parametrize("becomes", [joins, is_edited, another_is_edited, is_merged])


@WAYS
@pytest.mark.nasty("N42")
def test_a_matter_that_becomes_an_emergency_raises_who_is_at_it_and_calls_whom_that_calls(
    hub: HubInHand, becomes: Callable[..., None]
) -> None:
    tell(hub, pipe(hub, "A1"))
    first = due(hub, "zilai")["sign"]
    report(hub, "shizheng", "sign")
    hub.clock.pause(60)
    becomes(hub, urgency=CRITICAL)
    one = matter(hub, "A1")
    assert "emergency" == level(hub, one)
    now = called_at(hub, one)
    assert {"emergency"} == set(now.values())
    assert {"zilai", "shizheng", "jiedao_12", "yingji"} == now.keys()
    assert due(hub, "zilai", one)["sign"] < first
    assert BLOWN == told(hub, "shizheng")[-1]
    assert is_sound(hub)


@WAYS
@pytest.mark.nasty("N42", "N90")
def test_a_matter_that_becomes_an_emergency_rings_the_phones_of_whoever_has_not_signed(
    hub: HubInHand, tmp_path: Path, becomes: Callable[..., None]
) -> None:
    with phones(hub, tmp_path) as duty:
        tell(hub, pipe(hub, "A1"))
        report(hub, "shizheng", "sign")
        duty.work()
        assert [] == duty.rang()
        becomes(hub, urgency=CRITICAL)
        duty.work()
        one = matter(hub, "A1")
        rung = {r[0] for r in hub.rows("SELECT whistle_id FROM summons")}
        assert standing(hub, "zilai", one).id in rung
        assert standing(hub, "shizheng", one).id not in rung
        assert [] != duty.rang()


@pytest.mark.nasty("N02")
@pytest.mark.parametrize("before", ["routine", "key", "hard"])
@pytest.mark.parametrize(
    "ends",
    [
        {"urgency": Urgency.ROUTINE},
        {"urgency": Urgency.URGENT},
        {"urgency": Urgency.CRITICAL, "stage": Stage.CANCELLED},
    ],
    ids=["corrected", "less", "withdrawn"],
)
def test_an_emergency_ends_with_the_last_report_that_makes_it_one_at_the_level_of_before(
    hub: HubInHand, before: str, ends: dict[str, object]
) -> None:
    tell(hub, pipe(hub, "A1"))
    one = matter(hub, "A1")
    raise_to(hub, one, before)
    joins(hub, urgency=CRITICAL)
    is_edited(hub, urgency=CRITICAL)
    assert "emergency" == level(hub, one)
    is_edited(hub, version="2")
    assert "emergency" == level(hub, one)
    joins(hub, version="2", **ends)
    assert before == level(hub, one)
    assert is_sound(hub)


@pytest.mark.nasty("N12", "N02")
def test_a_corrected_emergency_is_back_at_the_level_that_a_merge_brought(hub: HubInHand) -> None:
    one, other = two(hub, "routine", "hard")
    link(hub, other, one)
    is_edited(hub, urgency=CRITICAL)
    is_edited(hub, version="2")
    assert "hard" == level(hub, one)
    part(hub, other, one)
    assert "routine" == level(hub, one)


@pytest.mark.nasty("N78")
def test_history_that_joins_makes_no_emergency_then_or_later(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    one = matter(hub, "A1")
    tell(hub, replace(pipe(hub, "A2"), urgency=CRITICAL), mode=Mode.BACKFILL)
    assert one == matter(hub, "A2")
    is_edited(hub, version="2", content="门口水管爆了，改个错字。")
    upgrade(hub)
    assert "key" == level(hub, one)
    assert "yingji" not in whistles(hub)


def test_both_reports_in_one_batch_come_to_the_same(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"), replace(pipe(hub, "A2"), urgency=CRITICAL))
    one = matter(hub, "A2")
    assert "emergency" == level(hub, one)
    assert {"emergency"} == set(called_at(hub, one).values())


@pytest.mark.nasty("N40", "N42")
def test_what_was_handed_back_too_often_as_an_emergency_stays_the_districts_once_that_is_over(
    hub: HubInHand,
) -> None:
    tell(hub, replace(pipe(hub, "A1"), urgency=CRITICAL))
    as_if(hub, lambda one: replace(one, returns=replace(one.returns, max_returns=3)))
    for _ in range(3):
        report(hub, "zilai", "sign", "return")
        hub.clock.pause(60)
    report(hub, "zilai", "sign")
    assert "emergency" == level(hub, matter(hub, "A1"))
    tell(hub, replace(pipe(hub, "A1"), version="2"))
    assert "hard" == level(hub, matter(hub, "A1"))


# -- what is done again ------------------------------------------------------------------------------


@pytest.mark.nasty("N02", "N42")
@pytest.mark.parametrize(
    ("was", "is_", "stands"),
    [(Urgency.ROUTINE, CRITICAL, "emergency"), (CRITICAL, Urgency.ROUTINE, "routine")],
)
def test_what_was_corrected_after_its_end_is_done_again_at_the_level_that_its_report_says_now(
    hub: HubInHand, was: Urgency, is_: Urgency, stands: str
) -> None:
    tell(hub, replace(pipe(hub, "A1"), urgency=was))
    one = matter(hub, "A1")
    for department in ("yingji", "zilai")[was is Urgency.ROUTINE :]:
        report(hub, department, "sign", "result")
    tell(hub, replace(pipe(hub, "A1"), urgency=is_, version="2"))
    assert "closed" == announced(hub, one)[-1][1]
    decide(hub, "zilai", Move.REWORK, "NOT_FIXED")
    assert ("open", stands) == (announced(hub, one)[-1][1], level(hub, one))
    assert "emergency" == called_at(hub, one)["zilai"]  # no department's whistle is lowered
