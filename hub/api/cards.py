"""A department's cards (督办牌): which there are, how each was computed, and its appeal. The caller is the key's department."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from hub.api import examples
from hub.api.departments import Problem
from hub.api.doors import AllDoors, Department
from hub.api.edges import IS_HEAD
from hub.api.plain import PlainText

router = APIRouter(
    prefix="/departments/me/cards",
    tags=["cards"],
    responses={
        401: {"model": Problem, "description": "No valid key."},
        404: {"model": Problem, "description": "Not there, or not this department's."},
        409: {"model": Problem, "description": "Not open from here, or appealed before."},
        422: {"model": Problem, "description": "The message does not fit, or comes too late."},
        503: {"model": Problem, "description": "Try again later."},
    },
)


class CardView(BaseModel):
    """One card, as far as `card.*` is granted: what is not granted is not there. `calculation` holds every input, so
    that it can be computed again; `words` say the same."""

    id: str | None = None
    card: str | None = None
    whistle_id: str | None = None
    step: str | None = None
    round: int | None = None
    rule: str | None = None
    due_at: datetime | None = None
    issued_at: datetime | None = None
    state: str | None = None
    calculation: dict[str, Any] | None = None
    words: dict[str, str] | None = None


class Cards(BaseModel):
    """Cards, newest first."""

    model_config = ConfigDict(json_schema_extra=examples.CARDS)
    cards: list[CardView]


class Appeal(BaseModel):
    """申诉. `nonce` is the department's own id for it: a retry changes nothing. The note is sealed."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=examples.APPEAL)
    nonce: PlainText = Field(min_length=1, max_length=64)
    reason_code: PlainText = Field(min_length=1, max_length=32)
    note: PlainText = Field("", max_length=2000)


class CardState(BaseModel):
    """The card after the appeal."""

    model_config = ConfigDict(json_schema_extra=examples.CARD_STATE)
    card_id: str
    state: str
    repeated: bool


@router.get("", response_model_exclude_unset=True)
def list_cards(
    department: Department, doors: AllDoors, request: Request, limit: int = Query(100, ge=1, le=500)
) -> Cards:
    """This department's own cards, under the grants of this moment; nothing of the matters that they are about."""
    if request.scope.get(IS_HEAD):  # nothing is handed over, so nothing counts as looked at
        return Cards(cards=[])
    found = doors.carded.list(department, limit, ledger=doors.ledgers.mine(), now=doors.clock.now())
    return Cards.model_validate({"cards": found})


@router.post("/{card_id}/appeal", status_code=201)
def appeal(department: Department, doors: AllDoors, card_id: PlainText, said: Appeal) -> CardState:
    """Appeals a card, once; two reviews follow. What was overdue stays so, whatever they say."""
    done = doors.appealing.take(department, card_id, said.model_dump(), doors.clock.now())
    return CardState(card_id=done.card_id, state=done.state.value, repeated=done.repeated)
