"""A contract's form as questions to a person, and what a person typed as the form's values.

Pure. A form is a closed JSON Schema of one level of properties. Whether the values fit it, its validator says; what
cannot be read as what is asked for is passed on as it was typed, so that the refusal names the field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from hub.clock import SHANGHAI

_LONG: Final = 80
"""Characters beyond which an answer gets more than one line."""
_LARGEST: Final = 2**53
"""Beyond it readers of JSON differ (RFC 8259)."""


class Kind(StrEnum):
    """How it is asked."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"
    ONE_OF = "one_of"
    DAY = "day"
    MOMENT = "moment"
    LINES = "lines"
    """One text a line."""
    SOME_OF = "some_of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One property of the form. `least`, `most`: of its length, its number or how many; None where nothing is said."""

    name: str
    title: str
    kind: Kind
    is_required: bool
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    is_whole: bool = False
    """Of a number: an integer."""


def questions_of(form: Mapping[str, Any]) -> tuple[Question, ...]:
    """Those of the form, required ones first, in its own order."""
    required = form.get("required", ())
    asked = [
        _question(name, schema if isinstance(schema, Mapping) else {}, name in required)
        for name, schema in form.get("properties", {}).items()
    ]
    return tuple(sorted(asked, key=lambda one: not one.is_required))


def _question(name: str, schema: Mapping[str, Any], is_required: bool) -> Question:
    kind = _kind(schema)
    items = schema.get("items")
    of = schema if kind is not Kind.SOME_OF or not isinstance(items, Mapping) else items
    least, most = _bounds(kind, schema)
    return Question(
        name=name,
        title=str(schema.get("title", name)),
        kind=kind,
        is_required=is_required,
        choices=tuple(map(str, of.get("enum", ()))),
        least=least,
        most=most,
        is_whole=schema.get("type") == "integer",
    )


def _kind(schema: Mapping[str, Any]) -> Kind:
    if schema.get("enum"):
        return Kind.ONE_OF
    match schema.get("type"):
        case "boolean":
            return Kind.YES_NO
        case "integer" | "number":
            return Kind.NUMBER
        case "array":
            items = schema.get("items")
            return Kind.SOME_OF if isinstance(items, Mapping) and items.get("enum") else Kind.LINES
        case _:
            formats = {"date": Kind.DAY, "date-time": Kind.MOMENT}
            is_long = schema.get("maxLength", _LONG + 1) > _LONG
            return formats.get(schema.get("format", ""), Kind.TEXT if is_long else Kind.LINE)


def _bounds(kind: Kind, schema: Mapping[str, Any]) -> tuple[float | None, float | None]:
    words = {Kind.NUMBER: "imum", Kind.LINES: "Items", Kind.SOME_OF: "Items"}.get(kind, "Length")
    return schema.get(f"min{words}"), schema.get(f"max{words}")


def said_in(questions: Sequence[Question], typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The form's values from what was typed, name → texts; what was left empty is left out."""
    found: dict[str, Any] = {}
    for one in questions:
        texts = [text.strip() for text in typed.get(one.name, ()) if text.strip()]
        if texts:
            found[one.name] = _value(one, texts)
    return found


def _value(one: Question, texts: Sequence[str]) -> Any:
    match one.kind:
        case Kind.YES_NO:
            return {"true": True, "false": False}.get(texts[0], texts[0])
        case Kind.NUMBER:
            return _number(texts[0], is_whole=one.is_whole)
        case Kind.MOMENT:
            return moment_of(texts[0])
        case Kind.LINES:
            return [line.strip() for text in texts for line in text.splitlines() if line.strip()]
        case Kind.SOME_OF:
            return list(texts)
        case _:
            return texts[0]


def _number(text: str, *, is_whole: bool) -> float | int | str:
    try:
        number = int(text) if is_whole else float(text)
    except ValueError:
        return text
    return number if abs(number) <= _LARGEST else text  # NaN is not


def moment_of(text: str) -> str:
    """What a browser sends of a moment, local and without a zone, with the zone of the district."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).isoformat()
