"""A clock that a drill puts forward and back while the hub runs: all its processes see it at the same moment."""

from datetime import datetime, timedelta
from pathlib import Path

from hub.clock import Clock


class Shift:
    """By how much the clock is off, kept in a file."""

    def __init__(self, place: Path) -> None:
        self._file = place / "shift"

    def by(self, more: timedelta) -> None:
        """Puts the clock forward, or back, by so much more."""
        new = self._file.with_suffix(".new")
        new.write_text(str((self.now() + more).total_seconds()))
        new.replace(self._file)

    def now(self) -> timedelta:
        """How far it is off now."""
        try:
            return timedelta(seconds=float(self._file.read_text()))
        except FileNotFoundError:
            return timedelta(0)


class Shifted:
    """`clock`, as far off as `shift` says."""

    def __init__(self, clock: Clock, shift: Shift) -> None:
        self._clock, self._shift = clock, shift

    def now(self) -> datetime:
        """What it shows."""
        return self._clock.now() + self._shift.now()

    def pause(self, seconds: float) -> None:
        """A rest lasts as long as it lasts."""
        self._clock.pause(seconds)
