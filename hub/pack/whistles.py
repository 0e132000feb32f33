"""`whistles.yaml`: the district's levels, who may blow, review, raising, archive; each version with its validity.

The file may be absent: then contracts alone blow, and `hub.whistle.rules.USUAL` holds.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from hub.contract.load import read_duration
from hub.contract.marked import Entry
from hub.model import Duration, Level
from hub.pack.cards import read_cards
from hub.pack.reading import PackFiles, span, validity
from hub.whistle.rules import USUAL, LevelRules, Post, ReopenRules, Rules

FILE: Final = "whistles.yaml"
_OPTIONAL: Final = (
    "valid_to",
    "review_within",
    "archive_after",
    "reopen",
    "most_returns",
    "late_after",
    "cards",
)
_MOST: Final = 20


def read_whistles(files: PackFiles) -> tuple[Rules, ...]:
    """All versions, by the day on which they begin; no two of them hold on one day."""
    if not (files.root / FILE).exists():
        return ()
    sheet = files.yaml(FILE)
    sheet.closed(("rules",))
    entries = list(sheet["rules"].each())
    versions = sorted(((_rules(entry), entry) for entry in entries), key=lambda pair: pair[0].valid_from)
    for (one, _), (next_, entry) in pairwise(versions):
        if one.holds_on(next_.valid_from):
            entry.faults.add(f"{entry.pointer}/valid_from", "K256", file=FILE)
    return tuple(rules for rules, _ in versions)


def _rules(entry: Entry) -> Rules:
    entry.closed(("valid_from", "levels"), _OPTIONAL)
    begins, ends = validity(entry)
    return Rules(
        valid_from=begins,
        valid_to=ends,
        levels=dict(_levels(entry["levels"])),
        review_within=_duration(entry["review_within"], USUAL.review_within),
        archive_after=_duration(entry["archive_after"], USUAL.archive_after),
        reopen=_reopen(entry["reopen"]),
        most_returns=_count(entry["most_returns"], USUAL.most_returns),
        late_after=span(entry["late_after"], USUAL.late_after),
        cards=read_cards(entry["cards"]),
    )


def _levels(entry: Entry) -> Iterator[tuple[Level, LevelRules]]:
    for name, level in entry.items():
        if name not in tuple(Level):
            entry.faults.add(level.pointer, "K203", name=name, allowed=", ".join(Level))
            continue
        yield Level(name), _level(level)


def _level(entry: Entry) -> LevelRules:
    entry.closed(("title",), ("blown_by", "reviewed_by", "upgrade_after"))
    entry["title"].closed(("zh", "en"))
    return LevelRules(
        title=_title(entry["title"]),
        blown_by=entry["blown_by"].words(Post),
        reviewed_by=None
        if entry["reviewed_by"].is_absent
        else entry["reviewed_by"].word(Post, Post.SUBDISTRICT),
        upgrade_after=None if entry["upgrade_after"].is_absent else read_duration(entry["upgrade_after"]),
    )


def _title(entry: Entry) -> Mapping[str, str]:
    return {language: text.text() for language, text in entry.items()}


def _reopen(entry: Entry) -> ReopenRules:
    if entry.is_absent:
        return USUAL.reopen
    entry.closed((), ("within", "most"))
    return ReopenRules(
        within=_duration(entry["within"], USUAL.reopen.within), most=_count(entry["most"], USUAL.reopen.most)
    )


def _duration(entry: Entry, otherwise: Duration) -> Duration:
    return otherwise if entry.is_absent else read_duration(entry)


def _count(entry: Entry, otherwise: int) -> int:
    return otherwise if entry.is_absent else entry.whole(0, _MOST)
