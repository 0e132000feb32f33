"""What the hub answers, as types; fields that it may add later are passed by, and kept in `raw`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The whistle after a report. `repeated`: the hub had this report already, and has changed nothing."""

    whistle_id: str
    state: str
    version: int
    repeated: bool
    raw: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A whistle with its matter and reports, under the grants of that moment."""

    incident: Json
    whistle: Json
    reports: tuple[Json, ...]
    refused: Mapping[str, int]
    """Field → how many reports came without it, since a grant has given all its rows of the day (A123)."""
    raw: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that a person released; `size` in bytes."""

    id: str
    name: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """`offered`: how many files the reports came with, as far as that is granted; `released`: those one may open."""

    offered: int
    released: tuple[Picture, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A file that the hub has taken. `id` goes into the form of a result."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """督办: what we have to answer for until `due_at`, a moment in ISO 8601. `kind`: `order`, `letter`, `interview`, or
    one that came later."""

    id: str
    kind: str
    whistle_id: str
    due_at: str
    state: str
    version: int
    raw: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The record after our answer. `repeated`: the hub had this answer already, and has changed nothing."""

    measure_id: str
    state: str
    version: int
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """代发、代拨: one contact with who told a report. `kind`: `message` or `call`. `state`: `queued`, `sent` (the gateway
    has it), `delivered` (the phone has it), `answered` (somebody picked up), `failed` (`code` says why), or one that came
    later. `repeated`: the hub had it already, and contacts nobody twice."""

    id: str
    report: str
    kind: str
    state: str
    code: str
    repeated: bool
    raw: Json


def state_of(said: Json) -> State:
    """The answer to a report."""
    return State(
        whistle_id=str(said.get("whistle_id", "")),
        state=str(said.get("state", "")),
        version=_number(said.get("version")),
        repeated=said.get("repeated") is True,
        raw=said,
    )


def opened_of(said: Json) -> Opened:
    """The answer to an opening."""
    refused = _object(_object(said.get("refused")).get("fields"))
    return Opened(
        incident=_object(said.get("incident")),
        whistle=_object(said.get("whistle")),
        reports=tuple(_objects(said.get("reports"))),
        refused={field: _number(rows) for field, rows in refused.items()},
        raw=said,
    )


def pictures_of(said: Json) -> Pictures:
    """The list of a whistle's pictures."""
    return Pictures(
        offered=_number(said.get("offered")),
        released=tuple(
            Picture(
                id=str(one.get("id", "")),
                name=str(one.get("name", "")),
                kind=str(one.get("kind", "")),
                size=_number(one.get("size")),
            )
            for one in _objects(said.get("attachments"))
        ),
    )


def evidence_of(said: Json) -> Evidence:
    """The answer to an upload."""
    return Evidence(id=str(said.get("id", "")), digest=str(said.get("digest", "")))


def measures_of(said: Json) -> list[Measure]:
    """The list of what we have to answer for."""
    return [
        Measure(
            id=str(one.get("id", "")),
            kind=str(one.get("kind", "")),
            whistle_id=str(one.get("whistle_id", "")),
            due_at=str(one.get("due_at", "")),
            state=str(one.get("state", "")),
            version=_number(one.get("version")),
            raw=one,
        )
        for one in _objects(said.get("measures"))
    ]


def answered_of(said: Json) -> Answered:
    """The answer to an answer."""
    return Answered(
        measure_id=str(said.get("measure_id", "")),
        state=str(said.get("state", "")),
        version=_number(said.get("version")),
        repeated=said.get("repeated") is True,
    )


def contact_of(said: Json) -> Contact:
    """The answer to a contact."""
    return Contact(
        id=str(said.get("id", "")),
        report=str(said.get("report", "")),
        kind=str(said.get("kind", "")),
        state=str(said.get("state", "")),
        code=str(said.get("code", "")),
        repeated=said.get("repeated") is True,
        raw=said,
    )


def contacts_of(said: Json) -> list[Contact]:
    """The list of a whistle's contacts."""
    return [contact_of(one) for one in _objects(said.get("contacts"))]


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
