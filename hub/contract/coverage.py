"""Does every category in every community have exactly one lead? Names the gaps and the overlaps, grouped.

Pure. Asks the same compiled clauses as routing. Where clauses carry conditions, every combination of what
they speak of is looked at, so a lead "only when urgent" leaves a gap for the rest that is found.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import product
from typing import Final

from hub.clock import SHANGHAI
from hub.contract.clauses import Clauses
from hub.contract.finding import Finding
from hub.contract.matter import Matter
from hub.model import (
    UNMAPPED,
    Area,
    AreaId,
    AreaLevel,
    Condition,
    Contract,
    DepartmentId,
    Level,
    RequestType,
    Role,
    Urgency,
)

OTHER_SOURCE: Final = "_any_other"


@dataclass(frozen=True, slots=True)
class Hole:
    """Categories that have no lead, or several, in the same areas under the same circumstances."""

    categories: tuple[str, ...]
    """`class.*` where all looked-at categories of a class are in it."""
    areas: tuple[AreaId, ...]
    """The district, subdistricts, or single communities: the fewest that say it."""
    leads: tuple[DepartmentId, ...]
    """Empty for a gap; two or more, the one that routing takes first, for an overlap."""
    when: str
    """"" for always; else the circumstances, for instance `urgency=critical secret=true`."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the contracts of one day cover. `cells` = categories × communities looked at."""

    day: date
    contracts: int
    categories: int
    communities: int
    cells: int
    covered: int
    """Cells with exactly one lead under every circumstance."""
    gaps: tuple[Hole, ...]
    overlaps: tuple[Hole, ...]
    idle: tuple[tuple[str, str], ...]
    """Contract file and clause of every clause that takes nothing anywhere."""

    @property
    def is_clean(self) -> bool:
        """True where nothing is left open, claimed twice, or idle."""
        return not (self.gaps or self.overlaps or self.idle)

    def findings(self) -> tuple[Finding, ...]:
        """The same as findings (K231, K232, K234), for `pack coverage` and `pack check`."""
        return (
            *(Finding("contracts", 0, "K231", _facts(gap)) for gap in self.gaps),
            *(
                Finding("contracts", 0, "K232", {**_facts(hole), "departments": ", ".join(hole.leads)})
                for hole in self.overlaps
            ),
            *(Finding(file, 0, "K234", {"clause": clause}) for file, clause in self.idle),
        )


def coverage(
    contracts: Iterable[Contract], categories: Iterable[str], areas: Iterable[Area], day: date
) -> Coverage:
    """Looks at every one of `categories` in every community of `areas` that exists on `day`.

    `unmapped` is passed over: it is the desk's by design (N25).
    """
    clauses = Clauses(contracts, day)
    listed = tuple(each for each in dict.fromkeys(categories) if each != UNMAPPED)
    communities = [area for area in areas if area.level is AreaLevel.COMMUNITY and _exists(area, day)]
    holes: dict[tuple[tuple[DepartmentId, ...], str], dict[str, list[AreaId]]] = defaultdict(
        lambda: defaultdict(list)
    )
    used: set[tuple[str, str]] = set()
    bad_cells = 0
    for alike in _alike(communities, clauses.contracts):
        for category in listed:
            found = tuple(_holes(clauses, category, alike[0], day, used))
            for key in found:
                holes[key][category].extend(area.id for area in alike)
            bad_cells += len(alike) if found else 0
    grouped = tuple(_grouped(holes, listed, communities))
    cells = len(listed) * len(communities)
    return Coverage(
        day=day,
        contracts=len(clauses.contracts),
        categories=len(listed),
        communities=len(communities),
        cells=cells,
        covered=cells - bad_cells,
        gaps=tuple(hole for hole in grouped if not hole.leads),
        overlaps=tuple(hole for hole in grouped if hole.leads),
        idle=tuple(
            (contract.file, accept.clause)
            for contract in clauses.contracts
            for accept in contract.accepts
            if (contract.id, accept.clause) not in used
        ),
    )


def _exists(area: Area, day: date) -> bool:
    return (area.valid_from is None or area.valid_from <= day) and (
        area.valid_to is None or day <= area.valid_to
    )


def _alike(communities: Sequence[Area], contracts: Iterable[Contract]) -> list[list[Area]]:
    """Communities that no contract tells apart, together: one of them speaks for all."""
    named = {area for contract in contracts for accept in contract.accepts for area in accept.areas}
    groups: dict[tuple[str, str, str], list[Area]] = defaultdict(list)
    for area in communities:
        parent = area.parent or AreaId("")
        own = area.id if area.id in named else ""
        groups[own, parent if parent in named else "", parent[:6]].append(area)
    return list(groups.values())


def _holes(
    clauses: Clauses, category: str, area: Area, day: date, used: set[tuple[str, str]]
) -> Iterator[tuple[tuple[DepartmentId, ...], str]]:
    """Leads (none, or several) with the circumstances in which they are not exactly one; "" for always."""
    plain = Matter(
        category=category,
        subdistrict_id=area.parent,
        community_id=area.id,
        at=datetime.combine(day, time(12), SHANGHAI),
    )
    seen: dict[tuple[DepartmentId, ...], list[str]] = defaultdict(list)
    circumstances = tuple(_circumstances(plain, clauses.conditions(plain)))
    for matter, when in circumstances:
        matching = clauses.matching(matter)
        used.update((clause.contract_id, clause.name) for clause in matching)
        leads = dict.fromkeys(each.department for each in matching if each.role is Role.LEAD)
        seen[tuple(leads)].append(when)
    for leading, whens in seen.items():
        if len(leading) != 1:
            yield from ((leading, when) for when in (whens if len(whens) < len(circumstances) else [""]))


def _circumstances(plain: Matter, conditions: Sequence[Condition]) -> Iterator[tuple[Matter, str]]:
    """`plain` under every combination of what `conditions` speak of; once where they are none."""
    urgencies = tuple(Urgency) if any(each.urgency for each in conditions) else (None,)
    levels = tuple(Level) if any(each.levels for each in conditions) else (None,)
    types = tuple(RequestType) if any(each.request_types for each in conditions) else (None,)
    secrets = (False, True) if any(each.secret is not None for each in conditions) else (None,)
    named = sorted({source for each in conditions for source in each.sources})
    sources = (*named, OTHER_SOURCE) if named else (None,)
    for urgency, level, request_type, secret, source in product(urgencies, levels, types, secrets, sources):
        told = {
            "urgency": urgency,
            "level": level,
            "request_type": request_type,
            "secret": None if secret is None else str(secret).lower(),
            "source": source,
        }
        matter = Matter(
            category=plain.category,
            subdistrict_id=plain.subdistrict_id,
            community_id=plain.community_id,
            urgency=urgency or plain.urgency,
            level=level or plain.level,
            request_type=request_type or plain.request_type,
            sources=(source,) if source else (),
            secret=bool(secret),
            at=plain.at,
        )
        yield matter, " ".join(f"{name}={value}" for name, value in told.items() if value is not None)


def _grouped(
    holes: Mapping[tuple[tuple[DepartmentId, ...], str], Mapping[str, list[AreaId]]],
    listed: Sequence[str],
    communities: Sequence[Area],
) -> Iterator[Hole]:
    """One hole for all categories that share leads, circumstances and areas."""
    for (leads, when), by_category in holes.items():
        by_areas: dict[tuple[AreaId, ...], list[str]] = defaultdict(list)
        for category, ids in by_category.items():
            by_areas[_fewest_areas(ids, communities)].append(category)
        for areas, categories in by_areas.items():
            yield Hole(_fewest_categories(categories, listed), areas, leads, when)


def _fewest_areas(ids: Iterable[AreaId], communities: Sequence[Area]) -> tuple[AreaId, ...]:
    missing = set(ids)
    if len(missing) == len(communities):
        return tuple(sorted({AreaId(area.id[:6]) for area in communities}))
    parts: list[AreaId] = []
    for parent in sorted({area.parent for area in communities if area.parent}):
        below = {area.id for area in communities if area.parent == parent}
        parts += [parent] if below <= missing else sorted(below & missing)
    return tuple(parts)


def _fewest_categories(categories: Iterable[str], listed: Iterable[str]) -> tuple[str, ...]:
    missing = set(categories)
    whole: dict[str, set[str]] = defaultdict(set)
    for category in listed:
        whole[category.partition(".")[0]].add(category)
    found: list[str] = []
    for name, members in whole.items():
        found += [f"{name}.*"] if members <= missing else sorted(members & missing)
    return tuple(found)


def _facts(hole: Hole) -> dict[str, str | int]:
    when = f" ({hole.when})" if hole.when else ""
    return {"categories": ", ".join(hole.categories) + when, "areas": ", ".join(hole.areas)}
