"""Which grants are in force: the pack's, changed by what was decided since. Pure values and one door.

Whoever shows something asks a `Whitelist` each time and holds no grants of its own, so that what was decided a moment ago
holds for the next record. Reading decisions is for `hub.run.ground.livegrants`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from hub.model import Grant

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided last about the grant `grant_id`: this one, or (`grant` None) that it ended. `version` stands
    where the grant's own would."""

    grant_id: str
    version: int
    grant: Grant | None


@dataclass(frozen=True, slots=True, eq=False)
class InForce:
    """The grants of one moment; another moment with the same grants is the same object.

    `number`: of the last decision that they know, growing; 0: the pack's alone.
    """

    number: int
    grants: tuple[Grant, ...]


class Whitelist(Protocol):
    """Says which grants are in force. Whether each holds on a day its own dates say."""

    def now(self) -> InForce:
        """The grants as they stand now, at most a second old."""
        ...


class Fixed:
    """Always the same grants: what would be, or what a pack says by itself."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        self._in_force: Final = InForce(0, tuple(grants))

    def now(self) -> InForce:
        """The same as ever."""
        return self._in_force


class Renewed(Generic[T]):
    """Something made of the grants in force, made anew when they changed. Thread-safe: put in place whole."""

    def __init__(self, whitelist: Whitelist, make: Callable[[tuple[Grant, ...]], T]) -> None:
        self._whitelist, self._make = whitelist, make
        self._held: tuple[InForce, T] | None = None

    def now(self) -> T:
        """What the grants of this moment make."""
        in_force, held = self._whitelist.now(), self._held
        if held is None or held[0] is not in_force:
            held = self._held = (in_force, self._make(in_force.grants))
        return held[1]


def joined(pack: Iterable[Grant], decided: Iterable[Decision]) -> tuple[Grant, ...]:
    """The grants in force: the pack's in its order, then those that only a decision knows, by id.

    Of a grant that both know the higher version counts, of equal ones the decision: a decision is overruled by a
    pack whose author raised the grant's version beyond it, and by nothing else (decision 60).
    """
    last = {one.grant_id: one for one in decided}
    stand: list[Grant] = []
    for grant in pack:
        one = last.pop(grant.id, None)
        if one is None or grant.version > one.version:
            stand.append(grant)
        elif one.grant is not None:
            stand.append(one.grant)
    added = (last[id_].grant for id_ in sorted(last))
    return (*stand, *(grant for grant in added if grant is not None))
