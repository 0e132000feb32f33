"""The section `cards` of a version in `whistles.yaml`: when which card is due, and what follows from cards."""

import re
from collections.abc import Iterator
from typing import Final

from hub.contract.load import STEPS, read_duration
from hub.contract.marked import Entry
from hub.model import Duration, Level, Unit
from hub.whistle.cardrules import ANY_STEP, NO_CARDS, Card, CardRule, CardRules, Follow, Measure, Timing

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_TIMINGS: Final = tuple(one.value for one in Timing)
_MOST_SHARE: Final = 300
_MOST_CARDS: Final = 20


def read_cards(entry: Entry) -> CardRules:
    """The section, or no cards where it is absent."""
    if entry.is_absent:
        return NO_CARDS
    entry.closed(("rules",), ("follows", "appeal_within"))
    within = entry["appeal_within"]
    return CardRules(
        rules=tuple(_rules(entry["rules"])),
        follows=tuple(_follow(one) for one in entry["follows"].each()),
        appeal_within=NO_CARDS.appeal_within if within.is_absent else read_duration(within),
    )


def _rules(entry: Entry) -> Iterator[CardRule]:
    names: set[str] = set()
    for one in entry.some():
        rule = _rule(one)
        if rule.name in names:
            one.faults.add(f"{one.pointer}/name", "K257", name=rule.name)
        names.add(rule.name)
        yield rule


def _rule(entry: Entry) -> CardRule:
    entry.closed(("name", "card", "step"), (*_TIMINGS, "levels"))
    timing = _timing(entry)
    name = entry["name"].text()
    if name and not _NAME.fullmatch(name):
        entry.faults.add(f"{entry.pointer}/name", "K258", name=name)
    return CardRule(
        name=name,
        card=entry["card"].word(Card, Card.YELLOW),
        step=entry["step"].among((*STEPS, ANY_STEP), "K208"),
        timing=timing,
        span=None if timing is Timing.SHARE else _span(entry[timing]),
        share=entry[timing].whole(1, _MOST_SHARE) if timing is Timing.SHARE else 0,
        levels=entry["levels"].words(Level),
    )


def _timing(entry: Entry) -> Timing:
    """Exactly one of the three stands there."""
    given = [one for one in Timing if not entry[one].is_absent]
    if len(given) != 1:
        entry.faults.add(entry.pointer, "K259", allowed=", ".join(_TIMINGS))
    return given[0] if given else Timing.SHARE


def _span(entry: Entry) -> Duration:
    return Duration(1, Unit.WORK_HOUR) if entry.is_absent else read_duration(entry)


def _follow(entry: Entry) -> Follow:
    entry.closed(("card", "count", "within", "then", "answer_within"))
    return Follow(
        card=entry["card"].word(Card, Card.YELLOW),
        count=entry["count"].whole(1, _MOST_CARDS),
        within=read_duration(entry["within"]),
        then=entry["then"].word(Measure, Measure.LETTER),
        answer_within=read_duration(entry["answer_within"]),
    )
