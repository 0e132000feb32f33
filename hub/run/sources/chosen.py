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
        self._known: Mapping[str, Choice] | None = None
        """None: nobody has looked yet."""
        self._next = clock.now()
        self._lock: Final = threading.Lock()

    def of(self, distribution: str) -> Choice:
        """What is wanted of it."""
        if self._known is None:
            self._look(is_first=True)
        elif is_due(self._next, self._clock.now(), within=LOOKED_EVERY):
            self._look()
        return (self._known or {}).get(distribution, USUAL)

    def _look(self, *, is_first: bool = False) -> None:
        """Before the first look nobody knows what is off: all wait for it. Later ones go on with what was known."""
        if not self._lock.acquire(blocking=is_first):
            return  # another thread looks
        try:
            if is_first and self._known is not None:
                return  # which looked meanwhile
            self._next = self._clock.now() + LOOKED_EVERY
            with self._store().read() as conn:
                self._known = choices.all_(conn)
        except SQLAlchemyError:  # whoever works with the store sees it, too
            return
        finally:
            self._lock.release()
