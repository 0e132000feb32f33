"""信访信息系统, read over SOAP: matter, place, category and state of what is already in the legal channel.

信访工作条例: what the petition office has taken on is dealt with there, once. The hub shows and links it, calls nobody for
it and tells nobody of it. Accusations, and what belongs to 纪检监察 or to the courts (诉访分离), never come in; of a
petitioner nothing does (domain.md 2.5, 3.4, 4.1, 7.0).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from hub import Arrival, BadRecord, Code, Draft, GridDraft, Handling, RequestType, Stage
from hub.plugin import Admitted, Body
from hub.plugin.declared import declared
from hub.plugin.notes import looks_like_a_test
from hub.plugin.text import tidy_ref
from hub.plugin.times import time_flags
from hub.plugin.transport.allow_list import AllowList
from hub.plugin.transport.paging import Keyset
from hub.plugin.transport.soap_pull import Operation, SoapPull, SoapPullConfig
from hub.plugin.transport.xml import fields_of_xml
from hub.plugin.words import stage_of

LISTING: Final = Operation(
    name="GetXfsxList",
    namespace="http://webservice.xfj.example/exchange",
    walk=Keyset(at="GXSJ", key="XFJBH", since="KSSJ", after="XFJBH", size="TS", read=fields_of_xml),
    row="XFSX",
    within="XFSXLB",
    kind="petition",
)
ALLOWED: Final = declared(internal="XFJBH XFMD GKLB NRFL XZQH BLZT DJSJ GXSJ", personal="SXGY WTFSD")
"""What may be held; meanings stand in the README."""
FORBIDDEN: Final = declared(
    sensitive="XFRXM XB ZJHM SJHM ZZ XFRS JTF NR CXM CFBJ XFXS FJ", internal="CBDW BLJG"
)
"""What the system is known to send beside it; dropped before anything is stored."""
DECLARES: Final = {**ALLOWED, **FORBIDDEN}
_ALLOW_LIST: Final = AllowList(
    {**ALLOWED, "BLZT": "personal"},  # whom it was answered is written into the state, too
    known={**FORBIDDEN, "ZZ": "internal"},  # where somebody lives is no name, and often where the matter lies
)
_PURPOSES: Final = {
    "求决": RequestType.HELP,
    "申诉求决": RequestType.HELP,
    "意见建议": RequestType.SUGGESTION,
}
"""信访目的 that come in; 检举控告, and any word that nobody listed, do not."""
_OURS: Final = "信访事项"
"""归口类别 that comes in; 纪检监察, 涉法涉诉 and all others do not."""
_NEVER: Final = ("XF13", "XF15")
"""政法, 纪检监察: also where somebody has filed one of them as 信访事项."""
_ACCUSES: Final = re.compile("检举|控告|揭发|贪污|受贿|行贿|违纪|纪委|监委|法院|检察院|判决|诉讼")
_SUBJECT: Final = re.compile(r"(?!.*(?:\d{5}|先生|女士|本人|信访人))[\w，、。；：（）《》“”＊ ]{2,30}")
"""A subject as an office writes it: one short line without a number that could be somebody's."""
_STATE: Final = re.compile(r"[\u4e00-\u9fff＊]{0,8}")
_AREA: Final = re.compile(r"[0-9]{0,12}")
"""A state and an area as the system writes them; in other words either may tell of somebody."""
_COPIED: Final = 12
"""Letters that a subject and a letter share by no accident."""
_FINER: Final = re.compile(r"\d|[一二三四五六七八九十百甲乙丙丁]+(?:号|幢|栋|座|楼|单元|室|户|组)")
"""Where a place gets finer than a road, an estate or a village."""
_STAGES: Final = {
    "转送": Stage.DISPATCHED,
    "交办": Stage.DISPATCHED,
    "复查": Stage.REOPENED,
    "复核": Stage.REOPENED,
}


class PetitionConfig(SoapPullConfig):
    """What an administrator sets."""

    code_table: str = "xf-2026"


class Petition(SoapPull[PetitionConfig]):
    """One matter a row (`petition`). Nothing is ever told: it has no `tell`."""

    def listed(self) -> Operation:
        """The operation that lists matters."""
        return LISTING

    def admit(self, body: Body) -> Admitted:
        """Matter, place, category and state; None where it is an accusation or another channel's. Raises BadRecord for
        what cannot be read, and so cannot be judged."""
        return _ALLOW_LIST.of_xml(body.content, _held)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matter of one row, whether it has passed `admit` before or not. Raises BadRecord R105 for what may not come
        in, BadRecord or HeldRecord else, with a pointer to the field, never its value."""
        admitted = self.admit(body).content
        if admitted is None:
            raise BadRecord("R105")
        row = fields_of_xml(admitted)
        registered_at, updated_at = row.moment("DJSJ", zone=self.zone), row.moment("GXSJ", zone=self.zone)
        flags = time_flags(occurred_at=None, reported_at=registered_at, received_at=arrival.received_at)
        title, status = row.text("SXGY"), row.text("BLZT")
        return [
            Draft(
                source_ref=row.needed_ref("XFJBH"),
                version=updated_at.isoformat() if updated_at else "",
                category=Code(self.config.code_table, row.ref("NRFL")),
                request_type=_PURPOSES[row.text("XFMD")],
                reported_at=registered_at,
                channel="信访",
                title=title,
                stage=stage_of(status, _STAGES),
                status_raw=status,
                address=row.text("WTFSD"),
                area_code=row.ref("XZQH"),
                flags=(*flags, "test_data") if looks_like_a_test(title) else flags,
                handling=Handling.ELSEWHERE,
            )
        ]


def _held(kept: Mapping[str, str], cut: Collection[str]) -> Mapping[str, str] | None:
    """What of the listed words is held beside those that are `cut`; None for what may not come in."""
    subject = kept.get("SXGY", "")
    if kept.get("XFMD") not in _PURPOSES or kept.get("GKLB") != _OURS:
        return None
    if tidy_ref(kept.get("NRFL", "")).startswith(_NEVER) or _ACCUSES.search(subject):
        return None
    told = (one for one in cut if len(one) > 1)
    copied = any(one in subject or (len(subject) >= _COPIED and subject in one) for one in told)
    state, area = kept.get("BLZT", ""), kept.get("XZQH", "")
    return {
        **kept,
        "WTFSD": _FINER.split(kept.get("WTFSD", ""), maxsplit=1)[0],
        "SXGY": subject if _SUBJECT.fullmatch(subject) and not copied else "",
        "BLZT": state if _STATE.fullmatch(state) else "",
        "XZQH": area if _AREA.fullmatch(area) else "",
    }
