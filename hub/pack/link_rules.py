"""`link_rules.yaml`: this place's own figures for linking; which category follows which rule says the taxonomy."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from hub.contract.marked import Entry
from hub.incident.rules import Extent, LinkRule, LinkRules
from hub.pack.reading import PackFiles, number, span
from hub.pack.taxonomy import Taxonomy

FILE: Final = "link_rules.yaml"
_OPTIONAL: Final = ("text_min", "closed_grace", "recurrence", "same_address", "extent", "fold", "announced")


def read_link_rules(files: PackFiles) -> Mapping[str, LinkRule]:
    """All rules by name."""
    sheet = files.yaml(FILE)
    sheet.closed(("rules",), ("version",))
    return {name: _rule(name, entry) for name, entry in sheet["rules"].items()}


def by_category(rules: Mapping[str, LinkRule], taxonomy: Taxonomy) -> LinkRules:
    """The rule of every category that has one; kinship of categories is the hub's own."""
    return LinkRules(
        patterns={
            category.id: rules[category.link_rule]
            for category in taxonomy.categories.values()
            if category.link_rule in rules
        }
    )


def _rule(name: str, entry: Entry) -> LinkRule:
    """What the file leaves out keeps the usual value of `LinkRule`."""
    entry.closed(("distance_m", "window"), _OPTIONAL)
    usual = LinkRule(name=name, distance_m=0, window=timedelta(0))
    return replace(
        usual,
        distance_m=number(entry["distance_m"], 0),
        window=span(entry["window"], usual.window),
        text_min=min(number(entry["text_min"], usual.text_min), 1.0),
        closed_grace=span(entry["closed_grace"], usual.closed_grace),
        recurrence=span(entry["recurrence"], usual.recurrence),
        same_address=bool(entry["same_address"].flag()),
        announced=bool(entry["announced"].flag()),
        extent=entry["extent"].word(Extent, usual.extent),
        fold=span(entry["fold"], usual.fold),
    )
