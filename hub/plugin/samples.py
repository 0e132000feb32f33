"""Golden samples beside an adapter: `NN-what.raw.*` (bytes as sent) with `NN-what.event.json`.

The twin is one JSON object: `kind` (of the body), `received_at`, and either `drafts`, each with the
fields that differ from their defaults, or `error` with `recovery`, `code` and `pointer`. Whoever writes
an adapter writes no test code for them: `outcome_of(adapter, sample)` must equal `sample.expected`.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

from hub.errors import HubError
from hub.model import Arrival
from hub.plugin.adapter import Adapter, Body

RECEIVED_AT: Final = datetime.fromisoformat("2026-03-10T12:00:00+08:00")
"""When a sample came, where its twin does not say."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One pair. `name` is `NN-what`."""

    name: str
    body: Body
    arrival: Arrival
    expected: Mapping[str, Any]
    """`{"drafts": […]}` or `{"error": {…}}`."""


def read_samples(folder: Path) -> tuple[Sample, ...]:
    """All pairs of a folder, by name; raises ValueError for a raw file without its twin, or the other
    way round."""
    raw = {path.name.split(".raw.")[0]: path for path in folder.glob("*.raw.*")}
    told = {path.name.removesuffix(".event.json"): path for path in folder.glob("*.event.json")}
    if raw.keys() != told.keys():
        raise ValueError(f"samples without a twin: {sorted(raw.keys() ^ told.keys())}")
    return tuple(_read(name, raw[name], told[name]) for name in sorted(raw))


def outcome_of(adapter: Adapter, sample: Sample) -> dict[str, Any]:
    """What the adapter makes of the sample, in the twin's form."""
    try:
        drafts = adapter.normalise(sample.body, sample.arrival)
    except HubError as error:
        told = {"recovery": type(error).__name__, "code": error.code}
        return {"error": told | ({"pointer": error.pointer} if error.pointer else {})}
    return {"drafts": [as_json(draft) for draft in drafts]}


def as_json(value: Any) -> Any:
    """A draft as plain JSON: enums as their words, moments in ISO 8601, defaults left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            one.name: as_json(getattr(value, one.name))
            for one in fields(value)
            if one.default is MISSING or getattr(value, one.name) != one.default
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): as_json(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(one) for one in value]
    return value


def _read(name: str, raw: Path, told: Path) -> Sample:
    twin = json.loads(told.read_text("utf-8"))
    kind = str(twin.pop("kind", ""))
    received_at = twin.pop("received_at", None)
    arrival = Arrival(datetime.fromisoformat(received_at) if received_at else RECEIVED_AT, kind)
    return Sample(name, Body(raw.read_bytes(), kind), arrival, twin)
