"""Real records through importer, intake and casework, each over a pack made for them."""

from pathlib import Path

import pytest

from hub.run.measure import chicago_import, pingshan

pytestmark = pytest.mark.slow


def _have(data: Path, name: str) -> Path:
    if not (data / name).is_dir():
        pytest.skip(f"real data absent: no {name}/ in ../shared/data or GRIDPLUS_DATA")
    return data


def test_requests_of_a_storm_end_in_a_fate_and_stand_in_the_citys_own_beats(data: Path) -> None:
    figures = chicago_import.measure(_have(data, "chicago311"))
    assert (694, 275) == (figures["records"], figures["beats"])
    assert figures["records"] == figures["published"] + figures["linked"]
    assert figures["in_beat"] >= 0.96
    assert figures["ours_f1"] >= figures["blind_f1"] + 0.05


def test_eight_thousand_events_end_in_a_fate_and_practice_routes_more_of_them_than_counting(
    data: Path,
) -> None:
    figures = pingshan.measure(_have(data, "pingshan"))
    fates = {name: figures[name] for name in ("published", "linked", "held", "dead")}
    # nine rows name no community: a person must say where they belong
    assert {"published": 7991, "linked": 0, "held": 9, "dead": 0} == fates
    assert 8000 == figures["records"] == sum(fates.values())
    assert figures["unmapped"] == 0
    assert figures["ours_top1"] >= figures["simple_top1"]
