"""The cells of a board: of each name and of everything together, in all and by parts of the time; few cases not told. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub.whistle.daily import STEPS, Measure
from hub.whistle.shares import SMALL, Hidden, Share
from hub.whistle.small_cells import telling

Cell = Share | Hidden


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the board: of the whole time, and of each of its parts."""

    name: str
    whole: Mapping[Measure, Cell]
    parts: Mapping[str, Mapping[Measure, Cell]]
    """Bucket → its cells; buckets of which nothing was counted are left out."""

    @property
    def is_told(self) -> bool:
        """Whether its number of matters is."""
        return isinstance(self.whole[Measure.MATTERS], Share)

    @property
    def has_any(self) -> bool:
        """Whether there is anything to tell."""
        return any(not isinstance(one, Share) or one.n for one in self.whole.values())


Cells = Mapping[Measure, Share]
"""Measure → count; what is left out had no case."""
Table = Mapping[str, Mapping[str, Cells]]
"""Name → bucket → measure → count."""
_NONE: Final = Share(0, 0)
_NOTHING: Final[Cells] = {}
NOT_ANY: Final[Mapping[str, Cells]] = {}


def lines(parts: Table, buckets: Sequence[str], least: int, drawn: Collection[Measure]) -> list[Line]:
    """Each name's cells, told by `small_cells` among all names: every measure of the whole time, and those `drawn` of each
    part of it."""
    whole = _told({name: _sums(some) for name, some in parts.items()}, least, tuple(Measure))
    by_bucket = {bucket: _told(_of(parts, bucket), least, drawn) for bucket in buckets}
    return [
        Line(name, whole[name], {bucket: cells[name] for bucket, cells in by_bucket.items()})
        for name in parts
    ]


def total(
    some: Mapping[str, Cells],
    tables: Collection[Table],
    buckets: Sequence[str],
    least: int,
    drawn: Collection[Measure],
) -> Line:
    """Everything together; not told where, with any of the boards that the viewer may have, it would betray who is hidden
    there."""
    wholes = [{name: _sums(each) for name, each in parts.items()} for parts in tables]
    return Line(
        "",
        _told_sums(_sums(some), wholes, least, tuple(Measure)),
        {
            bucket: _told_sums(some.get(bucket, _NOTHING), [_of(one, bucket) for one in tables], least, drawn)
            for bucket in buckets
        },
    )


def _of(parts: Table, bucket: str) -> dict[str, Cells]:
    return {name: some.get(bucket, _NOTHING) for name, some in parts.items()}


def _told_sums(
    sums: Cells, boards: Sequence[Mapping[str, Cells]], least: int, measures: Collection[Measure]
) -> dict[Measure, Cell]:
    def is_told(measure: Measure, one: Share) -> bool:
        if 0 < one.n < least:
            return False
        return not one.n or all(telling(_counts(rows, measure), least).is_sum_told for rows in boards)

    found = {measure: sums.get(measure, _NONE) for measure in measures}
    return {measure: one if is_told(measure, one) else SMALL for measure, one in found.items()}


def _told(
    rows: Mapping[str, Cells], least: int, measures: Collection[Measure]
) -> Mapping[str, Mapping[Measure, Cell]]:
    """Each kind of figure has its own number of cases to hide by; whose matters are hidden is hidden altogether."""
    gone = telling(_counts(rows, Measure.MATTERS), least).hidden
    hidden = {measure: telling(_counts(rows, measure), least, gone).hidden for measure in measures}
    return {
        name: {
            measure: SMALL if name in hidden[measure] else cells.get(measure, _NONE) for measure in measures
        }
        for name, cells in rows.items()
    }


def _counts(rows: Mapping[str, Cells], measure: Measure) -> dict[str, int]:
    return {name: cells.get(measure, _NONE).n for name, cells in rows.items()}


def _sums(some: Mapping[str, Cells]) -> dict[Measure, Share]:
    found: dict[Measure, tuple[int, int]] = {}
    for cells in some.values():
        for measure, one in cells.items():
            n, hits = found.get(measure, (0, 0))
            found[measure] = (n + one.n, hits + one.hits)
    return {measure: Share(n, hits) for measure, (n, hits) in found.items()}


def size(line: Line) -> tuple[int, str]:
    """The largest first; those that are not told at the end, by name."""
    cell = line.whole[Measure.MATTERS]
    return (-cell.n if isinstance(cell, Share) else 1, line.name)


SHARES: Final = frozenset(STEPS)
"""Measures that are shares of what was due; of the others, the number itself is the figure."""
