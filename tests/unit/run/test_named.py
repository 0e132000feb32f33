"""A report names another as its original (原单号): they are one matter, whichever of the two comes first (N10)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import permutations
from typing import Any

import orjson
import pytest
from sqlalchemy import event

from hub.model import Alias, Draft, Mode, Stage
from hub.run.exits.explaining import explain
from hub.run.ground.seen import Matter, Matters
from hub.run.matters.neighbourhood import SIGHTINGS
from tests.instruments import HubInHand
from tests.unit.run.matters import incidents, is_sound, matter, told, whistles
from tests.unit.run.sources import pipe
from tests.unit.run.test_matters import batch
from tests.unit.run.test_moving_on import BLOWN, tell

pytestmark = pytest.mark.nasty("N10")


def naming(hub: HubInHand, ref: str, *names: str, n: int = 0) -> Draft:
    """A report that calls `names` its original."""
    return replace(pipe(hub, ref, n), same_as=names)


def why(hub: HubInHand, ref: str) -> list[dict[str, Any]]:
    """Why the report of this number is where it is, as the store tells it."""
    rows = hub.rows("SELECT id, body FROM event")
    (id_,) = (r[0] for r in rows if orjson.loads(r[1])["source_ref"] == ref)
    with hub.hub.store.read() as conn:
        (link,) = explain(conn, id_)["why_linked"]
    return list(link["reasons"])


@contextmanager
def asked(hub: HubInHand) -> Iterator[Counter[str]]:
    """Statements that the store is given meanwhile, by their words."""
    seen: Counter[str] = Counter()

    def see(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen[statement] += 1

    event.listen(hub.hub.store.engine, "before_cursor_execute", see)
    yield seen
    event.remove(hub.hub.store.engine, "before_cursor_execute", see)


@pytest.mark.parametrize("at_once", [True, False], ids=["one batch", "batches"])
@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_reports_that_name_one_original_and_the_original_are_one_matter_in_every_order(
    hub: HubInHand, order: tuple[int, ...], at_once: bool
) -> None:
    """Each of them lies elsewhere, so that only their numbers tie them."""
    drafts = (pipe(hub, "A1"), naming(hub, "A2", "A1", n=3), naming(hub, "A3", "A1", n=6))
    chosen = [drafts[at] for at in order]
    for some in [chosen] if at_once else [[one] for one in chosen]:
        tell(hub, *some)
    assert 1 == len(incidents(hub))
    assert [BLOWN] == told(hub, "zilai")
    assert is_sound(hub)


def test_why_a_report_that_was_named_before_it_came_is_where_it_is(hub: HubInHand) -> None:
    tell(hub, naming(hub, "A2", "A1"))
    tell(hub, pipe(hub, "A1", 3))
    ((key,),) = hub.rows("SELECT key FROM alias WHERE ref = 'A2'")
    assert [{"rule": "same_number", "how": "named", "report": key}] == why(hub, "A1")
    assert [{"rule": "opened"}] == why(hub, "A2")


@pytest.mark.nasty("N06")
def test_of_two_open_matters_that_one_report_ties_together_a_person_is_asked(hub: HubInHand) -> None:
    """A2 names A3, and A1 lies elsewhere: nothing told them apart or together before A3 came and named A1."""
    tell(hub, pipe(hub, "A1"))
    tell(hub, naming(hub, "A2", "A3", n=3))
    tell(hub, naming(hub, "A3", "A1", n=6))
    assert 2 == len(incidents(hub))
    joined = matter(hub, "A3")
    (other,) = set(incidents(hub)) - {joined}
    assert [(joined, other)] == hub.rows("SELECT incident_id, candidate_id FROM review")


def test_a_number_that_is_named_counts_in_every_system_that_numbered_the_report(hub: HubInHand) -> None:
    tell(hub, replace(naming(hub, "A2", "PT1"), aliases=(Alias("platform", "PT2"),)))
    tell(hub, replace(pipe(hub, "A1", 3), aliases=(Alias("platform", "PT1"),)))
    assert matter(hub, "A1") == matter(hub, "A2")


def test_a_name_that_a_report_is_given_later_is_found_too(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A2"))
    tell(hub, replace(naming(hub, "A2", "A1"), version="2"))
    tell(hub, pipe(hub, "A1", 3))
    assert matter(hub, "A1") == matter(hub, "A2")


def test_a_name_that_a_report_takes_back_ties_nothing(hub: HubInHand) -> None:
    tell(hub, naming(hub, "A2", "A1"))
    tell(hub, replace(naming(hub, "A2", "A7"), version="2"))
    tell(hub, pipe(hub, "A1", 3))
    assert matter(hub, "A1") != matter(hub, "A2")


def test_words_for_no_number_make_no_matter_of_what_lies_apart(hub: HubInHand) -> None:
    tell(hub, naming(hub, "A2", "无"))
    tell(hub, naming(hub, "A3", "无", n=3))
    assert matter(hub, "A2") != matter(hub, "A3")


@pytest.mark.nasty("N03")
def test_a_report_that_names_another_is_not_taken_for_it(hub: HubInHand) -> None:
    """A change of the one that is named still waits for it, and then changes that one."""
    change = replace(pipe(hub, "A1", 3), is_update=True, stage=Stage.CANCELLED, version="2")
    tell(hub, naming(hub, "A2", "A1"), change)
    assert [("R302",)] == hub.rows("SELECT code FROM record WHERE fate = 'held'")
    tell(hub, replace(change, is_update=False, stage=Stage.RECEIVED, version="1"))
    assert matter(hub, "A1") == matter(hub, "A2")
    assert {"blown"} == set(whistles(hub).values())  # A2 stands: the matter goes on


@pytest.mark.nasty("N13", "N14")
def test_the_matters_of_a_letter_stay_apart_though_one_report_names_the_letter(hub: HubInHand) -> None:
    tell(hub, naming(hub, "A2", "A1"))
    tell(hub, replace(pipe(hub, "A1", 3), part="a"))
    tell(hub, replace(pipe(hub, "A1", 6), part="b"))
    assert [2, 1] == [
        r[0] for r in hub.rows("SELECT count(*) FROM link GROUP BY incident_id ORDER BY 1 DESC")
    ]


# -- history ----------------------------------------------------------------------------------------


@pytest.mark.nasty("N78")
def test_a_back_fill_brings_the_original_of_a_live_report_and_calls_nobody_anew(hub: HubInHand) -> None:
    tell(hub, naming(hub, "A2", "A1"))
    tell(hub, replace(pipe(hub, "A1", 3), stage=Stage.CLOSED), mode=Mode.BACKFILL)
    assert matter(hub, "A1") == matter(hub, "A2")
    assert [BLOWN] == told(hub, "zilai")


@pytest.mark.nasty("N78")
@pytest.mark.parametrize("at_once", [True, False], ids=["one batch", "batches"])
def test_the_live_original_of_what_a_back_fill_brought_joins_it_and_calls_once(
    hub: HubInHand, at_once: bool
) -> None:
    hub.tell(naming(hub, "A2", "A1"), mode=Mode.BACKFILL)
    if not at_once:
        hub.settle()
        assert {} == whistles(hub)
    tell(hub, pipe(hub, "A1", 3))
    assert matter(hub, "A1") == matter(hub, "A2")
    assert [BLOWN] == told(hub, "zilai")
    assert is_sound(hub)


@pytest.mark.nasty("N78")
def test_the_live_original_of_what_history_had_closed_is_a_recurrence_and_calls(hub: HubInHand) -> None:
    tell(hub, replace(naming(hub, "A2", "A1"), stage=Stage.CLOSED), mode=Mode.BACKFILL)
    tell(hub, pipe(hub, "A1", 3))
    bodies = {r[0]: orjson.loads(r[1]) for r in hub.rows("SELECT id, body FROM incident")}
    assert matter(hub, "A2") == bodies[matter(hub, "A1")]["recurrence_of"]
    assert [BLOWN] == told(hub, "zilai")
    assert ["opened", "same_number"] == [one["rule"] for one in why(hub, "A1")]


# -- large matters ----------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [True, False], ids=["one batch", "batches"])
@pytest.mark.parametrize("is_late", [True, False], ids=["it names", "it is named"])
def test_a_number_is_found_in_the_middle_of_a_large_matter(
    hub: HubInHand, at_once: bool, is_late: bool
) -> None:
    many = [pipe(hub, f"B{n}") for n in range(2 * SIGHTINGS)]
    if is_late:
        last = naming(hub, "A1", "B5", n=3)
    else:
        many[5], last = naming(hub, "B5", "A1"), pipe(hub, "A1", 3)
    mine = Matters()
    hub.tell(*many)
    if not at_once:
        batch(hub, mine)
    hub.tell(last)
    batch(hub, mine)
    assert 1 == len(incidents(hub))
    assert SIGHTINGS == len(remembered(hub, mine).candidate.sightings)


def remembered(hub: HubInHand, worker: Matters) -> Matter:
    """The only matter, as the worker keeps it for its next batch."""
    ((id_, version),) = hub.rows("SELECT id, version FROM incident")
    found = worker.get(id_, version)
    assert found is not None
    return found


# -- what it costs ----------------------------------------------------------------------------------


def test_reports_that_name_others_take_no_statement_more(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "W1", 9))
    batch(hub, Matters())  # what a worker asks once when it begins
    hub.tell(*(pipe(hub, f"A{n}") for n in range(3)))
    with asked(hub) as without:
        batch(hub, Matters())
    hub.tell(*(naming(hub, f"B{n}", f"B{n + 1}", n=3) for n in range(3)))
    with asked(hub) as with_names:
        batch(hub, Matters())
    assert 0 < without.total()
    assert without == with_names
