"""A source that can be told, and writes down what it was told: its own book, which no kill of the hub takes from it.

It is away now and then, so that answers are tried again; and a drill can hold it at one of two doors, just before it
takes an answer or just after, and kill there who told it.
"""

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.errors import TryLater
from hub.plugin import AdapterEntry, Answer, Receipt, Tools
from tests.drills.lines import SOURCE, Lines, LinesConfig

FERRY: Final = "police_grid"
"""A source that nobody can tell anything."""
DOORS: Final = ("before", "after")
"""Where whoever tells can be held: nothing stands in the book yet, or it does and the receipt is on its way."""
_AWAY: Final = 4
"""Every so manieth answer finds the source away, …"""
_TRIES: Final = 2
"""… so often."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer as the source wrote it down."""

    nonce: str
    source_ref: str
    stage: str


class Book:
    """What a source was told, one line an answer, in a folder of its own."""

    def __init__(self, place: Path) -> None:
        self._place: Final = place
        self._answers: Final = place / "answers"

    def write(self, answer: Answer) -> None:
        """It stands there once it comes back, whoever is killed then."""
        _append(self._answers, f"{answer.nonce} {answer.source_ref} {answer.stage.value}")

    def read(self) -> Sequence[Entry]:
        """All of it, first to last; what a kill left of a line is none."""
        return [Entry(*line.split(" ")) for line in _lines(self._answers)]

    def tried(self, nonce: str) -> int:
        """How often this answer has been brought, this time included."""
        _append(self._place / "tries", nonce)
        return _lines(self._place / "tries").count(nonce)

    # -- doors ---------------------------------------------------------------------------------------

    def go_through(self, door: str) -> None:
        """Returns once nobody holds the door; whoever does sees that one waits."""
        file = self._place / door
        with file.open("ab") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                _append(file, "")
                fcntl.flock(handle, fcntl.LOCK_SH)

    @contextmanager
    def held(self, door: str) -> Iterator[Callable[[], bool]]:
        """Nobody goes through it meanwhile. Gives a question: whether somebody waits there by now."""
        file = self._place / door
        with file.open("ab") as handle:
            before = file.stat().st_size  # only who finds it held adds to it
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield lambda: file.stat().st_size > before


class Told(Lines):
    """The drill's source, with a book."""

    def __init__(self, config: LinesConfig, tools: Tools) -> None:
        super().__init__(config, tools)
        assert config.book is not None
        self._book = Book(config.book)

    def tell(self, answer: Answer) -> Receipt:
        """Its receipt is the answer's own number, so it never says that it knows one. Raises TryLater while away."""
        tries = self._book.tried(answer.nonce)
        if int(answer.nonce[:8], 16) % _AWAY == 0 and tries <= _TRIES:
            raise TryLater("S104")
        self._book.go_through("before")
        self._book.write(answer)
        self._book.go_through("after")
        return Receipt(answer.nonce)


def make(config: LinesConfig, tools: Tools) -> Lines:
    """One that can be told where it has a book."""
    return Told(config, tools) if config.book else Lines(config, tools)


ENTRIES: Final = tuple(
    AdapterEntry(name=name, title="演练用文件来源", config=LinesConfig, make=make, cannot_tell=name == FERRY)
    for name in (SOURCE, FERRY)
)


def _append(file: Path, line: str) -> None:
    with file.open("ab") as end:
        end.write(f"{line}\n".encode())


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []
