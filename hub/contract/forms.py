"""Two versions of a result's form: which results that were taken before are refused now.

Pure. A form is a closed JSON Schema (2020-12) of one level of properties. What a keyword that is not known here
comes to say, or says no longer, is taken for the worse.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hub.contract.change import Change, Direction

_SAID: Final = frozenset({"title", "description", "examples", "default", "$comment"})
"""For people who read the form; no result is refused for them."""
_LEAST: Final = frozenset({"minLength", "minItems", "minimum", "exclusiveMinimum", "minProperties"})
_MOST: Final = frozenset({"maxLength", "maxItems", "maximum", "exclusiveMaximum", "maxProperties"})
_DEMANDS: Final = (
    _SAID
    | _LEAST
    | _MOST
    | {"type", "enum", "const", "pattern", "format", "multipleOf", "uniqueItems", "required"}
)
"""Without them everything is taken that was. Others open what a keyword beside them shuts: closed without `properties`, a
schema takes nothing."""


def form_changes(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Change]:
    """A result that was taken and is refused now breaks: a property gone, narrower, or newly required."""
    old, new = _properties(before), _properties(after)
    was_required, is_required = _texts(before.get("required")), _texts(after.get("required"))
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield Change(Direction.BREAKS, "form", name, before=repr(old[name]))
            continue
        if name in is_required and name not in was_required:
            yield Change(Direction.BREAKS, "form", name, before="optional", after="required")
        elif name not in old:
            yield Change(Direction.NEW, "form", name, after=repr(new[name]))
        elif name in was_required and name not in is_required:
            yield Change(Direction.HARMLESS, "form", name, before="required", after="optional")
        if name in old:
            yield from _property(name, old[name], new[name])


def _property(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for keyword in sorted(before.keys() | after.keys()):
        old, new = before.get(keyword), after.get(keyword)
        if old == new:
            continue
        if keyword == "enum" and isinstance(old, list) and isinstance(new, list):
            yield from _values(f"{name}.enum", old, new)
        elif keyword in ("items", "additionalProperties") and isinstance(old, dict) and isinstance(new, dict):
            yield from _property(f"{name}.{keyword}", old, new)
        else:
            direction = _direction(keyword, old, new)
            yield Change(direction, "form", f"{name}.{keyword}", _words(old), _words(new))


def _values(name: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    """A word that is gone is refused now; a further one may be said."""
    for value in before:
        if value not in after:
            yield Change(Direction.BREAKS, "form", name, before=str(value))
    for value in after:
        if value not in before:
            yield Change(Direction.NEW, "form", name, after=str(value))


def _direction(keyword: str, old: object, new: object) -> Direction:
    if keyword in _SAID or (new is None and keyword in _DEMANDS):
        return Direction.HARMLESS
    both = isinstance(old, int | float) and isinstance(new, int | float)
    if both and keyword in _LEAST | _MOST:
        grew = new > old  # type: ignore[operator]  # both are numbers
        return Direction.HARMLESS if grew is (keyword in _MOST) else Direction.BREAKS
    return Direction.BREAKS


def _words(value: object) -> str:
    return "" if value is None else str(value)


def _properties(form: Mapping[str, object]) -> dict[str, Mapping[str, Any]]:
    properties = form.get("properties")
    if not isinstance(properties, dict):
        return {}
    return {str(name): schema if isinstance(schema, dict) else {} for name, schema in properties.items()}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
