"""Anchors that somebody keeps elsewhere, asked about one exported dossier. Read once, line by line: a district's fill years.

May hold what the lines themselves must be. Whether a dossier meets them is asked in `hub.run.dossier.verifying`.
"""

from collections.abc import Iterable, Sequence
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
    mark, number, broken = mark_of(whistle_id), 0, 0
    found: dict[str, HubError] = {}
    naming: list[Anchor] = []
    before: Anchor | None = None
    for place, line in enumerate(lines, 1):
        if not line.strip():
            continue
        one = parse(line)
        broken = 0 if one else place
        if one is None:
            continue
        if not follows(before, one):
            found.setdefault("V119", HubError("V119", number=place))
        if not is_signed(one, keys):
            found.setdefault("V116", HubError("V116", number=place))
        elif mine := tuple(head for head in one.heads if head.mark == mark):
            naming.append(replace(one, heads=mine))
        before, number = one, number + 1
    if not number:
        found = {"V121": HubError("V121")}
    elif broken:
        found["V122"] = HubError("V122", number=broken)
    return Kept(number=number, naming=tuple(naming), findings=tuple(found.values()))
