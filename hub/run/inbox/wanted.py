"""What a visitor asks an inbox for: filters, order and page, all of them in the page's URL.

Pure. A field filters or orders only where a grant gives it in full and for all records: a count over what one may not
see would tell it (N60).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hub.access.plan import Plan
from hub.access.question import Denied, Question, denied
from hub.clock import SHANGHAI
from hub.errors import Refused
from hub.model import Level, Role, WhistleState
from hub.store.inbox import Asked, Order, Place, Which
from hub.whistle.lifecycle import OVER

FIELDS: Final[Mapping[str, str]] = {
    "state": "whistle.state",
    "level": "whistle.level",
    "role": "whistle.role",
    "category": "incident.category",
    "subdistrict": "incident.subdistrict_id",
}
"""Filter → the field that it compares."""
_COLUMNS: Final = {"subdistrict": "subdistrict_id"}
_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "state": frozenset(WhistleState),
    "level": frozenset(Level),
    "role": frozenset(Role),
}
_NAME: Final = re.compile(r"[a-z0-9_.]{1,64}")
_PLACE: Final = re.compile(r"([0-9]{1,18})\.(wh_[0-9a-f]{1,64})")
_ORDERED_BY: Final = {
    Order.DEADLINE: "whistle.deadlines",
    Order.NEWEST: "whistle.blown_at",
    Order.OLDEST: "whistle.blown_at",
}


LATE: Final = "late"
TODAY: Final = "today"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`which` follows from the state where one is asked for. `after`: where the page before ended."""

    which: Which = Which.OPEN
    filters: Mapping[str, str]
    due: str = ""
    is_new: bool = False
    order: Order = Order.DEADLINE
    after: Place | None = None

    @property
    def is_chosen(self) -> bool:
        """Whether it asks for some of them by what they say."""
        return bool(self.filters or self.due or self.is_new)

    def compared(self) -> Iterator[str]:
        """The fields that it filters and orders by."""
        yield from (FIELDS[name] for name in self.filters)
        yield _ORDERED_BY[self.order]
        if self.due:
            yield "whistle.deadlines"
        if self.is_new:
            yield "whistle.blown_at"

    def denied_by(self, plan: Plan) -> Denied | None:
        """The fields by which this plan gives nothing to choose; None where all is well."""
        return denied(Question(compare=tuple(dict.fromkeys(self.compared()))), plan)

    def asked(self, department: str, now: datetime, visited_at: datetime | None) -> Asked:
        """The same to the store, at this moment."""
        today = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        return Asked(
            department=department,
            which=self.which,
            fields={_COLUMNS.get(name, name): value for name, value in self.filters.items()},
            due_from=now if self.due == TODAY else None,
            due_before={LATE: now, TODAY: today + timedelta(days=1)}.get(self.due),
            blown_since=visited_at if self.is_new else None,
            order=self.order,
            behind=self.after,
        )


def wanted_of(query: Mapping[str, str]) -> Wanted:
    """What a query asks for; names that are none of ours mean nothing. Raises Refused W210 for a value that is none."""
    filters = {name: value for name in FIELDS if (value := query.get(name, ""))}
    for name, value in filters.items():
        if value not in _KNOWN.get(name, {value}) or not _NAME.fullmatch(value):
            raise Refused("W210", name=name)
    which = _which(query.get("which", ""), filters.get("state", ""))
    due = _one_of("due", query.get("due", ""), ("", LATE, TODAY))
    order = Order(_one_of("order", query.get("order") or _usual(which), tuple(Order)))
    if which is not Which.OPEN and (due or order is Order.DEADLINE):
        raise Refused("W210", name="due" if due else "order")  # nothing is due of what is over
    return Wanted(
        which=which,
        filters=filters,
        due=due,
        is_new=query.get("new", "") == "1",
        order=order,
        after=_place(query.get("after", "")),
    )


def _usual(which: Which) -> str:
    return Order.DEADLINE if which is Which.OPEN else Order.NEWEST


def _which(said: str, state: str) -> Which:
    if state:
        return Which.OVER if WhistleState(state) in OVER else Which.OPEN
    return Which(_one_of("which", said or Which.OPEN, tuple(Which)))


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise Refused("W210", name=name)
    return value


def _place(said: str) -> Place | None:
    if not said:
        return None
    found = _PLACE.fullmatch(said)
    if found is None:
        raise Refused("W210", name="after")
    return Place(int(found[1]), found[2])
