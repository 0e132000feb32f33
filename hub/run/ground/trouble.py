"""Whose trouble an exception is: that of the records or events in hand, or that of everything around them; and what may
be done about it."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random

from hub.bus.message import Fenced, Partition
from hub.errors import FixSettings, HubError, TryLater
from hub.store.engine import is_deadlock, is_unavailable

T = TypeVar("T")
_TIMES: Final = 4
_LONGEST_S: Final = 0.1
Moves = Mapping[Partition, tuple[int, int]]
"""Partition → (first offset of a batch, the offset after its last)."""


def is_of_the_batch(error: Exception) -> bool:
    """True where a record or event of the batch brought it: taken one by one, the others go on.

    False where store, bus, lease or settings fail: every other record would meet the same, so nothing is
    held for it, and the whole batch comes again.
    """
    if isinstance(error, DBAPIError):
        return not is_unavailable(error)
    return not isinstance(error, (TryLater, FixSettings, PoolTimeout))


def may_be_put_aside(error: Exception) -> bool:
    """The same for who proves, in the transaction that puts the one in hand aside, that it is still theirs: there a
    collision that comes again with it alone is its own."""
    return is_of_the_batch(error) or isinstance(error, Fenced)


def code_of(error: Exception) -> str:
    """What the log says of it: its code; of a fault of our own, that an engineer mends it."""
    return error.code if isinstance(error, HubError) else "B102"


class Patience:
    """How often in a row a consumer's batch collided where it begins. Whoever was faster has done it by then; where
    nobody was, one message of it collides by itself, and the others must not wait behind it for ever."""

    def __init__(self) -> None:
        self._collided: dict[Partition, tuple[int, int]] = {}
        """Partition → the first offset of the batch, and how often it collided there."""

    def collided(self, moves: Moves) -> None:
        """It did once more."""
        self._collided = {part: (first, self._times(part, first) + 1) for part, (first, _) in moves.items()}

    def went_on(self) -> None:
        """It did not."""
        self._collided = {}

    def is_over(self, error: Exception, moves: Moves) -> bool:
        """Whether the messages of this batch, which brought `error`, are to be taken one by one."""
        if isinstance(error, Fenced):
            return any(self._times(part, first) >= _TIMES for part, (first, _) in moves.items())
        return is_of_the_batch(error)

    def _times(self, part: Partition, first: int) -> int:
        at, times = self._collided.get(part, (first, 0))
        return times if at == first else 0


def together(act: Callable[[], T]) -> T:
    """What `act` comes to, which is one transaction from its beginning to its end. Where somebody else changed the same
    at the same moment it is done again by how things stand then, so that a person is told of that, and not of a
    collision; a few times at most."""
    return Retrying(
        retry=retry_if_exception(_collided),
        stop=stop_after_attempt(_TIMES),
        wait=wait_random(0, _LONGEST_S),
        reraise=True,
    )(act)


def _collided(error: BaseException) -> bool:
    return isinstance(error, Fenced) or (isinstance(error, DBAPIError) and is_deadlock(error))
