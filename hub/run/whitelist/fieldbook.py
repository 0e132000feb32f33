"""字段目录: every field that can be shown at all, what it means, how sensitive it is and how it is shared.

Made of the unified schema and of the grants that there are; of no grant what it gives.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hub.access.fields import is_personal
from hub.access.standing import Standing, standing
from hub.model import Grant, Sensitivity, ShareType
from hub.pack import Pack
from hub.run.whitelist.catalogue import NOUNS, known_fields, titles
from hub.schema import schemas

_NEVER: Final = frozenset({"resident.former"})
"""Kept so that it is hidden in older words, too; the schema says that nobody is shown it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFacts:
    """One field. `title`, `meaning_zh` and `meaning_en` "" for one that only a pack knows."""

    field: str
    title: str
    meaning_zh: str
    meaning_en: str
    is_personal: bool
    sensitivity: Sensitivity
    share_type: ShareType
    held_by: frozenset[str]
    """Departments that have a live grant of it."""


def fieldbook(pack: Pack, grants: Iterable[Grant], on: date) -> tuple[FieldFacts, ...]:
    """All of them, by name, as they stand on the day `on`."""
    of_field: defaultdict[str, list[Grant]] = defaultdict(list)
    for one in grants:
        of_field[one.field].append(one)
    return tuple(_facts(field, of_field[field], on) for field in known_fields(pack))


def _facts(field: str, grants: list[Grant], on: date) -> FieldFacts:
    return FieldFacts(
        field=field,
        title=titles().get(field, ""),
        meaning_zh=_meanings()["zh"].get(field, ""),
        meaning_en=_meanings()["en"].get(field, ""),
        is_personal=is_personal(field),
        sensitivity=_sensitivity(field, grants),
        share_type=_share_type(field, grants),
        held_by=frozenset(one.department for one in grants if standing(one, on) is Standing.LIVE),
    )


def _sensitivity(field: str, grants: list[Grant]) -> Sensitivity:
    """Sensitive where it is about a person or some grant says more than general; grants made for minors or secret
    reports say nothing of the field by itself."""
    usual = any(one.sensitivity is not Sensitivity.GENERAL for one in grants)
    return Sensitivity.SENSITIVE if usual or is_personal(field) else Sensitivity.GENERAL


def _share_type(field: str, grants: list[Grant]) -> ShareType:
    """The strictest that any grant says; conditional where none does: nobody has decided about it."""
    said = {one.share_type for one in grants}
    if field in _NEVER or ShareType.NOT_SHARED in said:
        return ShareType.NOT_SHARED
    return ShareType.UNCONDITIONAL if said == {ShareType.UNCONDITIONAL} else ShareType.CONDITIONAL


@cache
def _meanings() -> Mapping[str, Mapping[str, str]]:
    """Language → field → what it means."""
    told = tomllib.loads(Path(__file__).with_name("fields.toml").read_text(encoding="utf-8"))
    schema_says = {
        f"{dataset}.{leaf}": str(schema["description"])
        for noun, dataset in NOUNS
        for leaf, schema in schemas()[noun].get("properties", {}).items()
        if "description" in schema
    }
    return MappingProxyType({"zh": told["zh"], "en": schema_says | told["en"]})
