"""A recording of a system that is played: samples that hold, without a value of anybody."""

from pathlib import Path
from typing import Any

import pytest
from gridplus_hotline_12345.plugin import grid_adapters

from hub.clock import FixedClock
from hub.kit import recording
from hub.kit.subject import NAME, NOON, PHONE, WORDS, Subject
from hub.plugin import AdapterEntry
from hub.plugin.samples import outcome_of, read_samples

(HOTLINE,) = grid_adapters()


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    return Subject(HOTLINE, tmp_path / "desks")


def recorded(entry: AdapterEntry, subject: Subject, into: Path, **changes: Any) -> recording.Recorded:
    """What came of recording three reports that are pulled."""
    said = [subject.says(number, extra={"way": "pull"}, **changes) for number in (1, 2, 3)]
    with subject.at_desk(*said) as desk:
        desk.run(until=lambda: desk.simulator.outstanding() == 3 or desk.simulator.done())  # type: ignore[attr-defined]
        return recording.write(entry, desk.adapter, recording.read(desk.adapter, 10), into, FixedClock(NOON))


def test_samples_are_written_that_hold_and_show_nobody(subject: Subject, tmp_path: Path) -> None:
    into = tmp_path / "samples"
    done = recorded(HOTLINE, subject, into)
    assert (3, 0) == (len(done.written), done.left_out)
    for sample in read_samples(into):
        assert sample.expected == outcome_of(subject.adapter, sample)
        assert sample.expected["drafts"]
    everything = "".join(file.read_text("utf-8") for file in into.iterdir())
    assert not [one for one in (NAME, PHONE, WORDS) if one in everything]


def test_the_next_recording_is_numbered_on(subject: Subject, tmp_path: Path) -> None:
    into = tmp_path / "samples"
    recorded(HOTLINE, subject, into)
    assert "04-recorded-order" == recorded(HOTLINE, subject, into).written[0]
