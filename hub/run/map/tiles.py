"""A base map under the district's own, where one is configured: tiles of a WMTS or XYZ service, or of a PMTiles file.

Browsers ask the hub alone, and the hub asks the service: no viewer is known there, and no page reaches out.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

import httpx
import structlog

from hub.errors import FixSettings, Refused
from hub.run.map.cells import FINEST

log = structlog.get_logger()
_KINDS: Final[Mapping[bytes, str]] = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
}
"""How a picture begins → what it is; nothing else is handed on, whatever a service calls it."""
_LARGEST: Final = 1_000_000
_KEPT: Final = 2_048
_PLACES: Final = re.compile(r"\{([zxy])\}")


class Tiles(Protocol):
    """Where tiles come from."""

    def read(self, z: int, x: int, y: int) -> bytes | None:
        """The picture at these web mercator numbers, north first; None where there is none."""
        ...


class Service:
    """A template of URLs with `{z}`, `{x}` and `{y}`, as XYZ and WMTS services have them."""

    def __init__(self, template: str, client: httpx.Client) -> None:
        self._template, self._client = template, client

    def read(self, z: int, x: int, y: int) -> bytes | None:
        """As the service answers now."""
        number = {"z": str(z), "x": str(x), "y": str(y)}
        try:
            answer = self._client.get(_PLACES.sub(lambda found: number[found[1]], self._template))
        except httpx.HTTPError as error:
            log.warning("base_map_silent", error=type(error).__name__)
            return None
        return answer.content if answer.status_code == httpx.codes.OK else None


class Archive:
    """A PMTiles file of raster tiles."""

    def __init__(self, file: Path) -> None:
        from pmtiles.reader import MmapSource, Reader

        self._file = file.open("rb")
        self._reader = Reader(MmapSource(self._file))

    def read(self, z: int, x: int, y: int) -> bytes | None:
        """As it stands in the file."""
        found: bytes | None = self._reader.get(z, x, y)
        return found


class BaseTiles:
    """Tiles that are pictures, the latest of them kept."""

    def __init__(self, tiles: Tiles) -> None:
        self._tiles: Final = tiles
        self._read: Final = lru_cache(maxsize=_KEPT)(self._picture)

    def picture(self, z: int, x: int, y: int) -> tuple[bytes, str]:
        """The tile and its media type; raises Refused P208 where there is none, or something else than a picture."""
        if not (0 <= z <= FINEST and 0 <= x < 1 << z and 0 <= y < 1 << z):
            raise Refused("P208")
        return self._read(z, x, y)

    def _picture(self, z: int, x: int, y: int) -> tuple[bytes, str]:
        """What raises is asked for again the next time: a service that was silent may speak by then."""
        content = self._tiles.read(z, x, y) or b""
        kind = next((kind for begin, kind in _KINDS.items() if content.startswith(begin)), None)
        if kind is None or len(content) > _LARGEST:
            raise Refused("P208")
        return content, kind


def tiles_of(setting: str) -> BaseTiles | None:
    """What the setting `map_tiles` names, a template or a file; None where it is empty.

    Raises FixSettings P207 where it is neither.
    """
    if not setting:
        return None
    if setting.startswith(("https://", "http://")):
        if {found[1] for found in _PLACES.finditer(setting)} != {"z", "x", "y"}:
            raise FixSettings("P207")
        return BaseTiles(Service(setting, httpx.Client(timeout=5.0, follow_redirects=False)))
    try:
        return BaseTiles(Archive(Path(setting)))
    except (OSError, ValueError):
        raise FixSettings("P207") from None
