"""Do title and content alone find the petitions that tell of one incident?

Truth: 45 petitions of two incidents, labelled by one team (silver). Counted are the pairs that touch
one of the 45. Nothing is tuned on them: `same_matter` is asked whether one matter is more likely than not.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt
from pathlib import Path
from typing import Final

from hub.incident.text import Features, features, same_matter
from hub.run.measure.score import Score

MORE_LIKELY_THAN_NOT: Final = 0.5
SIMPLE_COSINE: Final = 0.15
"""The simple method: TF-IDF cosine of the titles' character 2–3-grams."""


@dataclass(frozen=True, slots=True)
class _Petition:
    title: str
    features: Features
    incident: str
    """"" where nobody labelled it."""


def measure(data: Path) -> dict[str, float]:
    """`ours_*` and `simple_*` precision, recall, F1, and how many pairs were counted and are true.

    `data` is the folder of all real data. Raises OSError where it is absent.
    """
    petitions = _read(data / "petitions")
    vectors = _tf_idf([one.title for one in petitions])
    ours, simple, pairs = Score(), Score(), 0
    for one, other in _pairs(petitions):
        mine, theirs = petitions[one], petitions[other]
        same = bool(mine.incident) and mine.incident == theirs.incident
        ours.count((same_matter(mine.features, theirs.features) or 0.0) >= MORE_LIKELY_THAN_NOT, same)
        simple.count(_cosine(vectors[one], vectors[other]) >= SIMPLE_COSINE, same)
        pairs += 1
    return {
        **ours.figures("ours"),
        **simple.figures("simple"),
        "pairs": pairs,
        "true_pairs": simple.right + simple.missed,
    }


def _read(folder: Path) -> list[_Petition]:
    with (folder / "silver_clusters.csv").open(encoding="utf-8-sig", newline="") as file:
        incident = {row["id"]: row["cluster"] for row in csv.DictReader(file)}
    with (folder / "unlabelled.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            _Petition(row["title"], features(row["title"], row["text"].strip()), incident.get(row["id"], ""))
            for row in csv.DictReader(file)
        ]


def _pairs(petitions: Sequence[_Petition]) -> Iterator[tuple[int, int]]:
    """Every pair that touches a labelled petition, once."""
    for one, petition in enumerate(petitions):
        for other in range(len(petitions)) if petition.incident else ():
            if other > one or not petitions[other].incident:
                yield one, other


def _tf_idf(titles: Sequence[str]) -> list[dict[str, float]]:
    """Unit vectors over character 2–3-grams; smoothed inverse document frequency."""
    counts = [
        Counter(title[i : i + n] for n in (2, 3) for i in range(len(title) - n + 1)) for title in titles
    ]
    in_titles = Counter(gram for count in counts for gram in count)
    return [
        _unit({g: n * (log((1 + len(titles)) / (1 + in_titles[g])) + 1) for g, n in count.items()})
        for count in counts
    ]


def _unit(vector: dict[str, float]) -> dict[str, float]:
    length = sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {gram: weight / length for gram, weight in vector.items()}


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    return sum(weight * other.get(gram, 0.0) for gram, weight in one.items())
