"""What a new version of a contract changes for its department, and in which direction.

Pure. `breaks`: what worked for the department's software or people no longer does, what came no longer comes, or there
is less time. `new`: more than before. `changed`: the same thing otherwise, to be read by a person. `harmless`: nobody
has to do anything. What a form changes is `forms`'s, two whole packs are `packs`'s.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from hub.contract.change import Change, Direction
from hub.contract.forms import form_changes
from hub.contract.spans import is_no_shorter
from hub.model import (
    Accept,
    Closing,
    Condition,
    Contract,
    Duration,
    FieldOut,
    Level,
    RequestType,
    ReturnRules,
    Role,
    Urgency,
    WaitRules,
)

Strictness: TypeAlias = Callable[[str], int]
"""How much a mask hides, as a number to compare; "" hides nothing (`hub.access.masks.strictness`)."""
_OTHERS: Final = "*"
"""Sources that no condition names."""


def _unknown(_mask: str) -> int:
    return 0


def diff(before: Contract, after: Contract, strictness: Strictness = _unknown) -> tuple[Change, ...]:
    """Every difference that the department can notice, in the order of `Direction`."""
    changes = [
        *_accepts(before.accepts, after.accepts),
        *_deadlines(before, after),
        *_sets("channels", _same(before.channels), _same(after.channels)),
        *_on_call(before, after),
        *form_changes(before.form, after.form),
        *_returns(before.returns, after.returns),
        *_waits("pauses", before.pauses, after.pauses),
        *_waits("extensions", before.extensions, after.extensions),
        *_closing(before.closing, after.closing),
        *_fields(before.fields, after.fields, strictness),
        *_title(before.title, after.title),
    ]
    order = list(Direction)
    return tuple(sorted(changes, key=lambda change: order.index(change.direction)))


def _sets(part: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """What is gone breaks, what came is new."""
    for name in sorted(before.keys() ^ after.keys()):
        direction = Direction.BREAKS if name in before else Direction.NEW
        yield Change(direction, part, name, before.get(name, ""), after.get(name, ""))


def _same(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in names}


# -- what it is called for ---------------------------------------------------------------------------


def _accepts(before: Iterable[Accept], after: Iterable[Accept]) -> Iterator[Change]:
    old, new = ({one.clause: one for one in accepts} for accepts in (before, after))
    yield from _sets("accepts", _cells(old.values()), _cells(new.values()))
    for clause in sorted(old.keys() & new.keys()):
        yield from _clause(old[clause], new[clause])


def _cells(accepts: Iterable[Accept]) -> dict[str, str]:
    """One entry a clause × category × area, so that narrowing a clause is seen as something gone."""
    return {
        f"{accept.clause} {category} {area or '*'}": accept.role.value
        for accept in accepts
        for category in accept.categories
        for area in accept.areas or ("",)
    }


def _clause(before: Accept, after: Accept) -> Iterator[Change]:
    """What is excepted, or is no longer met, comes no longer; who only assists leads no more."""
    name = before.clause
    if before.role is not after.role:
        direction = Direction.BREAKS if before.role is Role.LEAD else Direction.NEW
        yield Change(direction, "accepts", f"{name} role", before.role.value, after.role.value)
    was, is_ = set(before.except_categories), set(after.except_categories)
    for category in sorted(was ^ is_):
        told = (category, "") if category in was else ("", category)
        yield Change(
            Direction.NEW if category in was else Direction.BREAKS, "accepts", f"{name} except", *told
        )
    sources = {*before.when.sources, *after.when.sources, _OTHERS}
    met, still = _met(before.when, sources), _met(after.when, sources)
    for condition in met:
        old, new = met[condition], still[condition]
        if old != new:
            direction = Direction.BREAKS if old - new else Direction.NEW
            yield Change(direction, "accepts", f"{name} when {condition}", _listed(old), _listed(new))


def _met(when: Condition, sources: Iterable[str]) -> dict[str, frozenset[str]]:
    """Condition → everything that it lets pass."""
    secret = ("true", "false") if when.secret is None else (str(when.secret).lower(),)
    return {
        "urgency": frozenset(when.urgency or Urgency),
        "levels": frozenset(when.levels or Level),
        "request_types": frozenset(when.request_types or RequestType),
        "sources": frozenset(when.sources or sources),
        "secret": frozenset(secret),
    }


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))


# -- how much time there is --------------------------------------------------------------------------


def _deadlines(before: Contract, after: Contract) -> Iterable[Change]:
    """What each level's whistles go by; told once where it is what the contract says for all levels."""
    found: dict[Change, None] = {}
    for level in Level:
        old, new = before.limits_at(level), after.limits_at(level)
        for step in sorted(old.keys() | new.keys()):
            was, is_ = old.get(step), new.get(step)
            common = (was, is_) == (before.deadlines.get(step), after.deadlines.get(step))
            part = "deadlines" if common else f"level_deadlines.{level.value}"
            found |= dict.fromkeys(_time(part, step, was, is_))
    return found


def _time(part: str, name: str, before: Duration | None, after: Duration | None) -> Iterator[Change]:
    """A limit where there was none breaks, and one that is not sure to be as long; a longer one asks for nothing."""
    if before == after:
        return
    if after is None:
        direction = Direction.NEW
    elif before is not None and is_no_shorter(after, before):
        direction = Direction.HARMLESS
    else:
        direction = Direction.BREAKS
    yield Change(direction, part, name, _words(before), _words(after))


def _words(limit: Duration | None) -> str:
    return f"{limit.value} {limit.unit.value}" if limit else ""


# -- what it may do ----------------------------------------------------------------------------------


def _returns(before: ReturnRules, after: ReturnRules) -> Iterator[Change]:
    """Limits and demands count only where it may hand back before and after."""
    yield from _sets("returns", _same(before.reason_codes), _same(after.reason_codes))
    yield from _number("returns", "max_returns", before.max_returns, after.max_returns)
    if not all(rules.max_returns and rules.reason_codes for rules in (before, after)):
        return
    yield from _time("returns", "within", before.within, after.within)
    if before.needs_evidence != after.needs_evidence:
        direction = Direction.BREAKS if after.needs_evidence else Direction.NEW
        yield Change(direction, "returns", "needs_evidence")


def _waits(part: str, before: WaitRules, after: WaitRules) -> Iterator[Change]:
    yield from _sets(part, _same(before.reason_codes), _same(after.reason_codes))
    if before.reason_codes and after.reason_codes:
        yield from _number(part, "most", before.most, after.most)
        yield from _time(part, "longest", before.longest, after.longest)


def _number(part: str, name: str, before: int, after: int) -> Iterator[Change]:
    """Fewer times break."""
    if before != after:
        direction = Direction.BREAKS if after < before else Direction.NEW
        yield Change(direction, part, name, str(before), str(after))


def _closing(before: Closing, after: Closing) -> Iterator[Change]:
    """A lead whose result closed the matter waits for those who assist."""
    if before is not after:
        direction = Direction.BREAKS if after is Closing.EVERYONE else Direction.NEW
        yield Change(direction, "closing", "closing", before.value, after.value)


# -- what it is sent, and how ------------------------------------------------------------------------


def _fields(
    before: Iterable[FieldOut], after: Iterable[FieldOut], strictness: Strictness
) -> Iterator[Change]:
    """A field that is gone, or shows less, breaks who reads it."""
    old, new = _masks(before), _masks(after)
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield Change(Direction.BREAKS, "fields", name, before=old[name] or "full")
        elif name not in old:
            yield Change(Direction.NEW, "fields", name, after=new[name] or "full")
        elif old[name] != new[name]:
            more = strictness(new[name]) - strictness(old[name])
            direction = Direction.BREAKS if more > 0 else Direction.NEW if more < 0 else Direction.CHANGED
            yield Change(direction, "fields", name, old[name] or "full", new[name] or "full")


def _masks(fields: Iterable[FieldOut]) -> dict[str, str]:
    return {f"{each.field} for {each.purpose}": each.mask for each in fields}


def _on_call(before: Contract, after: Contract) -> Iterator[Change]:
    """Another order, or another time until the next channel, is for a person to read."""
    old, new = before.on_call, after.on_call
    yield from _sets("on_call", _same(old.channels), _same(new.channels))
    if set(old.channels) == set(new.channels) != set() and old.channels != new.channels:
        yield Change(
            Direction.CHANGED, "on_call", "channels", ", ".join(old.channels), ", ".join(new.channels)
        )
    if old.channels and new.channels and old.after != new.after:
        yield Change(Direction.CHANGED, "on_call", "after", _words(old.after), _words(new.after))


def _title(before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(Direction.HARMLESS, "title", "title", before, after)
