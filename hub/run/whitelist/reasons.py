"""Reasons that people write for what they want of the whitelist: needed, short, and of no person."""

from collections.abc import Iterable
from typing import Final

from hub.access.textscan import mask_text
from hub.errors import Refused

_LONGEST: Final = 500


def check_reason(reason: str, known: Iterable[str] = ()) -> None:
    """Reasons are stored in clear: they tell of no person (invariant 5). `known`: personal values that it may be about.

    Raises Refused A204 without one or for a long one, A213 for one that holds such a value, or what may be a number of
    a person.
    """
    if not reason.strip() or len(reason) > _LONGEST:
        raise Refused("A204", limit=_LONGEST)
    if mask_text(reason, known) != reason:
        raise Refused("A213")
