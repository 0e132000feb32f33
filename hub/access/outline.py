"""The outline of a value: how it is shown without what it says, for who decides about fields and may see no value. Pure."""

from typing import Final

from hub.access.masks import FULL

_DOT: Final = "●"
_KEPT: Final = frozenset("*[]·,、")
"""Marks of masks and between words."""
_LONGEST: Final = 24
IN_FULL: Final = _DOT * 8
"""Any value without a mask: how long it is would tell yes from no."""


def outline(text: str, mask: str) -> str:
    """`138****1234` → `●●●****●●●●`: every sign is a dot but those that masks write, up to 24 signs; a value that `mask`
    leaves as it is has always the same outline, and an empty one none."""
    if not text:
        return ""
    if mask == FULL:
        return IN_FULL
    dots = "".join(sign if sign in _KEPT else _DOT for sign in text[:_LONGEST])
    return dots if len(text) <= _LONGEST else f"{dots}…"
