"""The seeded day of the demo district: matters that happen, and who tells of them in which system.

The truth (which report tells of which matter) stays here; no simulator and no hub ever sees it.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.demo.day import M_PER_DEG, TABLES, Day
from hub.demo.people import People
from hub.demo.phrases import PHRASES
from hub.model import Person
from hub.pack import Pack
from hub.plugin import Utterance


@dataclass(frozen=True, slots=True)
class Scenario:
    """What each system has to say, in order, and the truth beside it."""

    utterances: Mapping[str, tuple[Utterance, ...]]
    truth: Mapping[tuple[str, str], str]
    """(source, ref) → matter."""
    people: tuple[Person, ...]
    ends_at: datetime


def make(
    pack: Pack,
    *,
    start: datetime,
    length: timedelta,
    matters: int,
    seed: int,
    beside: Callable[[Day], None] = lambda _: None,
) -> Scenario:
    """`matters` seeded matters within `length` after `start`, and the named nasty ones among them. `beside` may tell more
    into the day once that is done: nothing of it changes by that."""
    rng = random.Random(seed)  # noqa: S311 a scenario, not a secret
    day = Day(pack, rng, start, length, pack.geography.addresses, People(rng, []))
    _neighbours(day)
    _ordinary(day, matters)
    _nasty(day)
    _files(day)
    beside(day)
    said = {s: tuple(sorted(us, key=lambda u: (u.at, u.ref))) for s, us in day.said.items() if us}
    return Scenario(said, day.truth, tuple(day.people.made), start + length)


def _neighbours(day: Day) -> None:
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


def _ordinary(day: Day, matters: int) -> None:
    categories = [c for c in PHRASES if day.tellers(c)]
    others = [c for c in day.pack.taxonomy.categories if c not in PHRASES and day.tellers(c)]
    for n in range(matters):
        at = day.moment(0.03 + 0.85 * n / matters)
        category = day.rng.choice(categories if day.rng.random() < 0.8 else others)
        tellers = day.tellers(category)
        count = day.rng.choices((1, 2, 3, 5), (55, 25, 14, 6))[0]
        day.matter(category, at, day.spot(category), [day.rng.choice(tellers) for _ in range(count)])


# -- the nasty ones -------------------------------------------------------------------------------------


def _nasty(day: Day) -> None:
    for make_one in (_flapping, _letters, _again, _covers, _held, _dead, _secret):
        make_one(day)


def _flapping(day: Day) -> None:
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


def _letters(day: Day) -> None:
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


def _again(day: Day) -> None:
    """N01, N02, N11: resends, changed content under the same time, cancellations."""
    _spoil(day, "hotline_12345", ("resend", "same_time_changed", "cancelled"), 12)
    _spoil(day, "urban_management", ("resend", "same_time_changed"), 6)
    _spoil(day, "police_grid", ("resend",), 2)


def _spoil(day: Day, source: str, defects: Sequence[str], number: int) -> None:
    """Some reports of the first hours are said in a nasty way."""
    said = day.said[source]
    early = [n for n, u in enumerate(said) if not u.defect and u.at < day.moment(0.6)]
    for k, n in enumerate(day.rng.sample(early, min(number, len(early)))):
        said[n] = replace(said[n], defect=defects[k % len(defects)])


def _covers(day: Day) -> None:
    """Two different broken covers 40 m apart are two matters."""
    for n in range(4):
        spot = day.rng.choice(day.addresses)
        for side in (0.0, 40.0):
            north = spot.lat + side / M_PER_DEG
            day.tell(
                "urban_management",
                "public_utility.sewage_cover",
                day.moment(0.2 + 0.05 * n),
                spot,
                f"cover{n}-{side:.0f}",
                lon=spot.lon,
                lat=north,
            )


def _held(day: Day) -> None:
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


def _dead(day: Day) -> None:
    """What can never become an event: unreadable bytes, and faces that no hub may hold."""
    for n in range(2):
        at, spot = day.moment(0.35 + 0.2 * n), day.rng.choice(day.addresses)
        for source in ("hotline_12345", "urban_management", "police_grid", "market_supervision"):
            category = day.pack.codes.category_of(TABLES[source], _any_code(day, source))
            day.tell(
                source,
                category or "livelihood_service.policy_consult",
                at,
                spot,
                f"dead{n}",
                defect="unreadable",
            )
        day.tell("xueliang_video", "sudden_incident.waterlogging", at, spot, f"faces{n}", defect="faces")


def _files(day: Day) -> None:
    """N63, N72: pictures come with some orders; a few of their links lead to something else, or nowhere."""
    kinds = ("plain", "plain,webp", "expired", "html", "empty", "redirect", "plain")
    said = day.said["hotline_12345"]
    early = [n for n, u in enumerate(said) if not u.defect and u.at < day.moment(0.6)]
    for kind, n in zip(kinds, day.rng.sample(early, min(len(kinds), len(early))), strict=False):
        said[n] = replace(said[n], extra={**said[n].extra, "attachments": kind})


def _any_code(day: Day, source: str) -> str:
    category = next(c for c in day.pack.taxonomy.categories if source in day.tellers(c))
    return day.pack.codes.code_for(TABLES[source], category) or ""


def _secret(day: Day) -> None:
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
