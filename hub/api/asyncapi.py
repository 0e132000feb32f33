"""The AsyncAPI 3.0 document of every topic, generated from contracts and schema. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from hub.bus.topics import DEADLETTERS, EVENTS, INCIDENTS, reports, whistles
from hub.contract.wire import card_data_schema, ended_data_schema, whistle_data_schema
from hub.model import Contract
from hub.pack import Pack
from hub.run import arrivals
from hub.run.wirefields import wire_fields

_SPEC: Final = "3.0.0"
_ID: Final = {"type": "string"}
_EVENT: Final = {
    "type": "object",
    "required": ["event_id", "key", "source", "category", "mode"],
    "properties": {
        "event_id": _ID,
        "key": _ID,
        "source": _ID,
        "category": {"type": ["string", "null"], "description": "null for a secret report"},
        "subdistrict_id": {"type": ["string", "null"]},
        "grid_id": {"type": ["string", "null"]},
        "mode": {"enum": ["live", "backfill", "late"]},
    },
}
_ARRIVALS: Final = {
    "type": "object",
    "required": ["events"],
    "properties": {"events": {"type": "array", "minItems": 1, "maxItems": arrivals.MOST, "items": _EVENT}},
}
_INCIDENT: Final = {
    "type": "object",
    "required": ["incident_id", "state", "version"],
    "properties": {
        "incident_id": _ID,
        "state": {"enum": ["open", "closed", "verified", "merged", "cancelled"]},
        "version": {"type": "integer"},
        "category": _ID,
        "urgency": {"enum": ["routine", "urgent", "critical"]},
        "subdistrict_id": {"type": ["string", "null"]},
        "grid_id": {"type": ["string", "null"]},
        "event_count": {"type": "integer"},
    },
}
_DEADLETTER: Final = {
    "type": "object",
    "required": ["record_id", "source", "code"],
    "properties": {"record_id": _ID, "source": _ID, "code": _ID, "pointer": _ID},
}


def document(pack: Pack, schemas: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The document for `pack`: internal topics, and two topics for each department."""
    channels: dict[str, Any] = {
        "events": _channel(EVENTS, "Located reports, keyed by subdistrict; ids only.", "Events"),
        "incidents": _channel(INCIDENTS, "State of each matter; compacted.", "Incident"),
        "deadletters": _channel(DEADLETTERS, "Records that ended dead: pointers and codes.", "DeadLetter"),
    }
    messages: dict[str, Any] = {
        "Events": _message(arrivals.KIND, _ARRIVALS),
        "Incident": _message("grid.incident.v1", _INCIDENT),
        "DeadLetter": _message("grid.deadletter.v1", _DEADLETTER),
        "Report": _message("grid.report.v1", _inner(schemas["report_in"])),
    }
    operations: dict[str, Any] = {
        name: _operation("send", name) for name in ("events", "incidents", "deadletters")
    }
    for contract in sorted(pack.contracts, key=lambda c: c.department):
        _department(contract, wire_fields(contract, schemas), channels, messages, operations)
    return {
        "asyncapi": _SPEC,
        "info": {
            "title": "Grid+ hub",
            "version": pack.version,
            "description": (
                "Delivery is at least once: drop repeats by the CloudEvents id. A whistle carries references; "
                "open them over HTTP under the grants of that moment. A whistle that was called off is told by "
                "a message of its own on the same channel; its subject is the whistle's id. So is a card (督办牌), and "
                "what supervision asks the department to answer."
            ),
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def _department(
    contract: Contract,
    fields: Mapping[str, Any],
    channels: dict[str, Any],
    messages: dict[str, Any],
    operations: dict[str, Any],
) -> None:
    name = contract.department
    blown, ended = whistle_data_schema(contract, fields), ended_data_schema(contract, fields)
    messages[f"Whistle_{name}"] = _message("grid.whistle.v1", blown)
    messages[f"WhistleCancelled_{name}"] = _message("grid.whistle.cancelled.v1", ended)
    messages[f"Card_{name}"] = _message("grid.card.v1", card_data_schema(contract, fields))
    channels[f"whistles_{name}"] = _channel(
        whistles(name), contract.title, f"Whistle_{name}", f"WhistleCancelled_{name}", f"Card_{name}"
    )
    channels[f"reports_{name}"] = _channel(reports(name), f"{contract.title}: 报到", "Report")
    operations[f"whistles_{name}"] = _operation("send", f"whistles_{name}")
    operations[f"reports_{name}"] = _operation("receive", f"reports_{name}")


def _channel(address: str, description: str, *messages: str) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "messages": {one: {"$ref": f"#/components/messages/{one}"} for one in messages},
    }


def _operation(action: str, channel: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}


def _message(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A CloudEvent of type `kind` whose `data` is as given."""
    return {
        "contentType": "application/cloudevents+json",
        "payload": {
            "type": "object",
            "required": ["specversion", "id", "source", "type", "data"],
            "properties": {
                "specversion": {"const": "1.0"},
                "id": _ID,
                "source": _ID,
                "type": {"const": kind},
                "subject": _ID,
                "time": {"type": "string", "format": "date-time"},
                "datacontenttype": {"const": "application/json"},
                "data": _inner(data),
            },
        },
    }


def _inner(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema inside another document: without its own address."""
    return {k: v for k, v in schema.items() if k not in ("$id", "$schema")}
