"""Which tests one process runs: those of a file whose first fixture takes longer than all of its tests.

By file and not by mark: under pytest 9.2 a node's id cannot be changed, and so `--dist loadgroup` of pytest-xdist 3.8 lets
its groups go without a word.
"""

from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TOGETHER: Final = frozenset({"tests/e2e/test_canaries.py", "tests/e2e/test_outside.py"})
"""A day that all of them look through takes half a minute to make; so does an environment from wheels."""


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Every test for itself, whichever process is free; those of a file in `TOGETHER` behind each other in one."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in TOGETHER else nodeid
