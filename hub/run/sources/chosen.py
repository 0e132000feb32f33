"""Which version of a plugin is used now, as the store has it: looked up at most once a second."""

import threading
from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from hub.clock import Clock, is_due
from hub.run.ground.watched import LOOKED_EVERY
from hub.store import choices
from hub.store.choices import USUAL, Choice
from hub.store.engine import Store


class Chosen:
    """For the threads of one process. While the store is away, what was chosen before holds."""

    def __init__(self, store: Callable[[], Store], clock: Clock) -> None:
        """`store` is asked for at the first look."""
        self._store, self._clock = store, clock
        self._known: Mapping[str, Choice] = {}
        self._next = clock.now()
        self._lock: Final = threading.Lock()

    def of(self, distribution: str) -> Choice:
        """What is wanted of it."""
        if is_due(self._next, self._clock.now(), within=LOOKED_EVERY):
            self._look()
        return self._known.get(distribution, USUAL)

    def _look(self) -> None:
        if not self._lock.acquire(blocking=False):
            return  # another thread looks
        try:
            self._next = self._clock.now() + LOOKED_EVERY
            with self._store().read() as conn:
                self._known = choices.all_(conn)
        except SQLAlchemyError:  # whoever works with the store sees it, too
            return
        finally:
            self._lock.release()
