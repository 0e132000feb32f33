"""What is offered to the hub, and when: all at once, or evenly over a time. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.plugin import Body


@dataclass(frozen=True, slots=True)
class Portion:
    """Bodies of one source that are due; `first` is the number of the first one, `due_s` when each was due."""

    source: str
    first: int
    bodies: Sequence[Body]
    due_s: Sequence[float]


class Offer:
    """Every source's bodies in its own order, spread over `length_s` seconds; 0 for all at once."""

    def __init__(self, bodies: Mapping[str, Sequence[Body]], length_s: float) -> None:
        self._bodies, self._length_s = bodies, length_s
        self._next = dict.fromkeys(bodies, 0)

    def due(self, elapsed_s: float, limit: int) -> Iterator[Portion]:
        """What is due `elapsed_s` after the beginning and was not given yet: at most `limit` a source."""
        for source, some in self._bodies.items():
            first = self._next[source]
            moments: list[float] = []
            while len(moments) < limit and first + len(moments) < len(some):
                moment = self._moment_s(source, first + len(moments))
                if moment > elapsed_s:
                    break
                moments.append(moment)
            if moments:
                self._next[source] = first + len(moments)
                yield Portion(source, first, some[first : self._next[source]], moments)

    def _moment_s(self, source: str, number: int) -> float:
        return (number + 0.5) / len(self._bodies[source]) * self._length_s

    def is_over(self) -> bool:
        """Everything was given."""
        return all(self._next[source] == len(some) for source, some in self._bodies.items())
