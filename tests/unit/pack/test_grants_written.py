"""Grants written as a file of the pack's form are the same grants when that is read."""

from dataclasses import replace

from hub.contract.marked import read_yaml
from hub.pack import Pack, load
from hub.pack.grants import Subjects, read_grants, read_proposed
from hub.pack.grants_written import written
from hub.pack.reading import PackFiles

from .conftest import TinyPack


def subjects(pack: Pack) -> Subjects:
    """Whom and what its grants may name."""
    return Subjects(
        departments=pack.organisations, areas=pack.areas, categories=pack.taxonomy.categories, masks=None
    )


def test_what_is_written_is_read_again_as_the_same_grants(tiny: TinyPack) -> None:
    pack = load()
    (tiny.root / "grants.yaml").write_text(written(pack.grants, pack.version), encoding="utf-8")
    files = PackFiles(tiny.root)
    again = read_grants(files, subjects(pack))
    assert () == files.found
    assert set(pack.grants) == set(again)
    assert len(pack.grants) == len(again)


def test_versions_and_row_limits_are_written_too(tiny: TinyPack) -> None:
    grants = tuple(replace(one, version=3, max_rows_day=5) for one in tiny.load().grants)
    (tiny.root / "grants.yaml").write_text(written(grants, "2"), encoding="utf-8")
    assert set(grants) == set(tiny.load().grants)


def test_who_approves_a_proposed_file_is_not_for_the_file_to_say(tiny: TinyPack) -> None:
    pack = tiny.load()
    sheet = read_yaml(written(pack.grants, "1"), "grants.yaml")
    assert {()} == {one.approved_by for one in read_proposed(sheet, subjects(pack))}
    assert not sheet.faults.found
