"""Pages of a source that forgets what was acknowledged: each is held until the cursor that comes back proves it stored.

Pure. A queue has no place to return to, so its cursor is a mark of what was handed out. The hub gives that mark back only
where page and cursor were stored in one transaction (invariant 2); any other cursor means that the page was not, and it
is handed out again.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Handed(Generic[Item]):
    """The one page that is out. For one reader."""

    def __init__(self) -> None:
        self._out: tuple[Item, ...] = ()
        self._mark = ""

    def proved(self, cursor: str) -> tuple[Item, ...]:
        """The items that `cursor` proves stored, from now on none of ours; () where it proves nothing."""
        if not self._out or cursor != self._mark:
            return ()
        stored, self._out = self._out, ()
        return stored

    def again(self) -> tuple[Item, ...]:
        """What was handed out and is not proved stored: the next page begins with it."""
        return self._out

    def hand(self, cursor: str, items: Sequence[Item], contents: Sequence[bytes]) -> str:
        """The mark of a page of `items`, handed out in answer to `cursor`; `contents` are its bytes.

        It follows from both alone, so that no other process gives the same mark to another page.
        """
        digest = blake2b(cursor.encode(), digest_size=16)
        for content in contents:
            digest.update(blake2b(content, digest_size=16).digest())
        self._out, self._mark = tuple(items), digest.hexdigest()
        return self._mark
