"""At which level a matter stands (哨的级别): what was decided about it, what was merged into it, and whether its reports
make it an emergency.

Pure. Nobody lowers a level. What a person, a post or a clock raised stays; what reports or a merge made ends with
them, and the matter is back at the level that it has without.
"""

from collections.abc import Iterable
from dataclasses import replace

from hub.model import Incident, Level, Urgency
from hub.whistle.lifecycle import is_above


def highest(first: Level, *others: Level) -> Level:
    """The highest of some."""
    found = first
    for one in others:
        found = one if is_above(one, found) else found
    return found


def own_level(one: Incident) -> Level:
    """What was decided about the matter itself."""
    return one.own_level or one.level


def raised(one: Incident, level: Level) -> Incident:
    """The matter once somebody decided that it stands at `level` at least."""
    return replace(one, level=highest(one.level, level), own_level=highest(own_level(one), level))


def weighed(one: Incident, urgency: Urgency, merged: Iterable[Incident]) -> Incident:
    """The matter, as urgent as its reports say, at the level that follows from it. `merged`: whose reports are in it."""
    own = own_level(one)
    level = Level.EMERGENCY if urgency is Urgency.CRITICAL else highest(own, *map(own_level, merged))
    return replace(one, urgency=urgency, level=level, own_level=own)


def merged_into(gone: Incident, whole: Incident) -> Incident:
    """`gone`, at the level that was decided about it or about `whole`, of which it is a part from now on."""
    return replace(gone, level=highest(own_level(gone), own_level(whole)), own_level=own_level(gone))


def parted(gone: Incident, whole: Incident) -> Incident:
    """`gone` on its way back out of `whole`: what that was raised to while they were one was decided about both."""
    both = own_level(whole)
    return replace(gone, own_level=both if is_above(both, gone.level) else own_level(gone))
