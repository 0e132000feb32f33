"""What is slow to make is made once, whole or not at all, also when several processes start at once."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from hub.pack.cache import default_root, folder_of, is_whole

from .conftest import TinyPack


def test_a_folder_is_made_once_and_then_found(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "part").write_text("content")

    first, again = (folder_of("key", make, tmp_path) for _ in range(2))
    assert (first, 1) == (again, len(made))
    assert (first / "part").read_text() == "content"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_several_that_start_at_once_all_get_a_whole_folder(tmp_path: Path) -> None:
    together = Barrier(4, timeout=30)

    def make(folder: Path) -> None:
        together.wait()
        (folder / "part").write_text("content")

    with ThreadPoolExecutor(4) as pool:
        folders = list(pool.map(lambda _: folder_of("key", make, tmp_path), range(4)))
    assert {tmp_path / "key"} == set(folders)
    assert is_whole(folders[0])
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("damage", ["cut", "missing", "unsealed"])
def test_a_damaged_folder_is_made_again(tmp_path: Path, damage: str) -> None:
    def make(folder: Path) -> None:
        (folder / "part").write_text("content")

    folder = folder_of("key", make, tmp_path)
    if damage == "cut":
        (folder / "part").write_text("con")
    elif damage == "missing":
        (folder / "part").unlink()
    else:
        (folder / "seal.json").write_text("{")
    assert not is_whole(folder)
    assert (folder_of("key", make, tmp_path) / "part").read_text() == "content"


def test_folders_that_nobody_opened_for_a_month_go_when_a_new_one_is_made(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        (folder / "part").write_text("content")

    long_ago, opened, other = (folder_of(key, make, tmp_path) for key in ("demo-1", "demo-2", "city-1"))
    for folder in (long_ago, opened, other):
        os.utime(folder, (0, 0))
    folder_of("demo-2", make, tmp_path)
    newest = folder_of("demo-3", make, tmp_path)
    assert {opened, other, newest} == set(tmp_path.iterdir())


def test_a_maker_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "part").write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        folder_of("key", fail, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_a_place_to_write_the_folder_is_a_temporary_one(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        (folder / "part").write_text("content")

    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    folder = folder_of("key", make, blocked / "cache")
    assert (folder / "part").read_text() == "content"
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("xdg", "expected"),
    [("/var/cache/me", Path("/var/cache/me/gridplus")), ("relative", None), ("", None)],
)
def test_the_cache_lies_where_the_desktop_standard_says(
    monkeypatch: pytest.MonkeyPatch, xdg: str, expected: Path | None
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", xdg)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert (expected or Path("/home/somebody/.cache/gridplus")) == default_root()


def test_a_changed_input_makes_another_folder(tiny: TinyPack) -> None:
    before = tiny.load().geography.addresses
    tiny.replace("addresses.csv", "A1,", "A9,")
    assert (before[0].id, tiny.load().geography.addresses[0].id) == ("A1", "A9")
    assert len(list(tiny.cache.iterdir())) == 2
