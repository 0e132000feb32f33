"""The one door: a record's full values in, what a department may see out (invariant 4).

Nothing else in the hub makes a `Projected`, and exits take nothing but `Projected`.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, TypeAlias

from hub.access.fields import PERSONAL_DATASETS
from hub.access.known import Known
from hub.access.marked import Marked
from hub.access.masks import Scene
from hub.access.plan import Plan
from hub.access.projected import Projected
from hub.access.row import RowScope
from hub.errors import Bug

View: TypeAlias = Mapping[str, Mapping[str, object]]
"""Data set → leaf → full value, or a function without arguments that gets it (opens the vault) when needed."""

_ABSENT: Final = object()
_EMPTY: Final[Mapping[str, object]] = {}


def project(view: View, plan: Plan, row: RowScope) -> Projected:
    """What `plan` gives of `view` for the record `row`; functions of fields that are not given are not called.

    A field that the plan gives and the view lacks is left out. Raises Bug A105 for a view that was projected
    before, Bug A107 where a text is to be masked and `row.known` is not given.
    """
    if isinstance(view, Marked):
        raise Bug("A105")
    selection = plan.selection(row)
    scene = selection.scene or _scene(view, plan, row)
    values: dict[str, dict[str, object]] = {}
    missing: list[str] = []
    for dataset, leaves in selection.groups:
        source = view.get(dataset, _EMPTY)
        if isinstance(source, Marked):
            raise Bug("A105")
        shown: dict[str, object] = {}
        for leaf, mask in leaves:
            value = source.get(leaf, _ABSENT)
            if value is _ABSENT:
                missing.append(f"{dataset}.{leaf}")
                continue
            if callable(value):
                value = value()
            shown[leaf] = value if mask is None or value is None or value == "" else mask(value, scene)
        if shown:
            values[dataset] = shown
    return Projected(values, plan, selection, tuple(missing))


def _scene(view: View, plan: Plan, row: RowScope) -> Scene:
    if row.known is None:
        return Scene(plan.on, row.grid_centre)
    linked = row.known
    return Scene(plan.on, row.grid_centre, cache(lambda: Known((*linked(), *_own(view)))))


def _own(view: View) -> Iterator[str]:
    """Personal values of the view itself, should the caller have named only those of linked records."""
    for dataset in PERSONAL_DATASETS:
        for leaf, value in view.get(dataset, {}).items():
            full = value() if callable(value) else value
            if isinstance(full, str) and leaf != "id":
                yield full
