"""8,000 real events of one district through the hub: does each end in a fate, and who is called for it?

A pack is made of the live system's own dictionaries; contracts are the practice of the first half of the
events in time. Truth of routing: the unit that handled an event of the second half, names of one unit
merged (the part in （…） left out). The events have no text and no coordinates.
"""

import csv
import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from hub.clock import SHANGHAI
from hub.model import UNMAPPED, Area, AreaId, AreaLevel, DepartmentId, Event
from hub.pack.taxonomy import Category, CategoryKind
from hub.run.measure.practice import NEVER, Handled, agreement, contracts_of
from hub.run.measure.scratch import events_of, fates_of, hub_with, import_file
from hub.run.measure.small_pack import SmallPack

DISTRICT: Final = AreaId("440310")
TABLE: Final = "pingshan-2018"
SOURCE: Final = "pingshan"
LEAST: Final = (1, 2, 4, 8, 16, NEVER)
"""Cases of a category in one community that give it a clause of its own: to choose from, on the first half."""

_BEGINS: Final = date(2018, 1, 1)
_NOW: Final = datetime(2018, 12, 1, tzinfo=SHANGHAI)
_NOBODY: Final = "-"
_BRACKETED: Final = re.compile("（.*?）")
_COLUMNS: Final[Mapping[str, Any]] = {
    "format": "csv",
    "columns": {
        "source_ref": "rec_id",
        "reported_at": "create_time",
        "category": "sub_type_id",
        "area_code": "community_id",
        "channel": "event_src_name",
        "request_type": "event_property_name",
        "stage": "achieve",
    },
    "code_table": TABLE,
    "stages": {"按期办结": "closed", "逾期办结": "closed"},
}


def measure(data: Path) -> dict[str, float]:
    """Fates of all events (`records` … `ended`), `unmapped` codes, and on the second half `ours_top1` and
    `simple_top1`: the share of `measured` events routed to the unit that handled them.

    Simple: the unit that handled most of a sub-type in a community, else of the sub-type, else of all.
    `data` is the folder of all real data. Raises OSError where it is absent.
    """
    district = District(data / "pingshan")
    first, second = district.halves
    contracts = contracts_of(district.handled(first), least=_chosen(district, first), begins=_BEGINS)
    with hub_with(district.pack(contracts), _NOW) as hub:
        import_file(hub, SOURCE, data / "pingshan" / "events.csv", _COLUMNS)
        events = {event.source_ref: event for event in events_of(hub)}
        fates = fates_of(hub)
        loaded = hub.pack.contracts
    told = [row for row in second if row.unit != _NOBODY]
    right, _ = agreement(loaded, district.as_stored(told, events))
    return {
        **fates,
        "unmapped": sum(event.category == UNMAPPED for event in events.values()),
        "contracts": len(loaded),
        "measured": len(told),
        "ours_top1": right / len(told),
        "simple_top1": _simple([row for row in first if row.unit != _NOBODY], told),
    }


def _chosen(district: "District", first: Sequence["_Row"]) -> int:
    """The member of `LEAST` that routes the last quarter of the first half best by its first three quarters."""
    known, later = district.handled(first[: len(first) * 3 // 4]), first[len(first) * 3 // 4 :]
    cases = list(zip(district.handled(later), (row.at for row in later if row.is_told), strict=True))
    return max(LEAST, key=lambda least: agreement(contracts_of(known, least=least, begins=_BEGINS), cases))


def _simple(first: Iterable["_Row"], second: Sequence["_Row"]) -> float:
    counts: dict[tuple[str, ...], Counter[str]] = {}
    for row in first:
        for key in row.simple_keys:
            counts.setdefault(key, Counter())[row.unit] += 1
    most = {key: max(units.items(), key=lambda pair: (pair[1], pair[0]))[0] for key, units in counts.items()}
    said = (next(most[key] for key in row.simple_keys if key in most) for row in second)
    return sum(unit == row.unit for unit, row in zip(said, second, strict=True)) / len(second)


class _Row(NamedTuple):
    """What is read of one event."""

    number: int
    day: date
    code: str
    community: str
    """The system's own number; "-" where it is not known."""
    unit: str
    """Without the part in brackets; "-" where nobody is named."""

    @property
    def at(self) -> datetime:
        return datetime.combine(self.day, time(), SHANGHAI)

    @property
    def is_told(self) -> bool:
        """Whether it says where it was and who handled it."""
        return _NOBODY not in (self.community, self.unit)

    @property
    def simple_keys(self) -> tuple[tuple[str, ...], ...]:
        return (self.code, self.community), (self.code,), ()


@dataclass(frozen=True)
class District:
    """The events and the dictionaries of one folder."""

    folder: Path

    @cached_property
    def halves(self) -> tuple[list[_Row], list[_Row]]:
        """The events in order of time, cut in the middle."""
        rows = sorted(
            (
                _Row(
                    int(row["rec_id"]),
                    date.fromisoformat(row["create_time"]),
                    row["sub_type_id"],
                    row["community_id"],
                    merged(row["dispose_unit_name"]),
                )
                for row in self._table("events")
            ),
            key=lambda row: (row.day, row.number),
        )
        return rows[: len(rows) // 2], rows[len(rows) // 2 :]

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """District, streets, communities under made-up codes; the system's own numbers stand as former codes.

        A number that two communities bear belongs to the one with events; "-" is no area.
        """
        streets = {row["id"]: _street(row) for row in self._table("event_street") if row["name"] != _NOBODY}
        rows = [row for row in self._table("event_community") if row["name"] != _NOBODY]
        rows.sort(key=lambda row: -int(row["number"]))
        numbers = {row["aID"]: row["id"] for row in reversed(rows)}
        communities = (_community(row, streets, numbers) for row in rows)
        return (Area(DISTRICT, "坪山区", AreaLevel.DISTRICT, None), *streets.values(), *communities)

    @cached_property
    def categories(self) -> Mapping[str, Category]:
        """Code → category: the main type is the class, the sub-type the kind; the commoner of one number."""
        types = {row["id"]: row["name"] for row in self._table("event_type")}
        mains = {row["id"]: row for row in self._table("event_maintype")}
        rows = sorted(self._table("event_subtype"), key=lambda row: int(row["number"]))
        found = {row["aID"]: _category(row, mains[row["main_type_id"]], types) for row in rows}
        return dict(sorted(found.items(), key=lambda pair: pair[1].id))

    @cached_property
    def units(self) -> Mapping[str, tuple[DepartmentId, tuple[str, ...]]]:
        """Merged name → id and all names of the unit."""
        names: dict[str, tuple[DepartmentId, tuple[str, ...]]] = {}
        for row in self._table("event_disposeunit"):
            name = merged(row["name"])
            if name != _NOBODY:
                known, others = names.get(name, (DepartmentId(f"unit_{row['id']}"), (name,)))
                names[name] = known, tuple(dict.fromkeys((*others, row["name"])))
        return names

    def handled(self, rows: Iterable[_Row]) -> list[Handled]:
        """The cases that say where they were and who handled them."""
        return [
            Handled(self.categories[row.code].id, self._communities[row.community], self.units[row.unit][0])
            for row in rows
            if row.is_told
        ]

    def as_stored(
        self, rows: Iterable[_Row], events: Mapping[str, Event]
    ) -> Iterable[tuple[Handled, datetime]]:
        """The cases with category and place as the hub stored them; those it holds have none."""
        for row in rows:
            event = events.get(str(row.number))
            if event is not None:
                area = event.place.community_id or AreaId("")
                yield Handled(event.category, area, self.units[row.unit][0]), event.occurred_at

    def pack(self, contracts: Sequence[Any]) -> SmallPack:
        """The pack of this district."""
        return SmallPack(
            id="pingshan",
            name="坪山区",
            begins=_BEGINS,
            areas=self.areas,
            categories=tuple(self.categories.values()),
            codes={TABLE: {code: category.id for code, category in self.categories.items()}},
            units=dict(self.units.values()),
            contracts=contracts,
            link_rules={"street": {"distance_m": 50, "window": "12 h"}},
        )

    @cached_property
    def _communities(self) -> Mapping[str, AreaId]:
        return {old: area.id for area in self.areas for old in area.old_ids}

    def _table(self, name: str) -> list[dict[str, str]]:
        with (self.folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


def merged(name: str) -> str:
    """A unit's name without the part in brackets: which street's office it is says the street."""
    return _BRACKETED.sub("", name)


def _street(row: Mapping[str, str]) -> Area:
    code = AreaId(f"{DISTRICT}{900 + int(row['id'])}")
    old = (AreaId(row["aID"]),)
    return Area(code, row["name"], AreaLevel.SUBDISTRICT, DISTRICT, "street", old_ids=old)


def _community(row: Mapping[str, str], streets: Mapping[str, Area], numbers: Mapping[str, str]) -> Area:
    street = streets[row["street_id"]].id
    old = (AreaId(row["aID"]),) if numbers[row["aID"]] == row["id"] else ()
    code = AreaId(f"{street}{int(row['id']):03d}")
    return Area(code, row["name"], AreaLevel.COMMUNITY, street, "residential", old_ids=old)


def _category(sub: Mapping[str, str], main: Mapping[str, str], types: Mapping[str, str]) -> Category:
    return Category(
        id=f"m{main['aID']}.s{sub['aID']}",
        zh=html.unescape(sub["name"]),
        en=f"sub-type {sub['aID']}",
        kind=CategoryKind.SERVICE,
        link_rule="street",
        class_id=f"m{main['aID']}",
        class_zh=f"{types[main['type_id']]}：{main['name']}",
        class_en=f"main type {main['aID']}",
    )
