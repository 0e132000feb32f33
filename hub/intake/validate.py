"""Does a thing fit the unified schema? The hot path's yes or no, and where it does not.

Pure: schemas come in as values (`hub.schema.schemas()`), faults go out as pointers and keywords. No value
that was sent, and no name of a field that should not be there, ever leaves this file: messages of
validators quote both (libraries.md §5.6), so none is kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jsonschema_rs

_UNNAMED: Final = "*"
"""Stands in a pointer for a name that the schema does not know."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong: a JSON pointer into what was checked, and the schema keyword that it fails."""

    pointer: str
    keyword: str
    """For instance `required`, `type`, `pattern`, `format`, `unevaluatedProperties`."""


class Validator:
    """One schema, compiled once; formats are checked, references stay inside `schemas`."""

    def __init__(self, schema: Mapping[str, Any], schemas: Iterable[Mapping[str, Any]] = ()) -> None:
        """`schemas` are those that `schema` refers to, by their `$id`. Nothing is fetched."""
        known = [schema, *schemas]
        self._names: Final = frozenset(name for one in known for name in _property_names(one))
        registry = jsonschema_rs.Registry([(one["$id"], dict(one)) for one in known if "$id" in one])
        self._compiled: Final = jsonschema_rs.Draft202012Validator(
            dict(schema), validate_formats=True, mask="***", registry=registry
        )

    def faults(self, thing: Mapping[str, Any]) -> tuple[Fault, ...]:
        """What is wrong with `thing`, in order of pointers; empty where it fits.

        `thing` is JSON as loaded: dicts, lists, strings, numbers. NaN and infinity fail as `type`. A
        missing field's pointer names the field; a field that should not be there is pointed at by its
        parent alone.
        """
        try:
            if self._compiled.is_valid(thing):
                return ()
            return tuple(sorted({self._fault(error) for error in self._compiled.iter_errors(thing)}))
        except ValueError:  # a key that is no string: not JSON
            return (Fault("", "type"),)

    def _fault(self, error: jsonschema_rs.ValidationError) -> Fault:
        path = [self._safe(part) for part in error.instance_path]
        if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
            path.append(self._safe(error.kind.property))
        return Fault("".join(f"/{part}" for part in path), error.kind.name)

    def _safe(self, part: str | int) -> str:
        return str(part) if isinstance(part, int) or part in self._names else _UNNAMED


def _property_names(schema: object) -> Iterator[str]:
    """Names under `properties`, at any depth: ours, hence safe to print."""
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from _property_names(inner)
    elif isinstance(schema, Sequence) and not isinstance(schema, str):
        for inner in schema:
            yield from _property_names(inner)
