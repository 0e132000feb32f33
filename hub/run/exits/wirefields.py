"""What each field of a whistle's message looks like: the unified schema's own type, or its mask's shape.

The few fields that are made for the message alone (`showing.py`) have their schema here. Nothing here looks
at a value.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from hub.access.masks import FULL, strictest
from hub.access.shapes import shape_of
from hub.contract.wire import HANDLE
from hub.model import Contract

_WORDS: Final = {"type": "string"}
MADE: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "incident.category_zh": _WORDS,
        "incident.grid_code": {"type": ["string", "null"]},
        "incident.community_name": {"type": ["string", "null"]},
        "incident.subdistrict_name": {"type": ["string", "null"]},
        "incident.place_summary": _WORDS,
        "incident.summary": _WORDS,
        "whistle.deadlines": {
            "type": "object",
            "propertyNames": {"enum": ["sign", "contact", "report_in", "arrive", "finish", "source"]},
            "additionalProperties": {"type": "string", "format": "date-time"},
        },
        "whistle.reasons": {"type": "array", "items": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}},
    }
)
"""Fields that are made for messages, with their schemas."""
_SAID: Final = ("title", "description", "examples")
"""For readers of the unified schema; a message's schema is for machines."""


def wire_fields(
    contract: Contract,
    schemas: Mapping[str, Mapping[str, Any]],
    masks: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """`dataset.leaf` → schema of its value, for what `contract` asks for to handle a whistle.

    `masks` are those that grants put on fields; of them and the contract's own the stricter one holds. A
    field that no message has is left out, so that nothing fits it.
    """
    found: dict[str, Any] = {}
    for asked in contract.fields:
        if asked.purpose != HANDLE:
            continue
        mask = strictest((asked.mask, masks.get(asked.field, FULL)))
        schema = _unified(asked.field, schemas)
        if schema is not None:
            found[asked.field] = shape_of(mask, asked.field.rpartition(".")[2]) if mask else schema
    return found


def _unified(field: str, schemas: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    if field in MADE:
        return dict(MADE[field])
    dataset, _, leaf = field.partition(".")
    places = (dataset, "place") if dataset == "incident" else (dataset,)
    for noun in places:
        schema = schemas.get(noun, {}).get("properties", {}).get(leaf)
        if schema is not None and "$ref" not in schema:
            return {k: v for k, v in schema.items() if k not in _SAID and not k.startswith("x-")}
    return None
