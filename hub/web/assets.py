"""Scripts, styles and what is vendored: served from here alone, under a URL that changes with the content."""

import gzip
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

from hub.errors import Refused

_HERE: Final = Path(__file__).parent
_ROOTS: Final = ("static", "vendor")
_TYPES: Final = {".mjs": "text/javascript", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOREVER: Final = "public, max-age=31536000, immutable"
_WORTH_PACKING: Final = 1024

router = APIRouter(include_in_schema=False)


def url_of(name: str) -> str:
    """Where a browser gets the file `name`, for instance `static/base.css`."""
    return f"/assets/{_digest(name)}/{name}"


@router.get("/assets/{digest}/{name:path}")
def asset(request: Request, digest: str, name: str) -> Response:
    """The file; kept by browsers for good where the URL says its digest. Scripts find those beside them by
    relative URLs, so any digest leads to the file as it stands."""
    packed = len(content_of(name)) >= _WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", "")
    suffix = Path(name).suffix
    headers = {
        "cache-control": _FOREVER if digest == _digest(name) else "no-cache",
        "vary": "accept-encoding",
        "content-type": _TYPES.get(suffix) or guess_type(name)[0] or "application/octet-stream",
    }
    if not packed:
        return Response(content_of(name), headers=headers)
    return Response(_packed(name), headers=headers | {"content-encoding": "gzip"})


@cache
def content_of(name: str) -> bytes:
    """The bytes of a file, for instance of `static/base.css`. Raises Refused P107 where there is none."""
    file = _files().get(name)
    if file is None:
        raise Refused("P107")
    return file.read_bytes()


@cache
def _files() -> Mapping[str, Path]:
    """All there are, each by its one name: what is kept of them cannot grow by asking in other ways."""
    return {
        file.relative_to(_HERE).as_posix(): file
        for root in _ROOTS
        for file in (_HERE / root).rglob("*")
        if file.is_file()
    }


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(content_of(name), 6, mtime=0)


@cache
def _digest(name: str) -> str:
    return sha256(content_of(name)).hexdigest()[:16]
