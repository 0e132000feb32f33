"""Reasons that people write for what they want of the whitelist: needed, short, and of no person."""

from collections.abc import Iterable
from typing import Final

from hub.access.textscan import mask_text
from hub.errors import Refused

_LONGEST: Final = 500


def check_reason(reason: str) -> None:
    """Reasons are stored in clear: they tell of no person (invariant 5).

    Raises Refused A204 without one or for a long one, A213 for one that holds what may be a number of a person.
    """
    if not reason.strip() or len(reason) > _LONGEST:
        raise Refused("A204", limit=_LONGEST)
    if mask_text(reason) != reason:
        raise Refused("A213")


def kept(reason: str, known: Iterable[str]) -> str:
    """A checked reason as it is stored: without the names and addresses in `known`, those of its matter.

    Who wrote it is not told, and does not read it again: both would answer whether 张三 reported this.
    """
    return mask_text(reason, known)
