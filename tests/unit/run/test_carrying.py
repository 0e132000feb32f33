"""Agreed waiting and cards where matters are joined and parted: what was agreed of a problem holds for it on, and no
card that was right becomes void because somebody merged matters."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from hub.errors import Refused
from hub.model import Code, Move, Stage
from hub.run.supervision.deferring import Deferring
from hub.store import deferrals, measures
from hub.whistle.supervision import State
from tests.instruments import HubInHand
from tests.unit.run.lives import decide
from tests.unit.run.matters import findings, link, matter, part, report
from tests.unit.run.matters import incidents as matters
from tests.unit.run.sources import pipe
from tests.unit.run.test_moving_on import tell
from tests.unit.run.test_relinking import far
from tests.unit.run.test_supervising import asked, look, shown

LAMP = Code("hl-2024", "040301")
SOON, LATER, LATEST = date(2026, 3, 11), date(2026, 4, 30), date(2026, 6, 30)


@pytest.fixture
def two(hub: HubInHand) -> tuple[str, str]:
    """A burst pipe, and something that chengguan leads."""
    hub.tell(pipe(hub, "A1"), replace(far(hub), category=LAMP))
    hub.settle()
    return matter(hub, "A1"), matter(hub, "B1")


def wait(hub: HubInHand, incident: str, review: date) -> str:
    """Two accounts agree that the matter waits."""
    with hub.hub.store.write() as conn:
        one = Deferring(conn, by="a", at=hub.clock.now()).propose(incident, "PIPES", review)
        Deferring(conn, by="b", at=hub.clock.now()).agree(one.id)
    return one.id


def waiting(hub: HubInHand, incident: str) -> list[str]:
    """States of what of this matter is not ended."""
    with hub.hub.store.read() as conn:
        return [one.state.value for one in deferrals.unsettled(conn, [incident])]


def voided(hub: HubInHand) -> list[str]:
    """Why cards became void."""
    return [r[0] for r in hub.rows("SELECT reason_code FROM turn WHERE turn = 'void'")]


def test_a_merge_into_a_matter_that_waited_long_ago_leaves_every_card_as_it_was(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    first, second = two
    wait(hub, first, SOON)
    report(hub, "chengguan", "sign")
    look(hub, days=20)
    before, measures_before = shown(hub, "chengguan"), asked(hub, "chengguan")
    assert {"blue", "yellow", "red"} == {card for card, _, _ in before}
    assert [("interview", "open")] == measures_before
    look(hub, minutes=1)
    link(hub, second, first)
    look(hub, days=1, hours=1)
    part(hub, second, first)
    look(hub, days=1, hours=1)
    assert [] == voided(hub)
    assert (before, measures_before) == (shown(hub, "chengguan"), asked(hub, "chengguan"))


def test_a_matter_that_waits_waits_on_in_the_one_it_is_merged_into(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    first, second = two
    report(hub, "chengguan", "sign")
    wait(hub, second, LATER)
    look(hub, days=10)
    assert [] == shown(hub, "chengguan")
    before = shown(hub)
    assert before != []
    link(hub, second, first)
    assert ([], ["agreed"]) == (waiting(hub, second), waiting(hub, first))
    look(hub, days=20)
    assert [] == shown(hub, "chengguan")
    assert before == shown(hub)
    look(hub, days=22)
    assert [("red", "finish", "standing"), ("yellow", "finish", "standing")] == sorted(
        shown(hub, "chengguan")
    )
    look(hub, days=1, hours=1)
    assert [] == voided(hub)
    ((there,),) = hub.rows("SELECT id FROM deferral WHERE state = 'agreed'")
    assert {"count": 1, "first": there} in findings(hub, "D159")


def test_a_merge_that_is_undone_takes_back_what_came_with_it(hub: HubInHand, two: tuple[str, str]) -> None:
    first, second = two
    report(hub, "chengguan", "sign")
    wait(hub, second, LATER)
    look(hub, days=2)
    link(hub, second, first)
    look(hub, days=2)
    part(hub, second, first)
    assert (["agreed"], []) == (waiting(hub, second), waiting(hub, first))
    look(hub, days=20)
    assert [] == shown(hub, "chengguan")
    assert "red" in {card for card, _, _ in shown(hub)}
    link(hub, second, first)
    part(hub, second, first)
    assert (["agreed"], []) == (waiting(hub, second), waiting(hub, first))
    look(hub, days=30)
    look(hub, days=1, hours=1)
    assert [("red", "finish", "standing"), ("yellow", "finish", "standing")] == sorted(
        shown(hub, "chengguan")
    )
    assert [] == voided(hub)


def test_merges_that_are_undone_one_after_the_other_bring_it_back_where_it_was_agreed(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    first, second = two
    beyond = far(hub).position
    assert beyond is not None
    hub.tell(replace(far(hub), source_ref="C1", position=replace(beyond, x=beyond.x + 0.004)))
    hub.settle()
    third = matter(hub, "C1")
    wait(hub, second, LATER)
    way = [second, first, third]
    for source, target in pairwise(way):
        look(hub, minutes=1)
        link(hub, source, target)
    assert [[], [], ["agreed"]] == [waiting(hub, one) for one in way]
    for target, source in pairwise(reversed(way)):
        look(hub, minutes=1)
        part(hub, source, target)
    assert [["agreed"], [], []] == [waiting(hub, one) for one in way]


def test_what_was_agreed_for_the_whole_holds_for_both_its_parts(hub: HubInHand, two: tuple[str, str]) -> None:
    first, second = two
    report(hub, "chengguan", "sign")
    link(hub, second, first)
    wait(hub, first, LATER)
    look(hub, days=5)
    part(hub, second, first)
    assert (["agreed"], ["agreed"]) == (waiting(hub, second), waiting(hub, first))
    look(hub, days=20)
    assert [] == shown(hub, "chengguan")


def test_what_is_asked_and_not_agreed_goes_along_as_that_and_a_proposal_ends(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    first, second = two
    renewed = wait(hub, second, LATER)
    with hub.hub.store.write() as conn:
        Deferring(conn, by="c", at=hub.clock.now()).renew(renewed, LATEST)
        Deferring(conn, by="c", at=hub.clock.now()).propose(first, "PIPES", LATEST)
    look(hub, minutes=1)
    link(hub, second, first)
    assert ["proposed", "renewing"] == sorted(waiting(hub, first))
    with hub.hub.store.write() as conn:
        (one,) = [one for one in deferrals.unsettled(conn, [first]) if one.state is State.RENEWING]
        with pytest.raises(Refused, match="W138"):
            Deferring(conn, by="c", at=hub.clock.now()).agree(one.id)
        Deferring(conn, by="d", at=hub.clock.now()).agree(one.id)
    hub.tell(replace(far(hub), source_ref="C1", category=LAMP, position=pipe(hub, "C1").position))
    hub.settle()
    link(hub, first, matter(hub, "C1"))
    assert ["agreed"] == waiting(hub, matter(hub, "C1"))
    assert [] == waiting(hub, first)


@pytest.mark.parametrize("is_agreed", [True, False])
def test_a_matter_that_is_done_while_it_waits_waits_no_more(hub: HubInHand, is_agreed: bool) -> None:
    tell(hub, pipe(hub, "A1"))
    (one,) = matters(hub)
    if is_agreed:
        wait(hub, one, LATER)
    else:
        with hub.hub.store.write() as conn:
            Deferring(conn, by="a", at=hub.clock.now()).propose(one, "PIPES", LATER)
    report(hub, "zilai", "sign", "result")
    assert [] == waiting(hub, one)
    look(hub, days=90)
    assert [] == findings(hub, "D159")
    decide(hub, "zilai", Move.REOPEN, "NOT_FIXED")
    assert [] == waiting(hub, one)


def test_a_matter_that_its_source_calls_off_waits_no_more(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    (one,) = matters(hub)
    wait(hub, one, LATER)
    hub.tell(replace(pipe(hub, "A1"), stage=Stage.CANCELLED))
    hub.settle()
    assert [("cancelled",)] == hub.rows("SELECT state FROM incident")
    assert [] == waiting(hub, one)


def test_a_matter_that_is_merged_into_one_that_is_done_waits_no_more(
    hub: HubInHand, two: tuple[str, str]
) -> None:
    first, second = two
    wait(hub, second, LATER)
    report(hub, "zilai", "sign", "result")
    link(hub, second, first)
    assert ([], []) == (waiting(hub, first), waiting(hub, second))
    with hub.hub.store.read() as conn:
        assert [] == measures.waiting(conn, 9)
