"""What the hub tells a department, as types. A tolerant reader: it keeps what it does not know, and passes by
what is not there; a message never fails to be read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

BLOWN: Final = "grid.whistle.v1"
CALLED_OFF: Final = "grid.whistle.cancelled.v1"
Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One CloudEvent. `id` is what repeats are dropped by, and what is acknowledged."""

    id: str
    kind: str
    """Its CloudEvents type."""
    whistle_id: str
    data: Any
    """A JSON object, empty where there was none; `gridplus department types` writes its type."""
    raw: Json
    """All of it, as it came; empty where it was no JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whistle(Message):
    """哨: the department is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledAgain(Whistle):
    """The same whistle once more, under a message id of its own (`wh_…:n`): a return was dismissed. It is open
    again with the clocks it had, and moves made before it count no more. Handlers of `Whistle` get it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledOff(Message):
    """The whistle is over without the department's doing: stop; no report is taken any more."""

    reason: str
    """`withdrawn`, `rerouted`, `merged`, `unlinked`, `reassigned`, or one that came later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Other(Message):
    """A message of a kind that this client does not know. Skipping it is right."""


def read(said: bytes | str | Mapping[str, Any]) -> Message:
    """`said` as a message; what is no CloudEvent is an `Other` without id."""
    raw = _object(said)
    id_, kind, data = _text(raw.get("id")), _text(raw.get("type")), raw.get("data")
    head: Json = {
        "id": id_,
        "kind": kind,
        "whistle_id": _text(raw.get("subject")) or id_.partition(":")[0],
        "data": data if isinstance(data, dict) else {},
        "raw": raw,
    }
    if not id_:
        return Other(**head)
    if kind == CALLED_OFF:
        return CalledOff(**head, reason=_text(head["data"].get("reason")))
    if kind == BLOWN:
        return (Whistle if id_ == head["whistle_id"] else CalledAgain)(**head)
    return Other(**head)


def _object(said: bytes | str | Mapping[str, Any]) -> Json:
    if isinstance(said, Mapping):
        return dict(said)
    try:
        found = json.loads(said)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
