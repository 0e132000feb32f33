"""What came in, where it ended, whom it called. Figures only, nothing personal."""

from typing import Any

from fastapi import APIRouter, Depends

from hub.api.departments import Problem
from hub.api.doors import AllDoors, insider

router = APIRouter(tags=["hub"], responses={503: {"model": Problem, "description": "Try again later."}})


@router.get(
    "/account",
    dependencies=[Depends(insider)],
    responses={401: {"model": Problem, "description": "No valid key."}},
)
def account(doors: AllDoors) -> dict[str, Any]:
    """Records by fate and source, events, incidents, whistles by department; for people inside, by any key."""
    return doors.account()
