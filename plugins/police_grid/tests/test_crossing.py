"""Files come late, twice, half, damaged, in the wrong order: nothing is lost, nothing is taken twice."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from gridplus_police_grid.simulator import FAILURES, PoliceExport, plan
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import TryLater
from hub.clock import FixedClock, SystemClock
from hub.plugin import SimulatorSetup, Utterance
from hub.plugin.systems.voyage import MENDED_AFTER, REPLACED_AFTER

Cross = Callable[..., Any]
Told = Callable[..., Utterance]
Make = Callable[..., Any]

HOUR = 60


def refs(crossing: Any) -> list[str]:
    """Numbers of the matters that came, in the order in which they came."""
    return [one for one in crossing.outcomes().elements() if one.startswith("JG2026")]


def test_rows_come_in_the_order_of_file_numbers(cross: Cross, told: Told) -> None:
    one = cross([told(minute) for minute in range(10)])
    one.run(20)
    assert [f"JG20260310{minute:04d}" for minute in range(10)] == refs(one)
    assert one.waits == []


@pytest.mark.nasty("N70")
@pytest.mark.parametrize("failure", ["gap", "out_of_order", "half_written"])
def test_a_file_that_is_not_there_whole_is_waited_for_and_not_skipped(
    failure: str, cross: Cross, told: Told
) -> None:
    one = cross([told(minute, defect=failure if minute == 4 else "") for minute in range(10)])
    one.run(20)
    assert [f"JG20260310{minute:04d}" for minute in range(10)] == refs(one)
    assert {"S108"} == set(one.waits)


@pytest.mark.nasty("N70")
def test_while_a_number_is_missing_nothing_behind_it_is_taken(cross: Cross, told: Told) -> None:
    one = cross([told(minute, defect="lost_file" if minute == 4 else "") for minute in range(10)])
    one.run(HOUR)
    assert [f"JG20260310{minute:04d}" for minute in range(4)] == refs(one)
    with pytest.raises(TryLater, match="S108") as caught:
        one.adapter.read(one.cursor)
    assert caught.value.facts == {"expected": 3}


@pytest.mark.nasty("N70")
@pytest.mark.parametrize("failure", ["zero_byte", "truncated_zip"])
def test_a_damaged_file_is_waited_for_until_the_same_number_is_whole(
    failure: str, cross: Cross, told: Told
) -> None:
    one = cross([told(minute, defect=failure if minute == 4 else "") for minute in range(10)])
    one.run(20)
    assert [f"JG20260310{minute:04d}" for minute in range(10)] == refs(one)
    assert {"S109"} == set(one.waits)


@pytest.mark.nasty("N70")
def test_the_same_name_with_other_content_becomes_a_dead_record_once_and_the_first_copy_holds(
    cross: Cross, told: Told
) -> None:
    one = cross([told(minute, defect="duplicate_name" if minute == 4 else "") for minute in range(10)])
    one.run(2 * HOUR)
    assert one.outcomes()["S111"] == 1
    assert [f"JG20260310{minute:04d}" for minute in range(10)] == refs(one)


@pytest.mark.nasty("N70")
def test_a_foreign_copy_is_known_after_a_restart_too(
    cross: Cross, told: Told, make_adapter: Make, tmp_path: Path
) -> None:
    one = cross([told(minute, defect="duplicate_name" if minute == 4 else "") for minute in range(10)])
    one.run(20)
    one.adapter = make_adapter(tmp_path / "inbox", tmp_path / "state")
    one.run(HOUR)
    one.adapter = make_adapter(tmp_path / "inbox", tmp_path / "state")
    one.run(HOUR)
    assert one.outcomes()["S111"] == 1


@pytest.mark.nasty("N70")
@pytest.mark.parametrize(
    ("failure", "code"), [("zip_bomb", "S112"), ("path_in_zip", "S115"), ("miscounted", "S114")]
)
def test_what_cannot_be_opened_is_a_dead_record_and_what_follows_is_taken(
    failure: str, code: str, cross: Cross, told: Told
) -> None:
    one = cross([told(minute, defect=failure if minute == 4 else "") for minute in range(10)])
    one.run(20)
    assert one.outcomes()[code] == 1
    assert [f"JG20260310{minute:04d}" for minute in range(10)] == refs(one)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        pytest.param(
            "unreadable",
            {"R105": 1, "JG202603100004": -1},
            id="an unreadable row cannot be judged, so it is not held",
        ),
        pytest.param("case_row", {"R105": 1}, id="a case file", marks=pytest.mark.nasty("N58")),
        pytest.param(
            "mojibake", {"R104": 1, "JG202603100004": -1}, id="mojibake", marks=pytest.mark.nasty("N18")
        ),
        pytest.param("no_number", {"R201": 1, "JG202603100004": -1}, id="no number"),
        pytest.param("resend", {"JG202603100004": 1}, id="once more", marks=pytest.mark.nasty("N01")),
        pytest.param("forbidden_fields", {}, id="forbidden fields are cut, the matter comes"),
        pytest.param("unknown_code", {}, id="an unknown code comes", marks=pytest.mark.nasty("N25")),
    ],
)
def test_a_bad_row_ends_alone_and_its_neighbours_come(
    failure: str, expected: dict[str, int], cross: Cross, told: Told
) -> None:
    one = cross([told(minute, defect=failure if minute == 4 else "") for minute in range(10)])
    one.run(20)
    usual = Counter(f"JG20260310{minute:04d}" for minute in range(10))
    for name, more in expected.items():
        usual[name] += more
    assert +usual == one.outcomes()


@pytest.mark.nasty("N77")
def test_a_vendor_test_is_flagged(cross: Cross, told: Told) -> None:
    one = cross([told(0, defect="test_data")])
    one.run(10)
    (draft,) = one.adapter.normalise(one.bodies[0], None)
    assert draft.flags == ("test_data",)


def test_the_outline_of_a_police_grid_comes_with_its_validity(cross: Cross, told: Told) -> None:
    outline = {
        "boundary": "POLYGON((120.84 31.99, 120.86 31.99, 120.86 32.01, 120.84 31.99))",
        "valid_from": "20260301",
        "duty_phone": "051300000000",
    }
    one = cross([told(0, grid_code="JG0301", title="云桥派出所第一警格", extra=outline)])
    one.run(10)
    admitted = one.adapter.admit(one.bodies[0])
    assert admitted.dropped == ("ZRMJ",)
    (grid,) = one.adapter.normalise(one.bodies[0], None)
    assert (grid.code, grid.valid_from.isoformat(), grid.valid_to) == ("JG0301", "2026-03-01", None)
    assert grid.contact == {"duty_phone": "051300000000"}


def test_a_large_file_comes_in_pages_and_a_stop_between_them_loses_nothing(
    cross: Cross, told: Told, make_adapter: Make, tmp_path: Path
) -> None:
    same_minute = timedelta(0)
    one = cross([told(0, ref=f"JG2026{at:06d}", at=told(0).at + same_minute) for at in range(25)])
    one.clock.pause(300)
    one.export.let_out()
    seen: list[str] = []
    while True:
        fresh = make_adapter(tmp_path / "inbox", tmp_path / "state", page_rows=10)
        page = fresh.read(one.cursor)
        if page.cursor == one.cursor:
            break
        seen += [json.loads(body.content.decode("gb18030"))["JQBH"] for body in page.bodies]
        assert len(page.bodies) <= 10
        one.cursor = page.cursor
    assert [f"JG2026{at:06d}" for at in range(25)] == seen


@settings(max_examples=25, deadline=None)
@given(
    failures=st.sets(st.sampled_from(sorted(set(FAILURES) - {"lost_file", "zip_bomb"})), max_size=6),
    seed=st.integers(0, 1000),
    impatient=st.booleans(),
)
def test_whatever_goes_wrong_what_was_said_is_what_was_read(
    failures: set[str],
    seed: int,
    impatient: bool,
    told: Told,
    make_adapter: Make,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Conservation over the border: `said` counts every body, resends and refused files included."""
    inbox, state = tmp_path_factory.mktemp("inbox"), tmp_path_factory.mktemp("state")
    clock = FixedClock(told(0).at)
    utterances = [told(minute) for minute in range(20)]
    export = PoliceExport(
        SimulatorSetup(
            clock=clock, utterances=utterances, place=inbox, seed=seed, failures=tuple(sorted(failures))
        )
    )
    adapter, cursor, read = make_adapter(inbox, state), "", 0
    while not export.done():
        clock.pause(60)
        export.let_out()
        if impatient:
            adapter = make_adapter(inbox, state)  # as after a crash
        try:
            while (page := adapter.read(cursor)).cursor != cursor:
                cursor, read = page.cursor, read + len(page.bodies)
        except TryLater:
            continue
    assert export.said() == read


def test_the_same_seed_drops_the_same_files(told: Told, tmp_path: Path) -> None:
    setup = SimulatorSetup(
        clock=SystemClock(),
        utterances=[told(minute) for minute in range(30)],
        place=tmp_path,
        seed=7,
        failures=("gap", "resend", "unreadable"),
    )
    assert plan(setup) == plan(setup)


def test_the_export_runs_by_itself_and_stops_twice(told: Told, tmp_path: Path) -> None:
    """On the machine's own clock everything of 2026-03 is due at once."""
    export = PoliceExport(SimulatorSetup(clock=SystemClock(), utterances=[told(0), told(5)], place=tmp_path))
    told_config = export.start()
    assert {"inbox": str(tmp_path), "prefix": "JG"} == told_config
    deadline = SystemClock().now() + timedelta(seconds=5)
    while not export.done() and SystemClock().now() < deadline:
        SystemClock().pause(0.01)
    export.stop()
    export.stop()
    assert export.said() == 2
    assert export.heard() == ()
    assert MENDED_AFTER < REPLACED_AFTER
