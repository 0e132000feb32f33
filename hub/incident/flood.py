"""One flapping device: its repeated alarms are one matter, counted and not lost (N75).

Pure. Folding is a link like any other; `AlarmRun` is the count that a person sees beside it, and says
whether the alarm still stands when alarm and recovery come in any order (N76).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from hub.incident.rules import FOLD, LinkRules
from hub.incident.sighting import Candidate, Sighting
from hub.model import IncidentState

FOLDED: Final = "folded_alarm"
"""The reason's rule of a link that folds an alarm."""


def folds_into(sighting: Sighting, candidate: Candidate, rules: LinkRules) -> bool:
    """Whether `sighting` is one more alarm of a device, of one category, that `candidate` already tells of."""
    if not sighting.device_ref or candidate.state is not IncidentState.OPEN:
        return False
    if not any(_is_same_alarm(sighting, known) for known in candidate.sightings):
        return False
    rule = rules.of(sighting.category)
    fold = rule.fold if rule else FOLD
    return candidate.opened_at - fold <= sighting.occurred_at <= candidate.last_reported_at + fold


def _is_same_alarm(one: Sighting, other: Sighting) -> bool:
    return (
        one.device_ref == other.device_ref and one.source == other.source and one.category == other.category
    )


class Signal(StrEnum):
    """What a device says."""

    ALARM = "alarm"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class AlarmRun:
    """The signals of one device about one thing: how many, from when to when, by the device's own clock."""

    alarms: int = 0
    recoveries: int = 0
    first_alarm_at: datetime | None = None
    last_alarm_at: datetime | None = None
    recovered_at: datetime | None = None
    """Of the latest recovery."""

    @property
    def stands(self) -> bool:
        """Whether the alarm still stands: by the signals' own times, whatever order they came in (N76)."""
        if self.last_alarm_at is None:
            return False
        return self.recovered_at is None or self.recovered_at < self.last_alarm_at


def heard(run: AlarmRun, signal: Signal, at: datetime) -> AlarmRun:
    """`run` with one signal more; the same signals give the same run in every order of arrival."""
    if signal is Signal.RECOVERY:
        latest = at if run.recovered_at is None else max(run.recovered_at, at)
        return replace(run, recoveries=run.recoveries + 1, recovered_at=latest)
    return replace(
        run,
        alarms=run.alarms + 1,
        first_alarm_at=at if run.first_alarm_at is None else min(run.first_alarm_at, at),
        last_alarm_at=at if run.last_alarm_at is None else max(run.last_alarm_at, at),
    )
