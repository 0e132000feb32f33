"""Wherever it is written which moves a department may make, it is what the table of the lifecycle says."""

from typing import Any, get_args

import gridplus_client.moves
import pytest

from hub.api.departments import ReportIn
from hub.model import Actor, Move
from hub.schema import schemas
from hub.whistle.lifecycle import TABLE, moves_of

DEPARTMENTS = {move.value for (_, move), way in TABLE.items() if Actor.DEPARTMENT in way.by}


def _of_schema(name: str) -> Any:
    return schemas()[name]["properties"]["move"]["enum"]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(_of_schema("report"), id="the stored report"),
        pytest.param(_of_schema("report_in"), id="the message"),
        pytest.param(get_args(ReportIn.model_fields["move"].annotation), id="HTTP"),
        pytest.param(
            [value for name, value in vars(gridplus_client.moves).items() if name.isupper()], id="the client"
        ),
        pytest.param([move.value for move in moves_of(Actor.DEPARTMENT)], id="the function"),
    ],
)
def test_it_lists_exactly_the_departments_moves(written: Any) -> None:
    assert DEPARTMENTS == set(written)
    assert len(DEPARTMENTS) == len(written)


def test_what_is_the_centres_or_the_hubs_alone_is_no_departments() -> None:
    assert not DEPARTMENTS & {one.value for one in (Move.CHECK, Move.UPHOLD, Move.BLOW, Move.CANCEL)}
