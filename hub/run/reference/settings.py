"""The page of the settings, from `hub.settings.Settings`."""

import types
import typing
from enum import Enum
from typing import Any

from pydantic.fields import FieldInfo

from hub.run.reference.page import Page, code, markdown, table
from hub.settings import Settings


def settings_page() -> Page:
    """`docs/reference/settings.md`."""
    rows = [
        (code(name), code(_type(one.annotation)), code(_default(one)), one.description or "")
        for name, one in Settings.model_fields.items()
    ]
    return markdown(
        "docs/reference/settings.md",
        "Settings",
        "Read once at the start, in this order, later wins: the default, `gridplus.toml` in the working "
        "directory, the environment (`GRIDPLUS_` and the name in capitals, so `GRIDPLUS_LOG_LEVEL`), the flags "
        "of the command. Nested values are JSON in the environment and tables in the file. A name that is not "
        "here stops the start. Times are seconds, sizes bytes.",
        table(("setting", "type", "default", "meaning"), rows),
    )


def _type(annotation: Any) -> str:
    if annotation is types.NoneType:
        return "None"
    arguments = typing.get_args(annotation)
    if not arguments:
        return str(annotation.__name__)
    inner = [_type(one) for one in arguments]
    if isinstance(annotation, types.UnionType):
        return " | ".join(inner)
    return f"{typing.get_origin(annotation).__name__}[{', '.join(inner)}]"


def _default(one: FieldInfo) -> str:
    value = one.get_default(call_default_factory=True, validated_data={})
    value = value.value if isinstance(value, Enum) else value
    return '""' if value == "" else str(value)
