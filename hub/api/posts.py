"""A post's door: blow a whistle for a matter of its area, review what another post submitted. The caller is the key's
post, and stands in the history by that name."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from hub.api.departments import Problem
from hub.api.doors import AllDoors, Post
from hub.api.plain import PlainText
from hub.model import Level, Move, Whistle

router = APIRouter(
    prefix="/posts/me",
    tags=["posts"],
    responses={
        401: {"model": Problem, "description": "No valid key."},
        404: {"model": Problem, "description": "Not there, or not in this post's area."},
        409: {"model": Problem, "description": "This move is not open from here."},
        422: {"model": Problem, "description": "The message does not fit, or this post may not do so."},
        503: {"model": Problem, "description": "Try again later."},
    },
)


class Blow(BaseModel):
    """吹哨: at which level, and whom; without `department`, whom the contracts call at that level."""

    model_config = ConfigDict(strict=True, extra="forbid")
    level: Literal["routine", "key", "hard", "emergency"]
    department: PlainText = Field("", max_length=64)
    reason_code: PlainText = Field("", max_length=32)


class Review(BaseModel):
    """审核: `refuse` says why."""

    model_config = ConfigDict(strict=True, extra="forbid")
    move: Literal["approve", "refuse"]
    reason_code: PlainText = Field("", max_length=32)


class Blown(BaseModel):
    """A whistle as it stands now: `blown`, or `submitted` where it waits for a review."""

    whistle_id: str
    department: str
    role: str
    level: str
    state: str
    version: int


class AllBlown(BaseModel):
    """One a department that is called."""

    whistles: list[Blown]


@router.post("/matters/{incident_id}/whistles", status_code=201)
def blow(post: Post, doors: AllDoors, incident_id: PlainText, said: Blow) -> AllBlown:
    """Calls departments for a matter."""
    done = doors.at_post.blow(
        post, incident_id, Level(said.level), said.department, said.reason_code, by=post
    )
    return AllBlown(whistles=[_blown(one) for one in done])


@router.post("/whistles/{whistle_id}/review")
def review(post: Post, doors: AllDoors, whistle_id: PlainText, said: Review) -> Blown:
    """Decides about a whistle that was submitted."""
    return _blown(doors.at_post.review(post, whistle_id, Move(said.move), said.reason_code, by=post))


def _blown(one: Whistle) -> Blown:
    return Blown(
        whistle_id=one.id,
        department=one.department,
        role=one.role.value,
        level=one.level.value,
        state=one.state.value,
        version=one.version,
    )
