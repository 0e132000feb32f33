"""One source's turn: its trouble becomes a state that people see, and stays its own."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError

from hub.bus.message import Fenced
from hub.errors import Refused, SignInAgain, SourceGone, TryLater
from hub.jsonform import dumps
from hub.model import Arrival, Draft, EventKey, Stage
from hub.plugin import Adapter, AdapterEntry, Answer, Body, Page
from hub.plugin.supervisor import Turn
from hub.run.sources.source import SourceWorker
from hub.store import answers, leases, sources
from tests.instruments import HubInHand
from tests.unit.run.sources import SOURCE, Feed, ReadAndTold, Told, follow, in_json, pipe
from tests.unit.run.stops import gone, stopped_at

POLL_S = 2.0


def worker_of(hub: HubInHand, adapter: Adapter, source: str = SOURCE) -> SourceWorker:
    """The supervised worker of a source."""
    entry = AdapterEntry(name="in_hand", title="测试来源", config=BaseModel, make=lambda *_: adapter)
    intake = hub.hub.plain_intake(source, adapter)
    return SourceWorker(
        intake, entry=entry, store=hub.hub.store, pressure=hub.hub.pressure, clock=hub.clock, poll_s=POLL_S
    )


def state(hub: HubInHand, source: str = SOURCE) -> tuple[str, str, int]:
    """(state, code, failures) as everybody sees them."""
    ((name, code, failures),) = hub.rows(
        f"SELECT state, code, failures FROM adapter_state WHERE source = '{source}'"  # noqa: S608 ours
    )
    return name, code, failures


def turns(hub: HubInHand, worker: SourceWorker, number: int, rest_s: float = POLL_S) -> None:
    """So many steps, with a rest after each."""
    for _ in range(number):
        worker.step()
        hub.clock.pause(rest_s)


# -- reading ---------------------------------------------------------------------------------------------


def test_a_source_is_checked_read_page_by_page_and_its_records_become_events(hub: HubInHand) -> None:
    worker = worker_of(hub, Feed(in_json(pipe(hub, "A1")), in_json(pipe(hub, "A2", 1))))
    turns(hub, worker, 3)
    assert ("running", "", 0) == state(hub)
    assert (2, 2) == (hub.account()["records"], hub.account()["events"])


def test_a_source_with_nothing_new_is_asked_again_only_after_the_pause(hub: HubInHand) -> None:
    feed = Feed(in_json(pipe(hub, "A1")))
    worker = worker_of(hub, feed)
    worker.step()
    feed.pages = (*feed.pages, in_json(pipe(hub, "A2")))
    worker.step()
    assert 1 == hub.account()["records"]
    hub.clock.pause(POLL_S)
    worker.step()
    assert 2 == hub.account()["records"]


def test_a_worker_that_was_followed_reads_and_opens_nothing_more_until_the_source_is_its_own_again(
    hub: HubInHand,
) -> None:
    feed = Counted(in_json(pipe(hub, "A1")), in_json(pipe(hub, "A2")), in_json(pipe(hub, "A3")))
    asleep = worker_of(hub, feed)
    asleep.step()
    held = follow(hub)
    with pytest.raises(Fenced):
        asleep.step()
    seen = feed.asked
    turns(hub, asleep, 3, rest_s=1)
    assert (seen, 1) == (feed.asked, hub.account()["records"])
    leases.give_back(hub.hub.store, held)
    turns(hub, asleep, 3)
    assert 3 == hub.account()["records"]


class Counted(Feed):
    """A source that counts how often it is read, or its bodies are."""

    asked = 0

    def read(self, cursor: str) -> Page:
        """The page behind the cursor."""
        self.asked += 1
        return super().read(cursor)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        """The draft as stated."""
        self.asked += 1
        return super().normalise(body, arrival)


def test_a_source_in_trouble_is_seen_to_back_off_while_another_goes_on(hub: HubInHand) -> None:
    ill, well = Feed(in_json(pipe(hub, "A1"))), Feed(in_json(pipe(hub, "B1")), in_json(pipe(hub, "B2")))
    ill.read_trouble = [TryLater("S101")]
    first, second = worker_of(hub, ill), worker_of(hub, well, "police_grid")
    first.step()
    turns(hub, second, 3)
    assert (("backing_off", "S101", 1), ("running", "", 0)) == (state(hub), state(hub, "police_grid"))
    assert 2 == hub.account()["records"]
    turns(hub, first, 2)
    assert ("running", "", 0) == state(hub)
    assert 3 == hub.account()["records"]


def test_a_source_that_is_not_what_it_was_waits_for_a_person(hub: HubInHand) -> None:
    feed = Feed(in_json(pipe(hub, "A1")))
    feed.read_trouble = [SourceGone("S107", columns="-x", fingerprint="f")]
    worker = worker_of(hub, feed)
    turns(hub, worker, 10, rest_s=600)
    assert ("failed", "S107", 1) == state(hub)
    assert 0 == hub.account()["records"]


def test_a_plugin_that_keeps_raising_is_given_up_and_what_was_stored_is_still_worked_on(
    hub: HubInHand,
) -> None:
    feed = Feed()
    feed.read_trouble = [ZeroDivisionError()] * 12
    hub.tell(pipe(hub, "A1"))
    turns(hub, worker_of(hub, feed), 12, rest_s=600)
    assert ("failed", "S116", 5) == state(hub)
    assert 1 == hub.account()["events"]


@pytest.mark.nasty("N71")
def test_a_token_that_ends_in_the_middle_is_renewed_and_the_same_page_is_read_again(hub: HubInHand) -> None:
    feed = Feed(in_json(pipe(hub, "A1")), in_json(pipe(hub, "A2")))
    worker = worker_of(hub, feed)
    worker.step()
    feed.read_trouble = [SignInAgain("S106")]
    worker.step()
    assert 2 == hub.account()["records"]
    assert ("running", "", 0) == state(hub)


# -- pausing and going on ------------------------------------------------------------------------------------


def wish(hub: HubInHand, turn: Turn) -> None:
    """What a person wants of the source, from wherever they sit."""
    with hub.hub.store.write() as conn:
        sources.wish(conn, SOURCE, "in_hand", turn, hub.clock.now())


def test_a_paused_source_is_not_read_until_it_is_resumed_and_nothing_is_lost(hub: HubInHand) -> None:
    worker = worker_of(hub, Feed(in_json(pipe(hub, "A1")), in_json(pipe(hub, "A2"))))
    worker.step()
    wish(hub, Turn.PAUSE)
    turns(hub, worker, 3)
    assert (("paused", "", 0), 1) == (state(hub), hub.account()["records"])
    wish(hub, Turn.RESUME)
    worker.step()
    assert (("running", "", 0), 2) == (state(hub), hub.account()["records"])


def test_a_pause_holds_for_the_next_worker_and_before_the_first(hub: HubInHand) -> None:
    wish(hub, Turn.PAUSE)
    first = worker_of(hub, Feed(in_json(pipe(hub, "A1"))))
    first.step()
    first.close()
    worker_of(hub, Feed(in_json(pipe(hub, "A1")))).step()
    assert (("paused", "", 0), 0) == (state(hub), hub.account()["records"])


def test_what_a_paused_source_pushed_before_is_still_worked_on(hub: HubInHand) -> None:
    wish(hub, Turn.PAUSE)
    hub.tell(pipe(hub, "A1"))
    worker_of(hub, Feed()).step()
    assert 1 == hub.account()["events"]


def test_a_source_that_failed_goes_on_once_a_person_resumes_it(hub: HubInHand) -> None:
    feed = Feed(in_json(pipe(hub, "A1")))
    feed.read_trouble = [SourceGone("S107", columns="-x", fingerprint="f")]
    worker = worker_of(hub, feed)
    turns(hub, worker, 2)
    assert ("failed", "S107", 1) == state(hub)
    wish(hub, Turn.RESUME)
    worker.step()
    assert (("running", "", 0), 1) == (state(hub), hub.account()["records"])


def test_going_on_is_wished_once_and_does_not_undo_a_later_failure(hub: HubInHand) -> None:
    feed = Feed(in_json(pipe(hub, "A1")))
    worker = worker_of(hub, feed)
    wish(hub, Turn.RESUME)  # of one that runs anyway
    worker.step()
    feed.read_trouble = [SourceGone("S107", columns="-x", fingerprint="f")]
    turns(hub, worker, 4)
    assert ("failed", "S107", 1) == state(hub)


def test_trouble_of_the_store_is_not_the_adapters(hub: HubInHand) -> None:
    worker = worker_of(hub, Feed(in_json(pipe(hub, "A1"))))
    with gone(hub, "source_cursor"), pytest.raises(Exception, match="source_cursor"):
        worker.step()
    assert ("running", "", 0) == state(hub)
    worker.step()
    assert 1 == hub.account()["records"]


def test_while_one_worker_has_the_source_another_does_nothing_and_follows_when_it_leaves(
    hub: HubInHand,
) -> None:
    feed = Feed(in_json(pipe(hub, "A1")))
    first = worker_of(hub, feed)
    first.step()
    second_hub = HubInHand(hub.hub.settings.home)
    second = worker_of(second_hub, Feed(*feed.pages, in_json(pipe(hub, "A2"))))
    assert 0 == second.step()
    first.close()
    second_hub.clock.pause(1.5)  # until it looks again
    assert 0 < second.step()
    second_hub.close()
    assert 2 == hub.account()["records"]


# -- telling ---------------------------------------------------------------------------------------------


def queue(hub: HubInHand, *numbers: int, source: str = SOURCE) -> None:
    """Answers that wait for a source, in this order."""
    now = hub.clock.now()
    with hub.hub.store.write() as conn:
        for n in numbers:
            answer = Answer(
                source_ref=f"A{n}",
                part="",
                stage=Stage.ACCEPTED,
                at=now,
                text="已签收",
                department="供水公司",
                nonce=f"n{n}",
            )
            new = answers.NewAnswer(
                id=f"n{n}",
                source=source,
                event_key=EventKey(f"ek_{n}"),
                body=dumps(answer),
                state="waiting",
            )
            answers.add(conn, [new], now)


def told(hub: HubInHand) -> list[tuple[str, str, str | None]]:
    """(id, state, receipt or code) of all answers, in order."""
    return [tuple(r) for r in hub.rows("SELECT id, state, receipt FROM answer ORDER BY seq")]


def heard(adapter: Told) -> list[str]:
    """The numbers that the source was told about, in order."""
    return [one.nonce for one in adapter.heard]


def test_a_source_is_told_in_order_and_its_receipts_are_kept(hub: HubInHand) -> None:
    adapter = Told()
    queue(hub, 1, 2, 3)
    worker_of(hub, adapter).step()
    assert ["n1", "n2", "n3"] == heard(adapter)
    assert [("n1", "told", "r1"), ("n2", "told", "r2"), ("n3", "told", "r3")] == told(hub)


def test_an_answer_that_fails_for_now_keeps_those_behind_it_waiting_until_it_is_told(hub: HubInHand) -> None:
    adapter = Told()
    adapter.tell_trouble = [None, TryLater("S101"), TryLater("S105")]
    queue(hub, 1, 2, 3)
    worker = worker_of(hub, adapter)
    worker.step()
    for _ in range(5):  # none of them is due yet, so neither is what stands behind
        worker.step()
    assert (["n1"], ("n2", "waiting", "S101")) == (heard(adapter), told(hub)[1])
    turns(hub, worker, 2, rest_s=1)
    assert ("n2", "waiting", "S105") == told(hub)[1]
    turns(hub, worker, 3, rest_s=1)
    assert ["n1", "n2", "n3"] == heard(adapter)


def test_sources_wait_for_their_own_answers_alone(hub: HubInHand) -> None:
    ill, well = Told(), Told()
    ill.tell_trouble = [TryLater("S101")]
    queue(hub, 1)
    queue(hub, 2, source="police_grid")
    worker_of(hub, ill).step()
    worker_of(hub, well, "police_grid").step()
    assert ([], ["n2"]) == (heard(ill), heard(well))


def test_an_answer_that_failed_twelve_times_steps_aside_for_other_reports_but_not_for_its_own(
    hub: HubInHand,
) -> None:
    adapter = Told()
    adapter.tell_trouble = [TryLater("S101")] * 12
    queue(hub, 1, 2, 3)
    with hub.hub.store.write() as conn:  # n3 says more of the report of n1
        conn.exec_driver_sql("UPDATE answer SET event_key = 'one' WHERE id IN ('n1', 'n3')")
    worker = worker_of(hub, adapter)
    turns(hub, worker, 11, rest_s=timedelta(minutes=11).total_seconds())
    turns(hub, worker, 1, rest_s=0)
    assert [] == heard(adapter)
    turns(hub, worker, 1, rest_s=0)
    assert ["n2"] == heard(adapter)
    hub.clock.pause(timedelta(minutes=11).total_seconds())
    turns(hub, worker, 2)
    assert ["n2", "n1", "n3"] == heard(adapter)


def test_an_answer_is_given_up_only_after_days(hub: HubInHand) -> None:
    adapter = Told()
    queue(hub, 1, 2)
    worker = worker_of(hub, adapter)
    for tried, end in ((448, "waiting"), (449, "failed")):
        with hub.hub.store.write() as conn:
            conn.exec_driver_sql(f"UPDATE answer SET attempts = {tried} WHERE id = 'n1'")  # noqa: S608 a number
        hub.clock.pause(timedelta(minutes=11).total_seconds())
        adapter.tell_trouble = [TryLater("S101")]
        turns(hub, worker, 1)
        assert ("n1", end, "S101") == told(hub)[0]
    turns(hub, worker, 2)
    assert ["n2"] == heard(adapter)


def test_an_answer_that_the_source_does_not_take_is_failed_at_once(hub: HubInHand) -> None:
    adapter = Told()
    adapter.tell_trouble = [Refused("S113")]
    queue(hub, 1, 2)
    worker_of(hub, adapter).step()
    assert [("n1", "failed", "S113"), ("n2", "told", "r1")] == told(hub)


def test_an_answer_to_a_report_that_the_source_no_longer_knows_fails_alone_and_reading_goes_on(
    hub: HubInHand,
) -> None:
    adapter = ReadAndTold(in_json(pipe(hub, "A1")), in_json(pipe(hub, "A2")))
    adapter.tell_trouble = [SourceGone("S102", status=404)]
    queue(hub, 1, 2)
    turns(hub, worker_of(hub, adapter), 3)
    assert [("n1", "failed", "S102"), ("n2", "told", "r1")] == told(hub)
    assert (("running", "", 0), 2) == (state(hub), hub.account()["records"])


def test_a_session_that_ended_while_telling_fails_no_answer(hub: HubInHand) -> None:
    adapter = Told()
    adapter.tell_trouble = [SignInAgain("S106")]
    queue(hub, 1)
    turns(hub, worker_of(hub, adapter), 3)
    assert [("n1", "told", "r1")] == told(hub)


def test_an_answer_that_a_plugin_cannot_cope_with_stops_neither_the_reading_nor_the_source(
    hub: HubInHand,
) -> None:
    clumsy = ReadAndTold(*(in_json(pipe(hub, f"A{n}", n)) for n in range(12)))
    clumsy.tell_trouble = [ZeroDivisionError()] * 12
    queue(hub, 1)
    turns(hub, worker_of(hub, clumsy), 13, rest_s=timedelta(minutes=11).total_seconds())
    assert 12 == hub.account()["records"]
    assert (("running", "", 0), [("n1", "failed", "S116")]) == (state(hub), told(hub))


@pytest.mark.nasty("N68")
def test_an_answer_that_is_told_again_after_a_crash_carries_the_same_number(hub: HubInHand) -> None:
    adapter = Told()
    queue(hub, 1)
    with stopped_at(hub, "UPDATE ON answer"), pytest.raises(DBAPIError):
        worker_of(hub, adapter).step()
    assert [("n1", "waiting", None)] == told(hub)
    worker_of(hub, adapter).step()
    assert ["n1", "n1"] == heard(adapter)
    assert [("n1", "told", "r2")] == told(hub)


def test_a_receipt_longer_than_its_column_is_cut(hub: HubInHand) -> None:
    adapter = Told()
    adapter.receipt = "9" * 500
    queue(hub, 1)
    worker_of(hub, adapter).step()
    assert [("n1", "told", "9" * 128)] == told(hub)
