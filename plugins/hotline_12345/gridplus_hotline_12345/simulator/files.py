"""Pictures that the platform keeps for its orders, behind links that look alike: what comes differs (N72).

For the simulator. A picture carries where it was taken and who called, as telephones and desks leave it there.
"""

from base64 import b64decode
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from hub.plugin import PeerReply, Utterance

PREFIX: Final = "/files/"

_JPEG: Final = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4QCmRXhpZgAATU0AKgAAAAgAAwEPAAIAAAAFAAAAMgESAAMAAAABAAYAAIglAAQAAAABAAAA"
    "OAAAAABHUklEAAAABAABAAIAAAACTgAAAAACAAUAAAADAAAAbgADAAIAAAACRQAAAAAEAAUAAAADAAAAhgAAAAAAAAAfAAAAAQAA"
    "ADsAAAABAAAAGAAAAAEAAAB4AAAAAQAAADMAAAABAAAAAAAAAAH/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dA"
    "RkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8"
    "fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAgADADASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAAQDBf/EACYQ"
    "AAEDAgQGAwAAAAAAAAAAAAEAAgMREgQFITETFFJTkaFRYWL/xAAXAQEBAQEAAAAAAAAAAAAAAAACAAME/8QAGBEBAQEBAQAAAAAA"
    "AAAAAAAAABECAUH/2gAMAwEAAhEDEQA/AMURF0MRERSERFJPipXx2WGla10U/MzdfoLfGMc6y1pO+wUvCk7bvCy1aeZGT80ka6jT"
    "d96LSLHySjR9CNwQFM/L5bqsa6nwQdFrBg3xalji4/ko3pTijmZuv0FdGS6NpO5AK53Ck7bvC6MQpEwHQ2hPN9DUf//Z"
)
"""48 × 32 pixels, held upright, with a camera's EXIF: make and position."""
_WEBP: Final = b64decode(
    "UklGRnwAAABXRUJQVlA4IHAAAADQBACdASowACAAPu1qq04ppqQiMBVaqTAdiWMAvsBWMiN0WUFdfYrxFCc/vORQAAD+1Jluk/U/"
    "0WwwmDhhAQ7BJ5wIXaHbxMNvwwP/ycYIjsxdHcm8f4ARdpNhZmWNpZ3DB463hxipBvwC1uaXHxgA"
)

_AS_JPEG: Final = {"content-type": "image/jpeg"}
_LOGIN: Final = "<!DOCTYPE html><html><head><title>统一身份认证</title></head></html>".encode()
FILES: Final[Mapping[str, PeerReply]] = {
    "plain": PeerReply(200, _JPEG, _AS_JPEG),
    "expired": PeerReply(403, b"", {"content-type": "text/plain"}),
    "html": PeerReply(200, _LOGIN, {"content-type": "text/html;charset=UTF-8"}),
    "webp": PeerReply(200, _WEBP, _AS_JPEG),
    "empty": PeerReply(200, b"", _AS_JPEG),
    "redirect": PeerReply(302, b"", {"location": "http://127.0.0.1:1/latest/meta-data"}),
}
"""Name in `extra["attachments"]` → what its link is answered with, whatever the link says."""


def offered(said: Utterance, base_url: str) -> list[dict[str, str]]:
    """The order's `attachments`: a link and a name for each kind that the utterance asks for."""
    kinds = [one for one in said.extra.get("attachments", "").split(",") if one]
    who = said.requester
    name, phone = (who.name, who.phone) if who else ("", "")
    return [
        {
            "url": f"{base_url}{PREFIX}{quote(f'{said.ref}-{phone}')}/{number}-{kind}.jpg",
            "name": f"{name}现场照片{number}.jpg",
        }
        for number, kind in enumerate(kinds, 1)
    ]


def served(path: str) -> PeerReply:
    """What lies behind a link; the plain picture has a comment that names the caller's number."""
    owner, _, file = unquote(path.removeprefix(PREFIX)).partition("/")
    kind = file.partition("-")[2].removesuffix(".jpg")
    found = FILES.get(kind, PeerReply(404))
    if kind != "plain":
        return found
    note = owner.encode()[:200]
    commented = _JPEG[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2) + note + _JPEG[2:]
    return PeerReply(200, commented, found.headers)
