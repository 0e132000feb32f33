"""What a department may see of one record: a type of its own, and never truth again.

Holds the type, its account for the audit and `explain`, and nothing that makes one: that is `project`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Final, NoReturn

import orjson

from hub.access.account import Account, account_of
from hub.access.line import Line
from hub.access.marked import Marked, ProjectedJson, ProjectedText
from hub.access.plan import Plan, Selection

_ATOMS: Final = frozenset((str, int, float, bool, type(None)))


class Projected(Marked):
    """One record through one plan. It cannot be changed, iterated or unpacked; `as_json` is for exits."""

    __slots__ = ("_held",)

    _held: tuple[Mapping[str, Mapping[str, object]], Plan, Selection, tuple[str, ...]]

    def __init__(
        self,
        values: Mapping[str, Mapping[str, object]],
        plan: Plan,
        selection: Selection,
        missing: tuple[str, ...],
    ) -> None:
        # one slot: this runs for every record and every department
        object.__setattr__(self, "_held", (values, plan, selection, missing))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __repr__(self) -> str:
        """Names of fields only: a projection that is logged by mistake tells nothing."""
        return f"Projected({', '.join(self.account.fields)})"

    @property
    def plan(self) -> Plan:
        """The plan that made it: department, purpose, output, day."""
        return self._held[1]

    @property
    def lines(self) -> tuple[Line, ...]:
        """Field by field why it is shown, and in which form: for `explain`."""
        _, _, selection, missing = self._held
        return tuple(line for line in selection.lines if line.field not in missing)

    @property
    def withheld(self) -> tuple[str, ...]:
        """Fields that are granted, but whose mask would be worthless beside another field of this record."""
        return self._held[2].withheld

    @property
    def refused(self) -> tuple[str, ...]:
        """Fields that are granted, but whose grant has given all its rows of this day."""
        return self._held[2].refused

    @property
    def account(self) -> Account:
        """What the audit writes down."""
        _, _, selection, missing = self._held
        return account_of(self.lines) if missing else selection.account

    def text(self, field: str) -> ProjectedText | None:
        """One field (`dataset.leaf`) as a marked text; None where it is not shown."""
        dataset, _, leaf = field.rpartition(".")
        value = self._held[0].get(dataset, {}).get(leaf)
        return None if value is None else ProjectedText(_plain(value))

    def as_json(self) -> ProjectedJson:
        """Plain data for an exit, data set → leaf → value; a fresh copy with plain texts, moments in ISO 8601."""
        held = orjson.loads(orjson.dumps(self._held[0], default=_plain, option=orjson.OPT_NON_STR_KEYS))
        return ProjectedJson({dataset: ProjectedJson(leaves) for dataset, leaves in held.items()})


def _plain(value: object) -> object:
    if value.__class__ in _ATOMS:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return value
