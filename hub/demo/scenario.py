"""The seeded day of the demo district: matters that happen, and who tells of them in which system.

The truth (which report tells of which matter) stays here; no simulator and no hub ever sees it.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from hub.demo.people import People
from hub.demo.phrases import PHRASES, wording
from hub.ids import digest_of
from hub.model import Address, Person, RequestType, Urgency
from hub.pack import Pack
from hub.plugin import Utterance

SOURCES: Final = ("hotline_12345", "urban_management", "xueliang_video", "police_grid", "market_supervision")
_TABLE: Final[Mapping[str, str]] = {
    "hotline_12345": "hl-2024",
    "urban_management": "cg-2023",
    "xueliang_video": "video-v1",
    "police_grid": "jg-2025",
    "market_supervision": "sj-2026",
}
_PREFIX: Final[Mapping[str, str]] = {
    "hotline_12345": "YJ20260310",
    "urban_management": "CG2026-",
    "xueliang_video": "AL20260310",
    "police_grid": "JG2026-",
    "market_supervision": "SJ2026-",
}
_SPREAD_M: Final[Mapping[str, float]] = {
    "hotline_12345": 25.0,
    "urban_management": 5.0,
    "xueliang_video": 10.0,
    "police_grid": 10.0,
    "market_supervision": 0.0,
}
_M_PER_DEG: Final = 111_320.0
_TRIES: Final = 20
_ONE_CONCERN: Final = ("dispute.", "livelihood_service.", "market.", "safety_hazard.fire")
"""Matters of one person or one firm: whoever tells of one tells the same story of it.

The others lie in the street, and each teller sees another side of them.
"""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What each system has to say, in order, and the truth beside it."""

    utterances: Mapping[str, tuple[Utterance, ...]]
    truth: Mapping[tuple[str, str], str]
    """(source, ref) → matter."""
    people: tuple[Person, ...]
    ends_at: datetime


@dataclass(slots=True)
class _Day:
    """The making of one day."""

    pack: Pack
    rng: random.Random
    start: datetime
    length: timedelta
    addresses: Sequence[Address]
    people: People
    said: dict[str, list[Utterance]] = field(default_factory=lambda: {s: [] for s in SOURCES})
    truth: dict[tuple[str, str], str] = field(default_factory=dict)
    matters: int = 0
    taken: set[tuple[str, str, str]] = field(default_factory=set)
    """Class of category, community, and the estate or door where a matter of it has happened."""

    def moment(self, share: float) -> datetime:
        return self.start + self.length * share

    def tellers(self, category: str) -> list[str]:
        """Systems whose code table knows the category; video is rarer than people."""
        codes = self.pack.codes
        return [s for s in SOURCES if codes.code_for(_TABLE[s], category) is not None]

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
        requester = self.people.next() if source in ("hotline_12345", "market_supervision") else None
        if requester is not None and self.rng.random() < 0.3:
            content += f"我是{requester.name}，电话{requester.phone}。"
        lon, lat = self._position(source, spot)
        facts: dict[str, object] = {
            "at": at,
            "ref": ref,
            "second_ref": f"PT{ref[-6:]}" if source == "hotline_12345" else "",
            "code": self.pack.codes.code_for(_TABLE[source], category) or "",
            "code_table": _TABLE[source],
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
        lat = spot.lat + north / _M_PER_DEG
        return spot.lon + east / (_M_PER_DEG * math.cos(math.radians(spot.lat))), lat


def make(pack: Pack, *, start: datetime, length: timedelta, matters: int, seed: int) -> Scenario:
    """`matters` seeded matters within `length` after `start`, and the named nasty ones among them."""
    rng = random.Random(seed)  # noqa: S311 a scenario, not a secret
    day = _Day(pack, rng, start, length, pack.geography.addresses, People(rng, []))
    _neighbours(day)
    _ordinary(day, matters)
    _nasty(day)
    _files(day)
    said = {s: tuple(sorted(us, key=lambda u: (u.at, u.ref))) for s, us in day.said.items()}
    return Scenario(said, day.truth, tuple(day.people.made), start + length)


def _neighbours(day: _Day) -> None:
    """N15, N16: twenty neighbours, three systems, one burst pipe; one fire lane seen by four systems."""
    rng = day.rng
    spot = rng.choice(day.addresses)
    day.matter(
        "sudden_incident.water_pipe_burst",
        day.moment(0.01),
        spot,
        ["hotline_12345"] * 18 + ["urban_management", "police_grid"],
    )
    lane = rng.choice(day.addresses)
    day.matter(
        "street_order.fire_lane_blocked",
        day.moment(0.02),
        lane,
        ["hotline_12345", "urban_management", "xueliang_video", "police_grid", "hotline_12345"],
    )


def _ordinary(day: _Day, matters: int) -> None:
    categories = [c for c in PHRASES if day.tellers(c)]
    others = [c for c in day.pack.taxonomy.categories if c not in PHRASES and day.tellers(c)]
    for n in range(matters):
        at = day.moment(0.03 + 0.85 * n / matters)
        category = day.rng.choice(categories if day.rng.random() < 0.8 else others)
        tellers = day.tellers(category)
        count = day.rng.choices((1, 2, 3, 5), (55, 25, 14, 6))[0]
        day.matter(category, at, day.spot(category), [day.rng.choice(tellers) for _ in range(count)])


# -- the nasty ones -------------------------------------------------------------------------------------


def _nasty(day: _Day) -> None:
    for make_one in (_flapping, _letters, _again, _covers, _held, _dead, _secret):
        make_one(day)


def _flapping(day: _Day) -> None:
    """N75: one sensor that raises its alarm thirty times in an hour."""
    spot = day.rng.choice(day.addresses)
    at = day.moment(0.1)
    for n in range(30):
        day.tell(
            "xueliang_video",
            "sudden_incident.waterlogging",
            at + timedelta(minutes=2 * n) * 0.4,
            spot,
            "flap",
        )


def _letters(day: _Day) -> None:
    """N13: complaint and report (举报) in one letter."""
    for n in range(6):
        spot = day.rng.choice(day.addresses)
        day.tell(
            "market_supervision",
            "market.food_safety",
            day.moment(0.15 + 0.1 * n),
            spot,
            f"letter{n}",
            extra={"parts": "complaint,report"},
            accused_name=f"虚构餐饮店{n}",
        )


def _again(day: _Day) -> None:
    """N01, N02, N11: resends, changed content under the same time, cancellations."""
    _spoil(day, "hotline_12345", ("resend", "same_time_changed", "cancelled"), 12)
    _spoil(day, "urban_management", ("resend", "same_time_changed"), 6)
    _spoil(day, "police_grid", ("resend",), 2)


def _spoil(day: _Day, source: str, defects: Sequence[str], number: int) -> None:
    """Some reports of the first hours are said in a nasty way."""
    said = day.said[source]
    early = [n for n, u in enumerate(said) if not u.defect and u.at < day.moment(0.6)]
    for k, n in enumerate(day.rng.sample(early, min(number, len(early)))):
        said[n] = replace(said[n], defect=defects[k % len(defects)])


def _covers(day: _Day) -> None:
    """Two different broken covers 40 m apart are two matters."""
    for n in range(4):
        spot = day.rng.choice(day.addresses)
        for side in (0.0, 40.0):
            north = spot.lat + side / _M_PER_DEG
            day.tell(
                "urban_management",
                "public_utility.sewage_cover",
                day.moment(0.2 + 0.05 * n),
                spot,
                f"cover{n}-{side:.0f}",
                lon=spot.lon,
                lat=north,
            )


def _held(day: _Day) -> None:
    """What must wait: test rows (N77), coarse points without an address (N44), no place at all."""
    for n in range(3):
        at, spot = day.moment(0.3 + 0.1 * n), day.rng.choice(day.addresses)
        day.tell(
            "hotline_12345",
            "public_utility.street_lamp",
            at,
            spot,
            f"test{n}",
            title="测试工单，请勿派",
            defect="test_data",
        )
        day.tell(
            "hotline_12345",
            "livelihood_service.policy_consult",
            at,
            spot,
            f"nowhere{n}",
            lon=None,
            lat=None,
            address="",
            area_code="",
            content="咨询一下政策。",
            defect="no_point",
        )
        day.tell(
            "urban_management",
            "city_appearance.damaged_road",
            at,
            spot,
            f"coarse{n}",
            address="",
            area_code="",
            defect="two_decimals",
        )


def _dead(day: _Day) -> None:
    """What can never become an event: unreadable bytes, and faces that no hub may hold."""
    for n in range(2):
        at, spot = day.moment(0.35 + 0.2 * n), day.rng.choice(day.addresses)
        for source in ("hotline_12345", "urban_management", "police_grid", "market_supervision"):
            category = day.pack.codes.category_of(_TABLE[source], _any_code(day, source))
            day.tell(
                source,
                category or "livelihood_service.policy_consult",
                at,
                spot,
                f"dead{n}",
                defect="unreadable",
            )
        day.tell("xueliang_video", "sudden_incident.waterlogging", at, spot, f"faces{n}", defect="faces")


def _files(day: _Day) -> None:
    """N63, N72: pictures come with some orders; a few of their links lead to something else, or nowhere."""
    kinds = ("plain", "plain,webp", "expired", "html", "empty", "redirect", "plain")
    said = day.said["hotline_12345"]
    early = [n for n, u in enumerate(said) if not u.defect and u.at < day.moment(0.6)]
    for kind, n in zip(kinds, day.rng.sample(early, min(len(kinds), len(early))), strict=False):
        said[n] = replace(said[n], extra={**said[n].extra, "attachments": kind})


def _any_code(day: _Day, source: str) -> str:
    category = next(c for c in day.pack.taxonomy.categories if source in day.tellers(c))
    return day.pack.codes.code_for(_TABLE[source], category) or ""


def _secret(day: _Day) -> None:
    """N58: whoever reports in secret is never linked and never shown; N25: a code nobody knows."""
    spot = day.rng.choice(day.addresses)
    for n in range(3):
        day.tell(
            "market_supervision",
            "market.unlicensed_business",
            day.moment(0.4 + 0.1 * n),
            spot,
            f"secret{n}",
            secret=True,
        )
        day.tell(
            "hotline_12345", "livelihood_service.policy_consult", day.moment(0.45 + 0.1 * n), spot, f"unknown{n}",
            code="999999", defect="unknown_code",
        )  # fmt: skip


# -- words ----------------------------------------------------------------------------------------------


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
