"""The centre's door: returns that wait, and what a person there decides. The caller is the key's account, and stands in
the history by that name."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from hub.api import examples
from hub.api.departments import Problem
from hub.api.doors import AllDoors, CentreAccount
from hub.api.plain import PlainText
from hub.api.posts import Blown, blown
from hub.model import Move

router = APIRouter(
    prefix="/centre",
    tags=["centre"],
    responses={
        401: {"model": Problem, "description": "No valid key."},
        404: {"model": Problem, "description": "Not there."},
        409: {"model": Problem, "description": "This move is not open from here, or somebody was faster."},
        422: {"model": Problem, "description": "The message does not fit."},
        503: {"model": Problem, "description": "Try again later."},
    },
)


class Returned(BaseModel):
    """A return that nobody has decided about."""

    whistle_id: str
    incident_id: str
    department: str
    role: str
    state: str
    version: int
    returned_at: datetime | None
    reason_code: str


class Returns(BaseModel):
    """Oldest call first."""

    model_config = ConfigDict(json_schema_extra=examples.RETURNS)
    returns: list[Returned]


class Decision(BaseModel):
    """`version`: which version of the whistle you saw; where somebody moved it since, nothing changes (W128)."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=examples.DECISION)
    move: Literal[
        "refer", "uphold", "dismiss", "grant", "deny", "resume", "check", "rework", "reopen", "archive"
    ]
    reason_code: PlainText = Field("", max_length=32)
    version: int | None = Field(None, ge=1)


class Designation(BaseModel):
    """直接指派. `secret`: the matter is secret, and this department has to know of it."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=examples.DESIGNATION)
    department: PlainText = Field(min_length=1, max_length=64)
    reason_code: PlainText = Field("", max_length=32)
    secret: bool = False


class Upgrade(BaseModel):
    """哨声升级: one level up. `version`: which version of the matter you saw; where somebody changed it since, nothing
    changes (W157)."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=examples.UPGRADE)
    reason_code: PlainText = Field("", max_length=32)
    version: int | None = Field(None, ge=1)


class Raised(BaseModel):
    """The matter as it stands now."""

    model_config = ConfigDict(json_schema_extra=examples.RAISED)
    incident_id: str
    level: str
    version: int


@router.get("/returns")
def returns(_account: CentreAccount, doors: AllDoors) -> Returns:
    """What waits for a decision."""
    return Returns(
        returns=[
            Returned(
                whistle_id=one.id,
                incident_id=one.incident_id,
                department=one.department,
                role=one.role.value,
                state=one.state.value,
                version=one.version,
                returned_at=made.step.at if made else None,
                reason_code=made.reason_code if made else "",
            )
            for one, made in doors.at_centre.returns()
        ]
    )


@router.post("/whistles/{whistle_id}/decisions")
def decide(account: CentreAccount, doors: AllDoors, whistle_id: PlainText, said: Decision) -> Blown:
    """Decides about a return, more time, or a result."""
    return blown(
        doors.at_centre.decide(whistle_id, Move(said.move), said.reason_code, seen=said.version, by=account)
    )


@router.post("/matters/{incident_id}/designations", status_code=201)
def designate(account: CentreAccount, doors: AllDoors, incident_id: PlainText, said: Designation) -> Blown:
    """A department leads the matter from now on, whatever the contracts say."""
    return blown(
        doors.at_centre.designate(
            incident_id, said.department, said.reason_code, though_secret=said.secret, by=account
        )
    )


@router.post("/matters/{incident_id}/upgrade")
def upgrade(account: CentreAccount, doors: AllDoors, incident_id: PlainText, said: Upgrade) -> Raised:
    """The matter and its whistles rise one level."""
    done = doors.at_centre.upgrade(incident_id, said.reason_code, seen=said.version, by=account)
    return Raised(incident_id=done.id, level=done.level.value, version=done.version)
