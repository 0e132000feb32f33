"""What a department shows of its work, and how it stands: evidence handed in, and its own figures."""

from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool

from hub.api import examples
from hub.api.departments import router_of
from hub.api.doors import AllDoors, Department
from hub.api.plain import PlainText

router = router_of()


class HandedIn(BaseModel):
    """The id by which a result names it, and the keyed digest of what came."""

    model_config = ConfigDict(json_schema_extra=examples.HANDED_IN)
    id: str
    digest: str


class OwnFigures(BaseModel):
    """The last whole month: this department's own row, and of each figure the median of all departments."""

    model_config = ConfigDict(json_schema_extra=examples.OWN_FIGURES)
    since: str
    until: str
    own: dict[str, Any]
    median: dict[str, Any]


@router.post(
    "/whistles/{whistle_id}/evidence",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "One JPEG, PNG, WebP, GIF or PDF as it is, at most 8 MiB; known by its content.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def hand_in_evidence(
    department: Department, doors: AllDoors, whistle_id: PlainText, request: Request
) -> HandedIn:
    """Takes one file that shows what was done; the same file again has the same id."""
    content = await request.body()  # whose key came with it is known by now; the edge ends what is too large
    taken = await run_in_threadpool(
        doors.evidence.hand_in, department, whistle_id, content, doors.clock.now()
    )
    return HandedIn(id=taken.id, digest=taken.digest)


@router.get("/figures")
def own_figures(department: Department, doors: AllDoors) -> OwnFigures:
    """How this department did in the last whole month, beside the district's median; few cases are not told."""
    told = doors.figures.of(department, ledger=doors.ledgers.mine(), now=doors.clock.now())
    return OwnFigures.model_validate(told)
