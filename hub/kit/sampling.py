"""Golden samples of a plugin held against its adapter, without a system behind it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hub.kit.subject import Subject
from hub.plugin import AdapterEntry
from hub.plugin.samples import Sample, outcome_of


def outcome(entry: AdapterEntry, sample: Sample) -> dict[str, Any]:
    """What the adapter makes of the sample, in the form of what stands beside it."""
    with TemporaryDirectory(prefix="gridplus-") as place:
        return outcome_of(Subject(entry, Path(place)).sampled, sample)
