"""Moves that are the hub's by the clock: each once, with all that follows, and none held up by another."""

from dataclasses import replace
from datetime import datetime, timedelta

import orjson
import pytest
from structlog.testing import capture_logs

from hub.model import Actor, Closing, Duration, Move, Unit, WaitRules, Whistle, WhistleId
from hub.run.matters.hubmoves import HubMoves
from hub.run.matters.ticks import Due
from hub.store import leases, steps, whistles
from hub.store.moments import to_us
from tests.instruments import HubInHand
from tests.unit.run.ledgers import is_whole
from tests.unit.run.lives import decide, upgrade, whistle_of
from tests.unit.run.matters import announced, incidents, is_sound, matter, report, told
from tests.unit.run.sources import pipe
from tests.unit.run.stops import beyond_moving
from tests.unit.run.test_evaluating import give
from tests.unit.run.test_lives import as_if, send
from tests.unit.run.test_moving_on import BLOWN, tell
from tests.unit.run.test_ticks import at, looks_at, one, tick_at, ticks

PAUSES = WaitRules(reason_codes=("WEATHER",), longest=Duration(24, Unit.URGENT_HOUR), most=2)


@pytest.fixture
def called(hub: HubInHand) -> HubInHand:
    """A hub whose one matter, a burst pipe, has called its departments."""
    tell(hub, pipe(hub, "A1"))
    return hub


def made(hub: HubInHand, move: Move) -> list[tuple[str, str]]:
    """(whistle, actor) of each such move, in order."""
    return [tuple(r) for r in hub.rows(f"SELECT whistle_id, actor FROM step WHERE move = '{move}'")]  # noqa: S608 ours


def states(hub: HubInHand) -> dict[str, str]:
    """Whistle → its state."""
    return dict(tuple(r) for r in hub.rows("SELECT id, state FROM whistle"))


def level(hub: HubInHand, incident: str) -> str:
    """At which level a matter stands."""
    bodies = dict(tuple(r) for r in hub.rows("SELECT id, body FROM incident"))
    return str(orjson.loads(bodies[incident])["level"])


# -- resume ---------------------------------------------------------------------------------------------


def waiting(hub: HubInHand, until: datetime) -> None:
    """Zilai has signed its newest whistle, and waits until then."""
    report(hub, "zilai", "sign")
    nonce = whistle_of(hub, "zilai")[-20:]
    send(hub, "zilai", nonce=nonce, move="pause", reason_code="WEATHER", until=until.isoformat())


def test_pauses_that_end_are_ended_once_each_and_one_that_was_ended_before_is_not(called: HubInHand) -> None:
    as_if(called, lambda one: replace(one, pauses=PAUSES))
    waiting(called, at(10, 20))
    first = whistle_of(called, "zilai")
    tell(called, pipe(called, "B1", 5))
    waiting(called, at(10, 25))
    second = whistle_of(called, "zilai")
    assert first != second
    tell(called, pipe(called, "C1", 9))
    waiting(called, at(10, 30))
    report(called, "zilai", "resume")
    tick_at(called, at(10, 40))
    tick_at(called, at(10, 41))
    by_hub = [id_ for id_, actor in made(called, Move.RESUME) if actor == Actor.HUB]
    assert sorted([first, second]) == sorted(by_hub)
    assert 3 == len(made(called, Move.RESUME))
    assert is_whole(called)


# -- upgrade --------------------------------------------------------------------------------------------


def test_a_matter_that_lies_too_long_rises_once_for_all_its_whistles_and_each_hears_of_it_once(
    called: HubInHand,
) -> None:
    tell(called, pipe(called, "B1", 5))
    tick_at(called, at(18, 1, day=17))
    first, second = (matter(called, ref) for ref in ("A1", "B1"))
    assert ["key", "key"] == [level(called, each) for each in (first, second)]
    raised = made(called, Move.UPGRADE)
    called_for = {r[0] for r in called.rows("SELECT whistle_id FROM step WHERE move = 'upgrade'")}
    assert (len(called_for), {"hub"}) == (len(raised), {actor for _, actor in raised})
    assert called_for == states(called).keys()
    assert 4 == len([each for each in told(called, "zilai") if each == BLOWN])
    tick_at(called, at(9, day=18))
    assert raised == made(called, Move.UPGRADE)
    assert [(2, "open")] == announced(called, first)  # older words are not kept so long
    assert is_sound(called)
    assert is_whole(called)


def test_what_a_person_raised_meanwhile_is_not_raised_again_by_the_same_look(called: HubInHand) -> None:
    called.clock.pause((at(18, 1, day=17) - called.clock.now()).total_seconds())
    with called.hub.store.write() as conn:
        seen = ticks(called).look(conn, called.clock.now(), 10).moves
    assert {Move.UPGRADE} == {due.move for due in seen}
    upgrade(called)
    assert [0] * len(seen) == [make(called, due) for due in seen]
    assert "key" == level(called, incidents(called)[0])


def make(hub: HubInHand, due: Due) -> int:
    """The hub makes one move that was seen before."""
    moves = HubMoves(lambda: hub.hub.dispatch("moves"), hub.hub.pack)
    moves.begin()
    with hub.hub.store.write() as conn:
        done = moves.make(conn, due, hub.clock.now())
    moves.committed()
    return done


# -- archive --------------------------------------------------------------------------------------------

RIPE = at(18, 1, day=20)
"""Five working days after a result of the 13th."""


def finish(hub: HubInHand, ref: str, n: int) -> str:
    """Another matter, which its lead has finished; the id of that whistle."""
    tell(hub, pipe(hub, ref, n))
    report(hub, "zilai", "sign", "result")
    return whistle_of(hub, "zilai")


def archive(hub: HubInHand, *due: Due) -> int:
    """The hub archives what was seen before."""
    moves = HubMoves(lambda: hub.hub.dispatch("moves"), hub.hub.pack)
    moves.begin()
    with hub.hub.store.write() as conn:
        done = moves.archive(conn, due, hub.clock.now())
    moves.committed()
    return done


def ripe(hub: HubInHand, id_: str) -> Due:
    """What a look says of the whistle as it stands."""
    with hub.hub.store.read() as conn:
        return Due(WhistleId(id_), whistles.load(conn, [id_])[id_].version, Move.ARCHIVE)


def test_a_batch_is_archived_once_and_each_matter_is_verified_and_said_so_once(called: HubInHand) -> None:
    report(called, "zilai", "sign", "result")
    done = [whistle_of(called, "zilai"), *(finish(called, f"B{n}", n) for n in (5, 9))]
    tick_at(called, RIPE)
    tick_at(called, RIPE + timedelta(days=1))
    assert [(id_, "hub") for id_ in sorted(done)] == sorted(made(called, Move.ARCHIVE))
    assert {"archived"} == {states(called)[id_] for id_ in done}
    for incident in incidents(called):
        assert [(3, "verified")] == announced(called, incident)  # older words are not kept so long
    assert is_whole(called)


def test_one_that_cannot_be_archived_stops_no_other_and_is_archived_once_it_can(called: HubInHand) -> None:
    as_if(called, lambda one: replace(one, closing=Closing.EVERYONE))
    report(called, "zilai", "sign", "result")  # the others are still at it: its matter is open
    stuck = whistle_of(called, "zilai")
    as_if(called, lambda one: replace(one, closing=Closing.LEADS))
    others = [finish(called, f"B{n}", n) for n in (5, 9)]
    lost = one_of(called, stuck)
    with called.hub.store.write() as conn:
        whistles.retime(conn, [replace(lost, contract_id="zilai-v99")])
    tick_at(called, RIPE)
    assert ["result", "archived", "archived"] == [states(called)[id_] for id_ in (stuck, *others)]
    rows = {r[0]: r[1] for r in called.rows("SELECT id, due_us FROM whistle")}
    assert to_us(RIPE + timedelta(minutes=10)) == rows[stuck]
    with called.hub.store.write() as conn:
        whistles.retime(conn, [replace(one_of(called, stuck), contract_id=lost.contract_id)])
    tick_at(called, RIPE + timedelta(minutes=11))
    assert "archived" == states(called)[stuck]
    assert sorted([stuck, *others]) == sorted(id_ for id_, _ in made(called, Move.ARCHIVE))
    assert is_whole(called)


def one_of(hub: HubInHand, id_: str) -> Whistle:
    """The whistle as it stands."""
    with hub.hub.store.read() as conn:
        return whistles.load(conn, [id_])[id_]


def test_what_got_a_last_word_since_it_was_looked_at_waits_its_time_anew(called: HubInHand) -> None:
    report(called, "zilai", "sign", "result")
    other = finish(called, "B1", 5)
    seen = [ripe(called, id_) for id_ in states(called) if states(called)[id_] == "result"]
    assert 2 == len(seen)
    assert other == whistle_of(called, "zilai")
    give(called, resolve=80)  # of the newest
    assert 1 == archive(called, *seen)
    assert "evaluated" == states(called)[other]
    assert 0 == archive(called, *seen)
    assert 1 == len(made(called, Move.ARCHIVE))


def test_what_was_opened_again_since_it_was_looked_at_is_not_archived(called: HubInHand) -> None:
    report(called, "zilai", "sign", "result")
    seen = ripe(called, whistle_of(called, "zilai"))
    decide(called, "zilai", Move.REOPEN)
    assert 0 == archive(called, seen)
    assert "reopened" == one(called).state


def test_a_move_that_collides_by_itself_is_put_off_and_stops_no_other(called: HubInHand) -> None:
    report(called, "zilai", "sign", "result")
    with beyond_moving(called, "zilai"), capture_logs() as logs:
        tick_at(called, RIPE)
        called.clock.pause(1)
        assert 0 == called.hub.plain_clockwork().step()
    assert [("archive", "B101")] == [
        (one["move"], one["code"]) for one in logs if one["event"] == "move_not_made"
    ]
    tick_at(called, called.clock.now() + timedelta(minutes=11))
    assert 1 == len(made(called, Move.ARCHIVE))


@pytest.mark.nasty("N68")
def test_a_leader_that_was_followed_makes_none_of_the_moves_that_it_saw(called: HubInHand) -> None:
    report(called, "zilai", "sign", "result")
    first = called.hub.plain_clockwork()
    first.step()
    called.clock.pause((RIPE - called.clock.now()).total_seconds())
    length = timedelta(seconds=called.hub.settings.lease_s)
    assert leases.take(called.hub.store, "clockwork", "another", called.clock.now(), length)
    assert 0 == first.step()
    assert [] == made(called, Move.ARCHIVE)
    called.clock.pause(2 * length.total_seconds())
    tick_at(called, called.clock.now())
    assert 1 == len(made(called, Move.ARCHIVE))
    assert looks_at(called) is None
    with called.hub.store.read() as conn:
        last = steps.of_whistles(conn, [one(called).id])[one(called).id][-1]
    assert ("", Actor.HUB) == (last.by, last.step.actor)
