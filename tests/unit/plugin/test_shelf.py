"""Wheels on the shelf: what is taken, and what is refused before anything of it runs."""

import zipfile
from pathlib import Path

import pytest

from hub.errors import FixSettings
from hub.plugin.shelf import Kept, Shelf
from tests.wheels import wheel

POINTS = {"lamps": "lamps"}


def put(tmp_path: Path, version: str = "1.0", text: str = "A = 1\n", **files: str) -> Shelf:
    shelf = Shelf(tmp_path / "home")
    shelf.put(wheel(tmp_path, "gridplus-lamps", version, {"lamps.py": text, **files}, POINTS))
    return shelf


def test_versions_lie_side_by_side(tmp_path: Path) -> None:
    put(tmp_path)
    shelf = put(tmp_path, "2.0", "A = 2\n")
    assert ["1.0", "2.0"] == [one.version for one in shelf.versions("gridplus-lamps")]
    assert ["gridplus-lamps"] == shelf.distributions()
    two = shelf.find("gridplus-lamps", "2.0")
    assert POINTS == two.points
    assert "A = 2\n" == (two.path / "lamps.py").read_text("utf-8")


def test_the_same_wheel_again_changes_nothing(tmp_path: Path) -> None:
    put(tmp_path)
    assert ["1.0"] == [one.version for one in put(tmp_path).versions("gridplus-lamps")]


def test_another_wheel_of_a_version_that_lies_there_is_refused(tmp_path: Path) -> None:
    put(tmp_path)
    with pytest.raises(FixSettings, match="C122"):
        put(tmp_path, text="A = 2\n")
    assert "A = 1\n" == (Shelf(tmp_path / "home").find("gridplus-lamps", "1.0").path / "lamps.py").read_text()


def test_a_version_that_does_not_lie_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FixSettings, match="C121"):
        put(tmp_path).find("gridplus-lamps", "3.0")


@pytest.mark.parametrize("name", ["../out.py", "/out.py", "lamps/fast.so", "lamps-1.0.data/scripts/run"])
def test_what_leads_out_of_the_wheel_or_is_compiled_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FixSettings, match="C122"):
        put(tmp_path, **{name: "x"})
    assert [] == Shelf(tmp_path / "home").distributions()


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("../../out", "1"),
        ("/out", "1"),
        ("gridplus-lamps", "../../../out"),
        (".lamps", "1"),
        ("", "1"),
        ("a", ""),
    ],
)
def test_a_name_or_a_version_that_leads_off_the_shelf_is_refused(
    tmp_path: Path, name: str, version: str
) -> None:
    """Both are the wheel's own word, and become folders."""
    made = said_to_be(tmp_path, f"Name: {name}\nVersion: {version}\n")
    with pytest.raises(FixSettings, match="C122"):
        Shelf(tmp_path / "home" / "here").put(made)
    assert [] == list(tmp_path.rglob("lamps.py"))


def test_a_wheel_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FixSettings, match="C122"):
        Shelf(tmp_path / "home").put(said_to_be(tmp_path, ""))


@pytest.mark.parametrize("place", [6, 8], ids=["sealed", "packed as nobody packs"])
def test_what_cannot_be_unpacked_is_refused(tmp_path: Path, place: int) -> None:
    made = said_to_be(tmp_path, "Name: a\nVersion: 1\n")
    spoilt = bytearray(made.read_bytes())
    for mark, further in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        spoilt[spoilt.find(mark) + place + further] = 99
    made.write_bytes(spoilt)
    with pytest.raises(FixSettings, match="C122"):
        Shelf(tmp_path / "home").put(made)


def said_to_be(tmp_path: Path, metadata: str) -> Path:
    """A wheel with this word of its own about what it is."""
    path = tmp_path / "lamps.whl"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("lamps.py", "A = 1\n")
        packed.writestr("./", "")
        packed.writestr("lamps-1.dist-info/METADATA", f"Metadata-Version: 2.1\n{metadata}")
        packed.writestr("lamps-1.dist-info/entry_points.txt", "[gridplus]\nlamps = lamps\n")
    return path


def test_a_wheel_that_fails_its_check_does_not_lie_there(tmp_path: Path) -> None:
    def refuse(kept: Kept) -> None:
        raise FixSettings("C103", name=kept.distribution, error="invented")

    shelf = Shelf(tmp_path / "home")
    with pytest.raises(FixSettings, match="C103"):
        shelf.put(wheel(tmp_path, "gridplus-lamps", "1.0", {"lamps.py": ""}, POINTS), refuse)
    assert [] == shelf.distributions()


def test_a_wheel_that_offers_nothing_is_refused(tmp_path: Path) -> None:
    plain = wheel(tmp_path, "gridplus-lamps", "1.0", {"lamps.py": "A = 1\n"})
    with pytest.raises(FixSettings, match="C122"):
        Shelf(tmp_path / "home").put(plain)


def test_what_is_no_wheel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lamps.whl").write_text("no zip", "utf-8")
    with pytest.raises(FixSettings, match="C122"):
        Shelf(tmp_path / "home").put(tmp_path / "lamps.whl")


def test_a_version_is_found_from_wherever_its_process_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the home is said from the working directory, as it is by default."""
    put(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert (tmp_path / "home").resolve() in Shelf(Path("home")).find("gridplus-lamps", "1.0").path.parents


def test_a_distribution_is_found_however_its_builder_spells_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "home")
    shelf.put(wheel(tmp_path, "Gridplus_Lamps", "1.0", {"lamps.py": "A = 1\n"}, POINTS))
    assert "1.0" == shelf.find("gridplus-lamps", "1.0").version
