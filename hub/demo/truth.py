"""The demo's seeded day through real adapters and the hub, and its links beside the truth of the scenario.

The simulators speak their protocols to the adapters (`bodies`); intake and casework run step by step on an
embedded store. Only here the truth meets what the hub made. Secret reports never link, by rule, and are
not counted; two parts of one letter are two matters, since the source itself told them apart (N13).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import hub.pack
from hub.clock import FixedClock
from hub.demo.bodies import Bodies, speak
from hub.demo.scenario import Scenario, make
from hub.model import Event, Mode
from hub.run.assembly import Assembly
from hub.run.measure.links_made import compare, linked_or_asked
from hub.run.measure.scratch import events_of, fates_of, incidents_of, questions_of
from hub.run.settling import settle
from hub.run.sources.reception import Reception, write
from hub.settings import apart

LENGTH: Final = timedelta(hours=10)
MATTERS: Final = 900
SEED: Final = 20260310
_SLICES: Final = 20
"""The day comes in so many parts, each of all sources: what came first is linked first."""
_FEW: Final = 5
"""Reports of a matter up to which it counts as small: a flapping sensor alone makes 435 pairs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the hub made of one scenario."""

    events: Sequence[Event]
    fates: Mapping[str, float]
    incident_of: Mapping[str, str]
    """Event key → incident."""
    questions: frozenset[frozenset[str]]


def measure(*, length: timedelta = LENGTH, matters: int = MATTERS, seed: int = SEED) -> dict[str, float]:
    """Fates (`records` … `ended`); `precision` of `same`, `recall` of `same` alone, `recall_asked` of `same`
    and `likely`, by pairs of reports; `small_*`: the same of matters with few reports; `questions`.
    """
    pack = hub.pack.load()
    scenario = make(pack, start=pack.manifest.starts_at, length=length, matters=matters, seed=seed)
    outcome = play(scenario, pack, seed)
    matter_of = matters_of(scenario, outcome.events)
    sizes = Counter(matter_of.values())
    small = {key: matter for key, matter in matter_of.items() if sizes[matter] <= _FEW}
    return {
        **outcome.fates,
        **_figures(outcome, matter_of, ""),
        **_figures(outcome, small, "small_"),
        "true_pairs": sum(size * (size - 1) // 2 for size in sizes.values()),
        "questions": len(outcome.questions),
    }


def play(scenario: Scenario, pack: hub.pack.Pack, seed: int) -> Outcome:
    """All that the systems say, through adapters, intake and casework of a hub that is thrown away."""
    with TemporaryDirectory(prefix="gridplus-truth-") as name:
        home = Path(name)
        bodies = speak(scenario, pack, seed=seed, place=home / "systems")
        settings = apart(
            home=home,
            store=f"sqlite:///{home}/hub.db",
            bus="embedded",
            sources={source: dict(config) for source, config in bodies.configs.items()},
        )
        clock = FixedClock(scenario.ends_at + timedelta(hours=1))
        made = Assembly(settings, clock=clock, pack=pack)
        try:
            _take_in(made, bodies)
            return Outcome(events_of(made), fates_of(made), incidents_of(made), frozenset(questions_of(made)))
        finally:
            made.close()


def matters_of(scenario: Scenario, events: Sequence[Event]) -> dict[str, tuple[str, str]]:
    """Event key → matter and, of a letter with several parts, the part; without secret reports."""
    parts: dict[tuple[str, str], set[str]] = {}
    for one in events:
        parts.setdefault((one.source, one.source_ref), set()).add(one.part)
    return {
        one.key: (scenario.truth[ref], one.part if len(parts[ref]) > 1 else "")
        for one in events
        if (ref := (one.source, one.source_ref)) in scenario.truth and not one.secret
    }


def _take_in(made: Assembly, bodies: Bodies) -> None:
    adapters = {source: made.adapter(source) for source in bodies.by_source}
    doors = {
        source: Reception(source, adapter, made.vault, body_limit=made.settings.body_limit)
        for source, adapter in adapters.items()
    }
    for number, (begin, end) in enumerate(pairwise(n / _SLICES for n in range(_SLICES + 1))):
        for source, some in bodies.by_source.items():
            part = some[round(len(some) * begin) : round(len(some) * end)]
            now = made.clock.now()
            prepared = doors[source].prepare(part, arrival=f"truth:{number}", mode=Mode.LIVE, now=now)
            with made.store.write() as conn:
                write(conn, prepared)
        settle(made, adapters)


def _figures(outcome: Outcome, matter_of: Mapping[str, tuple[str, str]], name: str) -> dict[str, float]:
    score = compare(outcome.incident_of, matter_of)
    asked = linked_or_asked(outcome.incident_of, matter_of, outcome.questions)
    return {
        f"{name}precision": score.precision,
        f"{name}recall": score.recall,
        f"{name}recall_asked": asked,
    }
