"""Addresses that mean one place, on real data that lies outside the repository."""

from pathlib import Path

import pytest

from hub.place import match
from hub.run.measure import address_pairs


@pytest.fixture
def pairs(data: Path) -> Path:
    if not (data / "address_pairs" / "pairs.csv").is_file():
        pytest.skip("real data absent: address_pairs/pairs.csv")
    return data


@pytest.mark.nasty("N48", "real, dirty addresses against candidates of one query")
def test_our_matcher_is_better_than_shared_pairs_of_characters_by_five_points(pairs: Path) -> None:
    figures = address_pairs.measure(pairs)
    assert figures["ours_f1"] >= figures["simple_f1"] + 0.05


def test_no_query_stands_in_both_halves(pairs: Path) -> None:
    tuning, measured = address_pairs.halves(pairs)
    assert not {pair.query for pair in tuning} & {pair.query for pair in measured}
    assert 0.45 < len(tuning) / (len(tuning) + len(measured)) < 0.55


def test_the_weights_in_the_code_are_those_that_the_tuning_half_gives(pairs: Path) -> None:
    tuning, _ = address_pairs.halves(pairs)
    # One decimal is what the code keeps; the part of the data kept back may move the fit a little.
    assert address_pairs.fit(tuning) == pytest.approx([match.BIAS, *match.WEIGHTS], abs=0.35)
