"""The page of the unified schema: every field of every noun, from the schema files."""

from collections.abc import Mapping
from typing import Any, Final

from hub.jsonform import dumps
from hub.run.reference.page import Page, code, markdown, table

_HEADER: Final = ("field", "名称", "type", "class", "meaning", "example")


def nouns_page(schemas: Mapping[str, Mapping[str, Any]]) -> Page:
    """`docs/reference/schema.md`; `schemas` by name, as `hub.schema.schemas` reads them."""
    return markdown(
        "docs/reference/schema.md",
        "The unified schema",
        "JSON Schema 2020-12, one file a noun in `contracts/schema/`, all of them closed: what is not named here "
        "is refused. `class` is the class of the data: `public`, `internal`, `personal` or `sensitive`; a "
        "*vault* field holds a reference, and its class is that of the value behind it. A star marks fields "
        "that must be there.",
        *(_noun(name, one) for name, one in schemas.items()),
    )


def _noun(name: str, schema: Mapping[str, Any]) -> str:
    parts = [f"## {name} ({schema['title']})", schema.get("description", ""), _table(schema)]
    for inner, one in schema.get("$defs", {}).items():
        if "properties" in one:
            parts += [
                f"### {name} › {inner} ({one.get('title', inner)})",
                one.get("description", ""),
                _table(one),
            ]
    return "\n\n".join(part for part in parts if part)


def _table(schema: Mapping[str, Any]) -> str:
    needed = frozenset(schema.get("required", ()))
    return table(
        _HEADER, (_row(name, one, name in needed) for name, one in schema.get("properties", {}).items())
    )


def _row(name: str, one: Mapping[str, Any], needed: bool) -> tuple[str, ...]:
    marks = [one.get("x-class", ""), "vault" if "x-vault" in one else ""]
    return (
        code(name) + ("\\*" if needed else ""),
        one.get("title", ""),
        _type(one),
        ", ".join(mark for mark in marks if mark),
        one.get("description", ""),
        _example(one),
    )


def _type(one: Mapping[str, Any]) -> str:
    if "$ref" in one:
        return code(one["$ref"].rsplit("/", 1)[-1].removesuffix(".v1.json"))
    if "enum" in one:
        return " · ".join(code(str(value) or '""') for value in one["enum"])
    if "const" in one:
        return code(str(one["const"]))
    for way in ("anyOf", "oneOf"):
        if way in one:
            return " or ".join(_type(each) for each in one[way])
    kind = one.get("type", "any")
    kind = " or ".join(kind) if isinstance(kind, list) else kind
    inner = f" of {_type(one['items'])}" if isinstance(one.get("items"), Mapping) else ""
    form = f" ({one['format']})" if "format" in one else ""
    return f"{kind}{inner}{form}"


def _example(one: Mapping[str, Any]) -> str:
    examples: list[Any] = one.get("examples", [])
    return code(dumps(examples[0])) if examples else ""
