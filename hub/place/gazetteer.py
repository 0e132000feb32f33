"""The district's standard address table, asked with the dirty text of a report.

Pure. Text in, candidates out, each with a score that means what it says: of the answers with 0.8, eight in
ten are the place that was meant. Choosing one, or none, is `locate`'s.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from hub.model import Address, Area, AreaId, Reason
from hub.place.address import AddressParts, parse
from hub.place.candidates import SAME_SPOT_M, Match, crossing, under
from hub.place.coords import metres_between
from hub.place.match import Reading, likeness, read
from hub.place.register import Register
from hub.place.wording import normalise

_BOTH_NAMES: Final = 0.99
"""Certainty where road and estate of the text are those of one entry."""
_OTHER_AREA: Final = 0.7
"""Factor where the text names another subdistrict or community than the entry's: people know them badly."""
_BESIDE_ITS_AREA: Final = 0.2
"""The same where another candidate lies in the area named."""
_LEAST_LIKENESS: Final = 0.6
_ROAD_AGREES: Final = 0.3
"""Power to which the likeness of a misspelt estate is raised where the text names its road rightly."""
_COARSE_M: Final = 300.0
"""A road without a number says so little that misspelt names beside it are looked for too."""
_MOST_NAMES: Final = 8
_AREA_OFFICE: Final = re.compile(r"(?<=街道)办(?:事处)?$|(?<=社区)居民?委员?会$|(?<=村)民?委员?会$")


class Looked(NamedTuple):
    """What an address text may mean, before anything is weighed."""

    parts: AddressParts
    found: Sequence[Match]


class Gazetteer:
    """The table, indexed."""

    def __init__(
        self,
        addresses: Iterable[Address],
        areas: Iterable[Area] = (),
        *,
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        """`renamed`: former names of roads and estates → today's. 60,000 addresses take half a second."""
        self._register: Final = Register(addresses, renamed or {})
        self._areas: Final[dict[str, list[Area]]] = {}
        for area in areas:
            self._areas.setdefault(normalise(area.name), []).append(area)
        self._parents: Final = {area.id: area.parent for found in self._areas.values() for area in found}

    def search(self, text: str, *, within: AreaId | None = None, limit: int = 5) -> tuple[Match, ...]:
        """The places that `text` may mean, likeliest first; homonyms stand side by side (N48).

        `within` keeps to one area. Where no name is spelt as in the table, nearly spelt ones are candidates.
        """
        return self.ranked(self.look(text), within=within, limit=limit)

    def look(self, text: str) -> Looked:
        """All that `text` may mean, wherever it lies: looked for once, `ranked` for one area and then for all."""
        parts = parse(text)
        found = self._spelt_so(parts)
        if all(match.error_m > _COARSE_M for match in found):
            found = self._read_into(text, found)
        return Looked(parts, found)

    def ranked(self, looked: Looked, *, within: AreaId | None = None, limit: int = 5) -> tuple[Match, ...]:
        """As `search`, of what was looked for before."""
        return self._ranked(looked.found, looked.parts, within)[:limit]

    def _read_into(self, text: str, spelt: list[Match]) -> list[Match]:
        """Candidates under names that stand somewhere in the text or nearly so, where `spelt` says too little."""
        asked = read(text)
        found = spelt or self._containing(asked)
        if any(match.error_m <= _COARSE_M for match in found):
            return found
        nearly = self._spelt_nearly(asked)
        on_its_road = [match for match in nearly if match.address.road == asked.parts.road != ""]
        return on_its_road or found + nearly

    def exact(self, text: str) -> tuple[Match, ...]:
        """As `search`, for names spelt as in the table only: cheap enough for every report that has a point."""
        parts = parse(text)
        return self._ranked(self._spelt_so(parts), parts, None)

    def areas_named(self, text: str) -> tuple[Area, ...]:
        """The communities that the text names, else the subdistricts; several where they are homonyms."""
        return tuple(self._areas_of(parse(text)))

    def _areas_of(self, parts: AddressParts) -> Sequence[Area]:
        for name in (parts.community, parts.subdistrict):
            areas = self._areas.get(_AREA_OFFICE.sub("", name), ())
            if areas:
                return areas
        return ()

    def _spelt_so(self, parts: AddressParts) -> list[Match]:
        """Candidates under the names that the text spells as the table does."""
        if parts.road and parts.cross_road:
            one, other = self._register.named(parts.road), self._register.named(parts.cross_road)
            met = crossing(one, other, parts) if one and other else None
            if met:
                return [met]
        asked = dict.fromkeys((parts.estate, parts.road, parts.cross_road, parts.community, *parts.names))
        found: list[Match] = []
        for name in asked:
            named = self._register.named(name) if name else None
            if named is not None:
                found += under(named, parts)
                both = self._bearing_both(found, parts)
                if both:
                    return both
        return found

    def _bearing_both(self, found: Sequence[Match], parts: AddressParts) -> list[Match]:
        """The candidates that bear the road and the estate of the text, where it names both."""
        if not (parts.road and parts.estate):
            return []
        spelling, reason = self._register.spelling, Reason("road_and_estate_agree")
        return [
            replace(match, score=_BOTH_NAMES, reasons=(*match.reasons, reason))
            for match in found
            if spelling(match.address.road) == parts.road and spelling(match.address.estate) == parts.estate
        ]

    def _containing(self, asked: Reading) -> list[Match]:
        """Candidates under known names that stand in the text with something before or after them."""
        known = self._register.contained(asked.local)
        return [match for named in known for match in under(named, asked.parts)]

    def _spelt_nearly(self, asked: Reading) -> list[Match]:
        """Candidates under names that differ from the text's by a character or a word."""
        text = asked.local.replace(asked.parts.community, "", 1)
        found = []
        for named, spelling in self._register.like(text, least=_LEAST_LIKENESS, limit=_MOST_NAMES):
            for match in under(named, asked.parts):
                if asked.parts.lane and match.address.lane not in ("", asked.parts.lane):
                    continue  # a figure is not spelt nearly
                near = max(spelling**2, likeness(asked, read(_written(match.address))))
                if match.address.road and match.address.road == asked.parts.road:
                    near = near**_ROAD_AGREES
                reason = Reason("name_spelt_nearly", {"likeness": round(near, 3)})
                found.append(replace(match, score=match.score * near, reasons=(reason, *match.reasons)))
        return found

    def _ranked(
        self, found: Sequence[Match], parts: AddressParts, within: AreaId | None
    ) -> tuple[Match, ...]:
        kept = [match for match in found if within is None or self._is_within(match.address, within)]
        named = [area.id for area in self._areas_of(parts)]
        weighed = self._weighed_by_area(kept, named) if named else kept
        return _sharing(_one_a_spot(weighed)) if len(weighed) > 1 else tuple(weighed)

    def _weighed_by_area(self, found: Sequence[Match], named: Sequence[AreaId]) -> list[Match]:
        """The candidates, less certain where they lie outside the area that the text names."""
        inside = [any(self._is_within(match.address, area_id) for area_id in named) for match in found]
        factor = _BESIDE_ITS_AREA if any(inside) else _OTHER_AREA
        return [
            replace(
                match,
                score=match.score * (1.0 if agrees else factor),
                reasons=(*match.reasons, Reason("area_agrees" if agrees else "area_disagrees")),
            )
            for match, agrees in zip(found, inside, strict=True)
        ]

    def _is_within(self, address: Address, area_id: AreaId) -> bool:
        one: AreaId | None = address.community_id
        while one is not None and one != area_id:
            one = self._parents.get(one)
        return area_id in (one, address.subdistrict_id)


def _one_a_spot(found: Iterable[Match]) -> list[Match]:
    """The best candidate of each spot, best first."""
    taken: list[Match] = []
    for match in sorted(found, key=lambda match: (-match.score, match.error_m, match.address.id)):
        if all(metres_between(match.lon, match.lat, one.lon, one.lat) > SAME_SPOT_M for one in taken):
            taken.append(match)
    return taken


def _sharing(found: Sequence[Match]) -> tuple[Match, ...]:
    """The candidates with their scores as shares of one certainty: two that are both sure are 0.5 each."""
    total = sum(match.score for match in found)
    if total <= 1.0:
        return tuple(found)
    return tuple(replace(match, score=match.score / total) for match in found)


def _written(address: Address) -> str:
    """An entry as people write it."""
    lane = f"{address.lane}弄" if address.lane else ""
    number = f"{address.number}号" if address.number else ""
    building = f"{address.building}幢" if address.building else ""
    return f"{address.road}{lane}{number}{address.estate}{building}"
