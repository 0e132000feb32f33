"""Levels reached, as JSON and as a page; what is left out with a reason keeps nobody from one."""

from dataclasses import replace

import pytest
from pydantic import BaseModel

from hub.kit import Check, Level, Result, Verdict
from hub.kit.outcome import UNPLAYED
from hub.kit.report import Report
from hub.plugin import Adapter, AdapterEntry, Simulator, SimulatorSetup

PASSED, FAILED, SKIPPED = Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED


def _simulator(_: SimulatorSetup) -> Simulator:
    raise NotImplementedError


def _made(*_: object) -> Adapter:
    raise NotImplementedError


ENTRY = AdapterEntry(
    name="lamps", title="路<灯>", config=BaseModel, make=_made, simulator=_simulator, owner="路灯组"
)


def report(bronze: Verdict, silver: Verdict, gold: Verdict) -> Report:
    """One check of each level, and how it ended."""
    ended = zip(Level, (bronze, silver, gold), strict=True)
    made = [
        Result(Check(f"of-{level}", level, "it <does>", lambda _: None), verdict, "why", "said", 0.5)
        for level, verdict in ended
    ]
    return Report(ENTRY, made)


@pytest.mark.parametrize(
    ("ended", "reached"),
    [
        ((PASSED, PASSED, PASSED), Level.GOLD),
        ((PASSED, PASSED, FAILED), Level.SILVER),
        ((PASSED, FAILED, PASSED), Level.BRONZE),
        ((FAILED, PASSED, PASSED), None),
        ((SKIPPED, SKIPPED, Verdict.NOT_APPLICABLE), Level.GOLD),
    ],
)
def test_a_level_is_reached_where_nothing_fails_at_it_or_below(
    ended: tuple[Verdict, Verdict, Verdict], reached: Level | None
) -> None:
    assert reached is report(*ended).reached


def test_without_a_simulator_nobody_comes_far() -> None:
    assert (
        Level.BRONZE is replace(report(PASSED, PASSED, PASSED), entry=replace(ENTRY, simulator=None)).reached
    )


def test_where_its_system_could_not_be_played_nobody_comes_far() -> None:
    played = report(PASSED, PASSED, PASSED)
    unplayed = replace(played.results[1], verdict=Verdict.NOT_APPLICABLE, said=UNPLAYED)
    assert Level.BRONZE is replace(played, results=[*played.results, unplayed]).reached


def test_the_json_has_every_check_and_the_sums() -> None:
    told = report(PASSED, FAILED, SKIPPED).as_json()
    assert ("lamps", "路灯组", "bronze", 1, 1, 1.5) == tuple(
        told[name] for name in ("plugin", "owner", "level", "failed", "skipped", "seconds")
    )
    assert {"verdict": "failed", "why": "why", "said": "said", "level": "silver", "seconds": 0.5} == told[
        "checks"
    ]["of-silver"]


def test_the_page_is_whole_escaped_and_without_script() -> None:
    page = report(PASSED, FAILED, SKIPPED).as_page()
    assert "路&lt;灯&gt;" in page
    assert "it &lt;does&gt;" in page
    assert 'class="failed"' in page
    assert "Level reached: <strong>bronze</strong>" in page
    assert "<script" not in page
    assert "http" not in page
