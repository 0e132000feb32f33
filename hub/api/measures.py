"""What a department has to answer for (督办): its records, and its answer. The caller is the key's department."""

from datetime import datetime

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from hub.api import examples
from hub.api.departments import Problem
from hub.api.doors import AllDoors, Department
from hub.api.plain import PlainText
from hub.store.measures import Asked

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
    """One record: an order, a letter or an interview, and the `cards` that it rests on."""

    id: str
    kind: str
    whistle_id: str
    why: str
    cards: list[str]
    opened_at: datetime
    due_at: datetime
    state: str
    version: int


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


@router.get("")
def list_measures(department: Department, doors: AllDoors, limit: int = Query(100, ge=1, le=500)) -> Measures:
    """This department's own records; nothing of the matters that they are about, and no answer's words."""
    return Measures(measures=[_view(one) for one in doors.owing.of(department, limit)])


@router.post("/{measure_id}/answer", status_code=201)
def answer_measure(
    department: Department, doors: AllDoors, measure_id: PlainText, said: MeasureAnswer
) -> MeasureState:
    """Answers a record; until it is closed, a second answer takes the first one's place."""
    done = doors.owing.answer(department, measure_id, said.model_dump(), doors.clock.now())
    return MeasureState(
        measure_id=done.measure_id, state=done.state.value, version=done.version, repeated=done.repeated
    )


def _view(one: Asked) -> MeasureView:
    return MeasureView(
        id=one.id,
        kind=one.kind.value,
        whistle_id=one.whistle_id,
        why=one.why.value,
        cards=list(one.cards),
        opened_at=one.opened_at,
        due_at=one.due_at,
        state=one.state.value,
        version=one.version,
    )
