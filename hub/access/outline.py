"""The outline of a value: how it looks without saying what it is, for who decides about fields and may see no value. Pure."""

from typing import Final

_DOT: Final = "●"
_KEPT: Final = frozenset("*[]·,、")
"""Marks of masks and between words."""
_LONGEST: Final = 24


def outline(text: str) -> str:
    """`138****1234` → `●●●****●●●●`: every sign is a dot but those that masks write, and how long a text is shows up to
    24 signs."""
    dots = "".join(sign if sign in _KEPT else _DOT for sign in text[:_LONGEST])
    return dots if len(text) <= _LONGEST else f"{dots}…"
