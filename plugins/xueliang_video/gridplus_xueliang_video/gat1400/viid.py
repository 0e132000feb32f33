"""GA/T 1400 in its own words: paths, status objects, and the answer to notifications.

Pure. A protocol of this plugin alone (domain.md 2.8). Spelling is part of the wire format.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from hub import SHANGHAI, SignInAgain, TryLater
from hub.plugin import PeerReply
from hub.plugin.fields import whole

CONTENT_TYPE: Final = "application/VIID+JSON;charset=UTF-8"
NOTIFICATIONS: Final = "/VIID/SubscribeNotifications"

OK: Final = 0
BUSY: Final = 2
NOT_ALLOWED: Final = 4
"""无效操作: what this hub never holds, and who may not come in."""
JSON_FORMAT: Final = 7
_WORDS: Final[Mapping[int, str]] = {
    OK: "正常",
    BUSY: "设备忙",
    NOT_ALLOWED: "无效操作",
    JSON_FORMAT: "JSON 格式无效",
}
_NOT_REGISTERED: Final = frozenset({"401", "403"})


@dataclass(frozen=True, slots=True)
class Status:
    """What is said of one object. `id` is the other side's own number for it."""

    code: int
    id: str = ""


def status_reply(
    statuses: Sequence[Status], at: datetime, *, http: int = 200, path: str = NOTIFICATIONS
) -> PeerReply:
    """A `ResponseStatusListObject` with one `ResponseStatusObject` a status."""
    local = at.astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
    made = [
        {
            "RequestURL": path,
            "StatusCode": one.code,
            "StatusString": _WORDS[one.code],
            "Id": one.id,
            "LocalTime": local,
        }
        for one in statuses
    ]
    body = orjson.dumps({"ResponseStatusListObject": {"ResponseStatusObject": made}})
    return PeerReply(http, body, {"content-type": CONTENT_TYPE})


def headers(device_id: str) -> dict[str, str]:
    """What every call carries, keep-alive included: platforms refuse one without `User-Identify` (N73)."""
    return {"content-type": CONTENT_TYPE, "user-identify": device_id}


def checked(document: Mapping[str, Any]) -> None:
    """Returns where the platform says OK, in one `ResponseStatusObject` or a list of them.

    The code comes as number or text. Raises TryLater S104 where there is none, SignInAgain S106 for a
    registration that is gone, TryLater S103 for any other code.
    """
    found = document.get("ResponseStatusListObject", document)
    found = found.get("ResponseStatusObject", found) if isinstance(found, Mapping) else found
    for one in found if isinstance(found, list) else [found]:
        code = whole(str(one.get("StatusCode", "")).strip()) if isinstance(one, Mapping) else ""
        if code == "":
            raise TryLater("S104")
        if code in _NOT_REGISTERED:
            raise SignInAgain("S106")
        if code != str(OK):
            raise TryLater("S103")
