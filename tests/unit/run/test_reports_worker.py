"""Reports over the bus: a department is its topic; what cannot be taken is passed over, and nothing twice."""

from collections.abc import Callable
from itertools import count

import orjson
import pytest

from hub.bus import Message
from hub.bus.topics import reports
from hub.run.ground.ledger import Ledger
from hub.run.matters.reports import GROUP, Reports
from hub.store import outbox
from tests.instruments import HubInHand
from tests.unit.run.sources import pipe
from tests.unit.run.stops import beyond_moving, gone, stopped_at
from tests.unit.run.test_casework import Sleepy

_NUMBER = count()


@pytest.fixture
def whistle(hub: HubInHand) -> str:
    """The water company's whistle of a burst pipe."""
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    ((id_,),) = hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")
    return str(id_)


@pytest.fixture
def worker(hub: HubInHand) -> Reports:
    """One member of the reports group."""
    return worker_of(hub)


def worker_of(hub: HubInHand, meanwhile: Callable[[], object] = lambda: None) -> Reports:
    """Another member, as after a restart; `meanwhile` happens between its first poll and its work."""
    it = hub.hub
    topics = [topic for topic in it.topics if topic.startswith("grid.reports.")]
    consumer = it.bus.consumer(GROUP, topics, lambda group: outbox.positions(it.store, group))
    ledger = Ledger(f"member{next(_NUMBER)}/reports", it.store, key=it.keys.audit)
    return Reports(
        store=it.store,
        consumer=Sleepy(consumer, meanwhile),
        reporting=it.reporting,
        ledger=ledger,
        clock=hub.clock,
    )


def say(hub: HubInHand, department: str, *values: str) -> None:
    """What lies on the department's own topic."""
    messages = [Message(reports(department), "k", value) for value in values]
    with hub.hub.store.write() as conn:
        hub.hub.outbox.append(conn, messages, hub.clock.now())


def report(whistle: str, move: str = "sign", nonce: str = "1", **more: object) -> str:
    """A CloudEvent with a report in it."""
    data = {"nonce": nonce, "move": move, **more}
    return orjson.dumps({"id": nonce, "subject": whistle, "data": data}).decode()


def state(hub: HubInHand, whistle: str) -> str:
    """How far the whistle is."""
    ((name,),) = hub.rows(f"SELECT state FROM whistle WHERE id = '{whistle}'")  # noqa: S608 ours
    return str(name)


def test_a_departments_report_moves_its_whistle(hub: HubInHand, worker: Reports, whistle: str) -> None:
    say(hub, "zilai", report(whistle))
    assert (1, "signed") == (worker.step(0), state(hub, whistle))
    assert 0 == worker_of(hub).step(0)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("", id="nothing"),
        pytest.param("{", id="no JSON"),
        pytest.param("[]", id="no object"),
        pytest.param('{"subject": 1, "data": {}}', id="a subject that is no text"),
        pytest.param('{"subject": "wh_1"}', id="no data"),
        pytest.param('{"subject": "wh_1", "data": {}}', id="an empty report"),
        pytest.param(report("wh_" + "0" * 32), id="a whistle that is not there"),
        pytest.param(report("wh_\x00"), id="a number that no database keeps"),
    ],
)
def test_what_is_no_report_is_passed_over_and_the_next_one_is_taken(
    hub: HubInHand, worker: Reports, whistle: str, bad: str
) -> None:
    say(hub, "zilai", bad, report(whistle))
    assert (2, "signed") == (worker.step(0), state(hub, whistle))
    assert 0 == worker_of(hub).step(0)


def test_another_departments_topic_moves_nothing(hub: HubInHand, worker: Reports, whistle: str) -> None:
    say(hub, "chengguan", report(whistle))
    assert (1, "blown") == (worker.step(0), state(hub, whistle))
    assert [] == hub.rows("SELECT id FROM report")


@pytest.mark.nasty("N68")
def test_a_report_that_comes_twice_is_taken_once(hub: HubInHand, worker: Reports, whistle: str) -> None:
    say(hub, "zilai", report(whistle), report(whistle))
    worker.step(0)
    assert (1, 1) == (len(hub.rows("SELECT id FROM report")), len(hub.rows("SELECT id FROM answer")))


def test_a_report_during_an_outage_waits_and_is_taken_after_it(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    say(hub, "zilai", report(whistle))
    with gone(hub, "report"), pytest.raises(Exception, match="report"):
        worker.step(0)
    assert "blown" == state(hub, whistle)
    assert (1, "signed") == (worker.step(0), state(hub, whistle))


def test_a_report_that_we_fail_on_is_passed_over_and_another_departments_is_taken(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    say(hub, "zilai", report(whistle))
    with stopped_at(hub, "INSERT ON report"):
        assert 1 == worker.step(0)
    assert 0 == worker_of(hub).step(0)
    say(hub, "zilai", report(whistle, nonce="2"))
    assert (1, "signed") == (worker.step(0), state(hub, whistle))


def test_a_report_that_collides_by_itself_is_passed_over_and_another_departments_is_taken(
    hub: HubInHand, worker: Reports, whistle: str
) -> None:
    ((other,),) = hub.rows("SELECT id FROM whistle WHERE department = 'shizheng'")
    say(hub, "zilai", report(whistle))
    say(hub, "shizheng", report(other))
    with beyond_moving(hub, "zilai"):
        while not worker.step(0):
            pass
    assert ("blown", "signed") == (state(hub, whistle), state(hub, other))
    assert 0 == worker_of(hub).step(0)
