"""A pack: everything local to a place. Small parts are here at once; maps and addresses when first asked for.

Only what follows from the parts; reading them stands in the module named after each file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from hub.access.beyond import BeyondRules
from hub.incident.rules import LinkRules
from hub.model import Area, AreaId, Contract, DepartmentId, Grant
from hub.pack.codes import Codes
from hub.pack.landscape import Landmark, Outline, Road, Water
from hub.pack.manifest import Manifest, Retention, Secrecy
from hub.pack.organisations import Organisation, Organisations
from hub.pack.sources import SourceSetup
from hub.pack.stored import StoredGeography
from hub.pack.taxonomy import Taxonomy
from hub.place.atlas import Atlas
from hub.place.gazetteer import Gazetteer
from hub.whistle.calendar import Calendar
from hub.whistle.contact import ContactRules
from hub.whistle.rosters import Rosters
from hub.whistle.rules import Rules, rules_on


@dataclass(frozen=True, kw_only=True, eq=False)
class Pack:
    """One pack, free of faults in its small files. Shared by all parts of a process; never changed.

    `atlas`, `gazetteer` and the landscape are read at first use. Without them a pack is there in a few
    hundred milliseconds; the very first use of a generated pack makes them, which takes seconds.
    """

    root: Path
    manifest: Manifest
    areas: Mapping[AreaId, Area]
    taxonomy: Taxonomy
    codes: Codes
    link_rules: LinkRules
    organisations: Organisations
    calendar: Calendar
    whistles: tuple[Rules, ...]
    """Rules of the life of a whistle, each with its validity."""
    rosters: Rosters
    """Who is on call, and by which channels they are called."""
    contacts: ContactRules
    """How departments may contact residents."""
    contracts: tuple[Contract, ...]
    grants: tuple[Grant, ...]
    beyond: BeyondRules
    """What two persons may have shown beyond the grants for a short time."""
    sources: Mapping[str, SourceSetup]
    source_templates: Mapping[str, SourceSetup]
    """Sources that a person sets up by hand, for instance an import of files."""
    renamed: Mapping[str, str]
    """Former names of roads and estates → today's."""
    open_geography: Callable[[], StoredGeography]
    """Finds or makes the stored maps and addresses; called once."""

    @property
    def id(self) -> str:
        """Short name."""
        return self.manifest.id

    @property
    def version(self) -> str:
        """What decisions remember."""
        return self.manifest.version

    @property
    def title(self) -> Mapping[str, str]:
        """By language: `zh`, `en`."""
        return self.manifest.title

    @property
    def city(self) -> str:
        """The city that the district belongs to; begins full addresses."""
        return self.manifest.city

    @property
    def district(self) -> AreaId:
        """Six digits."""
        return self.manifest.district

    @property
    def fallback_owner(self) -> DepartmentId:
        """Who owns what no contract takes, and held records."""
        return self.manifest.fallback.owner

    @property
    def fallback_s(self) -> int:
        """Seconds within which a person must have looked at such a matter."""
        return int(self.manifest.fallback.within.total_seconds())

    @property
    def secrecy(self) -> Secrecy:
        """How 保密件 are handled."""
        return self.manifest.secrecy

    @property
    def retention(self) -> Retention:
        """How long things are kept."""
        return self.manifest.retention

    def organisation_of(self, *, name: str = "", uscc: str = "") -> DepartmentId | None:
        """The body that a source names: by its USCC, else by name or alias; None for no one we know."""
        body: Organisation | None = self.organisations.registered(uscc) if uscc else None
        if body is None and name:
            body = self.organisations.known_as(name)
        return body.id if body else None

    def contracts_on(self, day: date) -> tuple[Contract, ...]:
        """The contracts in force on `day`."""
        return tuple(
            contract
            for contract in self.contracts
            if contract.valid_from <= day and (contract.valid_to is None or day <= contract.valid_to)
        )

    def rules_on(self, day: date) -> Rules:
        """The rules of the life of a whistle that hold on `day`."""
        return rules_on(day, self.whistles)

    @cached_property
    def geography(self) -> StoredGeography:
        """Maps, addresses and landscape as stored."""
        return self.open_geography()

    @cached_property
    def atlas(self) -> Atlas:
        """Areas, and the maps of every kind and period."""
        return Atlas(self.areas.values(), self.geography.maps)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The standard address table, searchable."""
        return Gazetteer(self.geography.addresses, self.areas.values(), renamed=self.renamed)

    @property
    def roads(self) -> tuple[Road, ...]:
        """Named roads, for the map."""
        return self.geography.landscape.roads

    @property
    def waters(self) -> tuple[Water, ...]:
        """Rivers and lakes, for the map."""
        return self.geography.landscape.waters

    @property
    def places(self) -> tuple[Landmark, ...]:
        """Schools, hospitals, markets, squares, parks."""
        return self.geography.landscape.places

    @cached_property
    def outlines(self) -> Mapping[AreaId, Outline]:
        """Border and label point of each area that has one."""
        return {outline.area_id: outline for outline in self.geography.landscape.outlines}
