"""What has been through a projection is marked, so that it cannot be taken for the full value again.

Holds the marks and the refusal. Only `Projected` makes marked values; whoever writes truth (vault,
store) asks `refuse_projected` first.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import ClassVar

from hub.errors import Bug


class Marked:
    """The mark itself: a type that has it is never truth."""

    __slots__ = ()
    projected: ClassVar[bool] = True


class ProjectedBytes(Marked, bytes):
    """Encoded form of a `ProjectedText`; still marked."""


class ProjectedText(Marked, str):
    """A text as a department sees it. Slicing or joining makes a plain text of it; storing it is refused."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> ProjectedBytes:
        """The mark outlives encoding: the way into the vault is bytes."""
        return ProjectedBytes(super().encode(encoding, errors))

    def __str__(self) -> str:
        """The same marked text: `str(…)` does not wash the mark off."""
        return self


class ProjectedJson(Marked, dict[str, object]):
    """Plain JSON data of a projection. The mark sits on the object, not on its texts: jsonschema-rs 0.60
    takes sub-classes of dict and refuses those of str."""


def refuse_projected(value: object) -> None:
    """Returns when `value` holds nothing projected at any depth; raises Bug A105 otherwise.

    Looks into mappings, lists, tuples, sets and dataclasses. Every place that writes truth calls it.
    """
    if isinstance(value, Marked):
        raise Bug("A105")
    if isinstance(value, str | bytes | int | float | None):
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            refuse_projected(key)
            refuse_projected(inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            refuse_projected(inner)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            refuse_projected(getattr(value, field.name))
