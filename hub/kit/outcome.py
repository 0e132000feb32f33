"""What a check is, and what may come of one. Nothing here runs anything."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hub.kit.subject import Subject


class Level(StrEnum):
    """How far an adapter has come; each level demands what the ones before it demand."""

    BRONZE = "bronze"
    """It can be installed and read: what it offers is whole, and bad bytes stop nothing."""
    SILVER = "silver"
    """A district may run it: nothing is lost, doubled or misread, and its system may fail as systems do."""
    GOLD = "gold"
    """Nobody is paged for it: nothing leaks, nothing is left behind, and it is told what was done."""


class Verdict(StrEnum):
    """What came of one check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    """The adapter lacks what the check is about."""
    SKIPPED = "skipped"
    """The plugin says itself why it is left out (`AdapterEntry.skips`)."""


class Failed(Exception):  # noqa: N818  a finding, not an error of ours
    """The adapter does not do what the check demands. `why` is one word that a table can name; `said` a sentence
    without a value that a source sent."""

    def __init__(self, why: str, said: str) -> None:
        super().__init__(why, said)
        self.why: Final = why
        self.said: Final = said


UNPLAYED: Final = "its system is a topic, and there is no broker to play it on"
"""Said of a check that could not be played here; it says nothing of the adapter."""


class NotApplicable(Exception):  # noqa: N818  nothing went wrong
    """The check is about something that this adapter does not have."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said: Final = said


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the kit demands of every adapter."""

    name: str
    level: Level
    title: str
    """What is demanded, as a sentence."""
    run: Callable[["Subject"], None]
    """Returns where it holds; raises Failed or NotApplicable."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one check on one adapter."""

    check: Check
    verdict: Verdict
    why: str = ""
    said: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against the adapter."""
        return self.verdict is not Verdict.FAILED

    @property
    def line(self) -> str:
        """For a terminal."""
        told = f"{self.check.name}: {self.verdict}"
        return f"{told} ({self.why}) {self.said}".rstrip() if self.why or self.said else told


CHECKS: Final[dict[str, Check]] = {}
"""All checks by name, in the order in which they are run. Filled by the modules of `hub.kit.checks`."""


def check(name: str, level: Level, title: str) -> Callable[[Callable[["Subject"], None]], Check]:
    """Makes a function a check; two of one name are a mistake of ours."""

    def made(run: Callable[["Subject"], None]) -> Check:
        if name in CHECKS:
            raise ValueError(name)
        CHECKS[name] = Check(name, level, title, run)
        return CHECKS[name]

    return made
