"""What a department has to answer for (督办): its records, and its answer. The caller is the key's department."""

from datetime import datetime

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from hub.api import examples
from hub.api.departments import Problem
from hub.api.doors import AllDoors, Department
from hub.api.edges import IS_HEAD
from hub.api.plain import PlainText

router = APIRouter(
    prefix="/departments/me/measures",
    tags=["measures"],
    responses={
        401: {"model": Problem, "description": "No valid key."},
        404: {"model": Problem, "description": "Not there, or not this department's."},
        409: {"model": Problem, "description": "Closed or dropped, or moved since the version that you saw."},
        422: {"model": Problem, "description": "The message does not fit."},
        503: {"model": Problem, "description": "Try again later."},
    },
)


class MeasureView(BaseModel):
    """One record, as far as `measure.*` is granted: what is not granted is not there. An order, a letter or an interview,
    and the `cards` that it rests on."""

    id: str | None = None
    kind: str | None = None
    whistle_id: str | None = None
    why: str | None = None
    cards: list[str] | None = None
    opened_at: datetime | None = None
    due_at: datetime | None = None
    state: str | None = None
    version: int | None = None


class Measures(BaseModel):
    """Records, newest first."""

    model_config = ConfigDict(json_schema_extra=examples.MEASURES)
    measures: list[MeasureView]


class MeasureAnswer(BaseModel):
    """答复. `nonce` is the department's own id for it: a retry changes nothing. The words are sealed. `version`: which
    version of the record you saw; where somebody moved it since, nothing changes (W141)."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=examples.MEASURE_ANSWER)
    nonce: PlainText = Field(min_length=1, max_length=64)
    words: PlainText = Field(max_length=10_000)
    version: int | None = Field(None, ge=1)


class MeasureState(BaseModel):
    """The record after the answer."""

    model_config = ConfigDict(json_schema_extra=examples.MEASURE_STATE)
    measure_id: str
    state: str
    version: int
    repeated: bool


@router.get("", response_model_exclude_unset=True)
def list_measures(
    department: Department, doors: AllDoors, request: Request, limit: int = Query(100, ge=1, le=500)
) -> Measures:
    """This department's own records, under the grants of this moment; nothing of the matters that they are about, and no
    answer's words."""
    if request.scope.get(IS_HEAD):  # nothing is handed over, so nothing counts as looked at
        return Measures(measures=[])
    found = doors.owing.list(department, limit, ledger=doors.ledgers.mine(), now=doors.clock.now())
    return Measures.model_validate({"measures": found})


@router.post("/{measure_id}/answer", status_code=201)
def answer_measure(
    department: Department, doors: AllDoors, measure_id: PlainText, said: MeasureAnswer
) -> MeasureState:
    """Answers a record; until it is closed, a second answer takes the first one's place."""
    done = doors.owing.answer(department, measure_id, said.model_dump(), doors.clock.now())
    return MeasureState(
        measure_id=done.measure_id, state=done.state.value, version=done.version, repeated=done.repeated
    )
