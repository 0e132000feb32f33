"""The steps of a real city's 12345 workflow (泰安), where they are at hand."""

import json
import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.model import Stage
from hub.plugin.words import stage_of

DATA = Path(os.environ.get("GRIDPLUS_DATA") or Path(__file__).parents[4] / "shared" / "data")
FILE = DATA / "payloads" / "taian_12345_workflow.json"


@pytest.fixture(scope="module")
def workflow() -> Any:
    if not FILE.exists():
        pytest.skip("no real data: set GRIDPLUS_DATA to the folder that holds payloads/")
    return json.loads(FILE.read_text("utf-8"))


def test_each_result_of_a_real_workflow_is_a_known_stage(workflow: Any) -> None:
    stages = [stage_of(step["payroll_resulttmp"]) for step in workflow["flow"]]
    assert stages == [Stage.ACCEPTED, Stage.DISPATCHED, Stage.DONE_BY_DEPT, Stage.CLOSED, Stage.CLOSED]


@pytest.mark.nasty("N32")
@pytest.mark.parametrize("step", ["dispose", "redispatch", "supervise"])
def test_a_real_workflow_step_is_an_update_of_its_order(step: str, workflow: Any, normalise: Any) -> None:
    (draft,) = normalise(orjson.dumps(workflow[step]))
    assert draft.source_ref == workflow[step]["record_number"]
    assert (draft.is_update, draft.stage) == (True, Stage.DISPATCHED)
