"""Memory over very many records, where there is time for them: what the adapter holds does not grow with them."""

from pathlib import Path

import pytest

from hub.kit.checks.resources import records_held
from hub.kit.subject import Subject
from tests.kit.hostile.plain import PLAIN


@pytest.mark.drill
def test_a_hundred_thousand_records_leave_nothing_behind(tmp_path: Path) -> None:
    records_held(Subject(PLAIN, tmp_path), 100_000)
