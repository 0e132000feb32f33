"""Examples of what lies on the topics, one a message of the AsyncAPI document. Pure.

Values are those of the unified schema's own examples, all invented; of a field that a contract masks there is none.
"""

from collections.abc import Mapping
from typing import Any, Final

import jsonschema_rs

from hub.contract.filled import filled
from hub.contract.wire import HANDLE
from hub.model import Contract, Move

SOURCE: Final = "/gridplus/329901"
_AT: Final = "2026-03-10T01:31:00+00:00"
_DUE: Final = "2026-03-10T02:31:00+00:00"
_EVENT_ID: Final = "ev_0123456789abcdef0123456789abcdef"
_INCIDENT_ID: Final = "in_0123456789abcdef0123456789abcdef"
_CARD_ID: Final = "cd_0123456789abcdef0123456789abcdef"
_GRID: Final = {"subdistrict_id": "329901001", "grid_id": "329901001001003"}
_MADE: Final[Mapping[str, Any]] = {
    "incident.category_zh": "污水井盖",
    "incident.grid_code": "329901001001003",
    "incident.community_name": "示例社区",
    "incident.subdistrict_name": "示例街道",
    "incident.place_summary": "示例街道示例社区",
    "incident.summary": "污水井盖",
    "whistle.deadlines": {"sign": _DUE},
    "whistle.reasons": ["contract_clause"],
}
"""Of fields that are made for the message alone (`hub.run.exits.wirefields`)."""
EVENTS: Final[Mapping[str, Any]] = {
    "events": [
        {
            "event_id": _EVENT_ID,
            "key": "ek_0123456789abcdef0123456789abcdef",
            "source": "hotline_12345",
            "category": "public_utility.sewage_cover",
            "mode": "live",
            **_GRID,
        }
    ]
}
INCIDENT: Final[Mapping[str, Any]] = {
    "incident_id": _INCIDENT_ID,
    "state": "open",
    "version": 4,
    "category": "public_utility.sewage_cover",
    "urgency": "urgent",
    "event_count": 3,
    **_GRID,
}
DEADLETTER: Final[Mapping[str, Any]] = {
    "record_id": "rc_0123456789abcdef0123456789abcdef",
    "source": "hotline_12345",
    "code": "R101",
    "pointer": "/order_no",
}


def wrapped(kind: str, id_: str, data: Mapping[str, Any], subject: str = "") -> dict[str, Any]:
    """`data` as a CloudEvent of type `kind`."""
    named = {"subject": subject} if subject else {}
    return {
        "specversion": "1.0",
        "id": id_,
        "source": SOURCE,
        "type": kind,
        **named,
        "time": _AT,
        "datacontenttype": "application/json",
        "data": dict(data),
    }


def whistle(contract: Contract, fields: Mapping[str, Any], nouns: Mapping[str, Any]) -> dict[str, Any]:
    """`data` of a whistle: every field that `contract` asks for and an example fits. `fields`: `dataset.leaf` →
    schema; `nouns`: the unified schema."""
    told: dict[str, dict[str, Any]] = {"incident": {}, "whistle": {}}
    for asked in contract.fields:
        dataset, _, leaf = asked.field.partition(".")
        if asked.purpose != HANDLE or asked.field not in fields or dataset not in told:
            continue
        value = _MADE.get(asked.field, _of_noun(dataset, leaf, contract, nouns))
        if jsonschema_rs.is_valid(fields[asked.field], value, validate_formats=True):
            told[dataset][leaf] = value
    return _of(contract, nouns) | {dataset: leaves for dataset, leaves in told.items() if leaves}


def ended(contract: Contract, fields: Mapping[str, Any], nouns: Mapping[str, Any]) -> dict[str, Any]:
    """`data` where a whistle was called off."""
    return _of(contract, nouns) | {"reason": "withdrawn"} | _which(fields, nouns)


def card(contract: Contract, fields: Mapping[str, Any], nouns: Mapping[str, Any]) -> dict[str, Any]:
    """`data` of a card."""
    shown = {"id": _CARD_ID, "kind": "yellow", "step": "sign", "due_at": _DUE}
    return _of(contract, nouns) | {"card": shown} | _which(fields, nouns)


def card_id() -> str:
    """The id of that card, and of its message."""
    return _CARD_ID


def report(contract: Contract) -> dict[str, Any]:
    """A result, as a department that has `contract` reports it."""
    return {"nonce": "2026-03-10-000001", "move": Move.RESULT.value, "form": filled(contract) or {}}


def whistle_id(nouns: Mapping[str, Any]) -> str:
    """The whistle that every example speaks of."""
    return str(nouns["whistle"]["examples"][0]["id"])


def _of(contract: Contract, nouns: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "department": contract.department,
        "href": f"/departments/me/whistles/{whistle_id(nouns)}",
    }


def _which(fields: Mapping[str, Any], nouns: Mapping[str, Any]) -> dict[str, Any]:
    return {"whistle": {"id": whistle_id(nouns)}} if "whistle.id" in fields else {}


def _of_noun(dataset: str, leaf: str, contract: Contract, nouns: Mapping[str, Any]) -> Any:
    example = nouns[dataset]["examples"][0]
    if leaf == "contract_id":
        return contract.id
    if leaf == "clause":
        return contract.accepts[0].clause
    return example.get(leaf, example.get("place", {}).get(leaf))
