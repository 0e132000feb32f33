"""The keys' file as it stands: read again by a running process where somebody rotates what is in it."""

from pathlib import Path
from threading import Lock

import structlog

from hub.access.keyring import KeyRing, load_keys
from hub.clock import Clock
from hub.errors import FixSettings
from hub.run.ground.watched import Watched

log = structlog.get_logger()


class LiveKeys:
    """The ring of one file. Thread-safe: a ring is put in place whole."""

    def __init__(self, file: Path, clock: Clock) -> None:
        """Raises FixSettings A109 for a file that is absent or wrong; later such a file leaves the last ring in use."""
        self._file, self._clock, self._taking = file, clock, Lock()
        self._lost = False
        self._watched = Watched((file,), clock)  # before it is read: no change is missed
        self._ring = load_keys(file)

    def ring(self) -> KeyRing:
        """The ring as it was at most a second ago, on the hub's clock."""
        if self._watched.changed():
            self._take()
        return self._ring

    def ring_now(self) -> KeyRing:
        """The ring of this moment: asks the file system each time."""
        if self._watched.changed_now():
            self._take()
        return self._ring

    def _take(self) -> None:
        with self._taking:  # or a slower reader would put an older ring back
            watched = Watched((self._file,), self._clock)
            try:
                self._ring, self._watched, self._lost = load_keys(self._file), watched, False
            except FixSettings as error:
                if not self._lost:
                    log.warning("keys_not_taken", code=error.code)
                self._lost = True
