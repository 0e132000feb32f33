"""The far side of a one-way ferry, to play with: it drops files and never hears a word.

The other side of `hub.plugin.transport.ferry_pull`. A subclass says its manner: prefix, charset and how one utterance
looks as lines. What appears when is planned ahead (`voyage`). Failure modes: `voyage.FAILURES` and the subclass's own.
"""

from abc import abstractmethod
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

from hub.plugin.simulator import SimulatorSetup, Utterance
from hub.plugin.simulator_talking import Talker
from hub.plugin.systems import voyage
from hub.plugin.systems.voyage import Drop, Manner


class FerrySystem(Talker):
    """Writes into `setup.place` what is planned, when the scenario clock says so."""

    FAILURES: ClassVar[Mapping[str, str]] = voyage.FAILURES

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        for drop in voyage.plan(setup, self.manner()):
            self.later(drop.due_at, partial(self._drop, drop))

    @abstractmethod
    def manner(self) -> Manner:
        """How it writes. Asked more than once."""

    def config(self) -> Mapping[str, object]:
        """Where the files come."""
        return {"inbox": str(self.setup.place), "prefix": self.manner().prefix}

    def speak(self, utterance: Utterance) -> None:
        """Nothing: its file is planned."""

    def _drop(self, drop: Drop) -> None:
        for name, content in drop.files:
            write_whole(self.setup.place, name, content)
        self.count(drop.bodies)


def write_whole(place: Path, name: str, content: bytes) -> None:
    """Under another name first: what bears its own name is whole, as far as it will ever be."""
    part = place / f".{name}.part"
    part.write_bytes(content)
    part.replace(place / name)
