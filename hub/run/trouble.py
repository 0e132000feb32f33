"""Whose trouble an exception is: that of the records or events in hand, or that of everything around them; and what may
be done about it."""

from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random

from hub.bus.message import Fenced
from hub.errors import FixSettings, HubError, TryLater
from hub.store.engine import is_deadlock, is_unavailable

T = TypeVar("T")
_TIMES: Final = 4
_LONGEST_S: Final = 0.1


def is_of_the_batch(error: Exception) -> bool:
    """True where a record or event of the batch brought it: taken one by one, the others go on.

    False where store, bus, lease or settings fail: every other record would meet the same, so nothing is
    held for it, and the whole batch comes again.
    """
    if isinstance(error, DBAPIError):
        return not is_unavailable(error)
    return not isinstance(error, (TryLater, FixSettings, PoolTimeout))


def code_of(error: Exception) -> str:
    """What the log says of it: its code; of a fault of our own, that an engineer mends it."""
    return error.code if isinstance(error, HubError) else "B102"


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
