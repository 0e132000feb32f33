"""Certain ties: two reports whose numbers say that they are one matter (N06, N10).

Pure. A number means something only with the system that gave it, so an identity is both.
"""

from hub.incident.sighting import Sighting

Identity = tuple[str, str]
"""(system, number)."""


def identities(sighting: Sighting) -> frozenset[Identity]:
    """Every number of the report: its own, its aliases, and those it names as the same matter (原单号).

    A number in `same_as` comes without its system, so it counts for every system that numbered this
    report. Two reports are tied where these sets meet: keep them for the look-up.
    """
    own = (sighting.source, sighting.source_ref)
    if not sighting.aliases and not sighting.same_as:
        return frozenset((own,))
    named = {own, *((alias.system, alias.ref) for alias in sighting.aliases)}
    claimed = {(system, ref) for system, _ in named for ref in sighting.same_as}
    return frozenset(named | claimed)


def are_tied(one: Sighting, other: Sighting) -> bool:
    """Whether their numbers make them one matter; two parts of one letter or order never are (N13, N14)."""
    if one.source_ref == other.source_ref and one.source == other.source:
        return one.event_key == other.event_key
    if not (one.aliases or one.same_as or other.aliases or other.same_as):
        return False
    return not identities(one).isdisjoint(identities(other))


def are_parts(one: Sighting, other: Sighting) -> bool:
    """Whether the source itself told the two apart, in one letter or order (N13, N14)."""
    return (
        one.source_ref == other.source_ref and one.source == other.source and one.event_key != other.event_key
    )
