"""Figures as they are counted from the store, and the month's sheet that a department may ask for."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from hub.cli import main
from hub.clock import day_of
from hub.model import Actor, Move
from hub.pack import Pack
from hub.run.matters import figuring
from hub.run.matters.figuring import settled_month
from hub.store import lives
from hub.store.tables import fallback, overdue, whistle
from hub.whistle.evaluation import Aspect, Mark
from hub.whistle.shares import SMALL, Share
from tests.instruments import MORNING, HubInHand
from tests.unit.run.ledgers import is_whole
from tests.unit.run.lives import decide, whistle_of
from tests.unit.run.matters import report
from tests.unit.run.sources import pipe
from tests.unit.run.test_moving_on import tell

TODAY = MORNING.date()


def open_pack(pack: Pack) -> Pack:
    """The pack, telling figures of single cases too."""
    rules = pack.rules_on(TODAY)
    figures = replace(rules.figures, hidden_below=2, least=1)
    return replace(pack, whistles=(replace(rules, figures=figures),))


def count(hub: HubInHand, first: date = TODAY, last: date = TODAY, *, pack: Pack | None = None) -> Any:
    """The figures of matters opened on these days, now."""
    with hub.hub.store.read() as conn:
        return figuring.count(conn, pack or open_pack(hub.hub.pack), first, last, hub.clock.now())


def mark(hub: HubInHand, id_: str, resolve: int) -> None:
    """The centre's mark."""
    one = Mark(by=Actor.CENTRE, account="zx", aspects={Aspect.RESOLVE: resolve}, at=hub.clock.now())
    with hub.hub.store.write() as conn:
        hub.hub.evaluating.mark(conn, id_, one)


@pytest.fixture
def busy(hub: HubInHand) -> HubInHand:
    """Four burst pipes, far from each other: zilai solves two of them well, one badly and late, returns the last."""
    for n in range(4):
        tell(hub, pipe(hub, f"A{n}", 3 * n))
        if n == 3:
            report(hub, "zilai", "sign", "return")
            decide(hub, "zilai", Move.UPHOLD)
            break
        hub.clock.pause(600)
        report(hub, "zilai", "sign", "arrive")
        hub.clock.pause(3000)
        report(hub, "zilai", "result")
        mark(hub, whistle_of(hub, "zilai"), 20 if n == 2 else 90)
    return hub


def test_a_department_is_counted_by_what_it_did(busy: HubInHand) -> None:
    one = count(busy).departments["zilai"]
    assert (4, Share(4, 1)) == (one.whistles, one.returned)
    assert (Share(3, 2), Share(0, 0)) == (one.resolve, one.satisfy)
    assert (66.67, 3) == (round(one.score, 2), one.adjusted.n)
    assert {"median_s": 3600, "p90_s": 3600} == one.times["finish"].told()
    assert Share(3, 3) == one.on_time["finish"]
    assert 1 == one.rank


def test_what_was_noted_late_counts_and_what_is_excused_does_not(busy: HubInHand) -> None:
    ids = [r[0] for r in busy.rows("SELECT id FROM whistle WHERE department = 'zilai' ORDER BY blown_us")]
    with busy.hub.store.write() as conn:
        for id_, excused in zip(ids[:2], ("", "extended"), strict=True):
            late = {"whistle_id": id_, "step": "finish", "round": 0, "due_us": 0, "noted_us": 0}
            conn.execute(insert(overdue).values(**late, excused=excused))
    assert Share(2, 1) == count(busy).departments["zilai"].on_time["finish"]


def test_matters_of_several_departments_count_where_all_reported_in(busy: HubInHand) -> None:
    busy.clock.pause(60 * 86_400)  # nobody else has come by then
    assert Share(4, 0) == count(busy).district.joint


def test_a_result_without_evidence_counts_its_whistle(busy: HubInHand) -> None:
    assert Share(4, 3) == count(busy).departments["zilai"].flagged  # the fourth handed nothing in
    assert Share(0, 0) == count(busy).departments["chengguan"].flagged


def test_only_matters_that_were_opened_on_these_days_count(busy: HubInHand) -> None:
    assert 0 == count(busy, TODAY - timedelta(days=9), TODAY - timedelta(days=1)).district.whistles
    assert 0 == count(busy, TODAY + timedelta(days=1), TODAY + timedelta(days=9)).district.whistles


def test_by_the_packs_own_rules_nothing_is_told_of_four_matters(busy: HubInHand) -> None:
    found = count(busy, pack=busy.hub.pack)
    assert {0, SMALL} == {one.whistles for one in found.departments.values()}
    assert all(one.satisfy in (SMALL, Share(0, 0)) for one in found.departments.values())


def test_read_in_portions_it_comes_to_the_same(busy: HubInHand, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = count(busy)
    monkeypatch.setattr(lives, "PORTION", 5)  # three whistles a matter: no portion ends with one
    assert whole == count(busy)


def test_a_matter_that_waits_at_the_desk_called_nobody(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"), pipe(hub, "A2", 3))
    ((incident, subdistrict),) = hub.rows(
        "SELECT id, subdistrict_id FROM incident ORDER BY opened_us LIMIT 1"
    )
    with hub.hub.store.write() as conn:
        conn.execute(update(whistle).where(whistle.c.incident_id == incident).values(state="cancelled"))
        waits = {"incident_id": incident, "reason": "no_lead", "owner": "desk", "queued_us": 0, "due_us": 0}
        conn.execute(insert(fallback).values(**waits))
    assert Share(2, 1) == count(hub).subdistricts[""].whistled
    with hub.hub.store.read() as conn:
        since = hub.clock.now() - timedelta(days=1)
        assert {subdistrict: 1} == lives.unheard(conn, since, hub.clock.now())


@pytest.mark.parametrize(
    ("today", "month"),
    [
        ("2026-03-15", ("2026-01-01", "2026-01-31")),
        ("2026-03-16", ("2026-02-01", "2026-02-28")),
        ("2026-01-10", ("2025-11-01", "2025-11-30")),
    ],
)
def test_a_month_is_settled_half_a_month_after_its_end(today: str, month: tuple[str, str]) -> None:
    first, last = settled_month(date.fromisoformat(today))
    assert month == (first.isoformat(), last.isoformat())


@settings(max_examples=100, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 400))
def test_what_a_department_is_told_at_two_times_is_of_the_same_month_or_of_no_common_day(
    today: date, later: int
) -> None:
    """So nothing can be subtracted from a month."""
    first, last = settled_month(today)
    assert (1, 1) == (first.day, (last + timedelta(days=1)).day)
    assert first.replace(day=last.day) == last
    again = settled_month(today + timedelta(days=later))
    assert again == (first, last) or again[0] > last


def test_a_department_sees_its_own_row_of_a_settled_month_and_it_stands(busy: HubInHand) -> None:
    busy.clock.pause(40 * 86_400)
    book = figuring.FiguresBook(busy.hub.store, lambda: open_pack(busy.hub.pack))
    ledger = busy.hub.ledgers.mine()
    first = book.of("zilai", ledger=ledger, now=busy.clock.now())
    assert ("2026-03-01", "2026-03-31") == (first["since"], first["until"])
    assert {"n": 3, "share": 0.6667} == {k: first["own"]["resolve"][k] for k in ("n", "share")}
    assert {"since", "until", "own", "median"} == first.keys()
    with busy.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM evaluation")
    assert first == book.of("zilai", ledger=ledger, now=busy.clock.now() + timedelta(days=3))
    assert is_whole(busy)
    assert any("statistics" in rows for (rows,) in busy.rows("SELECT rows FROM audit"))


def test_by_command_the_figures_are_told_for_people_and_machines(busy: HubInHand) -> None:
    env = {"GRIDPLUS_HOME": str(busy.hub.settings.home), "GRIDPLUS_CLOCK_START": busy.clock.now().isoformat()}
    where = ["--store", busy.hub.settings.store_url]
    run = CliRunner()
    told = orjson.loads(run.invoke(main, ["figures", "--json", *where], env=env).stdout)
    assert day_of(busy.clock.now()).isoformat() == told["until"]
    assert {"value": None, "reason": "small_cell"} == told["departments"]["zilai"]["whistles"]
    one = orjson.loads(
        run.invoke(main, ["figures", "--json", "--department", "zilai", *where], env=env).stdout
    )
    assert {"zilai"} == one["departments"].keys()
    lines = run.invoke(main, ["figures", *where], env=env).stdout.splitlines()
    assert len(told["departments"]) + 1 == len(lines)
    wrong = ["figures", "--from", "2026-03-02", "--to", "2026-03-01", *where]
    assert 2 == run.invoke(main, wrong, env=env).exit_code
