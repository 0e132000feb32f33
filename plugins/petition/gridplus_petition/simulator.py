"""信访信息系统, to play with: it lists what the office has registered, with everybody who brought it.

Its answers are XML in CDATA that says it is GB2312 and is UTF-8.
"""

from collections.abc import Callable, Mapping
from typing import Final

from gridplus_petition.adapter import LISTING
from hub import RequestType, Stage
from hub.plugin import PeerReply, Utterance
from hub.plugin.systems.soap_pull import SoapPullSystem
from hub.plugin.times import local_text
from hub.plugin.transport.soap import Call
from hub.plugin.transport.soap_pull import Operation

Row = dict[str, str]
_DECLARATION: Final = '<?xml version="1.0" encoding="GB2312"?>'
_PURPOSES: Final = {RequestType.SUGGESTION: "意见建议", RequestType.REPORT: "检举控告"}
_STATES: Final = {
    Stage.ACCEPTED: "已受理",
    Stage.DISPATCHED: "转送",
    Stage.IN_PROGRESS: "办理中",
    Stage.DONE_BY_DEPT: "已办结",
    Stage.CLOSED: "已归档",
    Stage.CANCELLED: "已撤回",
    Stage.REJECTED: "不予受理",
    Stage.REOPENED: "复查",
}


class PetitionSystem(SoapPullSystem):
    """Failure modes: `hub.plugin.systems.soap_pull.FAILURES`; what is nasty in one utterance: `DEFECTS`."""

    in_cdata = True

    def listed(self) -> Operation:
        """What its adapter reads."""
        return LISTING

    def reply(self, asked: Call, result: str) -> PeerReply:
        """An answer behind a declaration that lies."""
        return super().reply(asked, _DECLARATION + result)

    def row(self, utterance: Utterance) -> Mapping[str, str]:
        """One matter as the office has registered it, the petitioner beside it."""
        person = utterance.requester
        name, phone = (person.name, person.phone) if person else ("测试乙", "13800000002")
        row = {
            "XFJBH": utterance.ref,
            "XFMD": _PURPOSES.get(utterance.request_type, "求决"),
            "GKLB": "信访事项",
            "NRFL": utterance.code,
            "SXGY": utterance.title,
            "XZQH": utterance.area_code,
            "WTFSD": utterance.address,
            "BLZT": _STATES.get(utterance.stage, "登记"),
            "DJSJ": local_text(utterance.reported_at),
            "GXSJ": local_text(utterance.at),
            "XFRXM": name,
            "XB": "女",
            "ZJHM": "329901190001010000",
            "SJHM": phone,
            "ZZ": f"虚构路99号（{name}）",
            "XFXS": "来访",
            "XFRS": "17",
            "JTF": "是",
            "CXM": "cxm-0000",
            "CFBJ": "重复",
            "NR": f"本人{name}，电话{phone}，反映：{utterance.content}",
        }
        DEFECTS.get(utterance.defect, _nothing)(row)
        return row


def _nothing(_: Row) -> None:
    """Most matters are said as they are."""


def _says(**fields: str) -> Callable[[Row], None]:
    return lambda row: row.update(fields)


def _subject(form: str) -> Callable[[Row], None]:
    """The office's subject, written with words of the row itself."""
    return lambda row: row.update(SXGY=form.format(**row))


DEFECTS: Final[Mapping[str, Callable[[Row], None]]] = {
    "accusation": _says(XFMD="检举控告"),
    "unknown_purpose": _says(XFMD="其他"),
    "discipline": _says(GKLB="纪检监察"),
    "lawsuit": _says(GKLB="涉法涉诉"),
    "no_jurisdiction": _says(GKLB=""),
    "filed_wrongly": _says(NRFL="XF1501"),
    "accusing_subject": _says(SXGY="检举某街道干部违纪"),
    "name_in_subject": _subject("{XFRXM}反映邻里纠纷"),
    "phone_in_subject": _says(SXGY="来电１３８００００００００要求答复"),
    "copied_subject": lambda row: row.update(SXGY=row["NR"][:24]),
    "place_at_home": _says(WTFSD="虹桥新村5幢2单元301室"),
    "control_character": lambda row: row.update(SXGY="井盖\x0b破损", NR="第一\x00句"),
    "missing_ref": _says(XFJBH=""),
    "bad_time": _says(DJSJ="年前"),
    "null_date": _says(DJSJ="1900-01-01 00:00:00"),
    "unknown_code": _says(NRFL="XF9999"),
    "test_data": _says(SXGY="测试件勿派"),
}
"""What is nasty about one utterance, by name."""
