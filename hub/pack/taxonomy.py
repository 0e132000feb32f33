"""`taxonomy.yaml`: the district's own categories of two levels (domain.md 2.1, 2.9)."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hub.contract.marked import Entry
from hub.model import UNMAPPED
from hub.pack.reading import PackFiles, required_text

FILE: Final = "taxonomy.yaml"
_WORD: Final = re.compile(r"[a-z][a-z0-9_]*")


class CategoryKind(StrEnum):
    """What sort of matter a class holds."""

    COMPONENT = "component"
    """部件: a thing that belongs to somebody."""
    URBAN_EVENT = "urban_event"
    DISPUTE = "dispute"
    HAZARD = "hazard"
    MARKET = "market"
    SERVICE = "service"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Category:
    """One category, `class.kind`, and the class that it belongs to."""

    id: str
    zh: str
    en: str
    kind: CategoryKind
    link_rule: str
    """Name of a link rule; "" where nothing links by rule."""
    class_id: str
    class_zh: str
    class_en: str


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All categories by id, in the file's order; `unmapped` stands last."""

    categories: Mapping[str, Category]

    def of_class(self, class_id: str) -> tuple[Category, ...]:
        """The categories of one class; empty where there is none."""
        return tuple(each for each in self.categories.values() if each.class_id == class_id)


NOBODY: Final = Category(
    UNMAPPED, "未映射", "Unmapped", CategoryKind.SERVICE, "", UNMAPPED, "未映射", "Unmapped"
)
"""The category of an event whose code no table knows (N25); every pack has it."""


def read_taxonomy(files: PackFiles, link_rules: Collection[str]) -> Taxonomy:
    """What the file holds, and `unmapped`; `link_rules` are the names of the rules that exist."""
    sheet = files.yaml(FILE)
    sheet.closed(("classes",), ("version", "valid"))
    categories: dict[str, Category] = {}
    for name, entry in sheet["classes"].items():
        categories.update((category.id, category) for category in _class(name, entry, link_rules))
    categories[UNMAPPED] = NOBODY
    return Taxonomy(categories)


def _class(name: str, entry: Entry, link_rules: Collection[str]) -> Iterator[Category]:
    entry.closed(("zh", "en", "kind", "categories"), ("link_rule",))
    zh, en = required_text(entry, "zh"), required_text(entry, "en")
    kind = entry["kind"].word(CategoryKind, CategoryKind.SERVICE)
    rule = entry["link_rule"].among(link_rules, "K131")
    for word, each in entry["categories"].items():
        if not (_WORD.fullmatch(name) and _WORD.fullmatch(word)):
            each.faults.add(each.pointer, "K132", name=f"{name}.{word}")
        each.closed(("zh", "en"), ("link_rule",))
        own = each["link_rule"].among(link_rules, "K131") or rule
        yield Category(
            f"{name}.{word}", required_text(each, "zh"), required_text(each, "en"), kind, own, name, zh, en
        )
