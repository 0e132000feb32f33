"""A draft as an event of the unified schema: what stands open, what goes to the vault, and what is masked. Pure.

The order in which its parts are found is `hub.pipeline`'s.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from hub import ids
from hub.access.folding import fold
from hub.access.known import Known
from hub.access.textscan import mask_text
from hub.intake.times import Times
from hub.jsonform import dumps
from hub.model import (
    UNMAPPED,
    AttachmentRef,
    DepartmentId,
    Draft,
    Event,
    EventKey,
    EventText,
    Mode,
    Person,
    Reason,
    RecordId,
    Resident,
)
from hub.pack import Pack
from hub.place.locate import Located

_LABEL: Final = 64
"""Characters that the unified schema leaves to a source's own words for states, ways and urgency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is known of the record that a draft came in."""

    record_id: RecordId
    source: str
    mode: Mode
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A draft that became an event; `text` and `resident` go to the vault, `why` beside the event.

    `resident` is None too where a revision that is older than what stands tells nothing of them that is not known.
    """

    event: Event
    body: str
    """The event in JSON, as it was held against the schema and is stored."""
    text: EventText
    resident: Resident | None
    why: tuple[Reason, ...]
    attachments: tuple[AttachmentRef, ...] = ()
    """Where the files lie that it came with: personal, for the vault."""


def understood(
    draft: Draft,
    origin: Origin,
    pack: Pack,
    *,
    key: EventKey,
    revision: str,
    accused: DepartmentId | None,
    moments: Times,
    found: Located,
) -> Understood:
    """The event that `draft` is, as revision `revision` of report `key`, at the place that was found for it."""
    category = pack.codes.category_of(draft.category.table, draft.category.value)
    person = draft.requester
    known = Known((person.name, person.phone, person.address) if person else ())
    resident = _resident(person, key) if person else None
    flags = (*draft.flags, *moments.flags, *(() if category else ("unmapped_code",)))
    event = Event(
        id=ids.event_id(key, revision),
        key=key,
        record_id=origin.record_id,
        source=origin.source,
        source_ref=draft.source_ref,
        part=draft.part,
        aliases=draft.aliases,
        same_as=draft.same_as,
        version=draft.version,
        category=category or UNMAPPED,
        code_table=draft.category.table,
        code_raw=draft.category.value,
        request_type=draft.request_type,
        urgency=draft.urgency,
        urgency_raw=_label(draft.urgency_raw, known),
        channel=_label(draft.channel, known),
        stage=draft.stage,
        status_raw=_label(draft.status_raw, known),
        occurred_at=moments.occurred_at,
        reported_at=moments.reported_at,
        received_at=origin.received_at,
        title=_vault(origin.record_id, "title", draft.title),
        content=_vault(origin.record_id, "content", draft.content),
        address=_vault(origin.record_id, "address", draft.address),
        requester=resident.id if resident else None,
        secret=draft.secret or category in pack.secrecy.categories,  # some always are 保密件 (N58)
        accused=accused,
        place=found.place,
        device_ref=draft.device_ref,
        clocks=draft.clocks,
        condition=_label(draft.condition, known),
        attachments=len(draft.attachments),
        confidence=draft.confidence,
        mode=_mode(origin, moments, pack),
        flags=tuple(dict.fromkeys(flags)),
        satisfaction=draft.satisfaction,
        handling=draft.handling,
        until=draft.until,
    )
    return Understood(
        event=event,
        body=dumps(event),
        text=_text(draft, known),
        resident=resident,
        why=found.reasons,
        attachments=draft.attachments,
    )


def _text(draft: Draft, known: Known) -> EventText:
    return EventText(
        title=draft.title,
        content=draft.content,
        address=draft.address,
        accused_name=draft.accused_name,
        masked=mask_text(f"{draft.title}\n{draft.content}", known),
    )


def _resident(person: Person, key: EventKey) -> Resident | None:
    """Who reported it; None for one of whom nothing is known."""
    if not (person.name or person.phone or person.id_number):
        return None
    return Resident(
        id=ids.resident_id(key),
        name=person.name,
        phone=person.phone,
        id_number=person.id_number,
        address=person.address,
        callback=person.callback,
        anonymous=person.anonymous,
    )


def _mode(origin: Origin, moments: Times, pack: Pack) -> Mode:
    """A live report that comes long after it was made is late: its deadlines are not the department's fault."""
    setup = pack.sources.get(origin.source)
    if origin.mode is not Mode.LIVE or not setup or not setup.late_after_s:
        return origin.mode
    late_after = timedelta(seconds=setup.late_after_s)
    return Mode.LATE if origin.received_at - moments.reported_at > late_after else origin.mode


def _vault(record: RecordId, field: str, value: str) -> str:
    return f"vault:{record}/{field}" if value else ""


def _label(words: str, known: Known) -> str:
    """The source's own word for a state or a way, which travels outside the vault: nothing personal, and short."""
    if not words:
        return ""
    plain, folded = _without_patterns(words)
    return (mask_text(plain, known) if known.stands_in(folded) else plain)[:_LABEL]


@lru_cache(maxsize=512)
def _without_patterns(words: str) -> tuple[str, str]:
    """Without phones, numbers and the like; and folded. Cached: a source has a few dozen such words."""
    plain = mask_text(words)
    return plain, fold(plain)
