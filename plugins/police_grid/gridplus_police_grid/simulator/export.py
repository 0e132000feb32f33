"""The police side of the ferry, to play with: it drops files and never hears a word."""

from collections.abc import Mapping
from typing import ClassVar, Final

from gridplus_police_grid.simulator import rendering
from hub.plugin import SimulatorSetup, Utterance
from hub.plugin.systems import voyage
from hub.plugin.systems.ferry_pull import FerrySystem
from hub.plugin.systems.voyage import Drop, Manner

_OF_ROWS: Final[Mapping[str, str]] = {
    "unreadable": "a row is cut in the middle",
    "case_row": "an extra row is a case file, which must never be held",
    "forbidden_fields": "a row also carries a plate, a face, a track, an identity number",
    "mojibake": "a row's text was read in the wrong charset before it was sent",
    "no_number": "a row has no number",
    "test_data": "a row is the vendor's test",
    "unknown_code": "a row has a code that no table knows",
}
FAILURES: Final[Mapping[str, str]] = {**voyage.FAILURES, **_OF_ROWS}
"""Failure mode, and per-utterance `defect`, by name → what happens."""


class PoliceExport(FerrySystem):
    """Exports matters and police grids. Failure modes: `FAILURES`."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES

    def manner(self) -> Manner:
        """How the police write."""
        return MANNER


def plan(setup: SimulatorSetup) -> tuple[Drop, ...]:
    """Everything that will appear, in order of time."""
    return voyage.plan(setup, MANNER)


def _rows(one: Utterance, defect: str) -> tuple[bytes, ...]:
    if "boundary" in one.extra:
        return (rendering.grid(one),)
    row = rendering.matter(one, defect=defect)
    return (row, rendering.case_row(one)) if defect == "case_row" else (row,)


MANNER: Final = Manner(
    prefix="JG",
    charset="GB18030",
    rows=_rows,
    defects=tuple(_OF_ROWS),
    is_spared=lambda one: "boundary" in one.extra,
)
