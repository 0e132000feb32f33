"""A base map: pictures of a service or a file, and nothing else of them."""

from pathlib import Path

import httpx
import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from hub.errors import FixSettings, Refused
from hub.run.map.tiles import BaseTiles, Service, tiles_of

PNG = b"\x89PNG and so on"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A file with one picture and one page."""
    file = tmp_path / "base.pmtiles"
    with file.open("wb") as out:
        made = Writer(out)
        made.write_tile(zxy_to_tileid(11, 1711, 835), PNG)
        made.write_tile(zxy_to_tileid(11, 1711, 836), b"<html>")
        made.finalize({"tile_type": TileType.PNG, "tile_compression": Compression.NONE}, {})
    return file


def test_a_file_gives_its_pictures(archive: Path) -> None:
    tiles = tiles_of(str(archive))
    assert tiles is not None
    assert (PNG, "image/png") == tiles.picture(11, 1711, 835)
    for number in ((11, 1711, 836), (11, 0, 0), (11, 2048, 0), (23, 0, 0), (2, -1, 0)):
        with pytest.raises(Refused, match="P208"):
            tiles.picture(*number)


def test_a_service_is_asked_once_for_each_and_what_fails_is_no_tile() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if request.url.params["TILEROW"] == "7":
            raise httpx.ConnectError("gone")
        status = 200 if request.url.params["TILEROW"] == "5" else 302
        return httpx.Response(status, content=PNG, headers={"content-type": "text/html"})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    tiles = BaseTiles(Service("https://tiles.example/wmts?TILECOL={x}&TILEROW={y}&TILEMATRIX={z}", client))
    for _ in range(2):
        assert (PNG, "image/png") == tiles.picture(4, 3, 5)
    assert ["https://tiles.example/wmts?TILECOL=3&TILEROW=5&TILEMATRIX=4"] == asked
    for row in (6, 7):
        with pytest.raises(Refused, match="P208"):
            tiles.picture(4, 3, row)


def test_a_service_that_was_silent_is_asked_again() -> None:
    answers = iter((503, 200))
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(next(answers), content=PNG)))
    tiles = BaseTiles(Service("https://tiles.example/{z}/{x}/{y}", client))
    with pytest.raises(Refused, match="P208"):
        tiles.picture(4, 3, 5)
    assert (PNG, "image/png") == tiles.picture(4, 3, 5)


@pytest.mark.parametrize("setting", ["https://tiles.example/{z}/{x}", "/nowhere/base.pmtiles"])
def test_a_setting_that_names_no_tiles_ends_the_start(setting: str) -> None:
    with pytest.raises(FixSettings, match="P207"):
        tiles_of(setting)


def test_without_a_setting_there_is_none() -> None:
    assert tiles_of("") is None
