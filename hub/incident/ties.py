"""Certain ties: two reports whose numbers say that they are one matter (N06, N10).

Pure. A number means something only with the system that gave it, so an identity is both.
"""

from enum import StrEnum
from typing import Final, Protocol

from hub.incident.sighting import Sighting
from hub.model import Alias

Identity = tuple[str, str]
"""(system, number)."""

_COUNTING: Final = frozenset("123456789")


class Numbered(Protocol):
    """What has the numbers of a report: an event, or the sighting of one."""

    @property
    def source(self) -> str:
        """The system that the report came from."""

    @property
    def source_ref(self) -> str:
        """Its number there."""

    @property
    def aliases(self) -> tuple[Alias, ...]:
        """Its numbers elsewhere."""

    @property
    def same_as(self) -> tuple[str, ...]:
        """Numbers of the reports that it repeats (原单号)."""


class Tie(StrEnum):
    """How the numbers of a report meet those of another, strongest first."""

    SHARED = "shared"
    """One number is both reports' own."""
    NAMES = "names"
    """The report calls a number of the other its original."""
    NAMED = "named"
    """The other calls a number of the report its original."""
    BESIDE = "beside"
    """Both call a third number their original."""


def identities(report: Numbered) -> frozenset[Identity]:
    """Every number of the report: its own, its aliases, and those it names as the same matter (原单号).

    A number in `same_as` comes without its system, so it counts for every system that numbered this
    report. One without a digit from 1 to 9 («无», «/», «0000») says that there is none. Two reports are
    tied where these sets meet: keep them for the look-up.
    """
    if not report.aliases and not report.same_as:
        return frozenset(((report.source, report.source_ref),))
    own = _own(report)
    return own | {(system, ref) for system, _ in own for ref in report.same_as if _is_a_number(ref)}


def _own(report: Numbered) -> frozenset[Identity]:
    given = {(alias.system, alias.ref) for alias in report.aliases if _is_a_number(alias.ref)}
    return frozenset({(report.source, report.source_ref), *given})


def _is_a_number(ref: str) -> bool:
    return not _COUNTING.isdisjoint(ref)


def tie_of(one: Sighting, other: Sighting) -> Tie | None:
    """How their numbers make them one matter; two parts of one letter or order never are (N13, N14)."""
    if one.source_ref == other.source_ref and one.source == other.source:
        return Tie.SHARED if one.event_key == other.event_key else None
    if not (one.aliases or one.same_as or other.aliases or other.same_as):
        return None
    met = identities(one) & identities(other)
    if not met:
        return None
    mine, theirs = met & _own(one), met & _own(other)
    if mine & theirs:
        return Tie.SHARED
    if theirs:
        return Tie.NAMES
    return Tie.NAMED if mine else Tie.BESIDE


def are_parts(one: Sighting, other: Sighting) -> bool:
    """Whether the source itself told the two apart, in one letter or order (N13, N14)."""
    return (
        one.source_ref == other.source_ref and one.source == other.source and one.event_key != other.event_key
    )
