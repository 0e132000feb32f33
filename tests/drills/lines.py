"""A source that a drill can stop at any moment: a file of drafts, one JSON line each, read by offset.

The file is what the other side keeps: whatever happens to the hub, it can be read again. Each report's
number says which matter it belongs to (`M017-b`), so the truth can be told from the file alone.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from hub.jsonform import dumps
from hub.pack import Pack
from hub.place.coords import metres_between
from hub.plugin import AdapterEntry, Body, Page, Tools
from tests.instruments import Stated, at, person, stated

SOURCE = "hotline_12345"
PAGE = 20
"""Lines a page: small, so that a kill finds many of them half done."""
APART_M = 900.0
"""Matters are this far from each other: no rule links two of them."""


class LinesConfig(BaseModel):
    """Where the file lies."""

    model_config = ConfigDict(extra="ignore")

    file: Path


class Lines(Stated):
    """Reads the file; the cursor is a byte offset."""

    def __init__(self, config: LinesConfig, tools: Tools) -> None:  # noqa: ARG002 the interface's
        self._file = config.file

    def read(self, cursor: str) -> Page:
        """The next lines, each a record as it stands."""
        with self._file.open("rb") as file:
            file.seek(int(cursor or 0))
            lines = [line for _ in range(PAGE) if (line := file.readline())]
            more = bool(file.read(1))
            after = int(cursor or 0) + sum(map(len, lines))
        return Page(tuple(Body(line.rstrip(b"\n")) for line in lines), str(after), more=more)


ENTRY = AdapterEntry(name=SOURCE, title="演练用文件来源", config=LinesConfig, make=Lines)


@dataclass(frozen=True, slots=True)
class Truth:
    """What must come of a file, whatever happens on the way."""

    records: int
    matters: int
    fates: dict[str, int]


def write(file: Path, pack: Pack, *, matters: int, seed: int) -> Truth:
    """Writes reports of `matters` burst pipes in a seeded order: three people each, one resend, some revisions,
    and lines that must be held or are unreadable."""
    chance = random.Random(seed)
    lines: list[bytes] = []
    for n, (lon, lat) in enumerate(_spots(pack, matters, chance)):
        reports = [
            stated(f"M{n:03d}-{who}", position=at(lon, lat), requester=person(10 * n + k))
            for k, who in enumerate("abc")
        ]
        lines += [dumps(one).encode() for one in reports]
        lines.append(dumps(reports[0]).encode())
        if n % 4 == 0:
            lines.append(dumps(replace(reports[1], content="门口水管爆了，水更大了。")).encode())
    revisions, odd = (matters + 3) // 4, matters // 10
    for n in range(odd):
        held = stated(f"T{n:03d}", title="测试工单，请勿派")
        lines += [b"boom", dumps(held).encode(), dumps(stated("")).encode()]
    chance.shuffle(lines)
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    fates = {"published": matters, "linked": 3 * matters + revisions, "held": 2 * odd, "dead": odd}
    return Truth(len(lines), matters, fates)


def _spots(pack: Pack, number: int, chance: random.Random) -> Sequence[tuple[float, float]]:
    """Addresses far enough from each other."""
    spots: list[tuple[float, float]] = []
    for address in chance.sample(pack.geography.addresses, k=len(pack.geography.addresses)):
        lon, lat = address.lon, address.lat
        if all(metres_between(lon, lat, *spot) >= APART_M for spot in spots):
            spots.append((lon, lat))
            if len(spots) == number:
                return spots
    raise AssertionError("the district is too small for so many matters")


def matter_of(source_ref: str) -> str:
    """The matter that a report of the file belongs to."""
    return source_ref.split("-")[0]
