"""Writes a pack for one data set: just what its records need, all the rest empty.

Values of the model in, the files of a pack out, so that a measure goes through `hub.pack.load` like any
district. Holds no fact of any data set.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import orjson
import yaml

from hub.clock import SHANGHAI
from hub.model import Accept, Area, Contract, DepartmentId, GridKind
from hub.pack import areas, codes
from hub.pack.taxonomy import Category

CENTRE: Final = DepartmentId("centre")
"""The body that every small pack has: it owns what no contract takes."""
GRIDS: Final = "grids.geojson"
_LAST_DAYS: Final = timedelta(days=400)
_A_YEAR: Final = dict.fromkeys(("topics", "records", "residents", "logs"), "366 d") | {"audit": "1100 d"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallPack:
    """What a data set needs of a district."""

    id: str
    name: str
    begins: date
    """First day of everything in it."""
    areas: Sequence[Area]
    """The district first."""
    categories: Sequence[Category]
    codes: Mapping[str, Mapping[str, str]]
    """Code table → code → category."""
    units: Mapping[DepartmentId, tuple[str, ...]] = field(default_factory=dict)
    """Name, then other names."""
    contracts: Sequence[Contract] = ()
    link_rules: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """As in `link_rules.yaml`."""
    grids: Mapping[str, object] | None = None
    """A GeoJSON FeatureCollection whose features have the properties `code` and `parent`."""

    def write(self, root: Path) -> None:
        """Makes the files in `root`, an empty directory."""
        _dump(root / "pack.yaml", self._manifest())
        _table(root / areas.FILE, areas.COLUMNS, (_row(area) for area in self.areas))
        _dump(root / "taxonomy.yaml", {"classes": dict(self._classes())})
        for table, meanings in self.codes.items():
            lines = ((code, category, code) for code, category in meanings.items())
            _table(root / codes.FOLDER / f"{table}.csv", codes.COLUMNS, lines)
        _dump(root / "organisations.yaml", {"organisations": dict(self._organisations())})
        _dump(root / "calendar.yaml", self._calendar())
        _dump(root / "link_rules.yaml", {"rules": dict(self.link_rules)})
        _dump(root / "grants.yaml", {"grants": []})
        _dump(root / "sources.yaml", {"sources": {}})
        for contract in self.contracts:
            _dump(root / "contracts" / f"{contract.department}.yaml", _contract(contract))
        if self.grids is not None:
            (root / GRIDS).write_bytes(orjson.dumps(self.grids))

    def _manifest(self) -> dict[str, object]:
        grids = {
            "file": GRIDS,
            "kind": GridKind.COMPREHENSIVE.value,
            "version": f"{self.id}-grids",
            "valid_from": self.begins,
            "code": "code",
            "parent": "parent",
        }
        return {
            "id": self.id,
            "version": "1",
            "title": {"zh": self.name, "en": self.name},
            "city": self.name,
            "district": self.areas[0].id,
            "geography": {"grids": [] if self.grids is None else [grids]},
            "scenario": {"starts_at": _midnight(self.begins).isoformat(), "seed": 0},
            "fallback": {"owner": CENTRE, "within": "4 h"},
            "secrecy": {"owner": CENTRE},
            "retention": _A_YEAR,
        }

    def _classes(self) -> Iterable[tuple[str, object]]:
        for class_id, members in groupby(self.categories, key=attrgetter("class_id")):
            some = list(members)
            yield (
                class_id,
                {
                    "zh": some[0].class_zh,
                    "en": some[0].class_en,
                    "kind": some[0].kind.value,
                    "categories": {one.id.partition(".")[2]: _category(one) for one in some},
                },
            )

    def _organisations(self) -> Iterable[tuple[str, object]]:
        yield CENTRE, {"name": self.name, "kind": "centre", "valid_from": self.begins}
        for unit, (name, *others) in self.units.items():
            yield unit, {"name": name, "kind": "department", "aliases": others, "valid_from": self.begins}

    def _calendar(self) -> dict[str, object]:
        """Weekdays without a holiday: no deadline of a back-fill is ever counted."""
        return {
            "covers": {"from": self.begins, "to": self.begins + _LAST_DAYS},
            "hours": [{"from": self.begins, "spans": ["08:00-12:00", "14:00-18:00"]}],
            "years": [{"year": self.begins.year, "source": "-", "holidays": []}],
        }


class _Dumper(yaml.SafeDumper):
    """Packs may hold no YAML aliases, so a value that stands twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 PyYAML's name
        return True


def _dump(file: Path, content: Mapping[str, object]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        yaml.dump(dict(content), Dumper=_Dumper, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )


def _table(file: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    file.parent.mkdir(exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _row(area: Area) -> tuple[str, ...]:
    return (
        area.id,
        area.name,
        area.level.value,
        area.parent or "",
        area.kind,
        area.valid_from.isoformat() if area.valid_from else "",
        area.valid_to.isoformat() if area.valid_to else "",
        ";".join(area.old_ids),
    )


def _category(one: Category) -> dict[str, str]:
    named = {"zh": one.zh, "en": one.en}
    return named | {"link_rule": one.link_rule} if one.link_rule else named


def _contract(contract: Contract) -> dict[str, object]:
    return {
        "department": contract.department,
        "version": contract.version,
        "valid": {"from": contract.valid_from, "to": contract.valid_to},
        "title": contract.title,
        "legal_basis": list(contract.legal_basis),
        "accepts": [_accept(one) for one in contract.accepts],
        "deadlines": {},
        "channels": [channel.value for channel in contract.channels],
        "form": {"properties": dict(contract.form)},
    }


def _accept(one: Accept) -> dict[str, object]:
    return {
        "clause": one.clause,
        "role": one.role.value,
        "categories": list(one.categories),
        "areas": list(one.areas),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
