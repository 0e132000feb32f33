"""What a hotline order says → drafts. Pure: bytes and configuration in, drafts out; no socket, no clock.

Field names are the platform's (README, 字段); rules: domain.md 2.5 and the cases named at each line.
"""

from datetime import tzinfo
from typing import Final

from gridplus_hotline_12345.config import HotlineConfig
from hub import (
    Alias,
    Arrival,
    AttachmentRef,
    Code,
    Crs,
    Draft,
    Person,
    Position,
    RequestType,
    SourceClock,
    Stage,
)
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.notes import looks_like_a_test, original_numbers
from hub.plugin.points import point_of
from hub.plugin.times import time_flags, zone_of
from hub.plugin.words import request_type_of, satisfaction_of, stage_of, urgency_of

_OWN_STAGES: Final = {
    # this platform's numbers (N28); its older interface sends them as text, the newer one as numbers
    "0": Stage.RECEIVED,
    "1": Stage.DISPATCHED,
    "2": Stage.ACCEPTED,
    "3": Stage.IN_PROGRESS,
    "4": Stage.DONE_BY_DEPT,
    "5": Stage.CLOSED,
    "6": Stage.RETURNED,
    "7": Stage.SUSPENDED,
    "8": Stage.REJECTED,
    "9": Stage.CANCELLED,
}
_OWN_REQUESTS: Final = {
    "01": RequestType.CONSULT,
    "02": RequestType.HELP,
    "03": RequestType.COMPLAINT,
    "04": RequestType.REPORT,
    "05": RequestType.SUGGESTION,
    "06": RequestType.THANKS,
}
_CRS: Final = {
    "gcj02": Crs.GCJ02,
    "高德": Crs.GCJ02,
    "腾讯": Crs.GCJ02,
    "wgs84": Crs.WGS84,
    "bd09": Crs.BD09,
    "百度": Crs.BD09,
    "cgcs2000": Crs.CGCS2000,
    "天地图": Crs.CGCS2000,
}
_CODE_DIGITS: Final = 6
"""GB/T 39666: 2 + 2 + 2; shorter ones have lost a leading zero (N23)."""
_SATISFACTION: Final = ("satisfaction", "callbackResult")
_ADDRESS: Final = ("address", "incidentAddress")


def drafts_of(body: bytes, arrival: Arrival, config: HotlineConfig) -> tuple[Draft, ...]:
    """The matters of one order: one draft, or one a row of `items` where the hotline itself has split a
    call into several (N14); then `part` is the row's number and only the first asks for a call back.

    Raises BadRecord or HeldRecord as `hub.plugin.fields.Fields` does; R201 where neither number is given.
    """
    order = Fields.of(read_json(body))
    whole = _Order(order, config, arrival)
    items = order.rows("items", "subItems")
    if not items:
        return (whole.draft(order, part="", callback=whole.wants_callback),)
    return tuple(
        whole.draft(
            item,
            part=item.ref("itemNo", "no") or str(at + 1),
            callback=whole.wants_callback and at == 0,
        )
        for at, item in enumerate(items)
    )


class _Order:
    """What all matters of one order share, read once."""

    def __init__(self, order: Fields, config: HotlineConfig, arrival: Arrival) -> None:
        self._order: Final = order
        self._config: Final = config
        self._zone: Final[tzinfo] = zone_of(config.zone)
        self._arrival: Final = arrival
        self.wants_callback: Final = order.yes("needCallback", "isCallback")

    def draft(self, item: Fields, *, part: str, callback: bool) -> Draft:
        order = self._order
        hotline_no, platform_no = order.ref("orderNo", "hotlineNo"), order.ref("platformNo", "recordNumber")
        # the platform's number is the one answers go to; some messages carry only the hotline's (N06)
        ref = platform_no or hotline_no or order.needed_ref("orderNo")
        aliases = (Alias("hotline_order", hotline_no),) if hotline_no and hotline_no != ref else ()
        # title and class are a matter's own; a place it does not name is the order's, whole or not at all
        where = item if item.has(*_ADDRESS, "lng", "lon") else order
        title, content = item.text("title"), item.text("content") or order.text("content")
        remark = order.text("remark")
        occurred_at = order.moment("occurTime", zone=self._zone)
        reported_at = order.moment("callTime", "acceptTime", zone=self._zone)
        updated_at = order.moment("updateTime", zone=self._zone)
        status = order.text("status", "pssStatusAttr", "payrollResulttmp")
        urgency = order.text("urgency")
        operation = order.text("opType").lower()
        flags = time_flags(
            occurred_at=occurred_at, reported_at=reported_at, received_at=self._arrival.received_at
        )
        return Draft(
            source_ref=ref,
            part=part,
            aliases=aliases,
            same_as=original_numbers(f"{remark}\n{content}", own={ref, hotline_no}),
            version=updated_at.isoformat() if updated_at else "",
            occurred_at=occurred_at,
            reported_at=reported_at,
            category=Code(self._config.code_table, self._code(item)),
            request_type=request_type_of(order.text("requestType"), _OWN_REQUESTS),
            urgency=urgency_of(urgency),
            urgency_raw=urgency,
            channel=order.text("channel"),
            stage=Stage.CANCELLED if operation == "cancel" else stage_of(status, _OWN_STAGES),
            status_raw=status,
            # steps of a workflow (泰安's shape) name their order and say nothing of what it is about
            is_update=operation in ("update", "cancel") or not (title or content),
            title=title,
            content=content,
            position=self._position(where),
            address=where.text(*_ADDRESS),
            area_code=order.ref("areaCode"),
            grid_code=order.ref("gridCode"),
            requester=_person(order, callback=callback),
            secret=order.yes("isSecret", "secret"),
            accused_name=order.text("accusedName"),
            accused_uscc=order.ref("accusedCode"),
            clocks=self._clocks(),
            attachments=tuple(
                AttachmentRef(row.text("url"), row.text("name")) for row in order.rows("attachments")
            ),
            flags=(*flags, "test_data") if looks_like_a_test(f"{title}\n{content}\n{remark}") else flags,
            # one call-back speaks of the whole order, unless a matter of it has a word of its own
            satisfaction=satisfaction_of(item.text(*_SATISFACTION) or order.text(*_SATISFACTION)),
        )

    def _code(self, fields: Fields) -> str:
        code = fields.ref("categoryCode", "typeCode")
        return code.zfill(_CODE_DIGITS) if code.isdigit() else code

    def _position(self, fields: Fields) -> Position | None:
        named = fields.text("coordType") or self._order.text("coordType")
        crs = _CRS.get(named.lower().replace("-", "").replace("_", ""), self._config.crs)
        return point_of(fields.text("lng", "lon"), fields.text("lat"), crs)

    def _clocks(self) -> tuple[SourceClock, ...]:
        """City and district each keep a deadline of their own; an extension may move only one (N39)."""
        clocks = []
        for name in ("city", "district"):
            due_at = self._order.moment(f"{name}Deadline", zone=self._zone)
            if due_at is not None:
                from_at = self._order.moment(f"{name}AssignTime", zone=self._zone)
                clocks.append(SourceClock(name, due_at, from_at))
        return tuple(clocks)


def _person(order: Fields, *, callback: bool) -> Person | None:
    person = Person(
        name=order.text("callerName", "requesterName"),
        phone=order.text("callerPhone", "requesterPhone"),
        id_number=order.ref("callerIdNo"),
        address=order.text("callerAddress"),
        callback=callback,
        anonymous=order.yes("isAnonymous"),
    )
    return None if person == Person() else person
