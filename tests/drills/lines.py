"""A source that a drill can stop at any moment: a file of drafts, one JSON line each, read by offset; and pushed to us.

The file is what the other side keeps: whatever happens to the hub, it can be read again. Each report's
number says which matter it belongs to (`M017-b`), so the truth can be told from the lines alone.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from hub.jsonform import dumps
from hub.pack import Pack
from hub.place.coords import metres_between
from hub.plugin import Body, Page, PeerReply, PeerRequest, Received, Tools
from tests.instruments import Stated, at, person, stated

SOURCE = "hotline_12345"
PAGE = 20
"""Lines a page: small, so that a kill finds many of them half done."""
PUSHED = "push"
"""Kind of the records that were pushed: how often one was, only the hub can say."""
APART_M = 600.0
"""Matters are this far from each other, four times what the rule for water looks at: nothing links two of them."""
_CELL_DEG = 0.0075
"""More than that, in either direction, anywhere in the district."""


class LinesConfig(BaseModel):
    """Where the file lies, and the book of a source that can be told (`tests.drills.told`)."""

    model_config = ConfigDict(extra="ignore")

    file: Path
    book: Path | None = None


class Lines(Stated):
    """Reads the file, which grows; the cursor is a byte offset. Takes what is pushed too."""

    def __init__(self, config: LinesConfig, tools: Tools) -> None:  # noqa: ARG002 the interface's
        self._file = config.file

    def read(self, cursor: str) -> Page:
        """The next lines, each a record as it stands."""
        with self._file.open("rb") as file:
            file.seek(int(cursor or 0))
            lines = [line for _ in range(PAGE) if (line := file.readline()).endswith(b"\n")]
            more = bool(file.read(1))
            after = int(cursor or 0) + sum(map(len, lines))
        return Page(tuple(Body(line.rstrip(b"\n")) for line in lines), str(after), more=more)

    def receive(self, request: PeerRequest) -> Received:
        """One report a request."""
        return Received((Body(request.body, PUSHED),), PeerReply(200))


@dataclass(frozen=True, slots=True)
class Truth:
    """What is sent, and what must come of it, whatever happens on the way."""

    lines: Sequence[bytes]
    pushes: Sequence[bytes]
    matters: int
    fates: Mapping[str, int]
    """Of the lines; a push only ever adds to those that are linked."""

    def portion(self, number: int, of: int) -> Sequence[bytes]:
        """One of so many equal parts of the lines."""
        return self.lines[len(self.lines) * number // of : len(self.lines) * (number + 1) // of]


def make(pack: Pack, *, matters: int, seed: int) -> Truth:
    """Reports of `matters` burst pipes in a seeded order: three people each, one resend, some revisions, lines
    that must be held or are unreadable; and a fourth person each who is heard by push."""
    chance = random.Random(seed)
    lines: list[bytes] = []
    pushes: list[bytes] = []
    for n, (lon, lat) in enumerate(_spots(pack, matters, chance)):
        reports = [
            stated(f"M{n:03d}-{who}", position=at(lon, lat), requester=person(10 * n + k))
            for k, who in enumerate("abcp")
        ]
        *read, pushed = (dumps(one).encode() for one in reports)
        lines += [*read, read[0]]
        pushes.append(pushed)
        if n % 4 == 0:
            lines.append(dumps(replace(reports[1], content="门口水管爆了，水更大了。")).encode())
    revisions, odd = (matters + 3) // 4, matters // 10
    for n in range(odd):
        held = stated(f"T{n:03d}", title="测试工单，请勿派")
        lines += [b"boom", dumps(held).encode(), dumps(stated("")).encode()]
    chance.shuffle(lines)
    fates = {"published": matters, "linked": 3 * matters + revisions, "held": 2 * odd, "dead": odd}
    return Truth(lines, pushes, matters, fates)


def append(file: Path, lines: Sequence[bytes]) -> None:
    """The source has more to tell."""
    with file.open("ab") as end:
        end.write(b"".join(line + b"\n" for line in lines))


def spots(pack: Pack, number: int, seed: int) -> Sequence[tuple[float, float]]:
    """So many addresses, (lon, lat), far enough from each other that nothing links two of them."""
    return _spots(pack, number, random.Random(seed))


def _spots(pack: Pack, number: int, chance: random.Random) -> Sequence[tuple[float, float]]:
    """Addresses far enough from each other. Only those of the cells around one can be too near."""
    cells: dict[tuple[int, int], list[tuple[float, float]]] = {}
    spots: list[tuple[float, float]] = []
    for address in chance.sample(pack.geography.addresses, k=len(pack.geography.addresses)):
        lon, lat = address.lon, address.lat
        x, y = int(lon / _CELL_DEG), int(lat / _CELL_DEG)
        around = [spot for i in (-1, 0, 1) for j in (-1, 0, 1) for spot in cells.get((x + i, y + j), ())]
        if all(metres_between(lon, lat, *spot) >= APART_M for spot in around):
            spots.append((lon, lat))
            cells.setdefault((x, y), []).append((lon, lat))
            if len(spots) == number:
                return spots
    raise AssertionError("the district is too small for so many matters")


def matter_of(source_ref: str) -> str:
    """The matter that a report of the file belongs to."""
    return source_ref.split("-")[0]
