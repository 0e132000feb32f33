"""`organisations.yaml`: departments, companies and offices, each with the time in which it exists (N83)."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from hub.contract.marked import Entry
from hub.model import DepartmentId
from hub.pack.reading import PackFiles, required_text, validity

FILE: Final = "organisations.yaml"
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: no I, O, S, V, Z."""


class OrganisationKind(StrEnum):
    """What sort of body it is."""

    DEPARTMENT = "department"
    SUBDISTRICT = "subdistrict"
    CENTRE = "centre"
    COMPANY = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A body that can be called or accused. Its id is never given to another one."""

    id: DepartmentId
    name: str
    kind: OrganisationKind
    uscc: str
    """统一社会信用代码, 18 characters; "" where it is not known."""
    aliases: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    """Last day on which it exists."""
    succeeds: tuple[DepartmentId, ...] = ()
    """Bodies whose duties it took over."""
    staff_phones: tuple[str, ...] = ()
    """Work phones; only to see that a requester is staff of the accused (N59)."""

    def exists_on(self, day: date) -> bool:
        """Whether `day` lies in its validity."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Organisations(Mapping[DepartmentId, Organisation]):
    """All bodies by id, ended ones too."""

    def __init__(self, bodies: Mapping[DepartmentId, Organisation]) -> None:
        self._bodies: Final = dict(bodies)
        self._by_name: Final[dict[str, list[Organisation]]] = {}
        for body in self._bodies.values():
            for name in {_plain(each) for each in (body.name, *body.aliases)}:
                self._by_name.setdefault(name, []).append(body)

    def __getitem__(self, department: DepartmentId) -> Organisation:
        return self._bodies[department]

    def __iter__(self) -> Iterator[DepartmentId]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)

    def on(self, day: date) -> tuple[Organisation, ...]:
        """The bodies that exist on `day`, in the file's order."""
        return tuple(body for body in self._bodies.values() if body.exists_on(day))

    @property
    def offices(self) -> frozenset[DepartmentId]:
        """Offices of subdistricts, ended ones too: each is called for what lies in its own."""
        return frozenset(
            id_ for id_, body in self._bodies.items() if body.kind is OrganisationKind.SUBDISTRICT
        )

    def in_charge_of(self, department: DepartmentId, day: date) -> tuple[Organisation, ...]:
        """Who does on `day` what `department` did: itself, or who succeeds it, over several reforms.

        More than one after a split; none where nobody took over.
        """
        found: list[Organisation] = []
        waiting, seen = [department], {department}
        while waiting:
            body = self._bodies.get(waiting.pop(0))
            if body is None:
                continue
            if body.exists_on(day):
                found.append(body)
                continue
            heirs = [heir.id for heir in self._bodies.values() if body.id in heir.succeeds]
            waiting += [heir for heir in heirs if heir not in seen]
            seen.update(heirs)
        return tuple(found)

    def called(self, name: str, day: date) -> Organisation | None:
        """The body that a source calls `name` (official name or alias) on `day`; None for no one."""
        return next((body for body in self._by_name.get(_plain(name), ()) if body.exists_on(day)), None)

    def registered(self, uscc: str) -> Organisation | None:
        """The body with this 统一社会信用代码; None for no one."""
        wanted = _plain(uscc)
        return next(
            (body for body in self._bodies.values() if body.uscc and _plain(body.uscc) == wanted), None
        )

    def known_as(self, name: str) -> Organisation | None:
        """The body of this name on whatever day, the one that began last; None for no one."""
        bodies = self._by_name.get(_plain(name), ())
        return max(bodies, key=lambda body: body.valid_from, default=None)


def read_organisations(files: PackFiles) -> Organisations:
    """All bodies of the file."""
    sheet = files.yaml(FILE)
    sheet.closed(("organisations",), ("version",))
    bodies: dict[DepartmentId, Organisation] = {}
    for name, entry in sheet["organisations"].items():
        body = _body(name, entry)
        _check_names(bodies, body, entry)
        bodies[body.id] = body
    for entry in dict(sheet["organisations"].items()).values():
        for heir in entry["succeeds"].each():
            heir.among(bodies, "K152")
    return Organisations(bodies)


def uscc_is_valid(uscc: str) -> bool:
    """Whether the check character fits (GB 32100-2015): weights 3^i mod 31, and once more mod 31 (N87)."""
    if len(uscc) != 18 or any(letter not in _USCC_ALPHABET for letter in uscc):
        return False
    weighted = sum(_USCC_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(uscc[:17]))
    return _USCC_ALPHABET[-weighted % 31] == uscc[17]


def _body(name: str, entry: Entry) -> Organisation:
    entry.closed(("name", "kind", "valid_from"), ("uscc", "aliases", "valid_to", "succeeds", "staff_phones"))
    if not _ID.fullmatch(name):
        entry.faults.add(entry.pointer, "K132", name=name)
    uscc = entry["uscc"].text()
    if uscc and not uscc_is_valid(uscc):
        entry.faults.add(f"{entry.pointer}/uscc", "K151", name=name)
    begins, ends = validity(entry)
    return Organisation(
        id=DepartmentId(name),
        name=required_text(entry, "name"),
        kind=entry["kind"].word(OrganisationKind, OrganisationKind.DEPARTMENT),
        uscc=uscc,
        aliases=entry["aliases"].texts(),
        valid_from=begins,
        valid_to=ends,
        succeeds=tuple(DepartmentId(each) for each in entry["succeeds"].texts()),
        staff_phones=entry["staff_phones"].texts(),
    )


def _check_names(before: Mapping[DepartmentId, Organisation], body: Organisation, entry: Entry) -> None:
    """A name that two bodies bear on one day leads nowhere."""
    mine = {_plain(each): each for each in (body.name, *body.aliases)}
    for other in before.values():
        if _overlap(body, other):
            for name in sorted(mine.keys() & {_plain(each) for each in (other.name, *other.aliases)}):
                entry.faults.add(entry.pointer, "K153", name=mine[name], other=other.id)


def _overlap(one: Organisation, other: Organisation) -> bool:
    return (one.valid_to is None or other.valid_from <= one.valid_to) and (
        other.valid_to is None or one.valid_from <= other.valid_to
    )


def _plain(name: str) -> str:
    """Width, brackets and blanks made one (N23): `城管局（本部）` and `城管局(本部)` are one name."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
