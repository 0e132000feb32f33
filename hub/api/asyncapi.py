"""The AsyncAPI 3.0 document of every topic, generated from contracts and schema. Pure."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from hub.api import samples
from hub.bus.topics import DEADLETTERS, EVENTS, INCIDENTS, reports, whistles
from hub.contract.wire import card_data_schema, ended_data_schema, whistle_data_schema
from hub.model import Contract
from hub.pack import Pack
from hub.run.exits.wirefields import wire_fields
from hub.run.ground import arrivals

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
        "Events": _message(
            arrivals.KIND, _ARRIVALS, samples.wrapped(arrivals.KIND, "ar_0001", samples.EVENTS)
        ),
        "Incident": _message(
            "grid.incident.v1", _INCIDENT, samples.wrapped("grid.incident.v1", "in_0001:4", samples.INCIDENT)
        ),
        "DeadLetter": _message(
            "grid.deadletter.v1",
            _DEADLETTER,
            samples.wrapped("grid.deadletter.v1", "rc_0001", samples.DEADLETTER),
        ),
        "Report": _message("grid.report.v1", _inner(schemas["report_in"]), _report(pack, schemas)),
    }
    operations: dict[str, Any] = {
        name: _operation("send", name) for name in ("events", "incidents", "deadletters")
    }
    ordered = sorted(pack.contracts, key=lambda one: (one.department, one.valid_from, one.version))
    for _, versions in groupby(ordered, key=lambda one: one.department):
        _department(list(versions), schemas, channels, messages, operations)
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
    versions: Sequence[Contract],
    schemas: Mapping[str, Mapping[str, Any]],
    channels: dict[str, Any],
    messages: dict[str, Any],
    operations: dict[str, Any],
) -> None:
    """The two topics of one department. Each version that the pack has is a message of its own, the first by its plain
    name: around a change both lie on the topic, since a whistle goes by the version it was blown under."""
    name, newest = versions[0].department, versions[-1]
    told: list[str] = []
    for number, contract in enumerate(versions):
        fields = wire_fields(contract, schemas)
        mark = f"{name}_v{contract.version}" if number else name
        said = {"summary": _validity(contract)} if len(versions) > 1 else {}
        whistle = samples.whistle_id(schemas)
        for kind, message, schema, sample, id_ in (
            ("Whistle", "grid.whistle.v1", whistle_data_schema, samples.whistle, whistle),
            (
                "WhistleCancelled",
                "grid.whistle.cancelled.v1",
                ended_data_schema,
                samples.ended,
                f"{whistle}:2",
            ),
            ("Card", "grid.card.v1", card_data_schema, samples.card, samples.card_id()),
        ):
            example = samples.wrapped(message, id_, sample(contract, fields, schemas), whistle)
            messages[f"{kind}_{mark}"] = _message(message, schema(contract, fields), example) | said
            told.append(f"{kind}_{mark}")
    channels[f"whistles_{name}"] = _channel(whistles(name), newest.title, *told)
    channels[f"reports_{name}"] = _channel(reports(name), f"{newest.title}: 报到", "Report")
    operations[f"whistles_{name}"] = _operation("send", f"whistles_{name}")
    operations[f"reports_{name}"] = _operation("receive", f"reports_{name}")


def _report(pack: Pack, schemas: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    contract = min(pack.contracts, key=lambda one: (one.department, one.version))
    said, whistle = samples.report(contract), samples.whistle_id(schemas)
    named = {"source": f"/{contract.department}"}
    return samples.wrapped("grid.report.v1", f"{contract.department}/{said['nonce']}", said, whistle) | named


def _validity(contract: Contract) -> str:
    """For whistles of matters that were opened in that time."""
    until = f" to {contract.valid_to}" if contract.valid_to else ""
    return f"{contract.id}, from {contract.valid_from}{until}"


def _channel(address: str, description: str, *messages: str) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "messages": {one: {"$ref": f"#/components/messages/{one}"} for one in messages},
    }


def _operation(action: str, channel: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}


def _message(kind: str, data: Mapping[str, Any], example: Mapping[str, Any]) -> dict[str, Any]:
    """A CloudEvent of type `kind` whose `data` is as given, and one such message."""
    return {
        "contentType": "application/cloudevents+json",
        "examples": [{"payload": dict(example)}],
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
