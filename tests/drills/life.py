"""One whistle of a drill at its end, with all that happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.model import Whistle
from hub.store.steps import Made
from hub.whistle.lifecycle import Step
from tests.drills.lives import Stand

Wrong = tuple[list[str], list[str]]
"""What is missing, and what is there without a cause or twice."""


@dataclass(frozen=True, slots=True)
class Life:
    """A whistle as it stands, and its moves."""

    stand: Stand
    whistle: Whistle
    made: Sequence[Made]

    @property
    def id(self) -> str:
        """The whistle's."""
        return self.whistle.id

    @property
    def history(self) -> tuple[Step, ...]:
        """Its moves, first to last."""
        return tuple(one.step for one in self.made)
