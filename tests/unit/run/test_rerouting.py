"""Announced contracts beside the matters of the last days: what would move, whom it would leave, and when it is due."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.contract.replay import Effect
from hub.model import Contract, Duration, Mode, Move, SourceClock, Unit, WaitRules
from hub.run.matters.deciding import Deciding
from hub.run.matters.rerouting import Rerouted, day_for, reroute
from tests.instruments import HubInHand, demo_pack
from tests.unit.run.lives import decide, upgrade, whistle_of
from tests.unit.run.matters import matter, report
from tests.unit.run.sources import pipe
from tests.unit.run.test_lives import as_if, send
from tests.unit.run.test_moving_on import tell

BURST = "sudden_incident.water_pipe_burst"
TOMORROW = date(2026, 3, 11)


def contracts(change: Callable[[Contract], Contract | None]) -> tuple[Contract, ...]:
    """The demo's contracts, each changed; None takes it away."""
    return tuple(new for one in demo_pack().contracts if (new := change(one)) is not None)


def without_zilai() -> tuple[Contract, ...]:
    """The contracts without the water company."""
    return contracts(lambda one: None if one.department == "zilai" else one)


def given_to(department: str) -> tuple[Contract, ...]:
    """The contracts, with burst pipes taken by `department` in the water company's place, from tomorrow on."""

    def change(one: Contract) -> Contract:
        rest = tuple(
            replace(accept, categories=tuple(c for c in accept.categories if c != BURST))
            for accept in one.accepts
        )
        if one.department == "zilai":
            return replace(one, version=2, valid_from=TOMORROW, accepts=rest[:1])
        if one.department == department:
            taken = replace(
                one.accepts[0], clause="NEW-1", categories=(BURST,), areas=(), except_categories=()
            )
            return replace(one, version=2, valid_from=TOMORROW, accepts=(*rest, taken))
        return one

    return contracts(change)


def quicker(value: int) -> tuple[Contract, ...]:
    """The contracts, with so many minutes for the water company to sign."""
    sign = Duration(value, Unit.URGENT_MINUTE)

    def change(one: Contract) -> Contract:
        if one.department != "zilai":
            return one
        urgent = {**one.level_deadlines["emergency"], "sign": sign}
        return replace(
            one,
            deadlines={**one.deadlines, "sign": sign},
            level_deadlines={**one.level_deadlines, "emergency": urgent},
        )

    return contracts(change)


def looked_at(hub: HubInHand, new: tuple[Contract, ...], *, days: int = 30, keep: int = 100) -> Rerouted:
    """The account under `new`."""
    pack = replace(demo_pack(), contracts=new)
    since = hub.clock.now() - timedelta(days=days)
    return reroute(hub.hub.store, pack, since=since, day=day_for(new, hub.clock.now()), keep=keep)


@pytest.fixture
def three(hub: HubInHand) -> HubInHand:
    """A hub with three burst pipes, each with the water company."""
    hub.tell(*(pipe(hub, f"A{n}", n) for n in range(3)))
    hub.settle()
    return hub


def test_the_contracts_in_force_move_nothing(three: HubInHand) -> None:
    found = looked_at(three, demo_pack().contracts)
    assert (3, {}, {}, 0, []) == (found.looked, found.effects, found.moves, found.drifted, found.cases)


def test_the_contracts_in_force_move_nothing_of_whatever_was_lived_under_them(hub: HubInHand) -> None:
    """A source's own clock, a pause, more time, another level, a second round, a department that came back."""
    now = hub.clock.now()
    for n in range(4):
        kept = SourceClock("city", now + timedelta(days=3 + n))
        tell(hub, replace(pipe(hub, f"A{n}", n), clocks=(kept,)))
    as_if(hub, wait_rules)
    assert "source" in {one["step"] for one in body_of(hub, whistle_of(hub, "zilai"))["deadlines"]}
    for until, move, reason in ((5, "pause", "WEATHER"), (96, "ask", "HARD_CASE")):
        report(hub, "zilai", *(["sign"] if move == "pause" else []))
        hub.clock.pause(600)
        told = hub.clock.now() + timedelta(hours=until)
        send(hub, "zilai", move=move, reason_code=reason, until=told.isoformat())
    decide(hub, "zilai", Move.GRANT)
    report(hub, "zilai", "contact", "arrive", "handle", "result")
    decide(hub, "zilai", Move.REOPEN, "NOT_FIXED")
    upgrade(hub)
    found = looked_at(hub, contracts(wait_rules))
    assert (4, {}, 0, []) == (found.looked, found.effects, found.drifted, found.cases)


def wait_rules(one: Contract) -> Contract:
    """The contract, with pauses and extensions."""
    waits = WaitRules(reason_codes=("WEATHER",), longest=Duration(9, Unit.URGENT_DAY), most=2)
    return replace(one, pauses=waits, extensions=replace(waits, reason_codes=("HARD_CASE",)))


def body_of(hub: HubInHand, whistle: str) -> dict[str, Any]:
    """A whistle as it is stored."""
    (body,) = [r[1] for r in hub.rows("SELECT id, body FROM whistle") if r[0] == whistle]
    return orjson.loads(body)  # type: ignore[no-any-return]


def test_a_matter_that_another_would_lead_is_told_with_both_clauses(three: HubInHand) -> None:
    found = looked_at(three, given_to("shuiwu"))
    assert ({("zilai", "shuiwu"): 3}, 3, TOMORROW) == (found.moves, found.moved, found.day)
    (case,) = [one for one in found.cases if one.incident_id == matter(three, "A1")]
    assert Effect.MOVED in case.effects
    assert case.before
    assert ("zilai-v1", "ZL-2") == (case.before.contract_id, case.before.clause)
    assert case.after
    assert ("shuiwu-v2", "NEW-1") == (case.after.contract_id, case.after.clause)
    assert "contract_clause" == case.why[0].rule


def test_a_matter_that_nobody_would_lead_is_told_with_the_reason(three: HubInHand) -> None:
    found = looked_at(three, without_zilai())
    assert ({("zilai", ""): 3}, 3) == (found.moves, found.moved)
    assert {"no_contract"} == {case.why[0].rule for case in found.cases}


@pytest.mark.parametrize(("minutes", "effect"), [(1, Effect.EARLIER), (300, Effect.LATER)])
def test_a_deadline_that_would_be_otherwise_is_told_and_moves_nobody(
    three: HubInHand, minutes: int, effect: Effect
) -> None:
    found = looked_at(three, quicker(minutes))
    assert (0, {effect: 3}) == (found.moved, found.effects)
    ((shift,), *_) = (case.shifts for case in found.cases)
    assert ("zilai", "sign", effect is Effect.EARLIER) == (shift.department, shift.step, shift.is_earlier)
    assert shift.after
    (first,) = three.rows("SELECT min(received_us) FROM event")[0]
    assert minutes * 60 == int(shift.after.timestamp()) - first // 1_000_000


def test_what_the_centre_designated_is_no_doing_of_a_contract(three: HubInHand) -> None:
    dispatch = three.hub.dispatch("whistle")
    with three.hub.store.write() as conn:
        centre = Deciding(conn, dispatch, three.hub.pack, by="desk", at=three.clock.now())
        centre.designate(matter(three, "A1"), "shuiwu", "OWN_PIPE")
    found = looked_at(three, demo_pack().contracts)
    assert (0, 0) == (found.effects.total(), found.drifted)


def test_what_other_facts_moved_since_is_counted_apart(three: HubInHand) -> None:
    """As if a route had been decided by facts that nobody knows any more: no contract called this department."""
    with three.hub.store.write() as conn:
        conn.exec_driver_sql(
            'UPDATE whistle SET body = replace(body, \'"department":"zilai"\', \'"department":"ranqi"\')'
        )
    found = looked_at(three, demo_pack().contracts)
    assert (3, 0) == (found.drifted, found.moved)


def test_history_calls_nobody_and_is_not_looked_at(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"), mode=Mode.BACKFILL)
    hub.settle()
    assert 0 == looked_at(hub, without_zilai()).looked


def test_what_was_opened_before_the_days_is_not_looked_at(three: HubInHand) -> None:
    three.clock.pause(3 * 86400)
    assert (0, 3) == tuple(looked_at(three, without_zilai(), days=n).looked for n in (2, 4))


def test_only_so_many_cases_are_kept_and_all_are_counted(three: HubInHand) -> None:
    found = looked_at(three, without_zilai(), keep=1)
    assert (1, 2, 3) == (len(found.cases), found.left_out, found.moved)


def test_a_look_writes_nothing(three: HubInHand) -> None:
    def everything() -> list[Any]:
        tables = [r[0] for r in three.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [three.rows(f"SELECT * FROM {name}") for name in tables]  # noqa: S608 names of ours

    before = everything()
    looked_at(three, given_to("shuiwu"))
    assert before == everything()


@pytest.mark.parametrize(
    ("above", "code"), [pytest.param("2", 1, id="more than may move"), pytest.param("3", 0, id="as many")]
)
def test_as_a_gate_it_fails_above_a_number(
    three: HubInHand, tmp_path: Path, above: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(demo_pack().root, pack, ignore=shutil.ignore_patterns("zilai.yaml"))
    monkeypatch.setenv("GRIDPLUS_CLOCK_START", "2026-03-10T10:00:00+08:00")
    asked = ["contract", "replay", "--pack", str(pack), "--store", three.hub.settings.store_url]
    done = CliRunner().invoke(main, [*asked, "--fail-above", above, "--json"])
    said = orjson.loads(done.output.splitlines()[-1])
    assert (code, 3, 3) == (done.exit_code, said["moved"], said["looked"])
    words = CliRunner().invoke(main, [*asked, "--fail-above", above])
    assert "3 of 3 would move from zilai to nobody" in words.output
