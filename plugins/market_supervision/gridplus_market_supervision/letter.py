"""What a 12315 letter says → drafts. Pure: a letter and the configuration in, drafts out.

A complaint (投诉: the consumer wants something) and a report (举报: somebody breaks the law) in one
letter are handled separately (办法 第九条; N13): two drafts, one number. Field names: README, 字段.
"""

from datetime import datetime, tzinfo
from typing import Final

from gridplus_market_supervision.config import MarketConfig
from hub import Alias, Arrival, Code, Draft, Person, RequestType, SourceClock, Stage
from hub.plugin.fields import Fields
from hub.plugin.notes import looks_like_a_test, original_numbers
from hub.plugin.text import tidy_ref
from hub.plugin.times import time_flags, zone_of
from hub.plugin.uscc import is_uscc
from hub.plugin.words import request_type_of, stage_of

_COMPLAINT: Final = "complaint"
_REPORT: Final = "report"
_KINDS: Final = {
    # 信件类型 of the province's platform; 6 is a consumer council's complaint
    "1": RequestType.COMPLAINT,
    "2": RequestType.REPORT,
    "3": RequestType.CONSULT,
    "4": RequestType.SUGGESTION,
    "6": RequestType.COMPLAINT,
    "9": RequestType.OTHER,
}
_PARTS: Final = {RequestType.COMPLAINT: _COMPLAINT, RequestType.REPORT: _REPORT}
_OWN_STAGES: Final = {
    "待分送": Stage.RECEIVED,
    "已分送": Stage.DISPATCHED,
    "核查中": Stage.VERIFYING,
    "调解中": Stage.IN_PROGRESS,
    "已立案": Stage.IN_PROGRESS,
    "调解终止": Stage.DONE_BY_DEPT,
    "已反馈": Stage.DONE_BY_DEPT,
    "不予立案": Stage.REJECTED,
    "消费者撤回": Stage.CANCELLED,
}
_CLOCKS: Final = {
    "": (),
    _COMPLAINT: (("accept", "acceptDue"), ("conclude", "concludeDue")),
    _REPORT: (("verify", "verifyDue"),),
}
"""Part → (name of the clock, field of the block). How long they are is the platform's; it sends dates."""


def drafts_of(letter: Fields, arrival: Arrival, config: MarketConfig) -> tuple[Draft, ...]:
    """The matters of one letter: `complaint`, `report`, or both; one without part for consultations,
    suggestions and others. Raises HeldRecord R201 without a number, and as `Fields` does.
    """
    return _Letter(letter, arrival, config).drafts()


class _Letter:
    """What both matters of a letter share, read once."""

    def __init__(self, letter: Fields, arrival: Arrival, config: MarketConfig) -> None:
        self._letter: Final = letter
        self._arrival: Final = arrival
        self._config: Final = config
        self._zone: Final[tzinfo] = zone_of(config.zone)
        self._accused: Final = letter.inside("accused", "subject")

    def drafts(self) -> tuple[Draft, ...]:
        kinds = self._kinds()
        parted = [kind for kind in kinds if kind in _PARTS]
        return tuple(self._draft(kind, _PARTS.get(kind, "")) for kind in parted or kinds[:1])

    def _kinds(self) -> list[RequestType]:
        """From the type field (`1,2`, `投诉举报`, `1.0`) and from the blocks that are there: either may
        be missing. Without both, one matter of type OTHER."""
        letter = self._letter
        said = letter.text("infType", "letterType").replace("，", ",").replace("、", ",")
        words = said.replace("投诉举报", "投诉,举报").split(",")
        kinds = [request_type_of(word, _KINDS) for word in words if word.strip()]
        kinds += [kind for kind, block in _PARTS.items() if letter.has(block)]
        return list(dict.fromkeys(kinds)) or [RequestType.OTHER]

    def _draft(self, kind: RequestType, part: str) -> Draft:
        letter, block = self._letter, self._letter.inside(part or "matter")
        ref, province_no = letter.needed_ref("letterNo", "regNo"), letter.ref("provinceNo")
        content = block.text("content") or letter.text("content")
        remark, status = letter.text("remark"), letter.text("status")
        occurred_at, reported_at = self._moment("happenTime"), self._moment("regTime")
        updated_at = self._moment("updTime")
        uscc = tidy_ref(self._accused.text("uscc", "creditCode"))
        flags = time_flags(
            occurred_at=occurred_at, reported_at=reported_at, received_at=self._arrival.received_at
        )
        if uscc and not is_uscc(uscc):
            flags += ("uscc_invalid",)
        if looks_like_a_test(f"{letter.text('title')}\n{content}\n{remark}"):
            flags += ("test_data",)
        return Draft(
            source_ref=ref,
            part=part,
            aliases=(Alias("province_12315", province_no),) if province_no and province_no != ref else (),
            same_as=original_numbers(f"{remark}\n{content}", own={ref, province_no}),
            version=updated_at.isoformat() if updated_at else "",
            occurred_at=occurred_at,
            reported_at=reported_at,
            category=Code(self._config.code_table, block.ref("categoryCode") or letter.ref("categoryCode")),
            request_type=kind,
            channel=letter.text("channel"),
            stage=stage_of(block.text("status") or status, _OWN_STAGES),
            status_raw=block.text("status") or status,
            is_update=letter.yes("isUpdate"),
            title=letter.text("title"),
            content="\n".join(filter(None, (content, block.text("demand")))),
            address=letter.text("address") or self._accused.text("address"),
            area_code=letter.ref("areaCode"),
            requester=_person(letter.inside("person", "consumer")),
            # whoever reports may ask not to be known (济南 第三十二条); a complaint needs a name to mediate
            secret=letter.yes("secret") or block.yes("secret"),
            accused_name=self._accused.text("name"),
            accused_uscc=uscc if is_uscc(uscc) else "",
            clocks=self._clocks(block, part),
            flags=flags,
        )

    def _moment(self, name: str) -> datetime | None:
        return self._letter.moment(name, zone=self._zone)

    def _clocks(self, block: Fields, part: str) -> tuple[SourceClock, ...]:
        found = ((name, block.moment(field, zone=self._zone)) for name, field in _CLOCKS[part])
        return tuple(SourceClock(name, due_at) for name, due_at in found if due_at is not None)


def _person(person: Fields) -> Person | None:
    found = Person(
        name=person.text("name"),
        phone=person.text("phone", "mobile"),
        id_number=person.ref("idNo"),
        address=person.text("address"),
        callback=person.yes("callback"),
        anonymous=person.yes("anonymous"),
    )
    return None if found == Person() else found
