"""The sections `evaluation` and `figures` of `whistles.yaml`: who marks by which weights, and what figures need."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from hub.contract.load import read_duration
from hub.contract.marked import Entry
from hub.model import Satisfaction
from hub.whistle.evaluation import MARKERS, USUAL_EVALUATION, Aspect, EvaluationRules
from hub.whistle.figures import USUAL_FIGURES, FigureRules

_WEIGHT: Final = 1000
_BEST: Final = 1000
_CASES: Final = 100_000
_MARKS: Final = ("by", "aspects", "best", "passing", "within", "satisfaction", "evidence")
_FAIR: Final = ("least", "hidden_below", "steadied_by", "healthy")
Word = TypeVar("Word", bound=StrEnum)


def read_evaluation(entry: Entry) -> EvaluationRules:
    """What the section says; the usual where it says nothing."""
    usual = USUAL_EVALUATION
    if entry.is_absent:
        return usual
    entry.closed((), _MARKS)
    best = _whole(entry["best"], 1, _BEST, usual.best)
    return EvaluationRules(
        by=_weights(entry["by"], {one.value: one for one in MARKERS}, usual.by),
        aspects=_weights(entry["aspects"], {one.value: one for one in Aspect}, usual.aspects),
        best=best,
        passing=_whole(entry["passing"], 0, best, min(usual.passing, best)),
        within=usual.within if entry["within"].is_absent else read_duration(entry["within"]),
        satisfaction=_satisfaction(entry["satisfaction"], best),
        evidence=bool(entry["evidence"].flag()),
    )


def read_figures(entry: Entry) -> FigureRules:
    """What the section says; the usual where it says nothing."""
    usual = USUAL_FIGURES
    if entry.is_absent:
        return usual
    entry.closed((), _FAIR)
    return FigureRules(
        least=_whole(entry["least"], 1, _CASES, usual.least),
        hidden_below=_whole(entry["hidden_below"], 2, _CASES, usual.hidden_below),
        steadied_by=_whole(entry["steadied_by"], 1, _CASES, usual.steadied_by),
        healthy=_band(entry["healthy"]),
    )


def _weights(entry: Entry, known: Mapping[str, Word], otherwise: Mapping[Word, int]) -> Mapping[Word, int]:
    if entry.is_absent:
        return otherwise
    entry.closed((), tuple(known))
    return {known[name]: weight.whole(1, _WEIGHT) for name, weight in entry.items() if name in known}


def _satisfaction(entry: Entry, best: int) -> Mapping[Satisfaction, int]:
    """A source's word as a mark; where a pack has another scale, the usual ones are taken in proportion."""
    usual = USUAL_EVALUATION
    if entry.is_absent:
        return {word: mark * best // usual.best for word, mark in usual.satisfaction.items()}
    entry.closed(tuple(Satisfaction))
    return {word: entry[word].whole(0, best) for word in Satisfaction}


def _band(entry: Entry) -> tuple[int, int]:
    """From and to, in per cent."""
    if entry.is_absent:
        return USUAL_FIGURES.healthy
    entry.closed(("from", "to"))
    begins = entry["from"].whole(0, 100)
    return begins, entry["to"].whole(begins, 100)


def _whole(entry: Entry, least: int, most: int, otherwise: int) -> int:
    return otherwise if entry.is_absent else entry.whole(least, most)
