"""Which revision of a report counts, and what stands of a field that a revision leaves out or masks. Pure.

The newest revision counts: by the source's version token where it gives one, then by arrival (N02, N04).
What it leaves out stands as before, and a masked value (`张*`, `138****1234`) never takes the place of the
full one that the same report had (N57). Records are never changed by it: only what events carry on.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from hub.model import Code, Draft, Event, EventText, Person, Resident

_MASK: Final = re.compile(r"[*＊某]+")
_STAYS: Final = (
    "aliases",
    "same_as",
    "occurred_at",
    "reported_at",
    "channel",
    "device_ref",
    "clocks",
    "condition",
    "satisfaction",
)
"""Fields of the same name and type in draft and event that mean nothing when they are empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What orders the revisions of one report: when it came (microseconds) and its version token, or ""."""

    received_us: int
    event_id: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A report as its newest revision left it. `version`: the highest token that any revision had."""

    event: Event
    text: EventText
    resident: Resident | None
    version: str


def is_older(version: str, highest: str) -> bool:
    """Whether a revision with this token changes nothing; one without a token is as new as its arrival."""
    return bool(version) and version < highest


def newest(revisions: Iterable[Revision]) -> Revision:
    """The revision that counts, with the highest token of all; of equal ones the last that came.

    Of those that came at one moment the higher token counts. Raises IndexError for none.
    """
    in_order = sorted(revisions, key=lambda one: (one.received_us, one.version, one.event_id))
    found, highest = in_order[0], ""
    for one in in_order:
        if not is_older(one.version, highest):
            found, highest = one, max(highest, one.version)
    return replace(found, version=highest)


def is_behind(version: str, received_at: datetime, standing: Standing) -> bool:
    """Whether a revision changes nothing of what stands: older by version, or, where versions do not say
    otherwise, received before it: a record that waited at the desk is read again late."""
    if is_older(version, standing.version):
        return True
    says_newer = bool(standing.event.version) and version > standing.version
    return received_at < standing.event.received_at and not says_newer


def value_kept(new: str, old: str) -> str:
    """A value of a person or a place: the new one, unless it is empty or masks a full one."""
    if not new or (_MASK.search(new) and old and not _MASK.search(old)):
        return old
    return new


def words_kept(new: str, old: str) -> str:
    """Free text: the new words, unless they are none, or the old ones with parts of them masked.

    Other words with a mask in them are news, and shown as sent.
    """
    return old if not new or _hides(new, old) else new


def _hides(new: str, old: str) -> bool:
    pieces = _MASK.split(new)
    at = 0
    for piece in pieces:
        at = old.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return len(pieces) > 1


def says_a_place(draft: Draft) -> bool:
    """Whether `draft` says anything at all of where."""
    return bool(draft.position or draft.address or draft.area_code or draft.grid_code)


def completed(draft: Draft, standing: Standing) -> Draft:
    """`draft` with what it leaves out or masks as it stands; its place is left as the draft says it."""
    event, text = standing.event, standing.text
    stays = {name: getattr(event, name) for name in _STAYS if not getattr(draft, name)}
    return replace(
        draft,
        **stays,
        category=draft.category if draft.category.value else Code(event.code_table, event.code_raw),
        title=words_kept(draft.title, text.title),
        content=words_kept(draft.content, text.content),
        address=value_kept(draft.address, text.address),
        accused_name=value_kept(draft.accused_name, text.accused_name),
        secret=draft.secret or event.secret,
        requester=_person(draft.requester, standing.resident),
    )


def requester_after(event: Event, new: Resident | None, standing: Standing) -> Resident | None:
    """Who asks as they stand after the revision `event`, which says `new`; None where it changes nothing of them. What they
    were known by before stays known: words of the report may name it."""
    old = standing.resident
    if new is None:
        return None
    if not is_behind(event.version, event.received_at, standing):
        return _with_former(new, old)
    kept = _with_former(old, new) if old else None
    return kept if kept != old else None


def _with_former(one: Resident, other: Resident | None) -> Resident:
    former = [value for value in (other.values if other else ()) if value not in one.values]
    return replace(one, former=(*one.former, *former))


def _person(new: Person | None, old: Resident | None) -> Person | None:
    """Who asks. A wish to be called back or to stay unnamed stands: sources say no by leaving it out."""
    if old is None:
        return new
    new = new or Person()
    return Person(
        name=value_kept(new.name, old.name),
        phone=value_kept(new.phone, old.phone),
        id_number=value_kept(new.id_number, old.id_number),
        address=value_kept(new.address, old.address),
        callback=new.callback or old.callback,
        anonymous=new.anonymous or old.anonymous,
    )
