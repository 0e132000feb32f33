"""How far, how long and how alike two reports of one matter may be, by category.

Pure data and its look-up. The start values are domain.md 3.5; a pack may give its own for all of
them. Which categories may name one matter is data too: several tables name one burst pipe differently.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from hub.model import UNMAPPED

FOLD: Final = timedelta(hours=12)
"""How long after its last alarm one device's next alarm is still the same (N75)."""


class Extent(StrEnum):
    """What tells two reports of one category apart, beside where and when.

    `object`: a thing at one spot; another house number or sensor is another thing.
    `spread`: seen from many doors (water on the street); numbers are those of the witnesses.
    `emitted`: noticed around, but made by one firm (smoke, noise); only who names it links by itself.
    """

    OBJECT = "object"
    SPREAD = "spread"
    EMITTED = "emitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRule:
    """When two reports of one category may tell of one matter."""

    name: str
    distance_m: float
    """Between two exact points; the error of both is added."""
    window: timedelta
    """Since the last report of the matter."""
    text_min: float = 0.75
    """Likeness (0–1, `text.same_matter`) from which the words speak fully for one matter."""
    closed_grace: timedelta = timedelta(0)
    """How long after its closing, unverified, a matter still takes reports; later is a recurrence."""
    recurrence: timedelta = timedelta(days=90)
    """How long after its closing the same again is named a recurrence."""
    same_address: bool = False
    """The matter belongs to an address (a flat, a shop): another address is another matter."""
    extent: Extent = Extent.OBJECT
    fold: timedelta = FOLD
    announced: bool = False
    """Whether it may be announced for a whole community (计划停水): until that is over it explains what is reported there."""


_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)

COMPONENT: Final = LinkRule(name="component", distance_m=15, window=365 * _DAY, closed_grace=7 * _DAY)
STREET: Final = LinkRule(name="street", distance_m=50, window=12 * _HOUR)
CONDITION: Final = LinkRule(name="condition", distance_m=50, window=7 * _DAY, closed_grace=_DAY)
SUDDEN: Final = LinkRule(name="sudden", distance_m=50, window=2 * _HOUR, extent=Extent.SPREAD)
WATER: Final = LinkRule(name="water", distance_m=150, window=2 * _HOUR, extent=Extent.SPREAD)
NUISANCE: Final = LinkRule(name="nuisance", distance_m=100, window=12 * _HOUR, extent=Extent.EMITTED)
DISPUTE: Final = LinkRule(name="dispute", distance_m=50, window=90 * _DAY, same_address=True)
PREMISES: Final = LinkRule(name="premises", distance_m=30, window=30 * _DAY, same_address=True)
PERSONAL: Final = LinkRule(name="personal", distance_m=15, window=7 * _DAY, text_min=0.9, same_address=True)
SUPPLY: Final = replace(PERSONAL, name="supply", announced=True)

START_RULES: Final[Mapping[str, LinkRule]] = MappingProxyType(
    {
        "public_utility.*": COMPONENT,
        "traffic_facility.*": COMPONENT,
        "sanitation_facility.*": COMPONENT,
        "greenery_facility.*": COMPONENT,
        "other_component.*": COMPONENT,
        "city_appearance.*": CONDITION,
        "city_appearance.open_air_burning": SUDDEN,
        "city_appearance.open_air_barbecue": NUISANCE,
        "city_appearance.commercial_noise": NUISANCE,
        "city_appearance.river_pollution": WATER,
        "city_appearance.pet_dogs": STREET,
        "advertising.*": CONDITION,
        "construction.*": CONDITION,
        "construction.construction_noise": NUISANCE,
        "construction.dust": NUISANCE,
        "construction.road_occupation": NUISANCE,
        "street_order.*": STREET,
        "street_order.occupy_road": NUISANCE,
        "sudden_incident.*": SUDDEN,
        "sudden_incident.waterlogging": WATER,
        "dispute.*": DISPUTE,
        "safety_hazard.*": CONDITION,
        "safety_hazard.fire": PREMISES,
        "security_hazard.*": CONDITION,
        "market.*": PREMISES,
        "livelihood_service.*": PERSONAL,
        "livelihood_service.water_supply": SUPPLY,
        "livelihood_service.power_supply": SUPPLY,
        "livelihood_service.gas_supply": SUPPLY,
        "livelihood_service.heating": SUPPLY,
        "environment.*": NUISANCE,
        "*": STREET,
    }
)
"""Category pattern → rule: a category itself, `class.*`, or `*`; the closest pattern holds."""

START_FAMILIES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "burst_water": frozenset(
            {
                "sudden_incident.water_pipe_burst",
                "sudden_incident.drain_burst",
                "sudden_incident.waterlogging",
                "city_appearance.damaged_road",
            }
        ),
        "sinking_road": frozenset({"sudden_incident.road_collapse", "city_appearance.damaged_road"}),
        "gas": frozenset({"sudden_incident.gas_pipe_burst", "public_utility.gas_facility"}),
        "fallen_line": frozenset({"sudden_incident.cable_down", "public_utility.power_facility"}),
        "garbage": frozenset(
            {
                "city_appearance.exposed_garbage",
                "city_appearance.accumulated_garbage",
                "city_appearance.dirty_road",
            }
        ),
        "vendors": frozenset(
            {"street_order.unlicensed_vendor", "street_order.shop_outside", "street_order.occupy_road"}
        ),
        "covers": frozenset(
            {
                "public_utility.water_cover",
                "public_utility.sewage_cover",
                "public_utility.rain_cover",
            }
        ),
        "smoke": frozenset(
            {"city_appearance.open_air_burning", "city_appearance.open_air_barbecue", "environment.odour"}
        ),
        "noise": frozenset(
            {"city_appearance.commercial_noise", "construction.construction_noise", "environment.noise"}
        ),
        "building_site_dust": frozenset({"construction.dust", "environment.air"}),
        "fire_lane": frozenset({"street_order.fire_lane_blocked", "safety_hazard.fire"}),
        "foul_water": frozenset({"city_appearance.river_pollution", "environment.water"}),
    }
)
"""Categories of different tables that may name one matter (N16). Kinship does not go over two families."""


class Around(NamedTuple):
    """The widest that any rule allows between a report of one category and those of its kin."""

    families: tuple[str, ...]
    reach_m: float
    """Errors aside."""
    window: timedelta
    closed_grace: timedelta
    recurrence: timedelta
    announced: bool = False


@dataclass(frozen=True, slots=True)
class LinkRules:
    """The rules and families in force; looks rules up by category and remembers what it found."""

    patterns: Mapping[str, LinkRule] = field(default_factory=lambda: START_RULES)
    families: Mapping[str, frozenset[str]] = field(default_factory=lambda: START_FAMILIES)
    _pairs: dict[tuple[str, str], LinkRule | None] = field(default_factory=dict, repr=False, compare=False)
    _around: dict[str, Around] = field(default_factory=dict, repr=False, compare=False)

    def of(self, category: str) -> LinkRule | None:
        """The rule of `category`; None where nothing links by rule: unmapped, or no pattern fits."""
        if category == UNMAPPED:
            return None
        for pattern in (category, f"{category.partition('.')[0]}.*", "*"):
            if rule := self.patterns.get(pattern):
                return rule
        return None

    def between(self, one: str, other: str) -> LinkRule | None:
        """The rule for reports of these two categories: of kin, the wider one; None for strangers."""
        pair = (one, other)
        if pair not in self._pairs:
            self._pairs[pair] = self._find(one, other)
        return self._pairs[pair]

    def around(self, category: str) -> Around:
        """What holds around a report of `category`, remembered: every report asks. Without a rule nothing does."""
        found = self._around.get(category)
        if found is None:
            found = self._around[category] = self._look_around(category)
        return found

    def _look_around(self, category: str) -> Around:
        if self.of(category) is None:
            return Around((), 0.0, timedelta(), timedelta(), timedelta())
        families = [name for name, kin in sorted(self.families.items()) if category in kin]
        kin = {category}.union(*(self.families[name] for name in families))
        between = [rule for one in kin if (rule := self.between(category, one))]
        return Around(
            families=tuple(families) or (category,),
            # as wide for each of the kin: the boxes of two reports are half of it each
            reach_m=max(rule.distance_m for one in kin if (rule := self.of(one))),
            window=max(rule.window for rule in between),
            closed_grace=max(rule.closed_grace for rule in between),
            recurrence=max(rule.recurrence for rule in between),
            announced=any(rule.announced for rule in between),
        )

    def _find(self, one: str, other: str) -> LinkRule | None:
        mine, theirs = self.of(one), self.of(other)
        if mine is None or theirs is None or one == other:
            return mine if one == other else None
        if not any(one in kin and other in kin for kin in self.families.values()):
            return None
        return max(mine, theirs, key=lambda rule: (rule.distance_m, rule.window, rule.name))
