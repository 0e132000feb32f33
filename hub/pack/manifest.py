"""`pack.yaml`: what the pack is called, which district it is for, and what holds for all of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from hub.contract.known import fits_category
from hub.contract.marked import Entry
from hub.model import AreaId, DepartmentId, GridKind
from hub.pack.locate_pack import MANIFEST
from hub.pack.organisations import Organisations
from hub.pack.reading import PackFiles, moment, required_text, span, validity

_LARGEST_SEED: Final = 2**53
AUDIT_LEAST: Final = timedelta(days=3 * 365)
"""网络数据安全管理条例 第十二条: records of providing data are kept for three years (domain.md 5.1)."""
LOGS_LEAST: Final = timedelta(days=183)
"""网络安全法: logs are kept for six months."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """Who owns a matter that no contract takes, and within what time a person must have looked at it."""

    owner: DepartmentId
    within: timedelta


@dataclass(frozen=True, slots=True)
class Secrecy:
    """Who handles 保密件, and the category patterns that are always treated as one (N58)."""

    owner: DepartmentId
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long things are kept."""

    topics: timedelta
    """Messages of every topic: what lies in a topic can't be taken back, so not long."""
    records: timedelta
    residents: timedelta
    logs: timedelta
    audit: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFile:
    """A GeoJSON file of one kind of grids in one validity period; `code`, `name` … name its properties."""

    file: str
    kind: GridKind
    version: str
    valid_from: date
    valid_to: date | None
    code: str
    name: str
    parent: str
    """"" where no property tells: the district."""
    predecessors: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GeographySetup:
    """Where grids and addresses come from: a generator beside the pack, or files."""

    generator: str = ""
    seed: int = 0
    grids: tuple[GridFile, ...] = ()
    addresses: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All of `pack.yaml`."""

    id: str
    version: str
    title: Mapping[str, str]
    """By language: `zh`, `en`."""
    city: str
    district: AreaId
    geography: GeographySetup
    starts_at: datetime
    """Where the scenario clock of demo, bench and tests begins."""
    seed: int
    """Of the demo's scenario."""
    fallback: Fallback
    secrecy: Secrecy
    retention: Retention


_FIELDS: Final = (
    "id",
    "version",
    "title",
    "city",
    "district",
    "geography",
    "scenario",
    "fallback",
    "secrecy",
    "retention",
)


def read_manifest(files: PackFiles, organisations: Organisations, categories: Collection[str]) -> Manifest:
    """The manifest; what a fault leaves open is filled with something harmless.

    Whoever owns what nobody takes must exist when the scenario begins, or nobody looks at it.
    """
    sheet = files.yaml(MANIFEST)
    sheet.closed(_FIELDS)
    starts_at = moment(sheet["scenario"]["starts_at"])
    for part in ("fallback", "secrecy"):
        _check_owner(sheet[part]["owner"], organisations, starts_at)
    sheet["title"].closed(("zh", "en"))
    sheet["scenario"].closed(("starts_at", "seed"))
    return Manifest(
        id=required_text(sheet, "id"),
        version=required_text(sheet, "version"),
        title={language: text.text() for language, text in sheet["title"].items()},
        city=required_text(sheet, "city"),
        district=AreaId(required_text(sheet, "district")),
        geography=_geography(sheet["geography"]),
        starts_at=starts_at,
        seed=sheet["scenario"]["seed"].whole(0, _LARGEST_SEED),
        fallback=_fallback(sheet["fallback"]),
        secrecy=_secrecy(sheet["secrecy"], categories),
        retention=_retention(sheet["retention"]),
    )


def _check_owner(entry: Entry, organisations: Organisations, at: datetime) -> None:
    owner = DepartmentId(entry.among(organisations, "K212"))
    if owner in organisations and not organisations[owner].exists_on(at.date()):
        entry.faults.add(entry.pointer, "K154", name=owner)


def _fallback(entry: Entry) -> Fallback:
    entry.closed(("owner", "within"))
    return Fallback(DepartmentId(required_text(entry, "owner")), span(entry["within"], timedelta(0)))


def _secrecy(entry: Entry, categories: Collection[str]) -> Secrecy:
    entry.closed(("owner",), ("categories",))
    fits = partial(fits_category, categories=categories)
    patterns = tuple(each.among(categories, "K210", fits=fits) for each in entry["categories"].each())
    return Secrecy(DepartmentId(required_text(entry, "owner")), patterns)


def _retention(entry: Entry) -> Retention:
    entry.closed(("topics", "records", "residents", "logs", "audit"))
    kept = Retention(
        topics=span(entry["topics"], timedelta(0)),
        records=span(entry["records"], timedelta(0)),
        residents=span(entry["residents"], timedelta(0)),
        logs=span(entry["logs"], LOGS_LEAST),
        audit=span(entry["audit"], AUDIT_LEAST),
    )
    for name, length, least in (("logs", kept.logs, LOGS_LEAST), ("audit", kept.audit, AUDIT_LEAST)):
        if length < least:
            entry.faults.add(f"{entry.pointer}/{name}", "K114", name=name, days=least.days)
    return kept


def _geography(entry: Entry) -> GeographySetup:
    if not entry["generator"].is_absent:
        entry.closed(("generator", "seed"))
        seed = entry["seed"].whole(0, _LARGEST_SEED)
        return GeographySetup(generator=required_text(entry, "generator"), seed=seed)
    entry.closed(("grids",), ("addresses",))
    return GeographySetup(
        grids=tuple(_grid_file(each) for each in entry["grids"].each()),
        addresses=entry["addresses"].text(),
    )


def _grid_file(entry: Entry) -> GridFile:
    entry.closed(
        ("file", "kind", "version", "valid_from", "code"), ("valid_to", "name", "parent", "predecessors")
    )
    begins, ends = validity(entry)
    return GridFile(
        file=required_text(entry, "file"),
        kind=entry["kind"].word(GridKind, GridKind.COMPREHENSIVE),
        version=required_text(entry, "version"),
        valid_from=begins,
        valid_to=ends,
        code=required_text(entry, "code"),
        name=entry["name"].text(),
        parent=entry["parent"].text(),
        predecessors=entry["predecessors"].text(),
    )
