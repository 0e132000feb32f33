"""A post's door: blow a whistle for a matter of its area, review what another post submitted. The caller is the key's
post, and stands in the history by that name: of a key that was issued for an account, with the account."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from hub.api import examples
from hub.api.departments import Problem
from hub.api.doors import AllDoors, Post
from hub.api.language import AskedFor
from hub.api.plain import PlainText
from hub.errors import Refused
from hub.messages import text_of
from hub.messages.text import Language
from hub.model import Level, Move, Whistle
from hub.whistle.evaluation import Aspect

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

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=examples.BLOW)
    level: Literal["routine", "key", "hard", "emergency"]
    department: PlainText = Field("", max_length=64)
    reason_code: PlainText = Field("", max_length=32)


class Review(BaseModel):
    """审核: `refuse` says why."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=examples.REVIEW)
    move: Literal["approve", "refuse"]
    reason_code: PlainText = Field("", max_length=32)


class Blown(BaseModel):
    """A whistle as it stands now: `blown`, or `submitted` where it waits for a review."""

    model_config = ConfigDict(json_schema_extra=examples.BLOWN)
    whistle_id: str
    department: str
    role: str
    level: str
    state: str
    version: int


class AllBlown(BaseModel):
    """One a department that is called."""

    model_config = ConfigDict(json_schema_extra=examples.ALL_BLOWN)
    whistles: list[Blown]


class Marked(BaseModel):
    """评价: one whistle's marks by the pack's scale, in one aspect or more."""

    model_config = ConfigDict(strict=True, extra="forbid")
    whistle_id: PlainText = Field(max_length=64)
    response: int | None = None
    resolve: int | None = None
    satisfy: int | None = None


class Marks(BaseModel):
    """Of many whistles at once."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=examples.MARKS)
    marks: list[Marked] = Field(max_length=500)


class Taken(BaseModel):
    """`state` of the whistle now; or what was wrong with its marks, as a refusal says it."""

    whistle_id: str
    state: str
    code: str
    cause: str = ""
    next_step: str = ""


class AllTaken(BaseModel):
    """In the order in which they came."""

    model_config = ConfigDict(json_schema_extra=examples.ALL_TAKEN)
    marks: list[Taken]


@router.post("/marks")
def mark(post: Post, doors: AllDoors, language: AskedFor, said: Marks) -> AllTaken:
    """Marks finished whistles of this post's area, as who blew them; one that is refused stops no other."""
    given = [
        (one.whistle_id, {name: n for name in Aspect if (n := getattr(one, name)) is not None})
        for one in said.marks
    ]
    ends = doors.at_post.mark(post, given, by=post)
    return AllTaken(marks=[_taken(id_, end, language) for (id_, _), end in zip(given, ends, strict=True)])


def _taken(whistle_id: str, end: Whistle | Refused, language: Language) -> Taken:
    if isinstance(end, Refused):
        told = text_of(end, language)
        return Taken(
            whistle_id=whistle_id, state="", code=end.code, cause=told.cause, next_step=told.next_step
        )
    return Taken(whistle_id=whistle_id, state=end.state.value, code="")


@router.post("/matters/{incident_id}/whistles", status_code=201)
def blow(post: Post, doors: AllDoors, incident_id: PlainText, said: Blow) -> AllBlown:
    """Calls departments for a matter."""
    done = doors.at_post.blow(
        post, incident_id, Level(said.level), said.department, said.reason_code, by=post
    )
    return AllBlown(whistles=[blown(one) for one in done])


@router.post("/whistles/{whistle_id}/review")
def review(post: Post, doors: AllDoors, whistle_id: PlainText, said: Review) -> Blown:
    """Decides about a whistle that was submitted."""
    return blown(doors.at_post.review(post, whistle_id, Move(said.move), said.reason_code, by=post))


def blown(one: Whistle) -> Blown:
    """The whistle as it stands now."""
    return Blown(
        whistle_id=one.id,
        department=one.department,
        role=one.role.value,
        level=one.level.value,
        state=one.state.value,
        version=one.version,
    )
