"""The closed schema of what one department is sent: its contract's fields, and nothing beside them.

Pure. Checked after projection, before anything leaves; the AsyncAPI document shows the same schema.
"""

from collections.abc import Mapping
from typing import Any, Final

from hub.contract.load import STEPS
from hub.model import Contract, Ending

HANDLE: Final = "handle"
"""Purpose of a whistle itself; other purposes are asked for when it is opened."""
CARD_KINDS: Final = ["blue", "yellow", "red", "order", "letter", "interview"]
"""Cards and measures of supervision, as a department is told of them."""


def whistle_data_schema(contract: Contract, fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """JSON Schema 2020-12 of a whistle message's `data`. `fields`: `dataset.leaf` → schema of its value; a
    field that it does not name fits nothing."""
    datasets: dict[str, dict[str, Any]] = {"incident": {}, "whistle": {}}
    for asked in contract.fields:
        dataset, _, leaf = asked.field.partition(".")
        if asked.purpose == HANDLE and dataset in datasets and asked.field in fields:
            datasets[dataset][leaf] = dict(fields[asked.field])
    return _closed(contract, datasets, {})


def ended_data_schema(contract: Contract, fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """JSON Schema 2020-12 of `data` where a whistle was called off: which one, and why. `fields` as above."""
    leaves = {"id": dict(fields["whistle.id"])} if "whistle.id" in fields else {}
    return _closed(contract, {"whistle": leaves}, {"reason": {"enum": [one.value for one in Ending]}})


def card_data_schema(contract: Contract, fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """JSON Schema 2020-12 of `data` where the department is shown a card, or asked to answer: of which whistle, which
    kind, for which step, and when that is due. `fields` as above."""
    leaves = {"id": dict(fields["whistle.id"])} if "whistle.id" in fields else {}
    card = {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "kind", "step", "due_at"],
        "properties": {
            "id": {"type": "string", "pattern": "^(cd|sv)_[0-9a-f]{32}$"},
            "kind": {"enum": CARD_KINDS},
            "step": {"enum": [*STEPS, "answer"]},
            "due_at": {"type": "string", "format": "date-time"},
        },
    }
    return _closed(contract, {"whistle": leaves}, {"card": card})


def _closed(
    contract: Contract, datasets: Mapping[str, Mapping[str, Any]], beside: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": ["department", "href", *beside],
        "properties": {
            "department": {"const": contract.department},
            "href": {"type": "string", "pattern": "^/departments/me/whistles/wh_[0-9a-f]{32}$"},
            **beside,
            **{
                name: {"type": "object", "additionalProperties": False, "properties": leaves}
                for name, leaves in datasets.items()
            },
        },
    }
