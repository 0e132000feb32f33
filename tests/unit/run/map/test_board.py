"""The board holds what the store holds: loaded once, then asked for what changed, with nothing missed and nothing twice."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub.access.territory import Territory
from hub.errors import Refused
from hub.model import IncidentState, Move
from hub.run.exits.auditing import Whole, examine
from hub.run.map.board import CLOSED_KEPT, Board, board_at
from hub.run.map.cells import Box
from hub.run.map.pictures import AUDITED_EVERY, Viewer, past_moment
from hub.run.map.wanted import EVERYTHING, Wanted
from hub.store import incidents, pins
from tests.instruments import HubInHand, before
from tests.unit.run.matters import incidents as all_ids
from tests.unit.run.matters import matter, report
from tests.unit.run.sources import pipe
from tests.unit.run.whitelists import end_all

CENTRE = Viewer("centre", "zhongxin", Territory(area=""))
WATER = Viewer("water", "zilai", Territory(department="zilai"))
DISTRICT = Box(120.0, 31.0, 122.0, 33.0)
SECOND = timedelta(seconds=1)


@pytest.fixture
def board(hub: HubInHand) -> Board:
    """A board that knows of one matter."""
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    made = Board(hub.hub.store, hub.clock)
    assert {} == made.catch_up()
    return made


def put(hub: HubInHand, id_: str, at: datetime, **changes: object) -> None:
    """A matter is changed, as if by a worker whose transaction began `at` that moment."""
    with hub.hub.store.write() as conn:
        one = incidents.load(conn, [id_])[id_]
        incidents.change(conn, [replace(one, version=one.version + 1, **changes)], at)  # type: ignore[arg-type]


def test_what_is_new_is_told_once(hub: HubInHand, board: Board) -> None:
    hub.tell(pipe(hub, "B1", 1))
    hub.settle()
    changed = board.catch_up()
    assert {matter(hub, "B1")} == changed.keys()
    assert changed[matter(hub, "B1")][0] is None
    assert {} == board.catch_up()
    assert 2 == len(board)


def test_a_move_of_a_whistle_changes_its_matter(hub: HubInHand, board: Board) -> None:
    report(hub, "zilai", "sign")
    ((was, now),) = board.catch_up().values()
    assert was is not None
    assert now is not None
    assert {"blown"} == {one.state.value for one in was.calls}
    assert {"zilai": "signed"} == {one.department: one.state.value for one in now.calls if one.leads}


def test_what_holds_later_than_its_moment_is_not_missed(hub: HubInHand, board: Board) -> None:
    (id_,) = all_ids(hub)
    began = hub.clock.now()
    hub.clock.pause(8)
    assert {} == board.catch_up()
    put(hub, id_, began)
    assert {id_} == board.catch_up().keys()
    assert {} == board.catch_up()


def test_what_is_written_while_the_board_loads_is_not_missed(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    (id_,) = all_ids(hub)
    made = Board(hub.hub.store, hub.clock)
    before(hub.hub.store, "SELECT incident.id", lambda: put(hub, id_, hub.clock.now()))
    made.catch_up()
    made.catch_up()
    with hub.hub.store.read() as conn:
        assert {one.id: one for one in made.pins()} == pins.load(conn, [id_])


def test_a_store_that_fails_leaves_what_it_did_not_tell_for_the_next_time(
    hub: HubInHand, board: Board
) -> None:
    hub.tell(pipe(hub, "B1", 1))
    hub.settle()

    def fails() -> None:
        raise ConnectionError

    before(hub.hub.store, "SELECT incident.id, incident.version, incident.opened_us", fails)
    with pytest.raises(ConnectionError):
        board.catch_up()
    hub.clock.pause(3600)
    assert {matter(hub, "B1")} == board.catch_up().keys()


def test_who_was_away_for_long_misses_nothing(hub: HubInHand, board: Board) -> None:
    hub.clock.pause(60)
    hub.tell(pipe(hub, "B1", 1))
    hub.settle()
    hub.clock.pause(86_400)
    assert {matter(hub, "B1")} == board.catch_up().keys()


@pytest.mark.parametrize("state", [IncidentState.MERGED, IncidentState.CANCELLED])
def test_what_is_no_matter_any_more_leaves_at_once(
    hub: HubInHand, board: Board, state: IncidentState
) -> None:
    (id_,) = all_ids(hub)
    put(hub, id_, hub.clock.now(), state=state)
    ((_, now),) = board.catch_up().values()
    assert now is None
    assert 0 == len(board)


def test_what_is_closed_stays_for_a_shift_and_leaves_by_itself(hub: HubInHand, board: Board) -> None:
    (id_,) = all_ids(hub)
    put(hub, id_, hub.clock.now(), state=IncidentState.CLOSED, closed_at=hub.clock.now())
    assert 1 == len(board.catch_up())
    hub.clock.pause(CLOSED_KEPT.total_seconds() - 1)
    assert {} == board.catch_up()
    hub.clock.pause(600)
    ((_, now),) = board.catch_up().values()
    assert now is None
    anew = Board(hub.hub.store, hub.clock)
    anew.catch_up()
    assert 0 == len(anew)


def test_the_past_is_what_was_open_and_how_far_it_was_then(hub: HubInHand, board: Board) -> None:
    (id_,) = all_ids(hub)
    opened = hub.clock.now()
    hub.clock.pause(600)
    report(hub, "zilai", "sign")
    signed = hub.clock.now()
    hub.clock.pause(600)
    put(hub, id_, hub.clock.now(), state=IncidentState.CLOSED, closed_at=hub.clock.now())
    closed = hub.clock.now()

    def lead_at(at: datetime) -> list[str]:
        return [one.state.value for pin in board_at(hub.hub.store, at) for one in pin.calls if one.leads]

    assert [] == lead_at(opened - timedelta(hours=1))
    assert ["blown"] == lead_at(opened + SECOND)
    assert ["signed"] == lead_at(signed + SECOND)
    assert [] == lead_at(closed + SECOND)


def test_one_sheet_for_all_who_see_the_same(hub: HubInHand, board: Board) -> None:
    pictures = hub.hub.pictures
    other = Viewer("another", "zhongxin", Territory(area=""))
    assert pictures.live(CENTRE) is pictures.live(other)
    assert pictures.live(CENTRE) is not pictures.live(WATER)


def test_other_grants_make_other_sheets_at_once(hub: HubInHand, board: Board) -> None:
    pictures = hub.hub.pictures
    first = pictures.live(CENTRE)
    assert 1 == len(first.sheet)
    end_all(hub)
    assert [] == pictures.tick()
    assert 0 == len(pictures.live(CENTRE).sheet)


def test_a_look_is_audited_once_a_quarter_of_an_hour_and_a_filter_by_what_is_hidden_each_time(
    hub: HubInHand, board: Board
) -> None:
    pictures, ledger = hub.hub.pictures, hub.hub.ledgers.mine()

    def audited() -> int:
        with hub.hub.store.read() as conn:
            whole = examine(conn, hub.hub.keys.audit)
        assert isinstance(whole, Whole)
        return whole.rows

    rows = audited()
    for _ in range(3):
        pictures.check(CENTRE, EVERYTHING, None, ledger)
    assert rows + 1 == audited()
    hub.clock.pause(AUDITED_EVERY.total_seconds())
    pictures.check(CENTRE, EVERYTHING, None, ledger)
    assert rows + 2 == audited()
    end_all(hub)
    for _ in range(2):
        with pytest.raises(Refused, match="P203"):
            pictures.check(CENTRE, Wanted(urgency=frozenset({"urgent"})), None, ledger)
    assert rows + 4 == audited()


def test_a_matter_opens_for_whom_it_stands_on_the_map_and_for_nobody_else(
    hub: HubInHand, board: Board
) -> None:
    page, ledger, (id_,) = hub.hub.matter_page, hub.hub.ledgers.mine(), all_ids(hub)
    now = hub.clock.now()
    centre = page.open(CENTRE, id_, ledger=ledger, now=now)
    water = page.open(WATER, id_, ledger=ledger, now=now)
    assert {"zilai", "shizheng", "jiedao_12"} >= {one["department"] for one in centre["whistles"]}
    assert ["zilai"] == [one["department"] for one in water["whistles"]]
    assert ["opened"] == [why["rule"] for why in centre["reports"][0]["why"]]
    for viewer in (
        Viewer("x", "chengguan", Territory(department="chengguan")),
        Viewer("y", "jiedao_01", Territory(area="329901999")),
        Viewer("z", "zhongxin", Territory()),
    ):
        with pytest.raises(Refused, match="P204"):
            page.open(viewer, id_, ledger=ledger, now=now)


def test_a_department_that_was_relieved_opens_it_no_more(hub: HubInHand, board: Board) -> None:
    (id_,) = all_ids(hub)
    hub.hub.pictures.live(WATER)
    report(hub, "zilai", "return")
    from tests.unit.run.lives import decide

    decide(hub, "zilai", Move.UPHOLD)
    hub.clock.pause(1)
    hub.hub.pictures.tick()
    with pytest.raises(Refused, match="P204"):
        hub.hub.matter_page.open(WATER, id_, ledger=hub.hub.ledgers.mine(), now=hub.clock.now())
    told = hub.hub.pictures.cells(WATER, zoom=10, box=DISTRICT, wanted=EVERYTHING, colour="stage", at=None)
    assert ([], 0) == (told["cells"], told["counts"]["total"])


def test_a_department_that_was_relieved_does_not_find_it_in_the_past(
    hub: HubInHand, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.unit.run.lives import decide

    called = hub.clock.now() + SECOND

    def seen(viewer: Viewer) -> int:
        told = hub.hub.pictures.cells(
            viewer, zoom=10, box=DISTRICT, wanted=EVERYTHING, colour="stage", at=called
        )
        return int(told["counts"]["total"])

    hub.clock.pause(600)
    assert (1, 1) == (seen(CENTRE), seen(WATER))
    report(hub, "zilai", "return")
    decide(hub, "zilai", Move.UPHOLD)
    monkeypatch.setattr("hub.run.map.pictures._PAST_FOR_S", -1.0)  # a minute later
    assert (1, 0) == (seen(CENTRE), seen(WATER))


def test_moments_of_the_past_fall_to_five_minutes() -> None:
    moment = datetime.fromisoformat("2026-03-10T09:07:31.5+08:00")
    assert datetime.fromisoformat("2026-03-10T09:05:00+08:00") == past_moment(moment)
