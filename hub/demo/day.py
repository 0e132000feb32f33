"""One day of the demo district in the making: which system tells of a matter, where it happens, and in whose words."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from hub.demo.people import People
from hub.demo.phrases import wording
from hub.ids import digest_of
from hub.model import Address, RequestType, Urgency
from hub.pack import Pack
from hub.plugin import Utterance

SOURCES: Final = ("hotline_12345", "urban_management", "xueliang_video", "police_grid", "market_supervision")
"""Who tells of the ordinary matters of the day."""
TABLES: Final[Mapping[str, str]] = {
    "hotline_12345": "hl-2024",
    "urban_management": "cg-2023",
    "xueliang_video": "video-v1",
    "police_grid": "jg-2025",
    "market_supervision": "sj-2026",
    "grid_app": "qw-2026",
    "iot_sensors": "wl-2026",
    "police_110": "fj-2026",
    "food_safety": "fs-2026",
    "emergency": "yj-2026",
    "petition": "xf-2026",
    "utilities_water": "gy-2026",
}
_PREFIX: Final[Mapping[str, str]] = {
    "hotline_12345": "YJ20260310",
    "urban_management": "CG2026-",
    "xueliang_video": "AL20260310",
    "police_grid": "JG2026-",
    "market_supervision": "SJ2026-",
    "grid_app": "QW2026-",
    "iot_sensors": "WL2026-",
    "police_110": "FJ2026-",
    "food_safety": "FS2026-",
    "emergency": "YJ2026-",
    "petition": "XF2026-",
    "utilities_water": "GS2026-",
}
_SPREAD_M: Final[Mapping[str, float]] = {
    "hotline_12345": 25.0,
    "urban_management": 5.0,
    "xueliang_video": 10.0,
    "police_grid": 10.0,
    "market_supervision": 0.0,
    "grid_app": 8.0,
    "iot_sensors": 1.0,
    "police_110": 15.0,
    "food_safety": 0.0,
    "emergency": 10.0,
    "petition": 0.0,
    "utilities_water": 10.0,
}
_WITH_REQUESTER: Final = ("hotline_12345", "market_supervision")
M_PER_DEG: Final = 111_320.0
_TRIES: Final = 20
_ONE_CONCERN: Final = ("dispute.", "livelihood_service.", "market.", "safety_hazard.fire")
"""Matters of one person or one firm: whoever tells of one tells the same story of it.

The others lie in the street, and each teller sees another side of them.
"""


@dataclass(slots=True)
class Day:
    """The making of one day."""

    pack: Pack
    rng: random.Random
    start: datetime
    length: timedelta
    addresses: Sequence[Address]
    people: People
    said: dict[str, list[Utterance]] = field(default_factory=lambda: {source: [] for source in TABLES})
    truth: dict[tuple[str, str], str] = field(default_factory=dict)
    matters: int = 0
    taken: set[tuple[str, str, str]] = field(default_factory=set)
    """Class of category, community, and the estate or door where a matter of it has happened."""

    def moment(self, share: float) -> datetime:
        return self.start + self.length * share

    def tellers(self, category: str) -> list[str]:
        """Systems whose code table knows the category; video is rarer than people."""
        codes = self.pack.codes
        return [s for s in SOURCES if codes.code_for(TABLES[s], category) is not None]

    def ref(self, source: str) -> str:
        return f"{_PREFIX[source]}{len(self.said[source]) + 1:06d}"

    def spot(self, category: str) -> Address:
        """Where the next matter happens: no second one of a class in one estate or at one door.

        People name the estate or its gate, so nobody could tell two such matters of one day apart. Where
        the day is too full for that, it is given up.
        """
        for _ in range(_TRIES):
            found = self.rng.choice(self.addresses)
            where = found.estate or f"{found.road}{found.number}"
            key = (category.partition(".")[0], found.community_id, where)
            if key not in self.taken:
                break
        self.taken.add(key)
        return found

    # -- matters -------------------------------------------------------------------------------------

    def matter(self, category: str, at: datetime, spot: Address, sources: Sequence[str]) -> str:
        """One matter that each of `sources` (repeats allowed) tells of, some minutes apart."""
        self.matters += 1
        name = f"m{self.matters:05d}"
        story = self.rng.randrange(1000) if category.startswith(_ONE_CONCERN) else None
        for n, source in enumerate(sources):
            delay = timedelta(minutes=self.rng.uniform(0, 12)) if n else timedelta(0)
            self.tell(source, category, at + delay, spot, name, story=story)
        return name

    def tell(
        self,
        source: str,
        category: str,
        at: datetime,
        spot: Address,
        matter: str,
        *,
        story: int | None = None,
        **changes: object,
    ) -> Utterance:
        """One report of `matter` in `source`'s own words and codes; `story` chooses the words, else chance."""
        ref = self.ref(source)
        self.truth[source, ref] = matter
        title, content = self._words(source, category, spot, story)
        requester = self.people.next() if source in _WITH_REQUESTER else None
        if requester is not None and self.rng.random() < 0.3:
            content += f"我是{requester.name}，电话{requester.phone}。"
        lon, lat = self._position(source, spot)
        facts: dict[str, object] = {
            "at": at,
            "ref": ref,
            "second_ref": f"PT{ref[-6:]}" if source == "hotline_12345" else "",
            "code": self.pack.codes.code_for(TABLES[source], category) or "",
            "code_table": TABLES[source],
            "occurred_at": at - timedelta(minutes=self.rng.uniform(1, 9)),
            "reported_at": at - timedelta(seconds=30),
            "title": title,
            "content": content,
            "lon": lon,
            "lat": lat,
            "address": _address(spot, self.rng),
            "area_code": spot.community_id,
            "device_ref": _device(spot) if source == "xueliang_video" else "",
            "requester": requester,
            "request_type": _request_type(source, category),
            "urgency": _urgency(category),
            **changes,
        }
        utterance = Utterance(**facts)  # type: ignore[arg-type]  # keys are Utterance's own
        self.said[source].append(utterance)
        return utterance

    def say_again(self, source: str, one: Utterance, at: datetime, **changes: object) -> None:
        """The same report, told again with a change."""
        facts: dict[str, Any] = {"at": at, "revision": one.revision + 1, **changes}
        self.said[source].append(replace(one, **facts))

    def _words(self, source: str, category: str, spot: Address, story: int | None) -> tuple[str, str]:
        known = self.pack.taxonomy.categories[category].zh
        title, content = wording(category, known, self.rng.randrange(1000) if story is None else story)
        content = content.format(place=_spoken(spot, self.rng))
        return (title, "") if source == "xueliang_video" else (title, content)

    def _position(self, source: str, spot: Address) -> tuple[float | None, float | None]:
        if source == "market_supervision" or (source == "hotline_12345" and self.rng.random() < 0.35):
            return None, None
        off = _SPREAD_M[source]
        north, east = self.rng.gauss(0, off / 2), self.rng.gauss(0, off / 2)
        lat = spot.lat + north / M_PER_DEG
        return spot.lon + east / (M_PER_DEG * math.cos(math.radians(spot.lat))), lat


def _spoken(spot: Address, rng: random.Random) -> str:
    """The place as people say it."""
    forms = [door] if (door := _door(spot)) else []
    if spot.estate:
        forms += [spot.estate, f"{spot.estate}{spot.building}幢" if spot.building else spot.estate]
    return rng.choice(forms)


def _address(spot: Address, rng: random.Random) -> str:
    """The place as an operator types it, in one of the usual forms."""
    door = _door(spot)
    if not (spot.estate and spot.road):
        return f"{door}{_building(spot, rng)}" if door else f"{spot.estate}{_building(spot, rng)}"
    in_estate = f"{spot.estate}{_building(spot, rng)}"
    return rng.choice((f"{door}{in_estate}", in_estate, door))


def _door(spot: Address) -> str:
    """The house number behind its road, or behind its village where it has no road; "" without a number."""
    return f"{spot.road or spot.estate}{spot.number}号" if spot.number else ""


def _building(spot: Address, rng: random.Random) -> str:
    return f"{spot.building}{rng.choice(('幢', '栋', '号楼'))}" if spot.building else ""


def _device(spot: Address) -> str:
    """A camera's id as GB/T 28181 writes it: 20 digits, type 132."""
    return f"3299010000132{int(digest_of(spot.id)[:6], 16) % 10_000_000:07d}"


def _request_type(source: str, category: str) -> RequestType:
    if category.startswith("livelihood_service"):
        return RequestType.CONSULT
    return RequestType.COMPLAINT if source == "market_supervision" else RequestType.HELP


def _urgency(category: str) -> Urgency:
    if category in ("sudden_incident.gas_pipe_burst", "sudden_incident.cable_down", "sudden_incident.fire"):
        return Urgency.CRITICAL
    return Urgency.URGENT if category.startswith("sudden_incident") else Urgency.ROUTINE
