"""Whose trouble an exception is: that of the records or events in hand, or that of everything around them."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hub.errors import FixSettings, TryLater
from hub.store.engine import is_unavailable


def is_of_the_batch(error: Exception) -> bool:
    """True where a record or event of the batch brought it: taken one by one, the others go on.

    False where store, bus, lease or settings fail: every other record would meet the same, so nothing is
    held for it, and the whole batch comes again.
    """
    if isinstance(error, DBAPIError):
        return not is_unavailable(error)
    return not isinstance(error, (TryLater, FixSettings, PoolTimeout))
