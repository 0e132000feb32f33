"""Areas and the codes they once had."""

from datetime import date

import pytest

from hub.model import AreaLevel

from .conftest import TinyPack


def test_areas_stand_by_code_with_level_parent_and_validity(tiny: TinyPack) -> None:
    areas = tiny.load().areas
    community = next(area for area in areas.values() if area.name == "竹溪社区")
    assert ("329901001001", AreaLevel.COMMUNITY, "329901001", "residential", date(2020, 7, 1), None) == (
        community.id,
        community.level,
        community.parent,
        community.kind,
        community.valid_from,
        community.valid_to,
    )


@pytest.mark.nasty("N51")
@pytest.mark.parametrize(
    ("old", "now"), [("329981", "329901"), ("329982", "329901"), ("329981008", "329901001")]
)
def test_a_code_of_before_the_reform_leads_to_the_area_of_today(tiny: TinyPack, old: str, now: str) -> None:
    found = tiny.load().atlas.area(old)
    assert found is not None
    assert now == found.id


@pytest.mark.nasty("N51")
def test_an_old_code_that_two_areas_claim_is_a_fault_of_the_pack(tiny: TinyPack) -> None:
    line = tiny.replace(
        "areas.csv",
        "梅渚社区,community,329901001,residential,2020-07-01,,",
        "梅渚社区,community,329901001,residential,2020-07-01,,329981008",
    )
    assert ("areas.csv", line, "K128") in tiny.told()
