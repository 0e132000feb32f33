"""What a new version of a contract changes for its department, and in which direction.

Pure. `breaks`: what worked for the department's software or people no longer does, or what came no longer
comes. `new`: more than before. `changed`: the same thing otherwise, to be read by a person. `harmless`: nobody
has to do anything. What a form changes is `forms`'s, two whole packs are `packs`'s.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from hub.contract.change import Change, Direction
from hub.contract.forms import form_changes
from hub.model import Accept, Contract, Duration, FieldOut, Level

Strictness: TypeAlias = Callable[[str], int]
"""How much a mask hides, as a number to compare; "" hides nothing (`hub.access.masks.strictness`)."""


def _unknown(_mask: str) -> int:
    return 0


def diff(before: Contract, after: Contract, strictness: Strictness = _unknown) -> tuple[Change, ...]:
    """Every difference that the department can notice, in the order of `Direction`."""
    changes = [
        *_sets("accepts", _clauses(before.accepts), _clauses(after.accepts)),
        *_limits("deadlines", before.deadlines, after.deadlines),
        *(
            change
            for level in Level
            for change in _limits(
                f"level_deadlines.{level.value}",
                before.level_deadlines.get(level, {}),
                after.level_deadlines.get(level, {}),
            )
        ),
        *_sets("channels", _same(before.channels), _same(after.channels)),
        *_on_call(before, after),
        *form_changes(before.form, after.form),
        *_returns(before, after),
        *_fields(before.fields, after.fields, strictness),
    ]
    order = list(Direction)
    return tuple(sorted(changes, key=lambda change: order.index(change.direction)))


def _sets(part: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """What is gone breaks, what came is new, what stayed under its name may have changed."""
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield Change(Direction.BREAKS, part, name, before=before[name])
        elif name not in before:
            yield Change(Direction.NEW, part, name, after=after[name])
        elif before[name] != after[name]:
            yield Change(Direction.CHANGED, part, name, before[name], after[name])


def _clauses(accepts: Iterable[Accept]) -> dict[str, str]:
    """One entry a clause × category × area, so that narrowing a clause is seen as something gone."""
    return {
        f"{accept.clause} {category} {area or '*'}": _conditions(accept)
        for accept in accepts
        for category in accept.categories
        for area in accept.areas or ("",)
    }


def _conditions(accept: Accept) -> str:
    excepted = ", ".join(accept.except_categories)
    return f"{accept.role.value} except [{excepted}] {accept.when}"


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


def _same(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in names}


def _limits(part: str, before: Mapping[str, Duration], after: Mapping[str, Duration]) -> Iterator[Change]:
    """A shorter limit of the same unit, or one where there was none, is a new duty: it breaks. A longer one of the
    same unit asks for nothing."""
    for step in sorted(before.keys() | after.keys()):
        old, new = before.get(step), after.get(step)
        if old == new:
            continue
        if new is None:
            direction = Direction.NEW
        elif old is None:
            direction = Direction.BREAKS
        elif old.unit is not new.unit:
            direction = Direction.CHANGED
        else:
            direction = Direction.BREAKS if new.value < old.value else Direction.HARMLESS
        yield Change(direction, part, step, _words(old), _words(new))


def _words(limit: Duration | None) -> str:
    return f"{limit.value} {limit.unit.value}" if limit else ""


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


def _returns(before: Contract, after: Contract) -> Iterator[Change]:
    yield from _sets("returns", _same(before.returns.reason_codes), _same(after.returns.reason_codes))
    old, new = before.returns.max_returns, after.returns.max_returns
    if old != new:
        direction = Direction.BREAKS if new < old else Direction.NEW
        yield Change(direction, "returns", "max_returns", str(old), str(new))
    if before.returns.within != after.returns.within:
        within = (_words(before.returns.within), _words(after.returns.within))
        yield Change(Direction.CHANGED, "returns", "within", *within)
    if before.returns.needs_evidence != after.returns.needs_evidence:
        direction = Direction.BREAKS if after.returns.needs_evidence else Direction.NEW
        yield Change(direction, "returns", "needs_evidence")
