"""The words that a contract may use: what the rest of the pack defines.

A name that nothing defines is a slip of the pen, and a contract with one would silently match nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Sets of names; None: that kind of name is not looked at."""

    categories: Collection[str] | None = None
    """`class.kind` of the taxonomy."""
    areas: Collection[str] | None = None
    departments: Collection[str] | None = None
    sources: Collection[str] | None = None
    fields: Collection[str] | None = None
    """`dataset.field` of the unified schema."""
    masks: Collection[str] | None = None
    channels: Collection[str] | None = None
    """By which somebody on call is reached."""


def fits_category(pattern: str, categories: Collection[str]) -> bool:
    """True where `*`, `class.*` or `class.kind` names at least one of `categories`."""
    if pattern == "*":
        return True
    if pattern.endswith(".*"):
        return any(category.startswith(pattern[:-1]) for category in categories)
    return pattern in categories
