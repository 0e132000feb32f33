"""At which level a matter stands, as laws: nothing lowers what was decided, and what came with another matter goes with
it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hub.model import Incident, Level, Urgency
from hub.whistle.levels import highest, merged_into, own_level, parted, raised, weighed
from hub.whistle.lifecycle import is_above
from tests.unit.whistle.test_stages import MATTER

LEVELS = st.sampled_from(list(Level))
URGENCIES = st.sampled_from(list(Urgency))


def decided(level: Level) -> Incident:
    """A matter of plain reports about which that was decided."""
    return replace(MATTER, urgency=Urgency.ROUTINE, level=level, own_level=level)


@given(LEVELS, LEVELS)
def test_of_two_levels_the_one_above_is_the_highest(one: Level, other: Level) -> None:
    found = highest(one, other)
    assert found == highest(other, one)
    assert not is_above(one, found)
    assert not is_above(other, found)


@given(LEVELS, st.lists(URGENCIES, min_size=1, max_size=4), st.lists(LEVELS, max_size=3))
def test_a_matter_is_back_at_the_level_that_was_decided_once_its_reports_are_plain_and_nothing_is_merged(
    own: Level, said: list[Urgency], merged: list[Level]
) -> None:
    now = decided(own)
    for urgency in said:
        now = weighed(now, urgency, map(decided, merged))
        assert not is_above(highest(own, *merged), now.level)
        assert (urgency is Urgency.CRITICAL) <= (now.level is Level.EMERGENCY)
    assert decided(own) == weighed(now, Urgency.ROUTINE, ())


@given(LEVELS, LEVELS, LEVELS)
def test_what_is_raised_while_it_is_a_part_stays_raised_in_both(own: Level, whole: Level, to: Level) -> None:
    gone = merged_into(decided(own), decided(whole))
    together = weighed(decided(whole), Urgency.ROUTINE, [gone])
    assert gone.level is together.level
    assert own is own_level(parted(gone, together))
    if is_above(to, together.level):
        assert to is own_level(parted(gone, raised(together, to)))


def test_one_of_before_levels_were_kept_stands_where_it_stood() -> None:
    old = replace(decided(Level.HARD), own_level=None)
    assert Level.HARD is weighed(old, Urgency.ROUTINE, ()).level
    assert Level.HARD is weighed(weighed(old, Urgency.CRITICAL, ()), Urgency.ROUTINE, ()).level


@given(LEVELS, LEVELS)
def test_what_is_decided_in_an_emergency_is_there_when_that_ends(own: Level, asked: Level) -> None:
    critical = raised(weighed(decided(own), Urgency.CRITICAL, ()), asked)
    assert Level.EMERGENCY is critical.level
    assert highest(own, asked) is weighed(critical, Urgency.ROUTINE, ()).level
