"""An uploaded file in an HTTP request: raw, or the first file of a form (RFC 7578). Pure."""

from collections.abc import Mapping
from typing import Final

_LONGEST_BOUNDARY: Final = 70
"""Characters, RFC 2046, 5.1.1."""


def file_in(headers: Mapping[str, str], body: bytes) -> bytes:
    """The bytes of the file; `body` itself where it is no form. b"" for a form without a file."""
    kind, _, parameters = headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "multipart/form-data":
        return body
    boundary = _boundary(parameters)
    if not boundary:
        return b""
    # a line break belongs to the boundary behind it, never to the file before it
    for piece in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        head, found, content = piece.partition(b"\r\n\r\n")
        if found and b"filename" in head.lower():
            return content
    return b""


def _boundary(parameters: str) -> bytes:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "boundary":
            named = value.strip().strip('"').encode("ascii", "ignore")
            return named if len(named) <= _LONGEST_BOUNDARY else b""
    return b""
