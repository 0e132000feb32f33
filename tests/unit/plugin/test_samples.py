"""Golden samples: pairs are found, and an outcome has one form."""

import json
from pathlib import Path

import pytest

from hub.errors import HeldRecord
from hub.model import Arrival, Code, Crs, Draft, Position, Stage
from hub.plugin import Body
from hub.plugin.samples import as_json, outcome_of, read_samples


class Reader:
    """Holds what says so."""

    def check(self) -> None: ...

    def close(self) -> None: ...

    def normalise(self, body: Body, arrival: Arrival) -> list[Draft]:
        if body.content == b"hold":
            raise HeldRecord("R201", pointer="/no")
        return [Draft(source_ref=body.content.decode(), category=Code("t", arrival.kind))]


def put(folder: Path, name: str, raw: bytes, told: dict[str, object]) -> None:
    (folder / f"{name}.raw.json").write_bytes(raw)
    (folder / f"{name}.event.json").write_text(json.dumps(told))


def test_a_pair_is_read_and_its_outcome_equals_its_twin(tmp_path: Path) -> None:
    put(
        tmp_path,
        "01-good",
        b"A1",
        {"kind": "x", "drafts": [{"source_ref": "A1", "category": {"table": "t", "value": "x"}}]},
    )
    put(tmp_path, "02-held", b"hold", {"error": {"recovery": "HeldRecord", "code": "R201", "pointer": "/no"}})
    samples = read_samples(tmp_path)
    assert [sample.name for sample in samples] == ["01-good", "02-held"]
    assert [sample.expected for sample in samples] == [outcome_of(Reader(), sample) for sample in samples]


def test_a_raw_file_without_its_twin_is_named(tmp_path: Path) -> None:
    (tmp_path / "03-alone.raw.xml").write_bytes(b"")
    with pytest.raises(ValueError, match="03-alone"):
        read_samples(tmp_path)


def test_a_draft_in_json_leaves_out_what_is_usual() -> None:
    draft = Draft(
        source_ref="A1",
        category=Code("t", "1"),
        stage=Stage.CLOSED,
        position=Position(120.8, 32.0, Crs.GCJ02),
    )
    assert as_json(draft) == {
        "source_ref": "A1",
        "category": {"table": "t", "value": "1"},
        "stage": "closed",
        "position": {"x": 120.8, "y": 32.0, "crs": "gcj02"},
    }
