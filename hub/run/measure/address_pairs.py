"""Does our matcher know better than shared pairs of characters whether two addresses mean one place?

Truth: labelled pairs of a query and a candidate (2 exact, 1 partial, 0 none); matching at all is 1 or 2. Halved by
query: one half fits the weights of `hub.place.match` and tunes the simple method, the other is counted.
"""

import csv
import math
from collections.abc import Sequence
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from hub.place.match import evidence, matches, read
from hub.run.measure.score import Score

_STEPS: Final = 12
_RIDGE: Final = 1.0
"""Keeps weights finite where one kind of evidence settles a case alone."""


class Pair(NamedTuple):
    """One labelled pair."""

    query: str
    candidate: str
    matches: bool


def measure(data: Path) -> dict[str, float]:
    """`ours_*` and `simple_*` precision, recall and F1 on the measured half, and how many pairs it has.

    `data` is the folder of all real data. Raises OSError where it is absent.
    """
    tuning, measured = halves(data)
    threshold = _best_threshold([(containment(*pair[:2]), pair.matches) for pair in tuning])
    ours, simple = Score(), Score()
    for query, candidate, true in measured:
        ours.count(matches(query, candidate), true)
        simple.count(containment(query, candidate) >= threshold, true)
    return {
        **ours.figures("ours"),
        **simple.figures("simple"),
        "pairs": len(measured),
        "true_pairs": ours.right + ours.missed,
    }


def halves(data: Path) -> tuple[list[Pair], list[Pair]]:
    """The pairs to tune on and those to measure; all pairs of one query are in one half."""
    with (data / "address_pairs" / "pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        pairs = [Pair(row["query"], row["candidate"], row["label"] != "0") for row in csv.DictReader(file)]
    return [pair for pair in pairs if not _is_measured(pair)], [pair for pair in pairs if _is_measured(pair)]


def _is_measured(pair: Pair) -> bool:
    return bool(blake2b(pair.query.encode(), digest_size=1).digest()[0] & 1)


def containment(query: str, candidate: str) -> float:
    """The simple method: shared pairs of characters, as part of the shorter text's."""
    one, other = _pairs_of(query), _pairs_of(candidate)
    return len(one & other) / max(1, min(len(one), len(other)))


def _pairs_of(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _best_threshold(scored: Sequence[tuple[float, bool]]) -> float:
    """The score from which saying yes gives the best F1."""
    said, best = Score(missed=sum(true for _, true in scored)), (0.0, 1.0)
    for score, group in groupby(sorted(scored, reverse=True), key=lambda pair: pair[0]):
        for _, true in group:
            said += Score(right=int(true), wrong=int(not true), missed=-int(true))
        best = max(best, (said.f1, score))
    return best[1]


def fit(pairs: Sequence[Pair]) -> list[float]:
    """Bias, then a weight for each kind of evidence: logistic regression by Newton's method."""
    rows = [[1.0, *evidence(read(pair.query), read(pair.candidate))] for pair in pairs]
    weights = [0.0] * len(rows[0])
    for _ in range(_STEPS):
        gradient = [-_RIDGE * weight for weight in weights]
        curvature = [
            [_RIDGE * (row == column) for column in range(len(weights))] for row in range(len(weights))
        ]
        for row, pair in zip(rows, pairs, strict=True):
            chance = 1.0 / (1.0 + math.exp(-math.fsum(w * x for w, x in zip(weights, row, strict=True))))
            for i, x in enumerate(row):
                gradient[i] += (pair.matches - chance) * x
                for j, y in enumerate(row):
                    curvature[i][j] += chance * (1.0 - chance) * x * y
        weights = [w + step for w, step in zip(weights, _solved(curvature, gradient), strict=True)]
    return weights


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The x of matrix · x = right, by elimination; the matrix is positive definite."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i, pivot in enumerate(rows):
        for row in rows[i + 1 :]:
            factor = row[i] / pivot[i]
            row[i:] = [a - factor * b for a, b in zip(row[i:], pivot[i:], strict=True)]
    solution = [0.0] * len(rows)
    for i in reversed(range(len(rows))):
        known = sum(rows[i][j] * solution[j] for j in range(i + 1, len(rows)))
        solution[i] = (rows[i][-1] - known) / rows[i][i]
    return solution
