"""What of a message may be stored: the message rebuilt from its allowed fields, and the names of the rest.

Pure. Nothing is taken out of a message here; what is allowed is put into an empty one, so that no nesting,
spelling or encoding carries anything past. Invariant 5: faces, persons, plates and pictures end here.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson

from gridplus_xueliang_video.gat1400.allowed import (
    HEAD,
    INFO,
    KINDS,
    LISTS,
    NAMED,
    NOTIFY,
    OBJECT,
    Allowed,
    folded,
)
from hub import BadRecord
from hub.plugin import Admitted
from hub.plugin.json_text import parse_json
from hub.plugin.text import decode_unproved
from hub.plugin.transport.xml import child, declared_charset, local_name, parse_xml, text_in

UNLISTED: Final = "unlisted"
UNREADABLE: Final = Admitted(None, ("unreadable",))
_NAMED: Final = {folded(name): name for name in NAMED}
_LISTS_OF: Final = ("SubscribeNotificationListObject", "SubscribeNotificationObject")


def admit_notification(content: bytes) -> Admitted:
    """What of a GA/T 1400 notification may be stored; nothing where no alarm and no device state remains."""
    try:
        kept, names = sifted(content)
    except BadRecord:
        return UNREADABLE
    return Admitted(orjson.dumps(wrapped(kept)) if kept else None, names)


def sifted(content: bytes) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The same as notifications, and the names of the rest; raises BadRecord R102 as `read_document`."""
    document, dropped = read_document(content), set[str]()
    kept = [one for found in notifications(document) if (one := _notification(found, dropped))]
    return kept, tuple(sorted(dropped))


def admit_alarm28181(content: bytes) -> Admitted:
    """What of a GB/T 28181 alarm may be stored; nothing of any other message."""
    try:
        notify = parse_xml(_readable(content, declared_charset(content)))
    except BadRecord:
        return UNREADABLE
    if local_name(notify) != "Notify" or text_in(notify, "CmdType") != "Alarm":
        return Admitted(None, ("CmdType",))
    kept, dropped = Element("Notify"), set[str]()
    SubElement(kept, "CmdType").text = "Alarm"
    for one in notify:
        if local_name(one) == "Info":
            _info(one, kept, dropped)
        elif local_name(one) != "CmdType":
            _element(one, NOTIFY, kept, dropped)
    return Admitted(tostring(kept, encoding="unicode").encode(), tuple(sorted(dropped)))


def read_document(content: bytes) -> object:
    """The JSON of a push; raises BadRecord R102. Its words may be broken: none of them is kept as such."""
    try:
        return parse_json(_readable(content))
    except ValueError:
        raise BadRecord("R102") from None


def notifications(document: object) -> Iterator[Mapping[str, Any]]:
    """The notifications of a `SubscribeNotificationListObject`, however deep its two layers are nested."""
    found: list[object] = [document]
    for name in _LISTS_OF:
        found = [inner for one in found for inner in _under(one, name)]
    yield from (one for one in found if isinstance(one, dict))


def wrapped(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Notifications in the protocol's own two layers."""
    outer, inner = _LISTS_OF
    return {outer: {inner: found}}


def objects_in(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a list, whether it stands bare, under its object's name, or is a single one."""
    if isinstance(value, dict):
        if any(folded(str(name)) in OBJECT for name in value):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from objects_in(one)


def _readable(content: bytes, declared: str = "") -> str:
    """As text at any price: broken words have no allowed shape, and must not cost the alarm beside them."""
    try:
        return decode_unproved(content, declared=declared)
    except BadRecord:
        return content.decode("utf-8", "replace")


def _under(found: object, name: str) -> list[object]:
    """What stands under `name`, as a list; `found` itself where the layer was left out."""
    if isinstance(found, dict):
        inner = next((value for key, value in found.items() if folded(str(key)) == folded(name)), found)
        return inner if isinstance(inner, list) else [inner]
    return found if isinstance(found, list) else []


def _notification(found: Mapping[str, Any], dropped: set[str]) -> dict[str, Any]:
    """The notification rebuilt; empty where none of its objects may be held."""
    head: dict[str, Any] = {}
    lists: dict[str, Any] = {}
    for name, value in found.items():
        known = LISTS.get(folded(name))
        if known is None:
            _field(name, value, HEAD, head, dropped)
            continue
        outer, inner = known
        made = [kept for one in objects_in(value) if (kept := _object(one, dropped))]
        if made:
            lists.setdefault(outer, {inner: []})[inner].extend(made)
    return head | lists if lists else {}


def _object(found: Mapping[str, Any], dropped: set[str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in found.items():
        _field(name, value, OBJECT, kept, dropped)
    return kept if any(kind in kept for kind in KINDS) else {}


def _field(
    name: str, value: object, table: Mapping[str, Allowed], kept: dict[str, Any], dropped: set[str]
) -> None:
    """Puts the field into `kept` where its name is listed and its text has the shape; the first one wins."""
    allowed = table.get(folded(name))
    if value is None or value == "":
        return
    if allowed is None:
        dropped.add(_NAMED.get(folded(name), UNLISTED))
    elif isinstance(value, (str, int)) and allowed.shape(text := str(value).strip()):
        kept.setdefault(allowed.name, text)
    else:
        dropped.add(allowed.name)


def _element(found: Element, table: Mapping[str, Allowed], kept: Element, dropped: set[str]) -> None:
    fields: dict[str, str] = {}
    _field(local_name(found), text_in(found), table, fields, dropped)
    for name, text in fields.items():
        if child(kept, name) is None:
            SubElement(kept, name).text = text


def _info(found: Element, kept: Element, dropped: set[str]) -> None:
    """`<Info>`: its `<AlarmType>`, or the `<Code>` in it and in its neighbours (2022 edition)."""
    info = SubElement(kept, "Info")
    for one in found:
        leaves = [leaf for leaf in one if local_name(leaf) == "Code"] or [one]
        dropped |= {UNLISTED for leaf in one if leaf not in leaves}
        for leaf in leaves:
            _element(leaf, INFO, info, dropped)
