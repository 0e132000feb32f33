"""A Chinese address cut into its parts, by the segment model of domain.md 4.3 (GB/T 35639, GA/T 2000.32).

Pure, and without any list of local names: a part is known by the words around it. What the district's
own names say stands in `gazetteer`; spelling is made one by `wording` before anything is cut.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from hub.place.wording import NAMED, Ending, kind_of_name, normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressParts:
    """The parts of one address, normalised; "" where the text says nothing."""

    province: str = ""
    city: str = ""
    district: str = ""
    subdistrict: str = ""
    community: str = ""
    grid: str = ""
    """A grid's number as written: `5060802第二网格` gives `50608022`, `第四网格` gives `4`."""
    road: str = ""
    cross_road: str = ""
    """The second road of a crossing."""
    lane: str = ""
    """弄, without its word."""
    number: str = ""
    """门牌号 without 号: `85`, `85-1`."""
    estate: str = ""
    building: str = ""
    """幢号 without its word: `12`, `A`, `1-10`."""
    unit: str = ""
    floor: str = ""
    room: str = ""
    direction: str = ""
    """东 … 西北, where the text says on which side of what it names."""
    offset_m: float | None = None
    names: tuple[str, ...] = ()
    """Names of no known kind, in order: firms, halls, phases, what stands in brackets."""


class _Reading:
    """The parts found so far and the mark that stood last: 3号 is a door after a road, a 幢 after an estate."""

    def __init__(self) -> None:
        self.parts: dict[str, str] = {}
        self.names: list[str] = []
        self.offset_m: float | None = None
        self.last = ""

    def keep(self, part: str, value: str) -> None:
        """The first value of a part is the part; a later, other one is a name."""
        if self.parts.setdefault(part, value) != value:
            self.names.append(value)
        self.last = part

    def named(self, name: str) -> None:
        kind = kind_of_name(name)
        if kind is Ending.SECTION:
            self.names.append(name)
            return
        crosses = kind is Ending.ROAD and "road" in self.parts and self.last in ("crossing", "road")
        self.keep("cross_road" if crosses else kind.value, name)

    def number(self, value: str) -> None:
        self.keep("building" if self.last in ("estate", "building") else "number", value)

    def building(self, first: str, last: str | None) -> None:
        # 进取村5栋: a village has doors; what has numbered buildings is an estate.
        if self.last == "community" and self.parts["community"].endswith("村"):
            self.parts.setdefault("estate", self.parts.pop("community"))
        self.keep("building", f"{first}-{last}" if last else first)

    def dashed(self, value: str) -> None:
        """3-2-501 is building, unit and room; 3-501 is building and room."""
        building, *unit, room = value.split("-")
        self.keep("building", building)
        if unit:
            self.keep("unit", unit[0])
        self.keep("room", room)

    def offset(self, direction: str, figure: str, scale: str) -> None:
        self.parts.setdefault("direction", direction)
        self.offset_m = float(figure) * (1000.0 if scale == "公里" else 1.0)

    def beside(self, direction: str | None) -> None:
        if direction:
            self.parts.setdefault("direction", direction)

    def aside(self, text: str) -> None:
        if text:
            self.names.append(text)

    def grid(self, value: str) -> None:
        self.keep("grid", value.replace("第", ""))

    def crossing(self) -> None:
        self.last = "crossing"


def _kept(part: str) -> Callable[[_Reading, str], None]:
    """Keeps the mark's value as `part`."""
    return lambda reading, value: reading.keep(part, value)


_BUILDING: Final = r"(?:号楼|栋|幢|座|#楼?)"
# What marks each part, tried in this order at each place of the text; its groups go to the reader.
_MARKS: Final[tuple[tuple[Callable[..., None], str], ...]] = (
    (_Reading.grid, r"((?:第?\d{1,12})?第?\d{1,3})网格"),
    (
        _Reading.offset,
        r"(?:往|向|以|偏)?([东南西北]{1,2})(?:侧|边|面|方向|方)?(?:大约|约)?(\d{1,4}(?:\.\d+)?)(公里|米|M)(?:处|左右)?",
    ),
    (_Reading.beside, r"附近|旁边|旁|对面|对过|门口|([东南西北]{1,2})(?:侧|边|面)"),
    (_Reading.crossing, r"与|和(?=[^与和]{1,9}(?:路|街|道|巷)的?(?:交叉口|交汇|路口))"),
    (_Reading.crossing, r"的?(?:交叉口|交汇处|交汇口|路口|口)"),
    (_kept("lane"), r"(\d+(?:-\d+)?)弄"),
    (_Reading.building, rf"(\d+|[A-Z]\d*|[东南西北中]){_BUILDING}(?:[-至](\d+){_BUILDING})?"),
    (_Reading.building, rf"(\d+)[-至](\d+){_BUILDING}"),
    (_kept("building"), r"(\d+)楼(?=\d+(?:单元|梯))"),
    (_kept("unit"), r"(\d+|[A-Z])(?:单元|梯)"),
    (_kept("floor"), r"((?:地下|负|-)?\d+|[BF]\d)(?:楼|层)"),
    (_Reading.dashed, r"(\d{1,3}-(?:\d{1,2}-)?\d{3,4})(?!\d|-|号)室?"),
    (_kept("room"), r"(\d{2,4}[A-Z]?)(?:室|房|户)"),
    (_Reading.number, r"[附特甲乙]?(\d+[A-Z]?(?:-\d+)*)号(?!路|线)院?"),
    (_Reading.aside, r"\(([^()]*)\)?"),
    (_Reading.named, f"({NAMED})"),
    (_Reading.number, r"(\d+(?:-\d+)?)$"),
)
# ASCII: \d alone accepts the digits of every script.
_TOKEN: Final = re.compile("|".join(f"({pattern})" for _, pattern in _MARKS), re.ASCII)
_GROUPS: Final = [re.compile(pattern).groups for _, pattern in _MARKS]
_OWN: Final = [1 + sum(_GROUPS[:mark]) + mark for mark in range(len(_MARKS))]
_READERS: Final = {
    own: (reader, range(own + 1, own + 1 + inner))
    for own, inner, (reader, _) in zip(_OWN, _GROUPS, _MARKS, strict=True)
}
"""Number of a mark's own group in `_TOKEN` → what reads the mark, and the numbers of its inner groups."""


@lru_cache(maxsize=1024)
def parse(text: str) -> AddressParts:
    """The parts of `text`; what is no known part stands in `names`, so nothing is lost or guessed.

    An address is asked for when its report is located and again once the batch is stored; no more than two
    batches of them are kept in memory.
    """
    plain = normalise(text)
    reading = _Reading()
    end = 0
    for token in _TOKEN.finditer(plain):
        if token.start() > end:
            reading.names.append(plain[end : token.start()])
        end = token.end()
        _read(reading, token)
    if end < len(plain):
        reading.names.append(plain[end:])
    return AddressParts(**reading.parts, offset_m=reading.offset_m, names=tuple(reading.names))


def _read(reading: _Reading, token: re.Match[str]) -> None:
    """Hands the groups of the mark that matched to its reader."""
    # The mark's own group closes last, so it is the last one; its inner groups follow it.
    reader, inner = _READERS[token.lastindex or 0]
    reader(reading, *[token[group] for group in inner])
