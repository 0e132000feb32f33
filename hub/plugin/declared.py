"""Whom each field of a source may be shown to, written as four lists instead of a line a field."""

from collections.abc import Mapping
from typing import Final

CLASSES: Final = ("public", "internal", "personal", "sensitive")


def declared(
    *, public: str = "", internal: str = "", personal: str = "", sensitive: str = ""
) -> Mapping[str, str]:
    """Dotted path of each field → its class, for `AdapterEntry.declares`. Each text names paths, blanks between them.

    Free text counts as personal: people name each other in it. Raises ValueError for a path that is named twice.
    """
    found: dict[str, str] = {}
    for kind, names in zip(CLASSES, (public, internal, personal, sensitive), strict=True):
        for name in names.split():
            if name in found:
                raise ValueError(f"{name} is declared twice: {found[name]}, {kind}")
            found[name] = kind
    return found
