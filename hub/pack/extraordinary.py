"""`extraordinary.yaml`: what two persons may have shown beyond the whitelist for a short time.

The file may be absent: then nothing is.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from hub.access.beyond import NOTHING, BeyondRules, EmergencyKind, RevealRules, may_be_named
from hub.contract.marked import Entry
from hub.model import Sensitivity
from hub.pack.reading import PackFiles, required_text
from hub.schema import schemas

FILE: Final = "extraordinary.yaml"
_NEVER: Final = frozenset({"resident.former"})
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")


def read_extraordinary(files: PackFiles) -> BeyondRules:
    """What the pack says of reveals and emergencies."""
    if not (files.root / FILE).exists():
        return NOTHING
    sheet = files.yaml(FILE)
    sheet.closed((), ("reveal", "emergencies"))
    return BeyondRules(reveal=_reveal(sheet["reveal"]), kinds=tuple(_kinds(sheet["emergencies"])))


def _reveal(entry: Entry) -> RevealRules:
    if entry.is_absent:
        return NOTHING.reveal
    entry.closed(("fields", "legal_basis"))
    return RevealRules(fields=_fields(entry["fields"]), legal_basis=required_text(entry, "legal_basis"))


def _kinds(entry: Entry) -> Iterator[EmergencyKind]:
    seen: set[str] = set()
    for one in entry.each():
        one.closed(("id", "title", "fields", "sensitivity", "legal_basis"))
        one["title"].closed(("zh", "en"))
        id_ = required_text(one, "id")
        if not _ID.fullmatch(id_) or id_ in seen:
            one.faults.add(f"{one.pointer}/id", "K281", name=id_)
        seen.add(id_)
        yield EmergencyKind(
            id=id_,
            zh=required_text(one["title"], "zh"),
            en=required_text(one["title"], "en"),
            fields=_fields(one["fields"]),
            sensitivity=one["sensitivity"].word(Sensitivity, Sensitivity.SENSITIVE),
            legal_basis=required_text(one, "legal_basis"),
        )


def _fields(entry: Entry) -> tuple[str, ...]:
    """Each is one that there is and that is about a person: what is not, a grant gives."""
    for one in entry.each():
        if not may_be_named(one.text()) or one.text() not in _known():
            one.faults.add(one.pointer, "K282", name=one.text())
    return tuple(one.text() for one in entry.each())


@cache
def _known() -> frozenset[str]:
    """Fields of reports and of who told them that the unified schema has, but what it says that nobody is shown."""
    nouns = {noun: schemas()[noun]["properties"] for noun in ("event", "resident")}
    return frozenset(f"{noun}.{leaf}" for noun, leaves in nouns.items() for leaf in leaves) - _NEVER
