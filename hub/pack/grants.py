"""`grants.yaml`: the field whitelist in compact form; one entry stands for departments × fields."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import product
from typing import Final

from hub.access.terms import YEARS, approvals_needed, first_day_beyond
from hub.contract.known import fits_category
from hub.contract.marked import NO_DAY, Entry
from hub.ids import digest_of
from hub.model import AreaId, DepartmentId, Grant, Output, Sensitivity, ShareType
from hub.pack.reading import PackFiles, required_text

FILE: Final = "grants.yaml"
_REQUIRED: Final = (
    "departments",
    "fields",
    "purpose",
    "legal_basis",
    "sensitivity",
    "share_type",
    "outputs",
    "valid",
)
_APPROVED: Final = "approved_by"
_OPTIONAL: Final = ("mask", "areas", "categories", "max_rows_day", "version")
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""What each look says in the audit: no words."""
_MOST_VERSIONS: Final = 10_000
_MOST_ROWS: Final = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """Whom and what a grant may name; `masks` None: any name."""

    departments: Collection[str]
    areas: Collection[str]
    categories: Collection[str]
    fields: Collection[str] | None = None
    masks: Collection[str] | None = None


def read_grants(files: PackFiles, subjects: Subjects) -> tuple[Grant, ...]:
    """All grants, one a department and field, in the file's order."""
    sheet = files.yaml(FILE)
    for entry in _entries(sheet):
        entry.closed((*_REQUIRED, _APPROVED), _OPTIONAL)
    grants = tuple(_grants(sheet, subjects))
    for entry, grant in grants:
        _check_approval(entry, grant)
    return tuple({grant.id: grant for _, grant in grants}.values())


def read_proposed(sheet: Entry, subjects: Subjects) -> tuple[Grant, ...]:
    """The same of a file of the same form that is to be proposed: who approves it is asked later, so it need not say so,
    and what it says of that counts for nothing."""
    for entry in _entries(sheet):
        entry.closed(_REQUIRED, (*_OPTIONAL, _APPROVED))
    return tuple({grant.id: replace(grant, approved_by=()) for _, grant in _grants(sheet, subjects)}.values())


def _entries(sheet: Entry) -> Iterator[Entry]:
    sheet.closed(("grants",), ("version",))
    return sheet["grants"].each()


def _grants(sheet: Entry, subjects: Subjects) -> Iterator[tuple[Entry, Grant]]:
    """Each grant with its entry; one that is there twice is a fault."""
    seen: set[str] = set()
    for entry in sheet["grants"].each():
        for grant in _expand(entry, subjects):
            if grant.share_type is ShareType.NOT_SHARED:  # 政务数据共享条例: it can't be granted
                entry.faults.add(f"{entry.pointer}/share_type", "K173")
            if grant.id in seen:
                name = f"{grant.department} {grant.field} {grant.purpose}"
                entry.faults.add(entry.pointer, "K175", name=name)
            seen.add(grant.id)
            yield entry, grant


def _expand(entry: Entry, subjects: Subjects) -> Iterator[Grant]:
    """One grant a department and field, all alike in the rest."""
    begins, ends = _valid(entry["valid"])
    departments = [_name(each, subjects.departments, "K212") for each in entry["departments"].some()]
    fields = [_name(each, subjects.fields, "K218") for each in entry["fields"].some()]
    purpose = required_text(entry, "purpose")
    if purpose and not _CODE.fullmatch(purpose):
        entry.faults.add(f"{entry.pointer}/purpose", "A216")
    areas = tuple(AreaId(each.among(subjects.areas, "K211")) for each in entry["areas"].each())
    categories = tuple(_pattern(each, subjects.categories) for each in entry["categories"].each())
    limit, version = entry["max_rows_day"], entry["version"]
    alike = partial(
        Grant,
        purpose=purpose,
        legal_basis=required_text(entry, "legal_basis"),
        sensitivity=entry["sensitivity"].word(Sensitivity, Sensitivity.RESTRICTED),
        share_type=entry["share_type"].word(ShareType, ShareType.CONDITIONAL),
        mask="" if entry["mask"].is_absent else entry["mask"].among(subjects.masks, "K215"),
        outputs=entry["outputs"].words(Output),
        areas=areas,
        categories=categories,
        max_rows_day=None if limit.is_absent else limit.whole(0, _MOST_ROWS),
        valid_from=begins,
        valid_to=ends,
        approved_by=entry["approved_by"].texts(),
        version=1 if version.is_absent else version.whole(1, _MOST_VERSIONS),
    )
    for department, field in product(departments, fields):
        grant_id = _id(department, field, purpose, begins, areas, categories)
        yield alike(id=grant_id, department=DepartmentId(department), field=field)


def _valid(entry: Entry) -> tuple[date, date]:
    """First and last day, at most a year apart (domain.md 5.6)."""
    entry.closed(("from", "to"))
    begins, ends = entry["from"].day(), entry["to"].day()
    for name, day in (("from", begins), ("to", ends)):
        if day != NO_DAY and not YEARS[0] <= day.year <= YEARS[1]:
            entry.faults.add(f"{entry.pointer}/{name}", "A429", first=YEARS[0], last=YEARS[1])
            return NO_DAY, NO_DAY
    if NO_DAY not in (begins, ends):
        if ends < begins:
            entry.faults.add(f"{entry.pointer}/to", "K111")
        elif ends >= first_day_beyond(begins):
            entry.faults.add(f"{entry.pointer}/to", "K172")
    return begins, ends


def _check_approval(entry: Entry, grant: Grant) -> None:
    """Two approve what is sensitive or about a person (domain.md 5.6)."""
    least = approvals_needed(grant.field, grant.sensitivity)
    if len(set(grant.approved_by)) < least:
        entry.faults.add(f"{entry.pointer}/approved_by", "K174", least=least)


def _name(entry: Entry, known: Collection[str] | None, code: str) -> str:
    """One of `known`; an empty one is a fault."""
    if entry.value == "":
        entry.faults.add(entry.pointer, "K204", name="name")
    return entry.among(known, code)


def _pattern(entry: Entry, categories: Collection[str]) -> str:
    return entry.among(categories, "K210", fits=lambda text: fits_category(text, categories))


def _id(
    department: str,
    field: str,
    purpose: str,
    begins: date,
    areas: tuple[AreaId, ...],
    categories: tuple[str, ...],
) -> str:
    """Readable, and the same for the same line in every process; row filters tell two lines apart."""
    rows = f"-{digest_of(*areas, '|', *categories)[:6]}" if areas or categories else ""
    return f"g-{department}-{field}-{purpose}-{begins:%Y%m%d}{rows}"
