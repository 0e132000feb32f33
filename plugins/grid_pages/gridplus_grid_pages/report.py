"""One record of the pages → one draft. Pure.

A record is JSON that a route of the hub composed: names are exact, moments carry their zone. Who reported stays in the
record, sealed; the unified schema has no place for it, since nobody is to be looked for by who reported (invariant 5).
"""

from typing import Final

from gridplus_grid_pages.config import GridPagesConfig
from hub import Arrival, AttachmentRef, Code, Crs, Draft, Person, Position
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.notes import looks_like_a_test, original_numbers
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.words import request_type_of, urgency_of

_CHANNELS: Final = {
    "page": "网格员上报",
    "phone": "来电",
    "visit": "来访",
    "letter": "来信",
    "online": "网上留言",
    "patrol": "巡查",
    "other": "其他",
}
"""The pages' words for how it became known → what people read."""
_CARRIED: Final = "data:;base64,"
"""A file that came within its report lies at a link that holds it (RFC 2397); what it is, its bytes say."""


def draft_of(body: bytes, arrival: Arrival, config: GridPagesConfig) -> Draft:
    """The matter of one record. Raises BadRecord R102 for what is no JSON object, HeldRecord R201 where it has no number."""
    told = Fields.of(read_json(body))
    number = told.needed_ref("number")
    words = told.text("words")
    position = _position(told.inside("point"))
    occurred_at, reported_at = told.moment("occurredAt"), told.moment("reportedAt")
    flags = time_flags(occurred_at=occurred_at, reported_at=reported_at, received_at=arrival.received_at)
    address = told.text("address")
    return Draft(
        source_ref=number,
        same_as=original_numbers(words, own={number}),
        occurred_at=occurred_at,
        reported_at=reported_at,
        category=Code(config.code_table, told.text("category")),
        request_type=request_type_of(told.text("request")),
        urgency=urgency_of(told.text("urgency")),
        urgency_raw=told.text("urgency"),
        channel=_CHANNELS.get(told.text("channel"), _CHANNELS["other"]),
        content=words,
        position=position,
        address=address,
        # the reporter's own area says where only while nothing better does
        area_code="" if position or address else told.ref("area"),
        requester=_person(told.inside("requester")),
        secret=told.yes("secret"),
        attachments=tuple(AttachmentRef(_CARRIED + one) for one in told.texts("photos")),
        flags=(*flags, "test_data") if looks_like_a_test(words) else flags,
    )


_FARTHEST_M: Final = 100_000
"""What a browser says that is less sure of itself says nothing of how sure it is."""


def _position(point: Fields) -> Position | None:
    """Browsers speak WGS 84, and say how sure they are."""
    accuracy = point.number("accuracyM")
    return point_of(
        point.text("lon"),
        point.text("lat"),
        Crs.WGS84,
        error_m=float(accuracy) if accuracy is not None and 0 < accuracy < _FARTHEST_M else None,
    )


def _person(one: Fields) -> Person | None:
    person = Person(name=one.text("name"), phone=one.text("phone"), callback=one.yes("callback"))
    return None if person == Person() else person
