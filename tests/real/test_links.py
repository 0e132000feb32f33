"""Our links beside simple methods, on real data that lies outside the repository."""

import os
from pathlib import Path

import pytest

from hub.run.measure import chicago_links, petitions

DATA = Path(os.environ.get("GRIDPLUS_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))


def have(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not (DATA / name).is_dir(),
        reason=f"real data absent: set GRIDPLUS_DATA to the folder that holds {name}/",
    )


@have("chicago311")
def test_place_time_and_category_find_the_citys_own_links_better_than_distance_and_state() -> None:
    figures = chicago_links.measure(DATA)
    assert figures["ours_f1"] >= figures["simple_f1"] + 0.05


@have("chicago311")
def test_so_they_do_when_tuned_and_measured_the_other_way_round() -> None:
    figures = chicago_links.measure(DATA)
    assert figures["ours_f1_swapped"] >= figures["simple_f1_swapped"] + 0.05


@have("petitions")
@pytest.mark.slow
def test_title_and_content_find_petitions_of_one_incident_no_worse_than_a_cosine_of_titles() -> None:
    figures = petitions.measure(DATA)
    assert figures["ours_f1"] >= figures["simple_f1"]
