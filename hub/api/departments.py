"""A department's contracts and whistles: fetch, acknowledge, open, report in. The caller is the key's department."""

from datetime import date
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from hub.access.exits import Exit
from hub.api import examples
from hub.api.doors import AllDoors, Department, Doors
from hub.api.edges import IS_HEAD
from hub.api.plain import PlainJson, PlainText
from hub.clock import day_of
from hub.run.exits.attached import MEDIA_TYPE
from hub.store import deliveries


class Problem(BaseModel):
    """What went wrong, in the language asked for: a stable code, the cause, the next step, where."""

    model_config = ConfigDict(json_schema_extra=examples.PROBLEM)
    code: str
    cause: str
    next_step: str
    pointer: str


def router_of() -> APIRouter:
    """A router of what a department does for itself."""
    return APIRouter(
        prefix="/departments/me",
        tags=["departments"],
        responses={
            401: {"model": Problem, "description": "No valid key."},
            404: {"model": Problem, "description": "Not there, or not this department's."},
            409: {"model": Problem, "description": "This move, or this way to fetch, is not open from here."},
            422: {"model": Problem, "description": "The message does not fit."},
            503: {"model": Problem, "description": "Try again later."},
        },
    )


router = router_of()


class Acknowledgement(BaseModel):
    """CloudEvents ids that the department has stored on its side."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=examples.ACKNOWLEDGEMENT)
    ids: list[Annotated[PlainText, Field(max_length=64)]] = Field(max_length=500)


class Acknowledged(BaseModel):
    """How many of them were this department's own and are now settled."""

    model_config = ConfigDict(json_schema_extra=examples.ACKNOWLEDGED)
    acknowledged: int


class Fetched(BaseModel):
    """CloudEvents 1.0, whistles and word of those that were called off, oldest first; the same ones come again until they are acknowledged."""

    model_config = ConfigDict(json_schema_extra=examples.FETCHED)
    whistles: list[dict[str, Any]]


class ReportIn(BaseModel):
    """报到: what the department did. `nonce` is its own id for this report: a retry changes nothing."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=examples.REPORT_IN)
    nonce: PlainText = Field(min_length=1, max_length=64)
    move: Literal["sign", "contact", "arrive", "handle", "return", "pause", "resume", "ask", "result"]
    reason_code: PlainText = Field("", max_length=32)
    note: PlainText = Field("", max_length=2000)
    form: PlainJson | None = None
    until: PlainText | None = Field(None, max_length=40, json_schema_extra={"format": "date-time"})
    version: int | None = Field(None, ge=1)
    alone: bool = False


class WhistleState(BaseModel):
    """The whistle after the report."""

    model_config = ConfigDict(json_schema_extra=examples.WHISTLE_STATE)
    whistle_id: str
    state: str
    version: int
    repeated: bool


class Limit(BaseModel):
    """A time limit: so many whole units."""

    value: int
    unit: str


class Returns(BaseModel):
    """How often, within what time and for which reasons a whistle may be handed back."""

    max_returns: int
    within: Limit | None
    reason_codes: list[str]
    needs_evidence: bool


class Waits(BaseModel):
    """For which reasons a clock may wait, or run longer: how often a whistle, and how long at most; without a reason not at
    all."""

    reason_codes: list[str]
    longest: Limit | None
    most: int


class ContractVersion(BaseModel):
    """One version. `form` is the JSON Schema of a result; `whistle` and `called_off` those of a message's `data`, to
    which grants may add masks. A whistle goes by the version it was blown under until it ends."""

    contract_id: str
    version: int
    title: str
    standing: Literal["announced", "valid", "over"]
    valid_from: date
    valid_to: date | None
    channels: list[str]
    deadlines: dict[str, Limit]
    level_deadlines: dict[str, dict[str, Limit]]
    returns: Returns
    pauses: Waits
    extensions: Waits
    closing: Literal["leads", "everyone"]
    form: dict[str, Any]
    whistle: dict[str, Any]
    called_off: dict[str, Any]


class Contracts(BaseModel):
    """Every version of the department's contract, oldest first: those that were, that hold, and that will."""

    model_config = ConfigDict(json_schema_extra=examples.CONTRACTS)
    contracts: list[ContractVersion]


class ReleasedAttachment(BaseModel):
    """A picture that a person released. The name is ours, `size` in bytes."""

    id: str
    name: str
    kind: str
    size: int


class Attachments(BaseModel):
    """`offered`: how many files the reports came with, as far as that is granted; `attachments`: the released ones."""

    model_config = ConfigDict(json_schema_extra=examples.ATTACHMENTS)
    offered: int
    attachments: list[ReleasedAttachment]


@router.get("/contracts")
def list_contracts(department: Department, doors: AllDoors) -> Contracts:
    """The department's contract versions, also those that are announced and do not hold yet."""
    with doors.store.read() as conn:
        found = doors.agreements.of(conn, department, day_of(doors.clock.now()))
    return Contracts.model_validate({"contracts": found})


@router.get("/whistles")
def fetch(
    department: Department,
    doors: AllDoors,
    request: Request,
    limit: int = Query(100, ge=1, le=500),
    behind: Annotated[PlainText, Query(max_length=64)] = "",
) -> Fetched:
    """Whistles that wait for this department's acknowledgement, as its grants allow at this moment. `behind`: the id of a
    message, for those that follow it; without it, or where the department has no such message, from the oldest on."""
    found: list[dict[str, Any]] = []
    if request.scope.get(IS_HEAD):  # nothing is handed over, so nothing counts as fetched or looked at
        return Fetched(whistles=found)
    place = 0
    if behind:
        with doors.store.read() as conn:
            place = deliveries.place_of(conn, department, behind)
    while len(found) < limit:
        portion, left_out, place = _portion(department, doors, limit - len(found), place)
        found += portion
        if not left_out:
            break
    if not found and not behind:
        with doors.store.read() as conn:
            doors.agreements.check_pulled(conn, department)
    return Fetched(whistles=found)


def _portion(department: str, doors: Doors, limit: int, behind: int) -> tuple[list[dict[str, Any]], int, int]:
    """What can be told of the next `limit` that wait, how many were left out, and the place of the last of them.

    Those that cannot be told (W120, A121) take nobody's place: more are asked for behind them.
    """
    now = doors.clock.now()
    ledger = doors.ledgers.mine()
    with doors.store.write() as conn:
        waiting, last = deliveries.pull(conn, department, limit, behind=behind)
        told = doors.telling.again(conn, waiting, through=Exit.HTTP_PULL, at=now)
        deliveries.mark(conn, "pull", told, "fetched", now, department=department)
        ledger.append(conn, [row for one in told.values() for row in one.rows], now)
    ledger.committed()
    return [orjson.loads(one.message) for one in told.values()], len(waiting) - len(told), last


@router.post("/whistles/acknowledgements")
def acknowledge(department: Department, doors: AllDoors, said: Acknowledgement) -> Acknowledged:
    """Settles deliveries; ids of other departments count as unknown."""
    with doors.store.write() as conn:
        number = deliveries.mark(
            conn, "pull", said.ids, "acknowledged", doors.clock.now(), department=department
        )
    return Acknowledged(acknowledged=number)


@router.get(
    "/whistles/{whistle_id}",
    responses={200: {"content": {"application/json": {"examples": {"opened": {"value": examples.OPENED}}}}}},
)
def open_whistle(
    department: Department,
    doors: AllDoors,
    whistle_id: PlainText,
    purpose: Literal["handle", "callback"] = "handle",
) -> dict[str, Any]:
    """The whistle, its matter and its reports, under the grants of this moment."""
    return doors.opening.open(
        department, whistle_id, purpose=purpose, ledger=doors.ledgers.mine(), now=doors.clock.now()
    )


@router.get("/whistles/{whistle_id}/attachments")
def list_attachments(
    department: Department,
    doors: AllDoors,
    whistle_id: PlainText,
    purpose: Literal["handle", "callback"] = "handle",
) -> Attachments:
    """The files of the whistle's reports that a person released, under the grants of this moment."""
    return Attachments.model_validate(
        doors.attached.list(
            department, whistle_id, purpose=purpose, ledger=doors.ledgers.mine(), now=doors.clock.now()
        )
    )


@router.get(
    "/whistles/{whistle_id}/attachments/{attachment_id}",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}, "description": "The picture."}},
)
def open_attachment(
    department: Department,
    doors: AllDoors,
    whistle_id: PlainText,
    attachment_id: PlainText,
    purpose: Literal["handle", "callback"] = "handle",
) -> Response:
    """One released picture, drawn anew: without what the file said about itself, black where a person covered it."""
    found = doors.attached.open(
        department,
        whistle_id,
        attachment_id,
        purpose=purpose,
        ledger=doors.ledgers.mine(),
        now=doors.clock.now(),
    )
    headers = {
        "content-disposition": f'inline; filename="{found.name}"',
        "content-security-policy": "sandbox",
    }
    return Response(found.content, media_type=MEDIA_TYPE, headers=headers)


@router.post("/whistles/{whistle_id}/reports", status_code=201)
def report_in(
    department: Department, doors: AllDoors, whistle_id: PlainText, report: ReportIn
) -> WhistleState:
    """Takes a report; answers with the state that the whistle is in now."""
    taken = doors.reporting.take(
        department, whistle_id, report.model_dump(exclude_none=True), doors.clock.now()
    )
    whistle = taken.whistle
    return WhistleState(
        whistle_id=whistle.id, state=whistle.state.value, version=whistle.version, repeated=taken.repeated
    )
