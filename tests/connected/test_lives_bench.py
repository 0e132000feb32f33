"""`gridplus bench --lifecycle`: whole lives on a real Kafka and a real PostgreSQL, before and after a past was stored."""

import json

import pytest
from click.testing import CliRunner

from hub.cli import main

pytestmark = [pytest.mark.connected, pytest.mark.drill]
LIVES = 30
PAST = 500


def test_whole_lives_are_counted_with_what_they_cost_before_and_after_a_past() -> None:
    words = ["bench", "--lifecycle", "--events", str(LIVES), "--preload", str(PAST), "--json"]
    printed = CliRunner().invoke(main, words)
    assert 0 == printed.exit_code, printed.output
    empty = json.loads(printed.stdout.splitlines()[-1])
    again = empty["preloaded"]
    assert PAST == again["stored_before"]
    for one in (empty, again):
        assert one["lives"] >= LIVES  # whoever was on the way at the last look has ended, too
        assert one["lives_per_second"] > 0
        assert one["moves_per_life"] >= 5  # signed, in contact, there, done, marked, in the archive
        assert all(us > 0 for us in one["cpu_us_per_life"].values())
    ratio = again["cpu_us_per_life"]["all"] / empty["cpu_us_per_life"]["all"]
    assert round(ratio, 2) == again["cost_ratio"]
