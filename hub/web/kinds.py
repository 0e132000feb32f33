"""Categories as a page offers them: by class, each under the code that its source writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.pack.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Kind:
    """One that may be chosen."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Class:
    """A class of them."""

    zh: str
    en: str
    kinds: tuple[Kind, ...]


def kinds_of(taxonomy: Taxonomy, choices: Mapping[str, str]) -> Sequence[Class]:
    """The classes of `choices` (code → category), in the order of the taxonomy."""
    by_category = {category: code for code, category in choices.items()}
    found: dict[str, list[Kind]] = {}
    names: dict[str, tuple[str, str]] = {}
    for one in taxonomy.categories.values():
        if one.id in by_category:
            found.setdefault(one.class_id, []).append(Kind(by_category[one.id], one.zh, one.en))
            names[one.class_id] = (one.class_zh, one.class_en)
    return [Class(*names[id_], tuple(some)) for id_, some in found.items()]
