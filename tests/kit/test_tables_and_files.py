"""The checks of tables and files ask those whom they are about, and nobody else."""

from pathlib import Path

import pytest

from hub.kit import Verdict, checked
from tests.kit.hostile import files, tables
from tests.kit.hostile.plain import Row
from tests.kit.hostile.written import WRITTEN

ALSO = {("half-written-file", "ferry")}
"""Beside the transports that the rows show."""


@pytest.mark.slow
@pytest.mark.parametrize("transport", WRITTEN)
@pytest.mark.parametrize(
    "one", {one.check: one for one in (*tables.ROWS, *files.ROWS)}.values(), ids=lambda one: one.check
)
def test_a_check_is_held_by_whom_it_is_about_and_asks_nobody_else(
    one: Row, transport: str, tmp_path: Path
) -> None:
    asked = one.good is WRITTEN[transport] or (one.check, transport) in ALSO
    result = checked(WRITTEN[transport], one.check, tmp_path)
    assert (Verdict.PASSED if asked else Verdict.NOT_APPLICABLE) is result.verdict, result.line
