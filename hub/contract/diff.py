"""What a new version of a contract changes for its department, and in which direction.

Pure. `breaks`: what worked for the department's software or people no longer does, or what came no longer
comes. `new`: more than before. `changed`: the same thing otherwise, to be read by a person.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.model import Accept, Contract, Duration, FieldOut, Level


class Direction(StrEnum):
    """Which way a change goes, seen from the department."""

    BREAKS = "breaks"
    NEW = "new"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `part` is the contract's own key; `name` what in it; `before`, `after` as written."""

    direction: Direction
    part: str
    name: str
    before: str = ""
    after: str = ""


def diff(before: Contract, after: Contract) -> tuple[Change, ...]:
    """Every difference that the department can notice; breaks first, then new, then changed."""
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
        *_form(before.form, after.form),
        *_returns(before, after),
        *_sets("fields", _fields(before.fields), _fields(after.fields)),
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


def _fields(fields: Iterable[FieldOut]) -> dict[str, str]:
    return {f"{each.field} for {each.purpose}": each.mask or "full" for each in fields}


def _same(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in names}


def _limits(part: str, before: Mapping[str, Duration], after: Mapping[str, Duration]) -> Iterator[Change]:
    """A shorter limit of the same unit, or one where there was none, is a new duty: it breaks."""
    for step in sorted(before.keys() | after.keys()):
        old, new = before.get(step), after.get(step)
        if old == new:
            continue
        if new is None:
            direction = Direction.NEW
        elif old is None or (old.unit is new.unit and new.value < old.value):
            direction = Direction.BREAKS
        else:
            direction = Direction.CHANGED
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


def _form(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Change]:
    """A result that was taken and is refused now breaks: a property gone, changed, or newly required."""
    old, new = _properties(before), _properties(after)
    required = set(_texts(after.get("required")))
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield Change(Direction.BREAKS, "form", name, before=old[name])
        elif name in required and name not in _texts(before.get("required")):
            yield Change(Direction.BREAKS, "form", name, before="optional", after="required")
        elif name not in old:
            yield Change(Direction.NEW, "form", name, after=new[name])
        elif old[name] != new[name]:
            yield Change(Direction.BREAKS, "form", name, old[name], new[name])


def _properties(form: Mapping[str, object]) -> dict[str, str]:
    properties = form.get("properties")
    return (
        {str(name): repr(schema) for name, schema in properties.items()}
        if isinstance(properties, dict)
        else {}
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


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
