"""The life of one whistle as figures see it, and how its steps went. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.model import Level, Move, Role
from hub.whistle.evaluation import Score

STEPS: Final[Mapping[str, frozenset[Move]]] = {
    "sign": frozenset({Move.SIGN, Move.CONTACT, Move.ARRIVE, Move.HANDLE, Move.RESULT}),
    "contact": frozenset({Move.CONTACT, Move.ARRIVE, Move.RESULT}),
    "report_in": frozenset({Move.ARRIVE, Move.RESULT}),
    "arrive": frozenset({Move.ARRIVE, Move.RESULT}),
    "finish": frozenset({Move.RESULT}),
}
"""Step of a contract → the moves of a department that have it done: who came to the place has signed, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One whistle that was blown, open or finished; those of one matter come together."""

    department: str
    role: Role
    category: str
    level: Level
    subdistrict: str
    is_own: bool
    """Whether the department is a subdistrict's own office: then nobody else was called by it."""
    is_called_off: bool
    """Whether it ended without its department's doing: it counts for the subdistrict alone."""
    is_relieved: bool
    """Whether the centre upheld its return: the matter is another's."""
    blown_at: datetime
    reached: Mapping[str, datetime]
    """Step → when it was done for the first time."""
    due: Mapping[str, datetime]
    """Step → the moment after which it counts as late, as it stands now."""
    late: frozenset[str]
    """Steps that were late in any round, and that counts."""
    excused: frozenset[str]
    """Steps that were late, which does not count: neither on time nor late."""
    score: Score
    """Of its last round that was marked."""
    returns: int
    rounds: int
    """How often it was opened again."""
    is_flagged: bool
    """Whether its evidence was doubted (N80)."""

    def was_on_time(self, step: str, now: datetime) -> bool | None:
        """Whether `step` was done in time; None where that is not known yet, or does not count."""
        due, done = self.due.get(step), self.reached.get(step)
        if step in self.late:
            return False
        if due is None or step in self.excused or self.is_relieved:
            return None
        if (
            self.rounds
        ):  # its clocks are those of the last round; the ones before were in time, or noted as late
            return True if now > due or step in self.reached else None
        if done is not None:
            return done <= due
        return False if now > due else None

    @property
    def has_reported_in(self) -> bool:
        """Whether its department came, or handed in a result."""
        return "report_in" in self.reached

    def may_still_report_in(self, now: datetime) -> bool:
        """Whether it did not yet, and its time for that has not passed."""
        due = self.due.get("report_in") or self.due.get("finish")
        return not self.has_reported_in and due is not None and now <= due


def reached(moves: Iterable[tuple[Move, datetime]]) -> dict[str, datetime]:
    """Step → when it was done first, by `moves` in their order."""
    found: dict[str, datetime] = {}
    for move, at in moves:
        for step, by in STEPS.items():
            if move in by and step not in found:
                found[step] = at
    return found
