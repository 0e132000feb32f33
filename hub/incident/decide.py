"""Which incident a report joins, or that it opens its own, with what a person should look at.

Pure. Certain ties come first (an id, an alias, a number that the source names), then one device's
repeated alarm, then the best judgement. Every decision carries its reasons.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.incident.flood import FOLDED, folds_into
from hub.incident.judge import Judgement, judge
from hub.incident.rules import LinkRules
from hub.incident.sighting import Candidate, Sighting
from hub.incident.ties import are_tied
from hub.model import IncidentId, IncidentState, Reason, Verdict

TIED: Final = "same_number"
"""The reason's rule of a link by id, alias or 原单号."""


@dataclass(frozen=True, slots=True)
class Join:
    """The report belongs to a known incident."""

    incident_id: IncidentId
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Near:
    """An incident that the report does not join, and how it stands to it."""

    incident_id: IncidentId
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Open:
    """The report opens an incident of its own. Each tuple is ordered, nearest first.

    `likely` waits for a person; `recurrences` are closed matters that it repeats; `related` is shown
    beside it and asks nothing of anyone.
    """

    likely: tuple[Near, ...] = ()
    recurrences: tuple[Near, ...] = ()
    related: tuple[Near, ...] = ()

    @property
    def recurrence_of(self) -> IncidentId | None:
        """The closed incident that this one repeats most nearly."""
        return self.recurrences[0].incident_id if self.recurrences else None


def decide(sighting: Sighting, candidates: Iterable[Candidate], rules: LinkRules) -> Join | Open:
    """What becomes of `sighting`; the same for every order of `candidates`.

    A secret report opens its own incident, unseen by any rule, and nothing joins a secret one (N16).
    Nothing joins a verified incident, not even under its own number (N10).
    """
    if sighting.secret:
        return Open()
    known = [one for one in candidates if not one.secret and one.state is not IncidentState.MERGED]
    return (
        _by_number(sighting, known, rules)
        or _by_device(sighting, known, rules)
        or _by_judgement(sighting, known, rules)
    )


def _by_number(sighting: Sighting, known: list[Candidate], rules: LinkRules) -> Join | Open | None:
    tied = [one for one in known if any(are_tied(sighting, other) for other in one.sightings)]
    if not tied:
        return None
    open_ones = [one for one in tied if one.state in _JOINABLE]
    near = [Near(one.incident_id, judge(...)) ]
