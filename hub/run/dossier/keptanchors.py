"""Anchors that somebody keeps elsewhere, asked about one exported dossier. Read once, line by line: a district's fill years.

May hold what the lines themselves must be. Whether a dossier meets them is asked in `hub.run.dossier.verifying`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hub.errors import HubError
from hub.whistle.anchors import Anchor, follows, is_signed, mark_of, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was read of them."""

    number: int = 0
    """How many anchors."""
    naming: tuple[Anchor, ...] = ()
    """Those signed ones that name this whistle, without their other heads."""
    findings: tuple[HubError, ...] = ()


def read(lines: Iterable[bytes], whistle_id: str, keys: Sequence[bytes]) -> Kept:
    """Of the lines of anchors, all of them and oldest first, what they say of one whistle.

    V119 and V116 name the first line that does not follow, or is not signed. A line that was broken off when a disk was
    full is none where the next one follows the one before it; behind the last one it may have said anything: V122.
    """
    mark, lines_read = mark_of(whistle_id), Lines(lines, keys)
    naming = [
        replace(one, heads=mine)
        for one in lines_read.signed()
        if (mine := tuple(head for head in one.heads if head.mark == mark))
    ]
    return Kept(number=lines_read.number, naming=tuple(naming), findings=lines_read.findings)


class Lines:
    """Lines of anchors, gone through once."""

    def __init__(self, lines: Iterable[bytes], keys: Sequence[bytes]) -> None:
        self._lines, self._keys = lines, keys
        self.number = 0
        """How many anchors there were."""
        self._broken = 0
        self._found: dict[str, HubError] = {}

    def signed(self) -> Iterator[Anchor]:
        """The anchors that one of the keys signed, in order."""
        before: Anchor | None = None
        for place, line in enumerate(self._lines, 1):
            if not line.strip():
                continue
            one = parse(line)
            self._broken = 0 if one else place
            if one is None:
                continue
            if not follows(before, one):
                self._found.setdefault("V119", HubError("V119", number=place))
            before, self.number = one, self.number + 1
            if is_signed(one, self._keys):
                yield one
            else:
                self._found.setdefault("V116", HubError("V116", number=place))

    @property
    def findings(self) -> tuple[HubError, ...]:
        """What is wrong with the lines themselves, once all were gone through."""
        if not self.number:
            return (HubError("V121"),)
        broken = (HubError("V122", number=self._broken),) if self._broken else ()
        return (*self._found.values(), *broken)
