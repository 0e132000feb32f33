"""`extraordinary.yaml`: what two persons may have shown, and every fault told at its place."""

from pathlib import Path

from hub.access.beyond import NOTHING, BeyondRules
from hub.model import Sensitivity
from hub.pack.extraordinary import FILE, read_extraordinary
from hub.pack.reading import PackFiles

WHOLE = """
reveal: {fields: [resident.phone], legal_basis: 第十三条}
emergencies:
  - id: life
    title: {zh: 人身危险, en: danger to life}
    fields: [resident.name, event.address]
    sensitivity: minor
    legal_basis: 第十三条第四项
"""


def read(text: str, root: Path) -> tuple[BeyondRules, list[str]]:
    """What it says, and the code of every fault."""
    (root / FILE).write_text(text, encoding="utf-8")
    files = PackFiles(root)
    return read_extraordinary(files), [one.code for one in files.found]


def test_it_says_which_fields_and_under_which_law(tmp_path: Path) -> None:
    rules, faults = read(WHOLE, tmp_path)
    assert [] == faults
    life = rules.kind("life")
    assert life is not None
    assert (("resident.phone",), ("resident.name", "event.address"), Sensitivity.MINOR) == (
        rules.reveal.fields,
        life.fields,
        life.sensitivity,
    )
    assert None is rules.kind("fire")


def test_without_the_file_nothing_is_shown(tmp_path: Path) -> None:
    assert NOTHING == read_extraordinary(PackFiles(tmp_path))


def test_fields_that_are_about_nobody_and_sets_without_a_name_are_faults(tmp_path: Path) -> None:
    twice = WHOLE + WHOLE.partition("emergencies:\n")[2]
    assert ["K281"] == read(twice, tmp_path)[1]
    assert ["K281"] == read(WHOLE.replace("id: life", "id: Life!"), tmp_path)[1]
    for field in ("incident.lon", "resident.shoe_size", "resident.former", "event.stage"):
        assert ["K282"] == read(WHOLE.replace("resident.phone", field), tmp_path)[1]
