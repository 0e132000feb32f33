"""Masks are judged by record and by joined grants, not by field (domain.md 5.5). Pure.

`id_6_4` hides only the birth date, so beside a full birth date it hides nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from hub.access.fields import BIRTH_DATES, split
from hub.access.line import Line
from hub.access.masks import FULL


def added_up(lines: Iterable[Line]) -> tuple[str, ...]:
    """Fields to drop because another field of the same record makes their mask worthless."""
    given = tuple(lines)
    if not any(line.mask == FULL and split(line.field)[1] in BIRTH_DATES for line in given):
        return ()
    return tuple(line.field for line in given if line.mask == "id_6_4")


@dataclass(frozen=True, slots=True)
class AddsUp:
    """Two fields of two plans that together show more than either: for a warning before approval."""

    masked: str
    beside: str
    rule: str
    """`id_rebuilt`: 6+4 of an id beside a birth date; `mask_in_vain`: the same field in full elsewhere."""


class Planned(Protocol):
    """A plan, as far as it is read here."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """All fields that it gives, by grant."""
        ...


def adds_up(plan_a: Planned, plan_b: Planned) -> tuple[AddsUp, ...]:
    """What a department that holds both plans could put together; empty when nothing. Their order does not matter."""
    found = {*_pairs(plan_a.lines, plan_b.lines), *_pairs(plan_b.lines, plan_a.lines)}
    return tuple(sorted(found, key=lambda each: (each.rule, each.masked, each.beside)))


def _pairs(masking: tuple[Line, ...], showing: tuple[Line, ...]) -> Iterator[AddsUp]:
    for line in masking:
        if line.mask == FULL:
            continue
        for other in showing:
            if other.mask != FULL:
                continue
            if line.mask == "id_6_4" and split(other.field)[1] in BIRTH_DATES:
                yield AddsUp(line.field, other.field, "id_rebuilt")
            if line.field == other.field:
                yield AddsUp(line.field, other.field, "mask_in_vain")
