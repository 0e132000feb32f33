"""What seven more systems tell in the demo: phones of grid workers, sensors, 110, food safety, the command platform, petitions,
and a water company. Beside the seeded day, of dice of their own: nothing of that day changes by it.

The truth stays here, as in `scenario`.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from hub.demo.day import Day
from hub.model import Stage

FIVE: Final = ("hotline_12345", "urban_management", "grid_app", "police_110", "utilities_water")
"""Who tells of one burst pipe: it becomes one matter."""
NEEDS_KAFKA: Final = frozenset({"emergency"})
"""Whose system is a topic: it is played where the demo has a broker."""
_ALONE: Final = {
    "grid_app": (
        "city_appearance.corridor_clutter",
        "safety_hazard.unsafe_charging",
        "public_utility.street_lamp",
    ),
    "iot_sensors": (
        "public_utility.rain_cover",
        "sudden_incident.waterlogging",
        "public_utility.sewage_cover",
    ),
    "police_110": ("public_utility.street_lamp", "sudden_incident.tree_fallen", "security_hazard.stray_dog"),
    "food_safety": ("market.food_safety", "market.catering_hygiene", "city_appearance.kitchen_waste_spill"),
    "petition": ("environment.odour", "city_appearance.illegal_building", "dispute.property_service"),
    "utilities_water": ("public_utility.water_cover", "public_utility.water_supply_device"),
    "emergency": ("sudden_incident.tree_fallen", "safety_hazard.workplace"),
}
_EACH: Final = 1
"""Matters of each of these categories."""
_NEIGHBOURS: Final = 8


def tell(day: Day) -> None:
    """All of it, into `day`."""
    for source, categories in _ALONE.items():
        _alone(day, source, categories)
    day.matter("sudden_incident.water_pipe_burst", day.moment(0.05), day.rng.choice(day.addresses), FIVE)
    _announced(day)
    _drill(day)
    _flapping(day)


def _alone(day: Day, source: str, categories: Sequence[str]) -> None:
    told = [category for category in categories for _ in range(_EACH)]
    for n, category in enumerate(told):
        day.matter(category, day.moment(0.1 + 0.7 * n / len(told)), day.spot(category), [source])


def _announced(day: Day) -> None:
    """计划停水 of a community: its neighbours report that they have no water, and are told until when."""
    spot = day.rng.choice(day.addresses)
    at, supply = day.moment(0.08), "livelihood_service.water_supply"
    day.tell(
        "utilities_water",
        supply,
        at,
        spot,
        "planned_outage",
        title="计划停水",
        content="管网改造。",
        occurred_at=at,
        reported_at=at,
        extra={"areas": spot.community_id},
    )
    near = [one for one in day.addresses if one.community_id == spot.community_id]
    for n, neighbour in enumerate(near[:_NEIGHBOURS]):
        then = at + timedelta(minutes=6 + 3 * n)
        day.tell(
            "hotline_12345",
            supply,
            then,
            neighbour,
            "planned_outage",
            title="家里没水",
            content=f"{n + 1}楼一早就没水了。",
            occurred_at=then,
        )


def _drill(day: Day) -> None:
    """演练: it looks like a fire, and calls nobody."""
    spot = day.rng.choice(day.addresses)
    day.tell("emergency", "sudden_incident.fire", day.moment(0.25), spot, "drill", extra={"drill": "text"})


def _flapping(day: Day) -> None:
    """N75, N76: one cover's sensor raises its alarm twelve times, and recovers in the end."""
    spot, at, cover = day.rng.choice(day.addresses), day.moment(0.15), "public_utility.rain_cover"
    told = [
        day.tell("iot_sensors", cover, at + timedelta(minutes=n), spot, "flapping", device_ref="GD-0042")
        for n in range(12)
    ]
    day.say_again("iot_sensors", told[0], at + timedelta(minutes=14), stage=Stage.CLOSED)
