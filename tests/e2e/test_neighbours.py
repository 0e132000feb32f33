"""Twenty neighbours, three systems, one burst pipe: one matter, one whistle a department, and everybody is answered under
their own number, whatever happens meanwhile. Real plugins and their simulators, on both stacks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from gridplus_client import moves

from hub.plugin import Utterance
from hub.reconcile.difference import Kind
from hub.run.matters.lifeaccount import lifecycle
from hub.run.matters.relinking import Relinking
from hub.run.reconciling import reconcile
from tests.connected.patience import until
from tests.e2e.street import ASSIST, FORM, HOTLINE, LEAD, POLICE, QUARTER, URBAN, Street, neighbour, twenty
from tests.instruments import MORNING, HubInHand

WORDS = {
    HOTLINE: {"sign": "已签收", "going": "办理中", "result": "办结", "check": "结案"},
    URBAN: {"sign": "签收", "going": "处置中", "result": "处置完成", "check": "结案"},
}
"""What the two that can be told call the stages."""
WHOLE = [
    ("sign", LEAD),
    ("going", LEAD),
    ("going", LEAD),
    ("going", ASSIST),
    ("going", ASSIST),
    ("going", QUARTER),
    ("going", QUARTER),
    ("result", LEAD),
]
"""`Street.finish`, as one who reported hears of it: stage, department."""

Begin = Callable[..., Street]


@pytest.fixture
def begin(hub: HubInHand, tmp_path: Path) -> Iterator[Begin]:
    """Begins a street of which these things are told."""
    begun: list[Street] = []

    def street(said: Mapping[str, Sequence[Utterance]]) -> Street:
        begun.append(Street(hub, tmp_path, said))
        return begun[-1]

    yield street
    for one in begun:
        one.close()


def words(source: str, course: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """`course` in the words of `source`."""
    return [(WORDS[source][stage], department) for stage, department in course]


def refs(said: Mapping[str, Sequence[Utterance]], source: str) -> list[str]:
    return [one.ref for one in said[source]]


def all_hear(street: Street, said: Mapping[str, Sequence[Utterance]], course: list[tuple[str, str]]) -> None:
    """Each number of both books stands there with `course`, and no other number does."""
    for source in (HOTLINE, URBAN):
        assert dict.fromkeys(refs(said, source), words(source, course)) == street.heard(source)


@pytest.mark.nasty("N15", "N16")
def test_twenty_neighbours_are_one_matter_and_each_of_them_is_answered(begin: Begin) -> None:
    said = twenty()
    street = begin(said)
    street.hear(20)
    account = street.hub.account()
    assert (20, 1, 3) == (account["records"], account["incidents"], account["whistles"])
    assert {"published": 1, "linked": 19, "held": 0, "dead": 0} == account["fates"]
    assert [street.whistle(LEAD)] == street.called()
    assert {one: [street.whistle(one)] for one in (ASSIST, QUARTER)} == street.read()
    street.finish()
    street.decide("check", LEAD)
    all_hear(street, said, [*WHOLE, ("check", LEAD)])
    told = [one["text"] for one in (*street.hotline.heard(), *street.urban.heard())]
    assert not [text for text in told if "重复" in text or "合并" in text]


@pytest.mark.nasty("N16")
def test_each_answer_has_a_receipt_of_its_source_and_who_cannot_be_told_is_marked_so(begin: Begin) -> None:
    said = twenty()
    street = begin(said)
    street.hear(20)
    street.finish()
    for source in (HOTLINE, URBAN):
        answers = street.answers(source)
        assert [one["nonce"] for one in street.systems[source].heard()] == [one.id for one in answers]
        assert ["told"] * len(said[source]) * len(WHOLE) == [one.state for one in answers]
        assert [f"HF{n + 1:08d}" for n in range(len(answers))] == [one.receipt for one in answers]
    unheard = street.answers(POLICE)
    assert [("cannot", None)] * len(said[POLICE]) * len(WHOLE) == [
        (one.state, one.receipt) for one in unheard
    ]
    with street.hub.hub.store.read() as conn:
        lived = lifecycle(conn)
    assert (17, 3, 0) == (lived["answered_sources"], lived["cannot_be_told"], lived["unanswered"])
    street.hub.clock.pause(3600)
    found = {one.source: one.differences for one in reconcile(street.hub.hub, days=2, repair=False).sources}
    (note,) = found[POLICE]
    assert (Kind.ANSWER_CANNOT, tuple(refs(said, POLICE)), 0) == (note.kind, note.ids, note.left)
    assert [(), ()] == [found[HOTLINE], found[URBAN]]


@pytest.mark.nasty("N10", "N15")
def test_a_neighbour_whose_call_comes_after_all_was_done_hears_the_result(begin: Begin) -> None:
    said = twenty()
    seen = neighbour(HOTLINE, 20, way="push")
    late = replace(seen, at=MORNING + timedelta(hours=1), reported_at=MORNING + timedelta(hours=1))
    street = begin({**said, HOTLINE: (*said[HOTLINE], late)})
    street.hear(20)
    street.finish()
    street.hub.clock.pause((late.at - street.hub.clock.now()).total_seconds() + 1)
    street.hear(21)
    assert (1, 3) == (street.hub.account()["incidents"], street.hub.account()["whistles"])
    assert words(HOTLINE, [("result", LEAD)]) == street.heard(HOTLINE)[late.ref]
    street.decide("check", LEAD)
    assert words(HOTLINE, [("check", LEAD)]) == street.heard(HOTLINE)[late.ref][1:]


def test_a_report_that_is_taken_out_of_the_matter_goes_on_being_answered(begin: Begin) -> None:
    said = twenty()
    street = begin(said)
    street.hear(20)
    street.lead(moves.SIGN)
    alone = said[URBAN][1].ref
    (key,) = (one.key for one in street.hub.rows("SELECT key, body FROM event") if alone in one.body)
    hub, shared = street.hub.hub, street.whistle(LEAD)
    with hub.store.write() as conn:
        Relinking(conn, hub.dispatch("review"), by="desk", at=hub.clock.now()).unlink(key)
    street.work()
    (own,) = (
        row.id
        for row in street.hub.rows(f"SELECT id FROM whistle WHERE department = '{LEAD}'")  # noqa: S608 our own
        if row.id != shared
    )
    street.lead(moves.ARRIVE, shared)
    street.lead(moves.SIGN, own)
    street.lead(moves.RESULT, own, form=FORM)
    street.lead(moves.RESULT, shared, form=FORM)
    book = street.heard(URBAN)
    assert words(URBAN, [("sign", LEAD), ("sign", LEAD), ("result", LEAD)]) == book[alone]
    assert [words(URBAN, [("sign", LEAD), ("going", LEAD), ("result", LEAD)])] * 2 == [
        book[one.ref] for one in said[URBAN] if one.ref != alone
    ]


@pytest.mark.parametrize(
    "away",
    [
        pytest.param("/open/", id="the whole platform"),
        pytest.param("/replies", id="only where it is told", marks=pytest.mark.drill),
    ],
)
def test_a_source_that_was_down_for_hours_is_told_everything_in_order(begin: Begin, away: str) -> None:
    said = twenty()
    street = begin(said)
    street.hear(20)
    street.lead(moves.SIGN)
    street.hotline.away = away
    before = street.heard(HOTLINE)
    for move in (moves.CONTACT, moves.ARRIVE):
        street.lead(move)
        street.pass_(timedelta(hours=2))
    street.assist()
    street.lead(moves.RESULT, form=FORM)
    street.pass_(timedelta(hours=2))
    assert before == street.heard(HOTLINE)
    assert dict.fromkeys(refs(said, URBAN), words(URBAN, WHOLE)) == street.heard(URBAN)
    street.hotline.away = ""

    def is_told() -> bool:
        street.pass_(timedelta(minutes=15))
        return {"told"} == {one.state for one in street.answers(HOTLINE)}

    until(is_told, "every answer", within_s=60)
    all_hear(street, said, WHOLE)


def test_a_hub_that_restarts_in_the_middle_tells_everything_once(begin: Begin) -> None:
    said = twenty()
    street = begin(said)
    street.hear(20)
    street.restart()
    street.lead(moves.SIGN)
    street.hotline.away = "/open/"
    for move in (moves.CONTACT, moves.ARRIVE):
        street.lead(move)
    street.restart()
    street.assist()
    street.hotline.away = ""
    street.restart()
    street.lead(moves.RESULT, form=FORM)

    def is_told() -> bool:
        street.pass_(timedelta(minutes=10))
        return {"told"} == {one.state for one in street.answers(HOTLINE)}

    until(is_told, "every answer", within_s=60)
    all_hear(street, said, WHOLE)
