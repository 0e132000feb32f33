"""Many reports in one transaction: in their order, each on its own feet, and once, whatever happens beneath them."""

from dataclasses import replace

import orjson
import pytest

from hub.run.matters import refusals
from hub.run.matters.reports import Reports
from tests.instruments import HubInHand
from tests.unit.run.ledgers import is_whole
from tests.unit.run.matters import DONE, announced, desk, incidents, is_sound, told, whistles
from tests.unit.run.sources import pipe
from tests.unit.run.stops import moved_beneath
from tests.unit.run.test_deciding import history
from tests.unit.run.test_lives import as_if
from tests.unit.run.test_moving_on import BLOWN, OFF
from tests.unit.run.test_reports_worker import report, say, state, worker_of


@pytest.fixture
def whistle(hub: HubInHand) -> str:
    """The water company's whistle of a burst pipe, which calls two more departments."""
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    return of(hub, "zilai")


@pytest.fixture
def worker(hub: HubInHand) -> Reports:
    """One member of the reports group."""
    return worker_of(hub)


def refused(hub: HubInHand, department: str) -> dict[str, int]:
    """Code → how many reports of the department could not be taken."""
    with hub.hub.store.read() as conn:
        return refusals.since(conn, department, hub.clock.now())


def of(hub: HubInHand, department: str) -> str:
    """The id of the department's only whistle."""
    ids: dict[str, str] = dict(tuple(r) for r in hub.rows("SELECT department, id FROM whistle"))
    return ids[department]


def level(hub: HubInHand) -> str:
    """At which level the only matter stands."""
    ((body,),) = hub.rows("SELECT body FROM incident")
    return str(orjson.loads(body)["level"])


def versions(hub: HubInHand, whistle: str) -> list[tuple[str, int]]:
    """(move, version) of the whistle's history, in order."""
    rows = hub.rows("SELECT whistle_id, move, version FROM step ORDER BY version")
    return [(r[1], r[2]) for r in rows if r[0] == whistle]


def test_moves_of_one_whistle_in_one_batch_are_made_in_their_order_each_a_version_on(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    moves = ("sign", "contact", "arrive", "handle")
    say(hub, "zilai", *(report(whistle, move, move) for move in moves))
    assert (4, "handling") == (worker.step(0), state(hub, whistle))
    assert [*zip(moves, (2, 3, 4, 5), strict=True)] == versions(hub, whistle)
    assert [(4,)] == hub.rows("SELECT count(*) FROM report")
    assert [(4,)] == hub.rows("SELECT count(*) FROM answer")
    assert is_whole(hub)


def test_one_that_is_refused_among_them_leaves_no_trace_but_its_code(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    say(
        hub,
        "zilai",
        report(whistle, "arrive", "1"),  # not signed yet
        report(whistle, "sign", "2"),
        report(whistle, "contact", "3", version=1),  # saw it before the signature
        report(whistle, "contact", "4", version=2),
        report(whistle, "result", "5", form={"outcome": "done"}),  # not filled in
        report(whistle, "arrive", "1"),  # the first one again, which is open now
    )
    assert (6, "reported_in") == (worker.step(0), state(hub, whistle))
    assert [("sign", 2), ("contact", 3), ("arrive", 4)] == versions(hub, whistle)
    assert {"W101": 1, "W128": 1, "W102": 1} == refused(hub, "zilai")
    assert [(3,)] == hub.rows("SELECT count(*) FROM report")
    assert 0 == worker_of(hub).step(0)


def test_a_number_that_was_another_reports_in_the_same_batch_is_refused(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    say(hub, "zilai", report(whistle, "sign", "1"), report(whistle, "contact", "1"))
    assert (2, "signed") == (worker.step(0), state(hub, whistle))
    assert {"W108": 1} == refused(hub, "zilai")


@pytest.mark.nasty("N68")
def test_the_same_report_twice_in_one_batch_and_once_more_after_it_is_one(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    twice = [report(whistle, "sign"), report(whistle, "sign")]
    say(hub, "zilai", *twice, report(whistle, "contact", "2"), *twice)
    assert 5 == worker.step(0)
    say(hub, "zilai", *twice)
    assert 2 == worker.step(0)
    assert [("sign", 2), ("contact", 3)] == versions(hub, whistle)
    assert {} == refused(hub, "zilai")


def test_departments_of_one_matter_are_taken_together_and_its_end_is_told_once(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    beside = of(hub, "shizheng")
    say(hub, "zilai", report(whistle, "sign", "1"))
    say(hub, "shizheng", report(beside, "sign", "1"))
    say(hub, "zilai", report(whistle, "result", "2", form=DONE))
    say(hub, "shizheng", report(beside, "contact", "2"))
    assert 4 == worker.step(0)
    assert {"zilai": "result", "shizheng": "cancelled", "jiedao_12": "cancelled"} == whistles(hub)
    assert [("sign", 2), ("contact", 3), ("cancel", 4)] == versions(hub, beside)
    assert ("cancel", "", "cancelled", "finished") == history(hub, "shizheng")[-1]
    assert [BLOWN, (OFF, "finished")] == told(hub, "shizheng")
    assert [(1, "open"), (2, "closed")] == announced(hub, incidents(hub)[0])
    assert is_sound(hub)
    assert is_whole(hub)


def test_a_return_and_its_taking_back_in_one_batch_leave_the_matter_with_its_lead(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    said = {"reason_code": "NOT_MY_DUTY", "note": "不属本单位职责。"}
    say(hub, "zilai", report(whistle, "return", "1", **said), report(whistle, "sign", "2"))
    assert (2, "signed") == (worker.step(0), state(hub, whistle))
    assert [] == desk(hub)
    say(hub, "zilai", report(whistle, "return", "3", **said))
    worker.step(0)
    assert {"W105": 1} == refused(hub, "zilai")


@pytest.mark.nasty("N40")
def test_who_hands_back_and_takes_back_in_one_batch_has_handed_back_as_often(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    as_if(hub, lambda one: replace(one, returns=replace(one.returns, max_returns=9)))
    said = {"reason_code": "NOT_MY_DUTY", "note": "不属本单位职责。"}
    for n in range(3):
        assert "routine" == level(hub)
        say(hub, "zilai", report(whistle, "return", f"r{n}", **said), report(whistle, "sign", f"s{n}"))
        assert (2, "signed") == (worker.step(0), state(hub, whistle))
    assert ("hard", []) == (level(hub), desk(hub))
    assert ("upgrade", "", "signed", "PING_PONG") == history(hub, "zilai")[-1]
    assert is_sound(hub)


def test_another_departments_whistle_in_the_batch_is_refused_and_its_own_is_moved(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    say(hub, "shizheng", report(whistle, "sign", "1"), report(of(hub, "shizheng"), "sign", "2"))
    assert 2 == worker.step(0)
    assert {"zilai": "blown", "jiedao_12": "blown", "shizheng": "signed"} == whistles(hub)
    assert ({"W103": 1}, {}) == (refused(hub, "shizheng"), refused(hub, "zilai"))


def test_what_is_no_report_is_counted_by_code_beside_those_that_are_taken(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    say(hub, "zilai", "{", "[]", "", report(whistle), '{"subject":"wh_1"}', report("wh_1", nonce="2"))
    assert (6, "signed") == (worker.step(0), state(hub, whistle))
    assert {"W102": 4, "W103": 1} == refused(hub, "zilai")


@pytest.mark.nasty("N68")
def test_a_batch_beneath_which_somebody_moved_a_whistle_comes_again_and_is_taken_once(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    say(hub, "zilai", "{", report(whistle, "sign", "1"), report(whistle, "contact", "2"))
    with moved_beneath(hub, "INSERT ON consumer_offset"):
        assert 0 == worker.step(0)
    assert ("blown", [], {}) == (state(hub, whistle), versions(hub, whistle), refused(hub, "zilai"))
    assert (3, "contacted") == (worker.step(0), state(hub, whistle))
    assert [("sign", 2), ("contact", 3)] == versions(hub, whistle)
    assert {"W102": 1} == refused(hub, "zilai")
    assert (0, 0) == (worker.step(0), worker_of(hub).step(0))
    assert is_whole(hub)


@pytest.mark.nasty("N68")
def test_of_two_members_that_hold_the_same_batch_one_takes_it(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    say(hub, "zilai", report(whistle, "sign", "1"), report(whistle, "contact", "2"))
    slow = worker_of(hub, lambda: worker.step(0))
    assert 0 == slow.step(0)  # the other one was faster: what this one did is rolled back
    assert [("sign", 2), ("contact", 3)] == versions(hub, whistle)
    assert {} == refused(hub, "zilai")
    say(hub, "zilai", report(whistle, "arrive", "3"))
    assert 1 == slow.step(0)
    assert "reported_in" == state(hub, whistle)
    assert is_whole(hub)
