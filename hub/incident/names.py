"""Places, house numbers and firms that a report names, as hashes to compare.

Pure. Only names whose last word says what they are (路, 小区, 超市) are known: there is no dictionary,
and a name that is missed is only missing evidence. Hashes are the same in every process.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol
from zlib import crc32

_PLACE: Final = re.compile(
    "大道|大街|公路|小区|社区|花园|花苑|家园|公寓|新村|广场|大厦|商城|商场|市场|公园|学校|小学|中学|幼儿园|医院"
    "|车站|园区|大桥|路(?![灯人过由况障牌])|街(?!道)|巷|弄|苑|村(?![民委])"
)
_FIRM: Final = re.compile(
    "(?:烧烤|小吃|理发|水果|便利|早餐|火锅|奶茶|手机|服装|快餐|五金)店|超市|餐厅|饭店|酒店|酒楼|酒吧|网吧|面馆"
    "|茶楼|棋牌室|健身房|美容院|药房|公司|工厂|工地|作坊|店(?![里内外主员面铺])|馆|ktv"
)
_DOOR: Final = re.compile(r"([0-9]{1,4}(?:-[0-9]{1,3})?)(?:号楼|号|幢|栋|座)")
_LANE: Final = re.compile(r"[0-9]{1,4}(?:-[0-9]{1,4})?弄")

_DROPPED: Final = frozenset({"小区", "社区"})
"""People add or leave these out: 魅力之城 is 魅力之城小区."""
_NOT_IN_NAME: Final = frozenset(
    " 在于位至到从和与及的是了由对向往近旁有被把我你他她此该处口市区县镇乡号幢栋座一二三两半个条这那某家间0123456789"
)
"""A name does not reach over these: 位于人民路 and 青澜区人民路 are both 人民路."""
_NOT_BEFORE: Final = {
    "路": frozenset("道马线电修铺走管街路油泥"),
    "街": frozenset("沿临逛"),
    "店": frozenset("开出进本商网"),
}
"""道路, 马路, 沿街, 开店 name nothing."""
_NOTHING: Final[frozenset[str]] = frozenset()
_LEAST: Final = 2
"""Characters before its last word that make a name."""


class Addressed(Protocol):
    """The parts of a parsed address that tell doors apart; "" where absent, numbers without their words."""

    @property
    def road(self) -> str: ...
    @property
    def lane(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def estate(self) -> str: ...
    @property
    def building(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def room(self) -> str: ...


class Doorplate(NamedTuple):
    """The plainest address, for callers that parse none."""

    road: str = ""
    lane: str = ""
    number: str = ""
    estate: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""


NO_ADDRESS: Final = Doorplate()


class Named(NamedTuple):
    """What a text or an address names. `doors`: place → its numbers, for the places that have one."""

    places: frozenset[int]
    firms: frozenset[int]
    doors: dict[int, frozenset[int]]


def named_in(plain: str) -> Named:
    """The names in lower-case text whose punctuation is spaces."""
    places: set[int] = set()
    doors: dict[int, frozenset[int]] = {}
    for name, end in _names(_PLACE, plain):
        place = _code(name)
        places.add(place)
        if lane := _LANE.match(plain, end):
            doors[place] = doors.get(place, frozenset()) | {_code(lane[0])}
            place, end = _code(name + lane[0]), lane.end()
        if door := _DOOR.match(plain, end):
            doors[place] = doors.get(place, frozenset()) | {_code(door[1])}
    return Named(frozenset(places), frozenset(_code(name) for name, _ in _names(_FIRM, plain)), doors)


def named_by(plate: Addressed) -> Named:
    """The names of a parsed address; each level with a number is a door: road, lane, estate, building.

    A lane is a door of its road and has doors of its own, so 12弄3号 differs from 3号 and from 14弄3号.
    """
    road, estate = _kernel(plate.road), _kernel(plate.estate)
    lane = f"{plate.lane}弄" if plate.lane else ""
    street = road and road + lane
    house = f"{estate or street + plate.number}/{plate.building}"
    room = f"{plate.unit}/{plate.room}" if plate.room else ""
    return Named(
        places=frozenset(_code(name) for name in (road, estate) if name),
        firms=frozenset(),
        doors={
            _code(name): frozenset((_code(number),))
            for name, number in (
                (road, lane),
                (street, plate.number),
                (estate, plate.building),
                (house, room),
            )
            if name and number
        },
    )


def _names(kind: re.Pattern[str], plain: str) -> Iterator[tuple[str, int]]:
    """The kernel of each name and where the name ends."""
    for found in kind.finditer(plain):
        start, last = found.start(), found[0]
        length = _LEAST + (last in _DROPPED)
        head = plain[max(0, start - length) : start]
        for place in range(len(head) - 1, -1, -1):
            if head[place] in _NOT_IN_NAME:
                head = head[place + 1 :]
                break
        if len(head) < _LEAST or head[-1] in _NOT_BEFORE.get(last, _NOTHING):
            continue
        yield (head if last in _DROPPED else head + last), found.end()


def _kernel(name: str) -> str:
    """The end of a name that `_names` would find in a text: 魅力之城小区 → 力之城, 解放东路 → 放东路."""
    found = next(iter(_names(_PLACE, name[-6:])), None)
    return found[0] if found else name[-(_LEAST + 1) :]


def _code(name: str) -> int:
    return crc32(name.encode())
