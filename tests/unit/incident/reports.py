"""Invented reports of an invented district, for the tests of link rules: terse to write, easy to read."""

from datetime import UTC, datetime, timedelta
from typing import Final

from hub.incident import Candidate, Doorplate, LinkRules, Sighting, features
from hub.model import Alias, EventKey, IncidentId, IncidentState

MORNING: Final = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)
"""08:00 in Shanghai."""
LON: Final = 120.85
LAT: Final = 32.0
_METRES_EAST: Final = 94_404.0  # of one degree of longitude at 32°
_METRES_NORTH: Final = 111_320.0
RULES: Final = LinkRules()

PIPE: Final = "sudden_incident.water_pipe_burst"
FLOODED: Final = "sudden_incident.waterlogging"
BROKEN_ROAD: Final = "city_appearance.damaged_road"
COVER: Final = "public_utility.sewage_cover"
RAIN_COVER: Final = "public_utility.rain_cover"
LAMP: Final = "public_utility.street_lamp"
GARBAGE: Final = "city_appearance.exposed_garbage"
DIRTY_ROAD: Final = "city_appearance.dirty_road"
NOISE: Final = "city_appearance.commercial_noise"
ODOUR: Final = "environment.odour"
VENDOR: Final = "street_order.unlicensed_vendor"
SHOP_OUTSIDE: Final = "street_order.shop_outside"
NEIGHBOURS: Final = "dispute.neighbour"
FOOD: Final = "market.food_safety"
CARD: Final = "market.prepaid_card"
PENSION: Final = "livelihood_service.social_security"
UNMAPPED: Final = "unmapped"


def door(
    road: str = "", number: str = "", *, estate: str = "", building: str = "", room: str = ""
) -> Doorplate:
    """An address as `place.parse` would cut it."""
    return Doorplate(road=road, number=number, estate=estate, building=building, room=room)


def told(
    words: str = "",
    category: str = PIPE,
    *,
    by: str = "hotline_12345",
    ref: str = "",
    part: str = "",
    east_m: float = 0.0,
    north_m: float = 0.0,
    error_m: float = 5.0,
    minutes: float = 0.0,
    days: float = 0.0,
    title: str = "",
    address: Doorplate | None = None,
    address_id: str = "",
    nowhere: str = "",
    device: str = "",
    aliases: tuple[Alias, ...] = (),
    same_as: tuple[str, ...] = (),
    secret: str = "",
) -> Sighting:
    """One report, so many metres from the corner of the tests and minutes after their morning.

    `nowhere` and `secret` are reasons: any word makes the report have no point, or be 保密.
    """
    ref = ref or f"{by}-{words}-{east_m}-{north_m}-{minutes}-{days}-{category}"
    return Sighting(
        event_key=EventKey(f"{by}/{ref}/{part}"),
        source=by,
        source_ref=ref,
        aliases=aliases,
        same_as=same_as,
        category=category,
        lon=None if nowhere else LON + east_m / _METRES_EAST,
        lat=None if nowhere else LAT + north_m / _METRES_NORTH,
        error_m=None if nowhere else error_m,
        address_id=address_id,
        occurred_at=MORNING + timedelta(minutes=minutes, days=days),
        features=features(title, words, address or Doorplate()),
        device_ref=device,
        secret=bool(secret),
    )


def matter(
    *sightings: Sighting,
    state: IncidentState = IncidentState.OPEN,
    closed_days: float | None = None,
    name: str = "",
) -> Candidate:
    """The incident that these reports make up; closed so many days after its first report."""
    first = sightings[0]
    closed_at = None if closed_days is None else first.occurred_at + timedelta(days=closed_days)
    return Candidate(
        incident_id=IncidentId(name or f"in_{first.event_key}"),
        state=state,
        opened_at=first.occurred_at,
        last_reported_at=max(one.occurred_at for one in sightings),
        closed_at=closed_at,
        sightings=sightings,
    )
